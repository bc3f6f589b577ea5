"""What a request line is made of: methods, and queries of formats that keep them apart from the URL."""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from workbench.formats.interchange.imported import Losses
from workbench.model.collection import Field

_VARIABLE = re.compile(r"(\{\{[^{}\n]*\}\}|\{%[^%{\n]{0,500}%\})")
_SAFE = "-._~:/?@,;!$'()*[]%"
"""What stands in a query as it is; `%` too, since a row may be encoded already."""

_METHOD = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~\-]+\Z")
"""RFC 9110: a token."""


def read_method(value: Any, losses: Losses) -> str:
    """Return a method; GET, reported, where there is none or what cannot be one."""
    if isinstance(value, str) and (_METHOD.match(value.strip()) or "{{" in value):
        return value.strip()
    said = f"“{value}” is no method" if isinstance(value, str) and value.strip() else "No method is said"
    losses.add(f"{said}: GET is taken.")
    return "GET"


def with_query(url: str, rows: Iterable[Field], *, encode: bool = True) -> str:
    """Return a URL with the enabled rows added to its query, before a fragment."""
    base, mark, fragment = url.partition("#")
    added = "&".join(query_text(row, encode=encode) for row in rows if row.enabled and (row.name or row.value))
    if not added:
        return url
    joint = "" if base.endswith(("?", "&")) else "&" if "?" in base else "?"
    return base + joint + added + mark + fragment


def query_text(row: Field, *, encode: bool = True) -> str:
    """Return `name=value` as a query has it; `{{variables}}` stay as they are."""
    return f"{query_encoded(row.name)}={query_encoded(row.value)}" if encode else f"{row.name}={row.value}"


def query_encoded(text: str) -> str:
    """Return text as it may stand in a query."""
    parts = _VARIABLE.split(text)
    return "".join(part if at % 2 else quote(part, safe=_SAFE) for at, part in enumerate(parts))


def query_rows(url: str) -> list[Field]:
    """Return the query of a URL as rows, undecoded."""
    query = url.partition("#")[0].partition("?")[2]
    pairs = [pair.partition("=") for pair in query.split("&") if pair]
    return [Field(name, value) for name, _, value in pairs]
