"""Fills in the text of a program.

Templates are Jinja's, with `«…»` for values and `%%` before statements: no language uses either. A value is put in as
it is: what makes a literal of a text is the language's module.
"""

import base64
import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment, Template


_STATEMENT = re.compile(r"(?m)^%% (.*)$")


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, StrictUndefined

    return Environment(
        variable_start_string="«",
        variable_end_string="»",
        block_start_string="<%%",
        block_end_string="%%>",
        comment_start_string="<%#",
        comment_end_string="#%>",
        trim_blocks=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # Programs are no HTML.
    )


@cache
def _template(text: str) -> "Template":
    # Jinja's own line statements swallow the blank lines before them.
    return _environment().from_string(_STATEMENT.sub(r"<%% \1 %%>", text))


def rendered(template: str, **values: Any) -> str:
    """Return the template filled in; `template` is one of the few that the languages' modules hold."""
    return _template(template).render(**values)


def text_of(content: bytes) -> str | None:
    """Return what is fit to stand as text in a program, or None for bytes that are not."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return None
    strange = sum(1 for mark in text if mark < " " and mark not in "\t\r\n") if not text.isprintable() else 0
    return None if strange > len(text) // 8 else text


def base64_of(content: bytes) -> str:
    """Return the bytes in base64, on one line."""
    return base64.b64encode(content).decode("ascii")


def json_literal(text: str, *, ascii_only: bool = False) -> str:
    """Return a text in double quotes with the escapes that JSON shares with many languages."""
    written = json.dumps(text, ensure_ascii=ascii_only)
    for mark in ("\u007f", "\u2028", "\u2029", "\ufeff", "\u0085"):
        written = written.replace(mark, f"\\u{ord(mark):04x}")
    return written
