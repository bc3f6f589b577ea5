"""Answers with values of the request in them: Jinja2 in a sandbox, with an end to time, memory and output.

    {{ method }} {{ path }} {{ query.name }} {{ headers["X-Id"] }} {{ json.data.id }} {{ form.From }} {{ body }}
    {{ count }}   how many requests the endpoint had, this one included
    {{ uuid }} {{ random }}   drawn from the endpoint's seed and the count, so the same every time

`template_sandbox` says what a template may do. The values that it names are made before its clock starts.
"""

import random
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from jinja2 import Template, TemplateError

from workbench.engine import template_filters, template_sandbox
from workbench.engine.template_filters import SANDBOX
from workbench.engine.template_sandbox import (
    HeaderValues,
    check_syntax,
    grant_allowance,
    with_counted_literals,
)
from workbench.engine.time_limit import time_limit
from workbench.model.errors import UsageError
from workbench.providers.subject import Subject

TIME_LIMIT_S = 0.25
OUTPUT_LIMIT_CHARACTERS = 1024 * 1024
TEMPLATE_LIMIT_CHARACTERS = 100_000
BODY_LIMIT_BYTES = 1024 * 1024
"""The largest body that a template may look into."""

_LONE_SURROGATE = re.compile("[\ud800-\udc7f\udd00-\udfff]")
"""Those of the body's bytes that were no UTF-8 are between: they go out as they came in."""

_FILE = "<template>"
"""What Jinja calls the file of a template that is in none."""

_FILES = (_FILE, template_sandbox.__file__, template_filters.__file__)


@dataclass(frozen=True, slots=True)
class Values:
    """What a template may use."""

    subject: Subject
    count: int
    seed: int

    def of(self, names: frozenset[str]) -> dict[str, Any]:
        """Return the values with these names; UsageError where the body is too large to look into."""
        if names & {"json", "form", "body"} and (size := len(self.subject.body)) > BODY_LIMIT_BYTES:
            raise UsageError(
                f"The body of {size:,} bytes is over the {BODY_LIMIT_BYTES:,} that a template looks into."
            )
        drawn = random.Random(f"template/{self.seed}/{self.count}")
        drawn_uuid, drawn_number = str(uuid.UUID(int=drawn.getrandbits(128), version=4)), drawn.random()
        made = {"count": self.count, "uuid": drawn_uuid, "random": drawn_number}
        return {name: made[name] if name in made else _OF_SUBJECT[name](self.subject) for name in names}


_OF_SUBJECT: dict[str, Callable[[Subject], Any]] = {
    "method": lambda subject: subject.method,
    "path": lambda subject: subject.target.partition("?")[0],
    "query": lambda subject: subject.query,
    "headers": lambda subject: HeaderValues(subject.header),
    "json": lambda subject: subject.tree,
    "form": lambda subject: dict(reversed(subject.form)),
    "body": lambda subject: subject.body.decode("utf-8", "replace"),
}
VALUES = frozenset((*_OF_SUBJECT, "count", "uuid", "random"))


@dataclass(frozen=True, slots=True)
class ReadyTemplate:
    """A template that was read and checked, and the values it names."""

    template: Template
    names: frozenset[str]


@lru_cache(maxsize=256)
def read_template(text: str) -> ReadyTemplate:
    """Return a template ready to render; UsageError says what is wrong and in which line, whatever the text is."""
    if len(text) > TEMPLATE_LIMIT_CHARACTERS:
        raise UsageError(f"The template has more than {TEMPLATE_LIMIT_CHARACTERS:,} characters.")
    try:
        tree = SANDBOX.parse(text)
        names = check_syntax(tree, VALUES)
        return ReadyTemplate(SANDBOX.from_string(cast("Any", with_counted_literals(tree))), names)
    except TemplateError as error:
        line = getattr(error, "lineno", None)
        raise UsageError(
            f"The template is wrong{f' in line {line}' if line else ''}: {str(error.message).rstrip('.')}."
        ) from error
    except RecursionError as error:
        raise UsageError("The template is wrong: it is nested too deeply.") from error
    except Exception as error:  # Jinja and Python's compiler fail in ways of their own: a number of 5000 digits.
        raise UsageError(f"The template is wrong: {str(error)[:200].rstrip('.')}.") from error


def render(text: str, values: Values) -> str:
    """Return the rendered text; UsageError where it cannot be, takes too long or becomes too long. Blocks."""
    ready = read_template(text)
    given = values.of(ready.names)
    pieces: list[str] = []
    size = 0
    grant_allowance()
    try:
        with time_limit(TIME_LIMIT_S, _too_long, files=_FILES, lines_of=_FILE):
            for piece in ready.template.generate(given):
                size += len(piece)
                if size > OUTPUT_LIMIT_CHARACTERS:
                    raise UsageError(f"The template makes more than {OUTPUT_LIMIT_CHARACTERS:,} characters.")
                pieces.append(piece)
    except UsageError:
        raise
    except Exception as error:  # A template may fail in any way Python can; each is the template's fault.
        raise UsageError(f"The template cannot be filled in: {str(error)[:300].rstrip('.')}.") from error
    return _LONE_SURROGATE.sub("\ufffd", "".join(pieces))


def _too_long() -> UsageError:
    return UsageError(f"The template takes longer than {TIME_LIMIT_S:g} seconds.")
