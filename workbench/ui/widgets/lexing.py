"""Which characters of a row are keys, strings, numbers: asked for the rows that are seen, and kept. No Qt.

Colouring a whole document is the mistake, not the lexer: Pygments needs 1.8 s for 10 MB, a screen takes a
millisecond. So a row of formatted JSON, which carries no state, is lexed alone; other languages are lexed from a
bounded way back; a row too long to be lexed as a whole, piece by piece with its neighbours. What starts within such a
window may be coloured wrong for a line; it is never shown wrong.
"""

import re
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any

from workbench.ui.widgets.lines import LineSource

LANGUAGES = (
    *("json", "xml", "html", "javascript", "yaml", "http", "hex", "text"),
    *("python", "bash", "go", "ruby", "php", "java", "csharp"),
)

LONG_ROW_CHARACTERS = 10_000
LOOK_BACK_ROWS = 200
LOOK_BACK_CHARACTERS = 1_500
LOOK_AHEAD_ROWS = 64
LOOK_AHEAD_CHARACTERS = 4_000

_BLOCK_ROWS = 16
_KEPT = 4_096
_HEX_ZEROS = re.compile(r"\b00(?: +00)*\b")


class TokenKind(StrEnum):
    """How characters are coloured; each is a field of `SyntaxColours`, `text` is its foreground."""

    KEY = "key"
    STRING = "string"
    NUMBER = "number"
    LITERAL = "literal"
    PUNCTUATION = "punctuation"
    TAG = "tag"
    ATTRIBUTE = "attribute"
    COMMENT = "comment"
    KEYWORD = "keyword"
    TEXT = "text"


Token = tuple[int, int, TokenKind]
"""First column, the column after the last, and the kind. What no token covers is plain text."""

Lexer = Callable[[str, str], Sequence[Token]]


def tokens(text: str, language: str) -> list[Token]:
    """Return the coloured stretches of a text in order; none for a language we do not know."""
    if language == "hex":
        return _hex_tokens(text)
    if language == "json":
        return _json_tokens(text)
    lexer = _lexer(language)
    return [] if lexer is None else _merged(lexer.get_tokens_unprocessed(text), language)


class Highlighter:
    """The tokens of rows and pieces, lexed when first asked for. `lex` may be replaced to count or to colour."""

    def __init__(self, lines: LineSource, language: str | None, lex: Lexer = tokens) -> None:
        self._lines = lines
        self._language = language or "text"
        self._lex = lex
        self._rows: OrderedDict[int, Sequence[Token]] = OrderedDict()
        self._piece_tokens = lru_cache(maxsize=_KEPT)(self._find_piece_tokens)

    def tokens(self, row: int, piece: int) -> Sequence[Token]:
        """Return the tokens of one piece of a row, in columns of that piece."""
        if self._language == "text":
            return ()
        return self._row_tokens(row) if self._lines.piece_count(row) == 1 else self._piece_tokens(row, piece)

    def _row_tokens(self, row: int) -> Sequence[Token]:
        if row not in self._rows:
            if self._language in ("json", "hex"):
                self._keep(row, self._lex(self._lines.text(row), self._language))
            else:
                self._lex_block(row)
        self._rows.move_to_end(row)
        return self._rows[row]

    def _keep(self, row: int, found: Sequence[Token]) -> None:
        self._rows[row] = found
        if len(self._rows) > _KEPT:
            self._rows.popitem(last=False)

    def _lex_block(self, row: int) -> None:
        """Lex the rows from this one on in one go, with as much before them as is needed to know where they are."""
        first = row - row % _BLOCK_ROWS
        before = self._texts(range(first - 1, max(first - LOOK_BACK_ROWS, 0) - 1, -1), LOOK_BACK_CHARACTERS)
        after = self._texts(range(first, min(first + LOOK_AHEAD_ROWS, self._lines.count)), LOOK_AHEAD_CHARACTERS)
        while first + len(after) <= row:
            after.append(self._short_text(first + len(after)))
        texts = [*reversed(before), *after]
        found = self._lex("\n".join([*texts, ""]), self._language)
        for number, of_row in enumerate(_by_line(found, texts), first - len(before)):
            if number >= first:
                self._keep(number, of_row)

    def _texts(self, rows: range, limit: int) -> list[str]:
        """Return texts of rows in this order until they hold `limit` characters, the one that exceeds it left out."""
        texts: list[str] = []
        for row in rows:
            text = self._short_text(row)
            limit -= len(text) + 1
            if limit < 0:
                break
            texts.append(text)
        return texts

    def _short_text(self, row: int) -> str:
        return "" if self._is_long(row) else self._lines.text(row)

    def _is_long(self, row: int) -> bool:
        start, end = self._lines.byte_range(row)
        return end - start > LONG_ROW_CHARACTERS

    def _find_piece_tokens(self, row: int, index: int) -> Sequence[Token]:
        if self._is_long(row):
            return self._lex_piece(row, index)
        first = sum(len(self._lines.piece(row, before).text) for before in range(index))
        return _cut(self._row_tokens(row), first, first + len(self._lines.piece(row, index).text))

    def _lex_piece(self, row: int, index: int) -> Sequence[Token]:
        before = self._lines.piece(row, index - 1).text if index else ""
        text = self._lines.piece(row, index).text
        after = self._lines.piece(row, index + 1).text if index + 1 < self._lines.piece_count(row) else "\n"
        return _cut(self._lex(before + text + after, self._language), len(before), len(before) + len(text))


