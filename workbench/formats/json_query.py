"""Looking into JSON by JSONPath (RFC 9535) and JMESPath, with every number kept as it was written.

`1.0`, `1e400` and `12345678901234567890.5` are numbers that compare and calculate as numbers do, and come out as the
text that went in. An integer has any length.
"""

import json
from functools import lru_cache
from typing import Any, cast

from workbench.formats.bounded_patterns import refuse_endless
from workbench.model.errors import FormatError, UsageError

LIMIT_BYTES = 32 * 1024 * 1024
MATCHES_LIMIT = 100_000
_LONGEST_INTEGER = 4000
"""Digits that Python turns into an integer at once; longer ones are kept as text and calculate as floats."""


class ExactFloat(float):
    """A float that remembers its text."""

    text: str

    def __new__(cls, text: str) -> "ExactFloat":
        made = super().__new__(cls, float(text))
        made.text = text
        return made


ExactFloat.__name__ = "float"  # JMESPath's functions know types by their names.


def parse(content: bytes) -> Any:
    """Return JSON as Python values, numbers exact; FormatError says why it is none."""
    if len(content) > LIMIT_BYTES:
        raise FormatError(f"The body is larger than {LIMIT_BYTES // 1024 // 1024} MiB, which is not looked into.")
    try:
        return json.loads(content, parse_float=ExactFloat, parse_int=_integer, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"The body is not JSON: {_reason(error)}.") from error


def _integer(text: str) -> int | ExactFloat:
    return int(text) if len(text) < _LONGEST_INTEGER and text != "-0" else ExactFloat(text)


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} is no JSON")


def _reason(error: Exception) -> str:
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error)


def text_of(value: Any) -> str:
    """Return a value's JSON on one line, each number in its own words."""
    import msgspec

    try:
        return msgspec.json.encode(_raw(value)).decode()
    except RecursionError as error:
        raise FormatError("The value is nested too deeply.") from error


def _raw(value: Any) -> Any:
    """Return the value with its exact numbers as they are to stand in the text."""
    import msgspec

    match value:
        case ExactFloat():
            return msgspec.Raw(value.text.encode("ascii"))
        case bool():
            return value
        case int():
            return msgspec.Raw(str(value).encode("ascii"))
        case dict():
            return {key: _raw(item) for key, item in cast("dict[str, Any]", value).items()}
        case list() | tuple():
            return [_raw(item) for item in cast("list[Any]", value)]
        case _:
            return value


def json_path(value: Any, expression: str) -> tuple[list[Any], bool]:
    """Return all values that a JSONPath finds, and whether the path can find more than one.

    UsageError where it is no JSONPath, or finds more than `MATCHES_LIMIT`.
    """
    import jsonpath

    environment = _environment()
    try:
        path = environment.compile(expression)
        found: list[Any] = []
        for match in path.finditer(value):
            found.append(match.obj)
            if len(found) > MATCHES_LIMIT:
                raise UsageError(f"{expression!r} finds more than {MATCHES_LIMIT:,} values.", "Ask for fewer.")
    except (jsonpath.JSONPathError, RecursionError) as error:
        raise UsageError(f"{expression!r} is no JSONPath: {_words(error)}.", "For example $.items[0].id") from error
    single = getattr(path, "singular_query", lambda: False)()
    return found, not single


@lru_cache(maxsize=1)
def _environment() -> Any:
    """Return JSONPath as the standard has it, but for patterns that could run without end."""
    import jsonpath
    from jsonpath.function_extensions import Match, Search

    class BoundedMatch(Match):
        def __call__(self, value: object, pattern: object) -> bool:
            _refuse_endless(value, pattern)
            return super().__call__(value, pattern)

    class BoundedSearch(Search):
        def __call__(self, value: object, pattern: object) -> bool:
            _refuse_endless(value, pattern)
            return super().__call__(value, pattern)

    made: Any = jsonpath.JSONPathEnvironment(strict=True)
    made.function_extensions |= {"match": BoundedMatch(), "search": BoundedSearch()}
    return made


def _refuse_endless(value: object, pattern: object) -> None:
    if isinstance(value, str) and isinstance(pattern, str):
        refuse_endless(pattern, value)


def jmes_path(value: Any, expression: str) -> Any:
    """Return what a JMESPath makes of a value; UsageError where it is none, or cannot be worked out."""
    import jmespath
    from jmespath.exceptions import JMESPathError

    try:
        return jmespath.search(expression, value)
    except (JMESPathError, RecursionError, ArithmeticError, TypeError) as error:
        raise UsageError(
            f"{expression!r} cannot be worked out: {_words(error)}.", "For example items[].id, or a JSONPath: $.items"
        ) from error


def filter_body(body: bytes, expression: str) -> str:
    """Return what an expression finds in a JSON body, as JSON indented by two.

    An expression that begins with `$` is JSONPath and gives a list of all it finds; any other is JMESPath. Raises
    FormatError where the body is not JSON, UsageError where the expression is none.
    """
    import msgspec

    value = parse(body)
    wanted = expression.strip()
    found = json_path(value, wanted)[0] if wanted.startswith("$") else jmes_path(value, wanted)
    return msgspec.json.format(text_of(found), indent=2)


def _words(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".") or type(error).__name__
