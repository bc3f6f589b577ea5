"""A URL and the tables beside it: query pairs and path parameters, exactly as typed. No Qt."""

import re
from collections.abc import Sequence
from urllib.parse import quote_plus

from workbench.model.collection import Field

_PATH_NAME = re.compile(r"(?<=/):([A-Za-z_][\w\-]*)(?=/|$)")


def split_url(url: str) -> tuple[str, tuple[Field, ...]]:
    """Return a URL without its query, and the query's pairs exactly as typed."""
    before, _, query = url.partition("?")
    query = query.split("#", 1)[0]
    pairs = tuple(Field(*_pair(item)) for item in query.split("&") if item) if query else ()
    return before, pairs


def path_names(url: str) -> tuple[str, ...]:
    """Return the names of `:name` segments of the path in order; a port is none."""
    before = url.partition("?")[0].partition("#")[0]
    scheme, mark, rest = before.partition("://")
    path = (rest if mark else scheme).partition("/")
    return tuple(dict.fromkeys(_PATH_NAME.findall(f"/{path[2]}")))


def path_fields(url: str, known: Sequence[Field]) -> tuple[Field, ...]:
    """Return a row for each path parameter of a URL, with the values known so far."""
    values = {field.name: field.value for field in known}
    return tuple(Field(name, values.get(name, "")) for name in path_names(url))


def _pair(item: str) -> tuple[str, str]:
    name, _, value = item.partition("=")
    return name, value


def join_url(url: str, params: tuple[Field, ...]) -> str:
    """Return a URL with these enabled pairs for its query; the fragment stays."""
    before, _, rest = url.partition("?")
    base, hash_mark, fragment = before.partition("#") if not rest else (before, *rest.partition("#")[1:])
    query = "&".join(_joined(param) for param in params if param.enabled)
    return base + (f"?{query}" if query else "") + hash_mark + fragment


def _joined(param: Field) -> str:
    """Return a pair for a query: marks that would end it are quoted, everything else stays as typed."""
    name, value = (part.translate(_QUOTED) for part in (param.name, param.value))
    return f"{name}={value}" if value or "=" in param.name else name


_QUOTED = {ord(mark): quote_plus(mark) for mark in "&#"}
