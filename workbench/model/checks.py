"""What is asked of an answer, and what is taken out of it: lines, not scripts.

An expression names a part of the answer: `status`, `reason`, `header.NAME`, `body` (the text), `size` (bytes),
`time` (milliseconds to the last byte), or a JSONPath (RFC 9535) that begins with `$` and looks into a JSON body.
`res.status`, `res.body.a.b`, `res.headers.NAME` and `res.responseTime`, Bruno's words, mean the same.
"""

from dataclasses import dataclass
from enum import StrEnum


class Operator(StrEnum):
    """How a part is compared with the expected value; the values are Bruno's words."""

    EQUALS = "eq"
    DIFFERS = "neq"
    GREATER = "gt"
    GREATER_OR_EQUAL = "gte"
    LESS = "lt"
    LESS_OR_EQUAL = "lte"
    IN = "in"
    NOT_IN = "notIn"
    CONTAINS = "contains"
    NOT_CONTAINS = "notContains"
    LENGTH = "length"
    MATCHES = "matches"
    NOT_MATCHES = "notMatches"
    STARTS_WITH = "startsWith"
    ENDS_WITH = "endsWith"
    BETWEEN = "between"
    IS_EMPTY = "isEmpty"
    IS_NOT_EMPTY = "isNotEmpty"
    IS_NULL = "isNull"
    IS_UNDEFINED = "isUndefined"
    IS_DEFINED = "isDefined"
    IS_TRUTHY = "isTruthy"
    IS_FALSY = "isFalsy"
    IS_JSON = "isJson"
    IS_NUMBER = "isNumber"
    IS_STRING = "isString"
    IS_BOOLEAN = "isBoolean"
    IS_ARRAY = "isArray"


UNARY = frozenset(operator for operator in Operator if operator.value.startswith("is"))
"""Operators that need no value."""


@dataclass(frozen=True, slots=True)
class Assertion:
    """One line that must hold. `operator` is kept as it was written, also where we do not know it."""

    expression: str
    operator: str = Operator.EQUALS
    value: str = ""
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Taking:
    """A value taken from an answer into a variable, for the requests that follow."""

    name: str
    expression: str
    scope: str = "runtime"
    """`runtime`, `environment` or `collection`: runtime values are forgotten at the end."""
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What came of one assertion."""

    assertion: Assertion
    passed: bool
    message: str = ""
    """Expected and found, as a sentence; empty where it holds."""
    found: str | None = None
    """What the answer had there, as text; None where it could not be looked at."""
