"""Answers checked line by line, and values taken out of them: `model.checks` at work.

    res.status        eq       200          the status is the number 200
    header.ETag       isDefined
    $.items[*].id     contains "a-1"        quotes make it text, and nothing else
    $.total           eq       10.50        numbers compare as numbers, exactly: 10.5 is the same

What is compared has a type. A JSON number equals a number only, a JSON text equals the line's value as it is written
(or quoted), `true`, `false` and `null` are themselves; objects and lists are written as JSON.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import Message
from functools import cached_property
from typing import Any

from workbench.engine.comparing_values import compare, shown_value
from workbench.formats.encoding import decoded
from workbench.formats.json_query import filter_body, json_path, parse, text_of
from workbench.model.checks import Assertion, CheckResult, Taking
from workbench.model.delivery import Attempt
from workbench.model.errors import UsageError, WorkbenchError
from workbench.model.message import Response, readable
from workbench.model.template import placeholders

__all__ = ["UNDEFINED", "Answer", "check", "filter_body", "take", "taken", "value_of"]

_STEP = re.compile(r"""\.?([^.\[\]'"]+)|\[(\d+)\]|\[(?:"([^"]*)"|'([^']*)')\]""")
_BRUNO = {"statusText": "reason", "responseTime": "time", "status": "status", "body": "body", "size": "size"}


class _Undefined:
    """What an expression finds that finds nothing."""

    def __repr__(self) -> str:
        return "undefined"


UNDEFINED = _Undefined()


class Answer:
    """An answer as expressions see it; its body is decoded and parsed once."""

    def __init__(self, response: Response, elapsed_us: int = 0) -> None:
        self.response = response
        self.elapsed_us = elapsed_us

    @classmethod
    def of(cls, attempt: Attempt) -> "Answer":
        """Return the answer of an attempt; UsageError where none came."""
        if attempt.response is None:
            raise UsageError(attempt.failure.message if attempt.failure else "No answer came.")
        return cls(attempt.response, attempt.timings.total_us)

    @cached_property
    def content(self) -> bytes:
        """The body after its Content-Encoding."""
        return decoded(self.response.body.read(), self.response.headers.get("content-encoding")).content

    @cached_property
    def text(self) -> str:
        """The body as text in the charset it names, else UTF-8."""
        message = Message()
        message["content-type"] = self.response.head.content_type
        try:
            return self.content.decode(str(message.get_param("charset", "utf-8")), "replace")
        except LookupError:
            return self.content.decode("utf-8", "replace")

    @cached_property
    def json(self) -> Any:
        """The body as JSON, numbers exact; FormatError where it is none."""
        return parse(self.content)


def value_of(answer: Answer, expression: str) -> Any:
    """Return the part of an answer that an expression names, `UNDEFINED` where it has none.

    Texts, exact numbers, lists and dictionaries of JSON; a path that may find many gives a list. UsageError where
    the expression is none, FormatError where it looks into a body that is not JSON.
    """
    wanted = expression.strip()
    if wanted.startswith("$"):
        return _found(answer, wanted)
    if wanted.startswith("res."):
        return _of_bruno(answer, wanted)
    name, _, rest = wanted.partition(".")
    match name:
        case "header" if rest:
            return _header(answer, rest)
        case "status" | "reason" | "size" | "time" | "body" if not rest:
            return _part(answer, name)
        case _:
            raise UsageError(
                f"{expression!r} names no part of an answer.",
                "Write status, reason, header.NAME, body, size, time, or a JSONPath such as $.id.",
            )


def _part(answer: Answer, name: str) -> Any:
    match name:
        case "status":
            return answer.response.status
        case "reason":
            return answer.response.reason
        case "size":
            return len(answer.content)
        case "time":
            return answer.elapsed_us // 1000
        case _:
            return answer.text


def _header(answer: Answer, name: str) -> Any:
    values = answer.response.headers.all(name)
    return readable(", ".join(values)) if values else UNDEFINED


def _found(answer: Answer, path: str) -> Any:
    found, may_be_many = json_path(answer.json, path)
    if may_be_many:
        return found
    return found[0] if found else UNDEFINED


def _of_bruno(answer: Answer, expression: str) -> Any:
    """Return what Bruno's words name: `res.body.items[0].id`, `res.headers.etag`, `res.responseTime`."""
    steps = _steps(expression)
    name, rest = (steps[1], steps[2:]) if len(steps) > 1 else ("", [])
    if name == "headers" and len(rest) == 1:
        return _header(answer, str(rest[0]))
    if name == "body":
        return _walked(answer, rest)
    if name in _BRUNO and not rest:
        return _part(answer, _BRUNO[str(name)])
    raise UsageError(f"{expression!r} names no part of an answer.", "For example res.status or res.body.id.")


def _steps(expression: str) -> list[str | int]:
    steps: list[str | int] = []
    position = 0
    while position < len(expression):
        match = _STEP.match(expression, position)
        if match is None:
            raise UsageError(f"{expression!r} cannot be read at {expression[position:]!r}.")
        name, index, double, single = match.groups()
        steps.append(int(index) if index else next(each for each in (name, double, single) if each is not None))
        position = match.end()
    return steps


def _walked(answer: Answer, steps: Sequence[str | int]) -> Any:
    """Return what lies that deep in the body; the body itself is JSON where it can be, else text."""
    try:
        value = answer.json
    except WorkbenchError:
        if steps:
            raise
        return answer.text
    for step in steps:
        if isinstance(value, dict) and str(step) in value:
            value = value[str(step)]  # pyright: ignore[reportUnknownVariableType]
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):  # pyright: ignore[reportUnknownArgumentType]
            value = value[step]  # pyright: ignore[reportUnknownVariableType]
        else:
            return UNDEFINED
    return value  # pyright: ignore[reportUnknownVariableType]


def check(answer: Answer, assertions: Sequence[Assertion]) -> tuple[CheckResult, ...]:
    """Return what came of each assertion that is switched on; one that cannot be read does not hold."""
    return tuple(_checked(answer, assertion) for assertion in assertions if assertion.enabled)


def _checked(answer: Answer, assertion: Assertion) -> CheckResult:
    try:
        value = value_of(answer, assertion.expression)
        problem = compare(None if value is UNDEFINED else value, assertion, defined=value is not UNDEFINED)
    except WorkbenchError as error:
        return CheckResult(assertion, False, error.message)
    return CheckResult(assertion, not problem, problem, "nothing" if value is UNDEFINED else shown_value(value))


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of taking one value."""

    taking: Taking
    value: str | None
    """None where there was nothing to take."""
    problem: str = ""


def take(answer: Answer, takings: Sequence[Taking]) -> tuple[Taken, ...]:
    """Return what is taken of an answer; what cannot be had is a sentence and no value.

    A value that holds `{{…}}` is not taken into a file, where it would be read as a template when it is next used.
    """
    return tuple(_taken(answer, taking) for taking in takings if taking.enabled)


def _taken(answer: Answer, taking: Taking) -> Taken:
    try:
        value = taken(answer, taking.expression)
        if taking.scope != "runtime" and any(placeholders(value)):
            why = f"its value holds {{{{…}}}}, which would be read as a variable from the {taking.scope}."
            return Taken(taking, None, f"{taking.name} was not taken: {why} Take it at runtime.")
        return Taken(taking, value)
    except WorkbenchError as error:
        return Taken(taking, None, f"{taking.name} was not taken: {error.message}")


def taken(answer: Answer, expression: str) -> str:
    """Return a part of an answer as a variable's text: a text as it is, anything else as JSON, numbers exact.

    Of a path that finds one value of many it could, that one. UsageError where there is none.
    """
    value = value_of(answer, expression)
    if expression.strip().startswith("$") and isinstance(value, list):
        found, may_be_many = json_path(answer.json, expression.strip())
        if may_be_many:
            value = UNDEFINED if not found else found[0] if len(found) == 1 else found
    if value is UNDEFINED:
        raise UsageError(f"The answer has no {expression}.")
    return value if isinstance(value, str) else text_of(value)
