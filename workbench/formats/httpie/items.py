"""Request items as HTTPie writes them: `Name:value`, `q==v`, `a=text`, `b:=json`, `field@file`, values from files.

The first separator in a word counts, of two at one place the longer one; `\\` before `:`, `;`, `=` or `@` takes its
meaning away (HTTPie's documentation, "Request items" and "Escaping rules").
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from workbench.model.errors import UsageError


class Separator(StrEnum):
    """What stands between name and value, and so says what an item is."""

    HEADER = ":"
    EMPTY_HEADER = ";"
    HEADER_FILE = ":@"
    QUERY = "=="
    QUERY_FILE = "==@"
    TEXT = "="
    TEXT_FILE = "=@"
    JSON = ":="
    JSON_FILE = ":=@"
    FILE = "@"


HEADERS = frozenset((Separator.HEADER, Separator.EMPTY_HEADER, Separator.HEADER_FILE))
QUERIES = frozenset((Separator.QUERY, Separator.QUERY_FILE))
JSON_VALUES = frozenset((Separator.JSON, Separator.JSON_FILE))
FIELDS = frozenset((Separator.TEXT, Separator.TEXT_FILE)) | JSON_VALUES
"""Items that become members of a JSON body or fields of a form."""

_PIECE = re.compile(r"\\(?P<escaped>[:;=@])|\\.|[^\\]+|\\", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Item:
    """One word behind the URL, split."""

    name: str
    separator: Separator
    value: str
    word: str
    """As it was typed, for messages."""


def parse_item(word: str) -> Item:
    """Split a word; UsageError where it has no separator, or no name before one that needs it."""
    item = _split(word)
    if item is None or (not item.name.strip() and item.separator in HEADERS):
        raise UsageError(f"{word!r} is not an item.", "Write Header:value, name==value, name=value or name:=json.")
    if item.separator is Separator.EMPTY_HEADER and item.value:
        raise UsageError(f"{word!r} is not an item.", "`Name;` sends an empty header, `Name:value` one with a value.")
    return item


def _split(word: str) -> Item | None:
    plain = list(_pieces(word))
    for position, (piece, escaped) in enumerate(plain):
        found = [] if escaped else [(piece.find(mark), -len(mark), mark) for mark in Separator if mark in piece]
        if found:
            start, _, mark = min(found)
            before = "".join(text for text, _ in plain[:position])
            after = "".join(text for text, _ in plain[position + 1 :])
            return Item(before + piece[:start], mark, piece[start + len(mark) :] + after, word)
    return None


def _pieces(word: str) -> Iterator[tuple[str, bool]]:
    """Yield runs of text, and each escaped separator by itself; a backslash before anything else is text."""
    run = ""
    for match in _PIECE.finditer(word):
        if match["escaped"]:
            yield run, False
            yield match["escaped"], True
            run = ""
        else:
            run += match[0]
    yield run, False


def split_pair(text: str) -> tuple[str, str | None]:
    """Split `user:password` at the first colon that is not escaped; None where there is none."""
    for match in re.finditer(r"\\.|:", text, re.DOTALL):
        if match[0] == ":":
            return text[: match.start()].replace("\\:", ":"), text[match.end() :].replace("\\:", ":")
    return text.replace("\\:", ":"), None
