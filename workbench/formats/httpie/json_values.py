"""JSON values in which numbers stay as they were written: `1.10` is not 1.1, and no digit of a long one is lost."""

import json
from typing import Any, cast

from workbench.model.errors import UsageError


def read_json(text: str, word: str) -> Any:
    """Return objects and lists to add to, with each number as its own text; UsageError.

    An object that names a member twice stays as it is, both of them; nothing can be added to it.
    """
    import msgspec

    def number(digits: str) -> Any:
        return msgspec.Raw(digits.encode())

    def members(pairs: list[tuple[str, Any]]) -> Any:
        return dict(pairs) if len(dict(pairs)) == len(pairs) else msgspec.Raw(_repeating(pairs))

    try:
        return json.loads(
            text, parse_int=number, parse_float=number, parse_constant=_refused, object_pairs_hook=members
        )
    except (ValueError, RecursionError) as error:
        reason = "it is nested too deep" if isinstance(error, RecursionError) else error
        raise UsageError(f"{word!r} does not hold JSON: {reason}.", "Use name=value for text.") from error


def _refused(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


def _repeating(pairs: list[tuple[str, Any]]) -> bytes:
    members = [write_json(name) + b":" + write_json(value) for name, value in pairs]
    return b"{" + b",".join(members) + b"}"


def write_json(value: Any) -> bytes:
    """Return the value as HTTPie writes it, a space behind `:` and `,`; text stays UTF-8. UsageError."""
    import msgspec

    try:
        return msgspec.json.format(msgspec.json.encode(value), indent=0)
    except (UnicodeEncodeError, RecursionError) as error:
        raise UsageError("A value is no UTF-8 text, or nested too deep, so it cannot be JSON.") from error


def sorted_json(content: bytes) -> bytes:
    """Return JSON with the members of every object in order of their names; UsageError where it is none."""
    return write_json(_ordered(read_json(content.decode("utf-8-sig", "replace"), "The body")))


def _ordered(value: Any) -> Any:
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        return {name: _ordered(members[name]) for name in sorted(members)}
    return [_ordered(each) for each in cast("list[Any]", value)] if isinstance(value, list) else value
