"""MessagePack as text: JSON where the two agree, and words of its own where JSON has none.

Binary is written `bin(hex)`, an extension `ext(type, hex)`, a time as it is in UTC; keys need not be strings. What is
broken, nested too deeply or longer than it says raises ValueError with a sentence. msgspec reads the bytes: it
believes no length before the bytes are there, so a few bytes cannot ask for gigabytes.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, cast

DEPTH_LIMIT = 200
SHOWN_BINARY_BYTES = 64


def text_of_message_pack(content: bytes) -> bytes:
    """Return one value, indented by two; ValueError says why it is none."""
    import msgspec

    try:
        value = msgspec.msgpack.decode(content)
        return "".join(_written(value, 0)).encode("utf-8", "surrogatepass")
    except RecursionError as error:
        raise ValueError("It is nested too deeply to be shown as MessagePack.") from error
    except (msgspec.DecodeError, UnicodeError, OverflowError) as error:
        raise ValueError(f"Not valid MessagePack: {str(error).rstrip('.')}.") from error


def _written(value: Any, depth: int) -> Iterator[str]:
    if depth > DEPTH_LIMIT:
        raise RecursionError
    if isinstance(value, dict):
        yield from _object(cast("dict[Any, Any]", value), depth)
    elif isinstance(value, list | tuple):
        yield from _list(cast("list[Any]", value), depth)
    else:
        yield _scalar(value)


def _object(value: dict[Any, Any], depth: int) -> Iterator[str]:
    inner = "\n" + "  " * (depth + 1)
    before = "{" + inner
    for key, item in value.items():
        yield before
        yield from _written(key, depth + 1)
        yield ": "
        yield from _written(item, depth + 1)
        before = "," + inner
    yield "\n" + "  " * depth + "}" if value else "{}"


def _list(value: list[Any], depth: int) -> Iterator[str]:
    inner = "\n" + "  " * (depth + 1)
    before = "[" + inner
    for item in value:
        yield before
        yield from _written(item, depth + 1)
        before = "," + inner
    yield "\n" + "  " * depth + "]" if value else "[]"


def _scalar(value: Any) -> str:
    import msgspec

    match value:
        case bytes():
            return f"bin({_hex(value)})"
        case msgspec.msgpack.Ext():
            return f"ext({value.code}, {_hex(bytes(value.data))})"
        case datetime():
            return value.isoformat()
        case _:
            return json.dumps(value, ensure_ascii=False)


def _hex(raw: bytes) -> str:
    if len(raw) <= SHOWN_BINARY_BYTES:
        return raw.hex()
    return f"{raw[:SHOWN_BINARY_BYTES].hex()}… {len(raw):,} bytes"
