"""Reads the filter line: words to tokens, tokens to a tree, each word at fault with its place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from workbench.model.errors import QueryError
from workbench.model.query import EVERYTHING, AllOf, AnyOf, Is, Matches, Named, Not, Number, Term, Within, Word
from workbench.model.query_fields import BY_NAME, QUERY_FIELDS, FieldKind, QueryField
from workbench.model.query_values import (
    LARGEST,
    ReadValue,
    read_duration,
    read_number,
    read_range,
    read_size,
    read_time,
)

DEEPEST = 32
LONGEST = 10_000

_TOKEN = re.compile(r'\s*(?:(?P<mark>[()])|(?P<word>(?:"(?:[^"\\]|\\.)*"?|[^\s()"])+))')
_FIELD = re.compile(r"([A-Za-z][A-Za-z\-]*):(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a parenthesis as typed, at `line[start:end]`."""

    text: str
    start: int
    end: int


def tokens(line: str) -> Iterator[Token]:
    """Yield words and parentheses; quotes keep spaces and parentheses together."""
    position = 0
    while match := _TOKEN.match(line, position):
        kind = "mark" if match["mark"] else "word"
        yield Token(match[kind], match.start(kind), match.end(kind))
        position = match.end()


def parse(line: str, now_us: int) -> Term:
    """Return the tree of a filter line; QueryError says what is wrong with which word."""
    if len(line) > LONGEST:
        raise QueryError("The filter line is too long.", 0, len(line), f"Use at most {LONGEST:,} characters.")
    reader = _Reader(list(tokens(line)), now_us)
    term = reader.either(0)
    if (extra := reader.next) is not None:
        raise QueryError("This parenthesis closes nothing.", extra.start, extra.end, "Take it out.")
    return term


def parts(line: str) -> tuple[list[str], str]:
    """Return the terms of a line that can be taken out one by one, and what stands between them: a space or OR."""
    pieces, depth, start = list[str](), 0, 0
    found = list(tokens(line))
    for place, token in enumerate(found):
        begins = place == 0 or depth == 0
        before = found[place - 1].text if place else ""
        if begins and not (token.text == "(" and before == "-"):
            start = token.start
        depth = max(0, depth + {"(": 1, ")": -1}.get(token.text, 0))
        follows = found[place + 1].text if place + 1 < len(found) else ""
        if not depth and not (token.text == "-" and follows == "("):
            pieces.append(line[start : token.end])
    if depth:
        pieces.append(line[start:].rstrip())
    if "OR" not in pieces:
        return [piece for piece in pieces if piece != "AND"], " "
    sides: list[list[str]] = [[]]
    for piece in pieces:
        if piece == "OR":
            sides.append([])
        else:
            sides[-1].append(piece)
    return [" ".join(side) for side in sides if side], " OR "


def without(line: str, position: int) -> str:
    """Return a line without one of its parts."""
    pieces, joint = parts(line)
    return joint.join(piece for place, piece in enumerate(pieces) if place != position)


