"""One value of an answer against one line of an assertion: what each operator means, and how it is said."""

import json
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from workbench.formats.bounded_patterns import search
from workbench.formats.json_query import ExactFloat, parse, text_of
from workbench.model.checks import UNARY, Assertion, Operator
from workbench.model.errors import FormatError, UsageError, WorkbenchError

SHOWN_CHARACTERS = 200


def compare(value: Any, assertion: Assertion, *, defined: bool) -> str:
    """Return why an assertion does not hold, as a sentence; empty where it does.

    UsageError where the line itself cannot be read: an operator nobody knows, a value that is no number.
    """
    try:
        operator = Operator(assertion.operator)
    except ValueError as error:
        raise UsageError(f"The operator {assertion.operator!r} is not known here.") from error
    if operator in (Operator.IS_DEFINED, Operator.IS_UNDEFINED):
        holds = defined is (operator is Operator.IS_DEFINED)
    elif operator in UNARY:
        holds = _UNARY[operator](value) and (defined or operator in (Operator.IS_EMPTY, Operator.IS_FALSY))
    else:
        holds = _BINARY[operator](value, assertion.value) if defined else operator in _HOLD_FOR_NOTHING
    return "" if holds else _sentence(value, operator, assertion, defined)


_HOLD_FOR_NOTHING = (Operator.DIFFERS, Operator.NOT_IN, Operator.NOT_CONTAINS, Operator.NOT_MATCHES)


def _sentence(value: Any, operator: Operator, assertion: Assertion, defined: bool) -> str:
    found = shown_value(value) if defined else "nothing"
    expected = "" if operator in UNARY else f" {assertion.value}"
    return f"Expected {assertion.expression} {operator}{expected}, found {found}."


def shown_value(value: Any) -> str:
    """Return a value of an answer as people read it; a long one is cut."""
    text = text_of(value)
    return text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "…"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _number(value: Any) -> Decimal | None:
    """Return an exact number; also of a text that is one."""
    if isinstance(value, bool):
        return None
    try:
        made = Decimal(value.text if isinstance(value, ExactFloat) else value)
    except (InvalidOperation, TypeError, ValueError):
        return None
    return made if made.is_finite() else None


def _wanted_number(text: str) -> Decimal:
    number = _number(text.strip())
    if number is None:
        raise UsageError(f"{text!r} is not a number.")
    return number


def _equals(value: Any, wanted: str) -> bool:
    text = wanted.strip()
    if isinstance(value, str):
        return value == wanted or value == _unquoted(text)
    if _is_number(value):
        number = _number(text)
        return number is not None and number == _number(value)
    try:
        return _same(value, parse(text.encode("utf-8", "surrogatepass")))
    except FormatError:
        return False


def _unquoted(text: str) -> str | None:
    """Return what stands between quotes, None where the text has none."""
    if len(text) < 2 or text[0] not in "\"'" or text[-1] != text[0]:
        return None
    if text[0] == "'":
        return text[1:-1]
    try:
        found = json.loads(text)
    except ValueError:
        return text[1:-1]
    return cast("str", found)


