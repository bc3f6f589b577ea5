"""Puts values into a JSON text without touching any other byte: order, spacing, numbers and escapes stay.

Needed where a signature or its time lies in the body. The standard library's decoder finds where a value ends.
"""

import json
import re
from collections.abc import Callable, Mapping
from json import decoder
from typing import Any

from workbench.providers.signed_text import Missing

_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()
_scan_string: Callable[[str, int], tuple[str, int]] = getattr(decoder, "scanstring")  # noqa: B009 - untyped

Path = tuple[str, ...]


def with_values(body: bytes, values: Mapping[Path, Any]) -> bytes:
    """Return the body with these values at their paths; Missing where a path's parent is not in it."""
    for path, value in values.items():
        body = _with_value(body, path, value)
    return body


def _with_value(body: bytes, path: Path, value: Any) -> bytes:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Missing("JSON in the body") from error
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        start, end = _span(text, path)
        return f"{text[:start]}{written}{text[end:]}".encode("utf-8", "surrogatepass")
    except (ValueError, RecursionError, IndexError):
        pass
    try:
        parent_start, _ = _span(text, path[:-1])
    except (ValueError, RecursionError, IndexError) as error:
        raise Missing(f"{'.'.join(path)} in the body") from error
    if text[parent_start : parent_start + 1] != "{":
        raise Missing(f"{'.'.join(path)} in the body")
    inside = _skip(text, parent_start + 1)
    comma = "" if text[inside] == "}" else ","
    member = f"{json.dumps(path[-1])}:{written}{comma}"
    return f"{text[: parent_start + 1]}{member}{text[parent_start + 1 :]}".encode("utf-8", "surrogatepass")


def _skip(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return position if match is None else match.end()


def _span(text: str, path: Path) -> tuple[int, int]:
    """Return where the value at a path starts and ends; ValueError where there is none."""
    position = _skip(text, 0)
    for name in path:
        position = _item(text, position, int(name)) if text[position] == "[" else _member(text, position, name)
    _, end = _DECODER.raw_decode(text, position)
    return position, end


def _member(text: str, position: int, wanted: str) -> int:
    if text[position] != "{":
        raise ValueError(wanted)
    position = _skip(text, position + 1)
    found = None
    while text[position] == '"':
        name, position = _scan_string(text, position + 1)
        position = _skip(text, _skip(text, position) + 1)
        if name == wanted:
            found = position  # Of a repeated name the last counts, as readers have it.
        _, position = _DECODER.raw_decode(text, position)
        position = _skip(text, position)
        if text[position] == ",":
            position = _skip(text, position + 1)
    if found is None:
        raise ValueError(wanted)
    return found


def _item(text: str, position: int, wanted: int) -> int:
    position = _skip(text, position + 1)
    for _ in range(wanted):
        _, position = _DECODER.raw_decode(text, position)
        position = _skip(text, position)
        if text[position] != ",":
            raise ValueError(str(wanted))
        position = _skip(text, position + 1)
    return position