def _cut(found: Sequence[Token], first: int, last: int) -> list[Token]:
    """Return what lies between two columns, counted from the first."""
    return [
        (max(start, first) - first, min(end, last) - first, kind)
        for start, end, kind in found
        if start < last and end > first
    ]


def _by_line(found: Sequence[Token], texts: Sequence[str]) -> Iterator[list[Token]]:
    """Yield the tokens of each line of the texts joined by line feeds."""
    start = at = 0
    for text in texts:
        end = start + len(text)
        line: list[Token] = []
        while at < len(found) and found[at][0] < end + 1:
            token = found[at]
            if token[1] > start and token[0] < end:
                line.append((max(token[0], start) - start, min(token[1], end) - start, token[2]))
            if token[1] > end + 1:
                break
            at += 1
        yield line
        start = end + 1


def _hex_tokens(text: str) -> list[Token]:
    """Mute the offset, the zeros and the fence of the letters in a row of a hex dump."""
    digits, fence, letters = text.partition("|")
    offset = digits.find(" ")
    zeros = _HEX_ZEROS.finditer(digits, offset)
    muted = [(0, offset), *((found.start(), found.end()) for found in zeros)]
    muted += [(len(digits), len(digits) + 1), (len(text) - 1, len(text))] if fence and letters else []
    return [(start, end, TokenKind.COMMENT) for start, end in muted]


def _json_tokens(text: str) -> list[Token]:
    """Lex JSON. A window may begin within a string: read it both ways and keep the reading with less nonsense."""
    lexer = _lexer("json")
    if lexer is None:
        return []
    outside = list(lexer.get_tokens_unprocessed(text))
    nonsense = _nonsense(outside)
    if nonsense == 0:
        return _merged(outside, "json")
    inside = list(lexer.get_tokens_unprocessed('"' + text))
    if _nonsense(inside) >= nonsense:
        return _merged(outside, "json")
    return [(max(start - 1, 0), end - 1, kind) for start, end, kind in _merged(inside, "json") if end > 1]


def _nonsense(found: Sequence[tuple[int, Any, str]]) -> int:
    from pygments.token import Error

    return sum(len(text) for _, kind, text in found if kind is Error)


def _merged(found: Any, language: str) -> list[Token]:
    """Return tokens in our kinds; neighbours of one kind become one, plain text none."""
    merged: list[Token] = []
    for start, pygments_kind, text in found:
        kind = _kind(pygments_kind, language)
        if kind is TokenKind.TEXT or not text:
            continue
        if merged and merged[-1][1] == start and merged[-1][2] is kind:
            merged[-1] = (merged[-1][0], start + len(text), kind)
        else:
            merged.append((start, start + len(text), kind))
    return merged


@cache
def _lexer(language: str) -> Any:
    """Return Pygments' lexer, loaded with the first row that needs it."""
    # Pygments has no types of its own.
    from pygments.lexers import get_lexer_by_name  # pyright: ignore[reportUnknownVariableType]

    return get_lexer_by_name(language) if language in LANGUAGES and language not in ("hex", "text") else None


@cache
def _kind(pygments_kind: Any, language: str) -> TokenKind:
    kinds = _kinds(language)
    while pygments_kind is not None:
        if pygments_kind in kinds:
            return kinds[pygments_kind]
        pygments_kind = pygments_kind.parent
    return TokenKind.TEXT


@cache
def _kinds(language: str) -> dict[Any, TokenKind]:
    from pygments.token import Comment, Keyword, Literal, Name, Number, Operator, Punctuation, String

    return {
        Comment: TokenKind.COMMENT,
        Keyword: TokenKind.KEYWORD,
        Keyword.Constant: TokenKind.LITERAL,
        Name.Tag: TokenKind.TAG if language in ("xml", "html") else TokenKind.KEY,
        Name.Attribute: TokenKind.KEY if language == "http" else TokenKind.ATTRIBUTE,
        Name.Function: TokenKind.KEYWORD if language == "http" else TokenKind.TEXT,
        Name.Entity: TokenKind.LITERAL,
        Number: TokenKind.NUMBER,
        Operator: TokenKind.PUNCTUATION,
        Operator.Word: TokenKind.KEYWORD,
        Punctuation: TokenKind.PUNCTUATION,
        String: TokenKind.STRING,
        Literal.Scalar.Plain: TokenKind.STRING,
    }
