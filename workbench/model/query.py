"""The filter line: what a person types to choose captures.

So far plain words: each must occur in method, target, event, provider, endpoint, content type, source address or
status; `-word` must not; quotes keep spaces together; `#12` is capture 12. The full language (`status:>=400`,
`body:"text"`, `OR`, parentheses) grows here: one `Term` type more, one branch more in `storage.query_sql`.
"""

import re
from dataclasses import dataclass

from workbench.model.errors import QueryError


@dataclass(frozen=True, slots=True)
class Word:
    """Text that must occur in a row, in any case; `negated` that it must not."""

    text: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Number:
    """One capture by its number."""

    value: int
    negated: bool = False


Term = Word | Number

_TOKEN = re.compile(r'(?P<minus>-?)(?:"(?P<quoted>[^"]*)(?P<close>"?)|(?P<word>[^\s"]+))')
_LARGEST_NUMBER = 2**63 - 1


@dataclass(frozen=True, slots=True)
class CaptureQuery:
    """Terms that must all hold; no terms match everything."""

    terms: tuple[Term, ...] = ()

    @property
    def matches_all(self) -> bool:
        return not self.terms

    @classmethod
    def parse(cls, text: str) -> "CaptureQuery":
        """Read a filter line; QueryError names the word that cannot be read."""
        return cls(tuple(_term(match) for match in _TOKEN.finditer(text) if match[0] != '""'))


def _term(match: re.Match[str]) -> Term:
    negated = match["minus"] == "-"
    if match["quoted"] is not None:
        if not match["close"]:
            raise QueryError("A quote is opened and never closed.", match.start(), match.end(), 'Add a ".')
        return Word(match["quoted"], negated)
    word = match["word"]
    if re.fullmatch(r"#[0-9]+", word) and int(word[1:]) <= _LARGEST_NUMBER:
        return Number(int(word[1:]), negated)
    return Word(word, negated)
