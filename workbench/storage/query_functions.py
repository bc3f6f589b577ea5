"""What SQL asks of a capture's bytes: a header, a parameter, a place in a JSON body, words of the body.

Called for one row at a time, in the reader's thread; each answers 0 rather than raise, since one odd body must not
end a search through a million.
"""

import sqlite3
from fnmatch import translate
from functools import lru_cache
from pathlib import Path
from re import Pattern, compile
from urllib.parse import parse_qsl

from workbench.formats.encoding import decoded
from workbench.model.message import Head

READ_BYTES = 16 * 1024 * 1024
"""How much of a body is looked through."""

SHOWN_CHARACTERS = 300
"""How much of a value a column shows."""


def register(connection: sqlite3.Connection, spool: Path) -> None:
    """Make the functions known to a connection; large bodies are read from the spool folder."""
    bodies = _Bodies(spool)
    for name, places, function in (
        ("header_fits", 3, _header_fits),
        ("query_fits", 3, _query_fits),
        ("json_fits", 5, bodies.json_fits),
        ("body_holds", 4, bodies.holds),
        ("header_text", 2, _header_text),
        ("query_text", 2, _query_text),
        ("json_text", 4, bodies.json_text),
    ):
        connection.create_function(name, places, function, deterministic=True)


@lru_cache(maxsize=64)
def _pattern(text: str) -> Pattern[str]:
    # Only `*` is a pattern here; fnmatch would also read `?` and `[`.
    return compile(translate("".join(f"[{mark}]" if mark in "?[" else mark for mark in text)))


def _fits(value: str, pattern: str) -> bool:
    return _pattern(pattern).match(value.lower()) is not None


def _header_fits(head: bytes, name: str, pattern: str) -> bool:
    return any(_fits(value, pattern) for value in Head(head).headers.all(name))


def _query_fits(target: str, name: str, pattern: str) -> bool:
    try:
        pairs = parse_qsl(target.partition("?")[2], keep_blank_values=True, max_num_fields=1000)
    except ValueError:
        return False
    return any(key == name and _fits(value, pattern) for key, value in pairs)


def _header_text(head: bytes, name: str) -> str | None:
    values = Head(head).headers.all(name)
    return ", ".join(values)[:SHOWN_CHARACTERS] if values else None


def _query_text(target: str, name: str) -> str | None:
    try:
        pairs = parse_qsl(target.partition("?")[2], keep_blank_values=True, max_num_fields=1000)
    except ValueError:
        return None
    return next((value[:SHOWN_CHARACTERS] for key, value in pairs if key == name), None)


class _Bodies:
    def __init__(self, spool: Path) -> None:
        self._spool = spool

    def _plain(self, head: bytes, body: bytes | None, spool_file: str | None) -> bytes:
        if spool_file is not None:
            try:
                with (self._spool / spool_file).open("rb") as file:
                    body = file.read(READ_BYTES)
            except OSError:
                return b""
        coding = Head(head).headers.get("content-encoding")
        return decoded(body or b"", coding, READ_BYTES).content if coding else body or b""

    def holds(self, head: bytes, body: bytes | None, spool_file: str | None, text: str) -> bool:
        """Return whether a text occurs in a body, in any case."""
        return text in self._plain(head, body, spool_file).decode("utf-8", "replace").lower()

    def json_fits(self, head: bytes, body: bytes | None, spool_file: str | None, path: str, pattern: str) -> bool:
        """Return whether a place in a JSON body is there and fits; numbers are compared as they are written."""
        raw = self._plain(head, body, spool_file)
        steps = _steps(path)
        if steps[-1].encode() not in raw and not steps[-1].isdigit():
            return False
        found = _at(raw, steps)
        if found is None:
            return False
        return any(_fits(text, pattern) for text in _texts(found))

    def json_text(self, head: bytes, body: bytes | None, spool_file: str | None, path: str) -> str | None:
        """Return the text at a place of a JSON body, numbers as they are written; of a large body nothing."""
        if spool_file is not None:
            return None
        raw = self._plain(head, body, None)
        found = _at(raw, _steps(path)) if _is_plain(path) else _found_by_jsonpath(raw, path)
        return None if found is None else _texts(found)[0][:SHOWN_CHARACTERS]


def _steps(path: str) -> list[str]:
    return path.removeprefix("$.").replace("[", ".").replace("]", "").split(".")


def _is_plain(path: str) -> bool:
    """Return whether a path is keys and indexes alone; all else is JSONPath."""
    return not any(mark in path for mark in "*?'\"@:(") and ".." not in path


def _found_by_jsonpath(raw: bytes, path: str) -> bytes | None:
    """Return the first value that a JSONPath finds."""
    import json

    import jsonpath

    try:
        found = jsonpath.findall(path, json.loads(raw))
    except (jsonpath.JSONPathError, ValueError, RecursionError):
        return None
    return json.dumps(found[0], ensure_ascii=False).encode() if found else None


def _at(raw: bytes, steps: list[str]) -> bytes | None:
    """Return the bytes of a value in a document, by keys and indexes, without building the rest."""
    for step in steps:
        import msgspec  # Not before a search needs it: listing captures starts faster than that loads.

        try:
            if raw.lstrip()[:1] == b"[":
                items = msgspec.json.decode(raw, type=list[msgspec.Raw])
                found = items[int(step)] if step.isdigit() and int(step) < len(items) else None
            else:
                found = msgspec.json.decode(raw, type=dict[str, msgspec.Raw]).get(step)
        except (msgspec.DecodeError, RecursionError):
            return None
        if found is None:
            return None
        raw = bytes(found)
    return raw


def _texts(raw: bytes) -> list[str]:
    """Return what a value may be compared as: a text without its quotes, anything else as written."""
    written = raw.decode("utf-8", "replace").strip()
    if not written.startswith('"'):
        return [written]
    import json

    try:
        return [str(json.loads(written))]
    except ValueError:
        return [written]