def _same(one: Any, other: Any) -> bool:
    """Return whether two JSON values are the same: numbers by their exact value, objects in any order."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if _is_number(one) and _is_number(other):
        return _number(one) == _number(other)
    if isinstance(one, dict) and isinstance(other, dict):
        left, right = cast("dict[str, Any]", one), cast("dict[str, Any]", other)
        return left.keys() == right.keys() and all(_same(left[key], right[key]) for key in left)
    if isinstance(one, list) and isinstance(other, list):
        first, second = cast("list[Any]", one), cast("list[Any]", other)
        return len(first) == len(second) and all(map(_same, first, second))
    return bool(one == other)


def _ordered(holds: Callable[[Decimal, Decimal], bool]) -> Callable[[Any, str], bool]:
    def compared(value: Any, wanted: str) -> bool:
        number = _number(value)
        return number is not None and holds(number, _wanted_number(wanted))

    return compared


def _listed(text: str) -> list[str]:
    """Return the texts of a list: JSON, or words with commas between them."""
    try:
        found = parse(text.encode("utf-8", "surrogatepass"))
    except WorkbenchError:
        found = None
    if isinstance(found, list):
        return [json.dumps(item) if isinstance(item, str) else text_of(item) for item in cast("list[Any]", found)]
    return [item.strip() for item in text.strip("[] ").split(",")]


def _in(value: Any, wanted: str) -> bool:
    return any(_equals(value, item) for item in _listed(wanted))


def _contains(value: Any, wanted: str) -> bool:
    if isinstance(value, str):
        unquoted = _unquoted(wanted.strip())
        return wanted in value or (unquoted is not None and unquoted in value)
    if isinstance(value, list):
        return any(_equals(item, wanted) for item in cast("list[Any]", value))
    return isinstance(value, dict) and (wanted in value or _unquoted(wanted) in value)


def _has_length(value: Any, wanted: str) -> bool:
    return isinstance(value, str | list | dict) and len(cast("Any", value)) == _wanted_number(wanted)


def _matches(value: Any, wanted: str) -> bool:
    pattern = wanted[1:-1] if len(wanted) > 2 and wanted[0] == wanted[-1] == "/" else wanted
    return search(pattern, _text(value))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else text_of(value)


def _edge(holds: Callable[[str, str], bool]) -> Callable[[Any, str], bool]:
    def compared(value: Any, wanted: str) -> bool:
        unquoted = _unquoted(wanted.strip())
        return holds(_text(value), wanted if unquoted is None else unquoted)

    return compared


def _between(value: Any, wanted: str) -> bool:
    ends = [_wanted_number(item) for item in _listed(wanted)]
    if len(ends) != 2:
        raise UsageError(f"{wanted!r} are not two numbers.", "Write them like 1, 10.")
    number = _number(value)
    return number is not None and ends[0] <= number <= ends[1]


def _not(holds: Callable[[Any, str], bool]) -> Callable[[Any, str], bool]:
    return lambda value, wanted: not holds(value, wanted)


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str | list | dict) and not value)


def _is_truthy(value: Any) -> bool:
    """As JavaScript has it: lists and objects are true, also empty ones."""
    return isinstance(value, list | dict) or bool(cast("object", value))


def _is_json(value: Any) -> bool:
    if isinstance(value, str):
        try:
            value = parse(value.encode("utf-8", "surrogatepass"))
        except WorkbenchError:
            return False
    return isinstance(value, list | dict)


_UNARY: dict[Operator, Callable[[Any], bool]] = {
    Operator.IS_EMPTY: _is_empty,
    Operator.IS_NOT_EMPTY: lambda value: not _is_empty(value),
    Operator.IS_NULL: lambda value: value is None,
    Operator.IS_TRUTHY: _is_truthy,
    Operator.IS_FALSY: lambda value: not _is_truthy(value),
    Operator.IS_JSON: _is_json,
    Operator.IS_NUMBER: _is_number,
    Operator.IS_STRING: lambda value: isinstance(value, str),
    Operator.IS_BOOLEAN: lambda value: isinstance(value, bool),
    Operator.IS_ARRAY: lambda value: isinstance(value, list),
}

_BINARY: dict[Operator, Callable[[Any, str], bool]] = {
    Operator.EQUALS: _equals,
    Operator.DIFFERS: _not(_equals),
    Operator.GREATER: _ordered(lambda one, other: one > other),
    Operator.GREATER_OR_EQUAL: _ordered(lambda one, other: one >= other),
    Operator.LESS: _ordered(lambda one, other: one < other),
    Operator.LESS_OR_EQUAL: _ordered(lambda one, other: one <= other),
    Operator.IN: _in,
    Operator.NOT_IN: _not(_in),
    Operator.CONTAINS: _contains,
    Operator.NOT_CONTAINS: _not(_contains),
    Operator.LENGTH: _has_length,
    Operator.MATCHES: _matches,
    Operator.NOT_MATCHES: _not(_matches),
    Operator.STARTS_WITH: _edge(str.startswith),
    Operator.ENDS_WITH: _edge(str.endswith),
    Operator.BETWEEN: _between,
}
