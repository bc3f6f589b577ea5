"""Request items as HTTPie writes them: `Name:value`, `q==v`, `a=text`, `b:=json`, `field@file`, values from files.

The first separator in a word counts, of two at one place the longer one; `\\` before `:`, `;`, `=` or `@` takes its
meaning away (HTTPie's documentation, "Request items" and "Escaping rules").
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from workbench.model.errors import UsageError

HEADER, EMPTY_HEADER, HEADER_FILE = ":", ";", ":@"
QUERY, QUERY_FILE = "==", "==@"
TEXT, TEXT_FILE, JSON, JSON_FILE = "=", "=@", ":=", ":=@"
FILE = "@"
_SEPARATORS = (HEADER, EMPTY_HEADER, HEADER_FILE, QUERY, QUERY_FILE, TEXT, TEXT_FILE, JSON, JSON_FILE, FILE)
JSON_SEPARATORS = frozenset((JSON, JSON_FILE))
FIELD_SEPARATORS = frozenset((TEXT, TEXT_FILE, JSON, JSON_FILE))
"""Items that become members of a JSON body or fields of a form."""

_PIECE = re.compile(r"\\(?P<escaped>[:;=@])|\\.|[^\\]+|\\", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Item:
    """One word behind the URL, split."""

    name: str
    separator: str
    value: str
    word: str
    """As it was typed, for messages."""


def parse_item(word: str) -> Item:
    """Split a word; UsageError where it has no separator, or no name before one that needs it."""
    item = _split(word)
    if item is None or (not item.name.strip() and item.separator in (HEADER, EMPTY_HEADER, HEADER_FILE)):
        raise UsageError(f"{word!r} is not an item.", "Write Header:value, name==value, name=value or name:=json.")
    if item.separator == EMPTY_HEADER and item.value:
        raise UsageError(f"{word!r} is not an item.", "`Name;` sends an empty header, `Name:value` one with a value.")
    return item


def is_item(word: str) -> bool:
    """Return whether a word can only be an item: it splits, and not as `host:port` or `scheme://` would."""
    item = _split(word)
    return item is not None and item.separator != HEADER


def _split(word: str) -> Item | None:
    plain = list(_pieces(word))
    for position, (piece, escaped) in enumerate(plain):
        found = [] if escaped else [(piece.find(mark), -len(mark), mark) for mark in _SEPARATORS if mark in piece]
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


def file_path(name: str, word: str) -> Path:
    """Return the file an item names, absolute; UsageError where it cannot be read."""
    path = Path(name).expanduser().absolute()
    try:
        with path.open("rb"):
            return path
    except OSError as error:
        raise UsageError(f"{word!r}: the file cannot be read: {error.strerror or error}.") from error


def file_text(item: Item) -> str:
    """Return the text of the file an item names; UsageError where it is no UTF-8."""
    content = file_path(item.value, item.word).read_bytes()
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{item.word!r}: the file is no UTF-8 text, so it cannot be a value.",
            "Send it as the whole body with @FILE, or as a file of a form with field@FILE.",
        ) from error
