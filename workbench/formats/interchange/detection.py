"""What a file is, by its content; its name decides only where content says nothing."""

import re
from pathlib import PurePath
from typing import Any

from workbench.formats.interchange.bruno import is_bruno_json
from workbench.formats.interchange.documents import Plain, decoded, load, mapping, rows, text
from workbench.formats.interchange.har import is_har_request
from workbench.formats.interchange.hoppscotch import is_hoppscotch
from workbench.formats.interchange.opencollection import is_opencollection_item
from workbench.model.errors import FormatError

_BRU = re.compile(
    r"\s*(?:meta|get|post|put|delete|patch|options|head|http|vars(?::secret)?|headers|auth)\s*[{\[]\s*\n"
)
_CURL = re.compile(r"(?im)\A\s*(?:#[^\n]*\n\s*)*(?:\$\s+)?(?:[\w/.\\]*[/\\])?curl(?:\.exe)?[ \t]")
_HTTP = re.compile(r"(?m)^(?:###|(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|GRAPHQL)[ \t]+(?:https?://|\{\{|/|\w))")
_BY_SUFFIX = {".http": "http", ".rest": "http", ".bru": "bruno", ".har": "har", ".curl": "curl", ".sh": "curl"}


def detect(raw: bytes, file_name: str = "") -> str:
    """Return the format's name, one of `importing.FORMATS`; FormatError says why it cannot be told."""
    suffix = PurePath(file_name).suffix.lower()
    if suffix in (".http", ".rest", ".bru"):
        return _BY_SUFFIX[suffix]
    start = raw.lstrip(b"\xef\xbb\xbf \t\r\n\0")[:1]
    if not start:
        raise FormatError("The file is empty.", "Choose another one.")
    if start == b"<":
        raise FormatError(
            "This is XML or HTML (such as WSDL), which is not read.", "Export the collection as JSON or YAML."
        )
    if start not in (b"{", b"["):
        head = decoded(raw[: 1 << 20] if raw[:2] not in (b"\xff\xfe", b"\xfe\xff") else raw) if _is_text(raw) else ""
        for form, name in ((_CURL, "curl"), (_BRU, "bruno"), (_HTTP, "http")):
            if form.match(head) if name != "http" else form.search(head) and not _is_yaml(head):
                return name
    try:
        return _detected(load(raw), suffix)
    except FormatError:
        if start not in (b"{", b"[") and _is_text(raw) and _holds_commands(raw):
            return "curl"
        raise


def _holds_commands(raw: bytes) -> bool:
    """Other commands than curl are read as well: HTTPie's, `fetch(…)`, PowerShell's."""
    from workbench.formats.pasted.detecting import parse_pasted

    try:
        return bool(parse_pasted(decoded(raw)))
    except FormatError:
        return False


def _is_text(raw: bytes) -> bool:
    """Cut at a megabyte, a text may end within a character."""
    try:
        raw[: 1 << 20].decode()
    except UnicodeDecodeError as error:
        return len(raw) > 1 << 20 and error.start > (1 << 20) - 4
    return True


def _is_yaml(head: str) -> bool:
    """A YAML document may hold lines that look like requests."""
    return re.match(r"\s*(?:#[^\n]*\n\s*)*(?:---\s*\n\s*)?(?:\"?[\w$\-]+\"?):(?:\s|\Z)", head) is not None


def _detected(value: Any, suffix: str) -> str:
    document = mapping(value)
    for name, fits in _TESTS:
        if fits(document):
            return name
    if isinstance(value, list):
        listed = rows(value)
        if listed and all(is_har_request(each) for each in listed):
            return "har"
        if any(is_hoppscotch(each) for each in listed):
            return "hoppscotch"
    if suffix in _BY_SUFFIX:
        return _BY_SUFFIX[suffix]
    raise FormatError(
        "It cannot be told what this file is.",
        "Say it with --format, or export it anew: Postman 2.1, Insomnia, OpenCollection, Bruno, HAR, OpenAPI, .http.",
    )


def _is_insomnia(document: Plain) -> bool:
    return "__export_format" in document or ".insomnia.rest/" in text(document.get("type"))


def _is_postman(document: Plain) -> bool:
    inner = mapping(document.get("collection")) or mapping(document.get("environment")) or document
    has_items = isinstance(inner.get("item"), list) or (isinstance(inner.get("requests"), list) and "order" in inner)
    schema = text(mapping(inner.get("info")).get("schema"))
    return has_items or "getpostman.com" in schema or "schema.postman.com" in schema or _is_environment(inner)


def _is_environment(document: Plain) -> bool:
    values = document.get("values")
    named = "_postman_variable_scope" in document or "name" in document
    return isinstance(values, list) and named and all("key" in row for row in rows(values))


def _is_opencollection(document: Plain) -> bool:
    return "opencollection" in document or is_opencollection_item(document)


def _is_har(document: Plain) -> bool:
    entry = mapping(document.get("request"))
    return "entries" in mapping(document.get("log")) or is_har_request(document) or is_har_request(entry)


def _is_openapi(document: Plain) -> bool:
    return "openapi" in document or "swagger" in document


_TESTS = (
    ("insomnia", _is_insomnia),
    ("openapi", _is_openapi),
    ("opencollection", _is_opencollection),
    ("har", _is_har),
    ("postman", _is_postman),
    ("hoppscotch", is_hoppscotch),
    ("bruno", is_bruno_json),
)
