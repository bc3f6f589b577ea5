"""Answers with values of the request in them: Jinja2 in its sandbox, with an end to time and to output.

    {{ method }} {{ path }} {{ query.name }} {{ headers["X-Id"] }} {{ json.data.id }} {{ form.From }} {{ body }}
    {{ count }}   how many requests the endpoint had, this one included
    {{ uuid }} {{ random }}   drawn from the endpoint's seed and the count, so the same every time

The sandbox keeps a template from Python; what could take memory without end in a single step (powers, padded formats,
doubled texts and lists) is refused, and loops end at a deadline.
"""

import random
import sys
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import FrameType
from typing import Any, cast

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from workbench.model.errors import UsageError
from workbench.providers.subject import Subject

TIME_LIMIT_S = 0.25
OUTPUT_LIMIT_CHARACTERS = 1024 * 1024
TEXT_LIMIT = 100_000
NUMBER_LIMIT = 10**18
_SWELLING = {"center", "ljust", "rjust", "zfill", "expandtabs", "format", "format_map", "replace", "join"}
_FILTERS = (
    "abs default d e escape first float int items last length list lower map max min reject rejectattr"
    " reverse round safe select selectattr sort string title tojson trim truncate unique upper urlencode"
)
_REFUSED = {
    nodes.Concat: "~ is not for templates: use +",
    nodes.Macro: "macros are not for answers",
    nodes.CallBlock: "call blocks are not for answers",
    nodes.AssignBlock: "a block cannot be set: use {% set name = value %}",
    nodes.FilterBlock: "filter blocks are not for answers",
    nodes.Include: "other files are not read",
    nodes.Import: "other files are not read",
    nodes.FromImport: "other files are not read",
    nodes.Extends: "other files are not read",
}


class _Environment(ImmutableSandboxedEnvironment):
    intercepted_binops = frozenset(("*", "**", "%", "+"))

    def __init__(self) -> None:
        super().__init__(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True)
        mine = cast("Any", self)
        mine.filters = {name: mine.filters[name] for name in _FILTERS.split()}
        mine.globals = {"range": mine.globals["range"], "dict": dict}

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        if isinstance(obj, str) and attr in _SWELLING:
            return False
        return super().is_safe_attribute(obj, attr, value)

    def wrap_str_format(self, value: Any) -> None:
        """Leave `str.format` to `is_safe_attribute`: the sandbox would let any width through."""

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if operator == "**" or (operator == "%" and isinstance(left, str)):
            raise TemplateError(f"{operator} is not for templates")
        if isinstance(left, list | tuple) or isinstance(right, list | tuple):
            raise TemplateError(f"{operator} is not for lists")
        if operator == "*" and (isinstance(left, str) or isinstance(right, str)):
            raise TemplateError("a text cannot be multiplied")
        if operator == "+" and isinstance(left, str) and isinstance(right, str):
            _refuse_over(len(left) + len(right))
        result = super().call_binop(context, operator, left, right)
        if isinstance(result, int) and abs(result) > NUMBER_LIMIT:
            raise TemplateError("a number became too large")
        return result


def _refuse_over(size: int) -> None:
    if size > TEXT_LIMIT:
        raise TemplateError(f"a text of {size:,} characters is too long")


_ENVIRONMENT = _Environment()


@dataclass(frozen=True, slots=True)
class Values:
    """What a template may use."""

    subject: Subject
    count: int
    seed: int

    def mapping(self) -> Mapping[str, Any]:
        drawn = random.Random(f"template/{self.seed}/{self.count}")
        subject = self.subject
        return {
            "method": subject.method,
            "path": subject.target.partition("?")[0],
            "query": subject.query,
            "headers": _Headers(subject),
            "json": subject.tree,
            "form": dict(reversed(subject.form)),
            "body": subject.body.decode("utf-8", "replace"),
            "count": self.count,
            "uuid": str(uuid.UUID(int=drawn.getrandbits(128), version=4)),
            "random": drawn.random(),
        }


class _Headers:
    """Headers by name, in any case."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject

    def __getitem__(self, name: str) -> str:
        value = self._subject.header(name.lower())
        if value is None:
            raise LookupError(f"the request has no header {name}")
        return value


@lru_cache(maxsize=256)
def read_template(text: str) -> Template:
    """Return a template ready to render; UsageError names the line that is wrong."""
    try:
        for node in _ENVIRONMENT.parse(text).find_all(tuple(_REFUSED)):
            raise TemplateSyntaxError(_REFUSED[type(node)], node.lineno)
        return _ENVIRONMENT.from_string(text)
    except TemplateError as error:
        line = getattr(error, "lineno", None)
        raise UsageError(f"The template is wrong{f' in line {line}' if line else ''}: {error.message}.") from error


def render(text: str, values: Values) -> str:
    """Return the rendered text; UsageError where it cannot be, takes too long or becomes too long. Blocks."""
    template = read_template(text)
    pieces: list[str] = []
    size = 0
    deadline = time.monotonic() + TIME_LIMIT_S
    before = sys.gettrace()
    sys.settrace(_ends_at(deadline))
    try:
        for piece in template.generate(values.mapping()):
            size += len(piece)
            if size > OUTPUT_LIMIT_CHARACTERS:
                raise UsageError(f"The template makes more than {OUTPUT_LIMIT_CHARACTERS:,} characters.")
            pieces.append(piece)
    except UsageError:
        raise
    except Exception as error:  # A template may fail in any way Python can; each is the template's fault.
        raise UsageError(f"The template cannot be filled in: {str(error).rstrip('.')}.") from error
    finally:
        sys.settrace(before)
    return "".join(pieces)


def _ends_at(deadline: float) -> Any:
    """Return a trace function that ends this thread's template: nothing else stops a loop without output."""

    def trace(frame: FrameType, event: str, arg: Any) -> Any:
        if time.monotonic() > deadline:
            raise UsageError(f"The template takes longer than {TIME_LIMIT_S:g} seconds.")
        return trace

    return trace