class _Reader:
    def __init__(self, found: list[Token], now_us: int) -> None:
        self._tokens = found
        self._at = 0
        self._now_us = now_us

    @property
    def next(self) -> Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def either(self, depth: int) -> Term:
        """Read terms with OR between them."""
        groups = [self._all(depth)]
        while (token := self.next) is not None and token.text == "OR":
            self._at += 1
            groups.append(self._all(depth))
            if EVERYTHING in groups:
                raise QueryError("OR needs a term on both sides.", token.start, token.end, "Add one, or take OR out.")
        return groups[0] if len(groups) == 1 else AnyOf(tuple(groups))

    def _all(self, depth: int) -> Term:
        terms: list[Term] = []
        while (token := self.next) is not None and token.text not in ("OR", ")"):
            self._at += 1
            if token.text != "AND" and token.text != '""':
                terms.append(self._term(token, depth))
        return terms[0] if len(terms) == 1 else AllOf(tuple(terms))

    def _term(self, token: Token, depth: int) -> Term:
        if token.text == "-" and (opened := self.next) is not None and opened.text == "(":
            self._at += 1
            return Not(self._group(opened, depth))
        if token.text == "(":
            return self._group(token, depth)
        if token.text.startswith("-") and len(token.text) > 1:
            return Not(self._plain(Token(token.text[1:], token.start + 1, token.end)))
        return self._plain(token)

    def _group(self, opened: Token, depth: int) -> Term:
        if depth >= DEEPEST:
            raise QueryError(f"More than {DEEPEST} parentheses are nested.", opened.start, opened.end)
        term = self.either(depth + 1)
        if self.next is None:
            raise QueryError("This parenthesis is never closed.", opened.start, opened.end, "Add a ).")
        self._at += 1
        return term

    def _plain(self, token: Token) -> Term:
        if re.fullmatch(r"#\d{1,18}", token.text):
            return Number(int(token.text[1:]))
        match = _FIELD.fullmatch(token.text)
        if match is not None and (field := BY_NAME.get(match[1].lower())) is not None:
            return self._field(field, Token(match[2], token.start + match.start(2), token.end), token)
        if match is not None and _looks_like_a_field(match[1], match[2]):
            raise _unknown(match[1], token)
        return Word(_text(token))

    def _field(self, field: QueryField, value: Token, whole: Token) -> Term:
        if not value.text:
            raise QueryError(
                f"{field.name}: needs a value.", whole.start, whole.end, f"Write it like {field.example}."
            )
        parts = _parts(value) if field.kind not in (FieldKind.BODY, FieldKind.NAMED) else [value]
        terms = tuple(self._value(field, part) for part in parts if part.text)
        return terms[0] if len(terms) == 1 else AnyOf(terms)

    def _value(self, field: QueryField, value: Token) -> Term:
        text = _text(value)
        if field.is_fixed and text.lower() not in field.choices:
            raise _wrong(field, value, f"Use {', '.join(field.choices)}.")
        match field.kind:
            case FieldKind.YES_NO:
                return Is(field, text.lower() == "yes")
            case FieldKind.TEXT | FieldKind.BODY:
                return Matches(field, text)
            case FieldKind.PART:
                return Matches(field, text if "*" in text else f"*{text}*")
            case FieldKind.NAMED:
                name, equals, pattern = text.partition("=")
                if not equals and '"' not in value.text and ":" in name:
                    raise _with_colon(field, value, name)
                return Named(field, name, pattern if equals else None)
            case _:
                return self._bounds(field, value, text)

    def _bounds(self, field: QueryField, value: Token, text: str) -> Term:
        bounds = read_range(text, self._reader_of(field.kind))
        if bounds is None:
            raise _wrong(field, value, f"Write it like {field.example}.")
        least, most = bounds
        if field.name == "since":
            least, most = (least if least is not None else most), None
        elif field.name == "before":
            least, most = None, (least if least is not None else most or 0) - 1
        return Within(field, *(None if bound is None else min(bound, LARGEST) for bound in (least, most)))

    def _reader_of(self, kind: FieldKind) -> ReadValue:
        match kind:
            case FieldKind.SIZE:
                return read_size
            case FieldKind.DURATION:
                return read_duration
            case FieldKind.TIME:
                return partial(read_time, now_us=self._now_us)
            case _:
                return read_number


def _parts(value: Token) -> list[Token]:
    """Split a value at its commas, outside quotes."""
    parts: list[Token] = []
    for match in re.finditer(r'(?:"(?:[^"\\]|\\.)*"?|[^,"])+', value.text):
        parts.append(Token(match[0], value.start + match.start(), value.start + match.end()))
    return parts or [value]


def _text(token: Token) -> str:
    """Return a word without its quotes; a backslash in quotes keeps the next character."""
    pieces: list[str] = []
    for match in re.finditer(r'"((?:[^"\\]|\\.)*)("?)|([^"]+)', token.text):
        if match[3] is None and not match[2]:
            raise QueryError("A quote is opened and never closed.", token.start, token.end, 'Add a ".')
        pieces.append(re.sub(r"\\(.)", r"\1", match[1]) if match[3] is None else match[3])
    return "".join(pieces)


def _looks_like_a_field(name: str, value: str) -> bool:
    """`http://…` and `12:30` are words; `colour:red` is a field that does not exist."""
    return not value.startswith("//") and len(name) > 1


def _unknown(name: str, token: Token) -> QueryError:
    import difflib

    near = difflib.get_close_matches(name.lower(), BY_NAME, n=1, cutoff=0.6)
    names = ", ".join(field.name for field in QUERY_FIELDS)
    hint = (f"Did you mean {near[0]}:? " if near else "") + f"Fields are {names}."
    end = token.start + len(name) + 1
    return QueryError(f"There is no field {name}:.", token.start, end, f'{hint} In quotes it is a word: "{name}:…".')


def _with_colon(field: QueryField, value: Token, name: str) -> QueryError:
    before, _, after = name.partition(":")
    hint = f'Write {field.name}:{before}={after}, or, if that is its whole name, {field.name}:"{name}".'
    return QueryError(f"{field.name}: takes a name, or name=value.", value.start, value.end, hint)


def _wrong(field: QueryField, value: Token, hint: str) -> QueryError:
    return QueryError(f"{value.text!r} is no value for {field.name}:.", value.start, value.end, hint)
