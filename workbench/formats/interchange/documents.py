"""JSON and YAML of other programs: read with bounds, looked into without trust, numbers kept as they were typed.

Values are None, True, False, str, `Number`, lists and dicts. The lookups give an empty thing where something else
stands, so that a file that is half right is half read; who calls says what was not.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, cast

from workbench.formats.interchange.yaml_documents import Number, load_yaml
from workbench.model.errors import FormatError

MAX_DEPTH = 200

Plain = dict[str, Any]

_JSON_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:\{\s*(?:[\"}]|\Z)|\[)|\xff\xfe|\xfe\xff")
"""YAML may begin with a brace as well: `{name: value}`."""
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def load(raw: bytes) -> Any:
    """Return what a JSON or YAML file holds; FormatError says in a sentence what is wrong with it."""
    if not raw.strip(b"\xef\xbb\xbf \t\r\n\0"):
        raise FormatError("The file is empty.", "Choose another one.")
    return load_json(raw) if _JSON_START.match(raw) else load_yaml(raw)


def load_json(raw: bytes) -> Any:
    """Return what a JSON file holds, its numbers as `Number`."""
    text = decoded(raw)
    try:
        value = json.loads(text, parse_int=Number, parse_float=Number, parse_constant=Number)
    except RecursionError as error:
        raise _too_deep() from error
    except ValueError as error:
        raise FormatError(f"This is not JSON: {error}.", "Export it again, or mend it in a text editor.") from error
    _check_depth(value)
    return _without_lone_surrogates(value) if _SURROGATE.search(text) else value


def decoded(raw: bytes) -> str:
    """Return a file's text without a byte order mark; FormatError where it is none."""
    try:
        if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return raw.decode("utf-16")
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise FormatError(f"Line {line}: there are bytes that are not UTF-8.", "Save the file as UTF-8.") from error


def _check_depth(value: Any) -> None:
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        level = [child for node in level for child in _children(node)]
        if not level:
            return
    raise _too_deep()


def _children(node: Any) -> Iterator[Any]:
    if isinstance(node, dict):
        yield from cast("Plain", node).values()
    elif isinstance(node, list):
        yield from cast("list[Any]", node)


def _too_deep() -> FormatError:
    return FormatError(f"More than {MAX_DEPTH} levels are nested in this file.", "No client writes such files.")


def _without_lone_surrogates(value: Any) -> Any:
    """Half a character (`\\ud800`) is legal in JSON and in no UTF-8 file; it becomes U+FFFD."""
    if isinstance(value, Number):
        return value
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, list):
        return [_without_lone_surrogates(item) for item in cast("list[Any]", value)]
    if isinstance(value, dict):
        pairs = cast("Plain", value).items()
        return {_without_lone_surrogates(key): _without_lone_surrogates(item) for key, item in pairs}
    return value


def mapping(value: Any) -> Plain:
    """Return a mapping, empty where the value is none."""
    return cast("Plain", value) if isinstance(value, dict) else {}


def sequence(value: Any) -> list[Any]:
    """Return a list, empty where the value is none."""
    return cast("list[Any]", value) if isinstance(value, list) else []


def rows(value: Any) -> list[Plain]:
    """Return the mappings of a list."""
    return [cast("Plain", item) for item in sequence(value) if isinstance(item, dict)]


def text(value: Any) -> str:
    """Return a scalar's text as it was typed, JSON for a list or mapping, nothing for null."""
    if value is None:
        return ""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return json_text(value)


def title(value: Any, otherwise: str) -> str:
    """Return a name on one line; `otherwise` where there is none."""
    return " ".join(text(value).split())[:200] or otherwise


def number(value: Any) -> float | None:
    """Return a number, also one written as text; None for anything else."""
    try:
        found = float(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found is not None and abs(found) < 1e15 else None


def flag(value: Any) -> bool:
    """Return whether the value is true, or the text `true`."""
    return value is True or value == "true"


def member_text(document: str, name: str) -> str:
    """Return a member's value as it is written in a JSON object; empty where the object has none."""
    decoder = json.JSONDecoder(parse_int=Number, parse_float=Number, parse_constant=Number)
    wanted = decoder.decode(document).get(name)
    for match in re.finditer(re.escape(json.dumps(name)) + r"\s*:\s*", document):
        try:
            value, end = decoder.raw_decode(document, match.end())
        except ValueError:
            continue
        if value == wanted:
            return document[match.end() : end]
    return ""


def json_text(value: Any, indent: int | None = 2, level: int = 0) -> str:
    """Return a value as JSON, its numbers as they were typed."""
    if isinstance(value, Number):
        return str(value) if value.is_json else json.dumps(str(value))
    if isinstance(value, dict):
        pairs = cast("Plain", value).items()
        parts = [
            f"{json.dumps(key, ensure_ascii=False)}: {json_text(item, indent, level + 1)}" for key, item in pairs
        ]
        return _joined("{", parts, "}", indent, level)
    if isinstance(value, list):
        items = [json_text(item, indent, level + 1) for item in cast("list[Any]", value)]
        return _joined("[", items, "]", indent, level)
    return json.dumps(value, ensure_ascii=False)


def _joined(start: str, parts: list[str], end: str, indent: int | None, level: int) -> str:
    if not parts or indent is None:
        return start + ", ".join(parts) + end
    inner, outer = "\n" + " " * indent * (level + 1), "\n" + " " * indent * level
    return start + inner + ("," + inner).join(parts) + outer + end
