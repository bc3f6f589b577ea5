"""URLs of Postman collections: a text, or an object with the text and its parts, of which either may be absent."""

from typing import Any

from workbench.formats.interchange.documents import Plain, mapping, rows, sequence, text
from workbench.model.collection import Field


def read_url(value: Any) -> tuple[str, list[Field], list[Field]]:
    """Return the URL with its enabled query, the switched-off query rows, and the path parameters."""
    if not isinstance(value, dict):
        return text(value), [], []
    url = mapping(value)
    address = text(url.get("raw")) or _address(url)
    address, hash_mark, fragment = address.partition("#")
    base, _, raw_query = address.partition("?")
    fragment = fragment or text(url.get("hash"))
    query = _query_rows(url.get("query"))
    shown = _query_text([row for row in query if row.enabled]) if query or url.get("query") == [] else raw_query
    whole = base + (f"?{shown}" if shown else "") + (f"#{fragment}" if hash_mark or fragment else "")
    path = [Field(text(row.get("key") or row.get("id")), text(row.get("value"))) for row in _path_rows(url)]
    return whole, [row for row in query if not row.enabled], path


def _query_rows(value: Any) -> list[Field]:
    if isinstance(value, str):
        pairs = [pair.partition("=") for pair in value.split("&") if pair]
        return [Field(name, rest if mark else "") for name, mark, rest in pairs]
    return [_query_row(row) for row in rows(value) if text(row.get("key")) or text(row.get("value"))]


_NO_VALUE = "\0"


def _query_row(row: Plain) -> Field:
    """A row without a value is `?key`, and one with an empty value `?key=`."""
    value = row.get("value")
    if row.get("disabled"):
        return Field(text(row.get("key")), text(value), enabled=False)
    return Field(text(row.get("key")), _NO_VALUE if value is None else text(value))


def _query_text(query: list[Field]) -> str:
    return "&".join(row.name if row.value == _NO_VALUE else f"{row.name}={row.value}" for row in query)


def _path_rows(url: Plain) -> list[Plain]:
    return [row for row in rows(url.get("variable")) if text(row.get("key") or row.get("id"))]


def _address(url: Plain) -> str:
    """Put an address together from its parts, as Postman's own library does."""
    protocol = text(url.get("protocol")).removesuffix("://").removesuffix(":")
    host = ".".join(map(text, sequence(url.get("host")))) or _unlisted(url.get("host"))
    auth = mapping(url.get("auth"))
    user = ":".join(part for part in (text(auth.get("user")), text(auth.get("password"))) if part)
    port = text(url.get("port"))
    path = "/".join(_segment(part) for part in sequence(url.get("path"))) or _unlisted(url.get("path")).lstrip("/")
    address = f"{protocol}://" if protocol else ""
    address += (f"{user}@" if user else "") + host + (f":{port}" if port else "")
    return address + (f"/{path}" if path else "")


def _unlisted(value: Any) -> str:
    return text(value) if isinstance(value, str) else ""


def _segment(part: Any) -> str:
    return text(part) if not isinstance(part, dict) else text(mapping(part).get("value"))
