"""What a body is: by its Content-Type, and by a look at its first bytes where the type is missing or too general."""

import re
from enum import StrEnum

from workbench.formats.json_lines import is_lines
from workbench.formats.json_web_token import is_token

LOOK_BYTES = 64 * 1024


class Kind(StrEnum):
    """What a body is."""

    EMPTY = "empty"
    JSON = "json"
    JSON_LINES = "json lines"
    TOKEN = "token"
    GRAPHQL = "graphql"
    MESSAGE_PACK = "messagepack"
    PROTOBUF = "protobuf"
    XML = "xml"
    HTML = "html"
    FORM = "form"
    MULTIPART = "multipart"
    JAVASCRIPT = "javascript"
    YAML = "yaml"
    CSV = "csv"
    TEXT = "text"
    IMAGE = "image"
    BINARY = "binary"


_BY_TYPE = {
    "text/html": Kind.HTML,
    "application/xhtml+xml": Kind.HTML,
    "application/x-www-form-urlencoded": Kind.FORM,
    "application/javascript": Kind.JAVASCRIPT,
    "text/javascript": Kind.JAVASCRIPT,
    "application/yaml": Kind.YAML,
    "application/x-yaml": Kind.YAML,
    "text/yaml": Kind.YAML,
    "text/csv": Kind.CSV,
    "image/svg+xml": Kind.XML,
    **dict.fromkeys(("application/x-ndjson", "application/ndjson", "application/jsonl"), Kind.JSON_LINES),
    **dict.fromkeys(("application/x-jsonlines", "application/json-seq"), Kind.JSON_LINES),
    **dict.fromkeys(("application/msgpack", "application/x-msgpack"), Kind.MESSAGE_PACK),
    "application/vnd.msgpack": Kind.MESSAGE_PACK,
    **dict.fromkeys(("application/protobuf", "application/x-protobuf"), Kind.PROTOBUF),
    "application/vnd.google.protobuf": Kind.PROTOBUF,
    "application/jwt": Kind.TOKEN,
    "application/graphql": Kind.GRAPHQL,
}
_IMAGES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"BM", b"\x00\x00\x01\x00")
_TOO_GENERAL = ("", "text/plain", "application/octet-stream", "binary/octet-stream")
_FORM = re.compile(rb"[A-Za-z0-9_.\-\[\]%]+=[A-Za-z0-9_.\-+%*!'()~:/,;@$\[\]]*(&[A-Za-z0-9_.\-\[\]%]+=[^&\s]*)*")


def media_type(content_type: str) -> str:
    """Return a Content-Type without its parameters, in lower case."""
    return content_type.split(";", 1)[0].strip().lower()


def kind_of(content_type: str, content: bytes) -> Kind:
    """Return what a decoded body is."""
    if not content:
        return Kind.EMPTY
    if is_image(content):
        return Kind.IMAGE
    declared = _declared(media_type(content_type))
    if declared is Kind.JSON and is_lines(content[:LOOK_BYTES]):
        return Kind.JSON_LINES
    if declared is not None and not (declared is Kind.FORM and content.lstrip()[:1] in (b"{", b"[")):
        return declared
    return _sniffed(content[:LOOK_BYTES])


def is_image(content: bytes) -> bool:
    """True for the formats that windows can paint."""
    return content.startswith(_IMAGES[:4]) or (content[:4] == b"RIFF" and content[8:12] == b"WEBP")


def _declared(name: str) -> Kind | None:
    subtype = name.rpartition("/")[2]
    if name in _BY_TYPE:
        return _BY_TYPE[name]
    if subtype.endswith("+jwt"):
        return Kind.TOKEN
    if subtype.endswith("json") or "json" in subtype.split("+"):
        return Kind.JSON
    if subtype == "xml" or subtype.endswith("+xml"):
        return Kind.XML
    if name.startswith("multipart/"):
        return Kind.MULTIPART
    if name.startswith("text/") and name not in _TOO_GENERAL:
        return Kind.TEXT
    return None


def _sniffed(start: bytes) -> Kind:
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not is_text(start):
        return Kind.BINARY
    if text[:1] in (b"{", b"["):
        return Kind.JSON_LINES if is_lines(start) else Kind.JSON
    if is_token(start):
        return Kind.TOKEN
    lower = text[:200].lower()
    if lower.startswith((b"<!doctype html", b"<html")):
        return Kind.HTML
    if text.startswith(b"<"):
        return Kind.XML
    return Kind.FORM if _FORM.fullmatch(text.strip()) else Kind.TEXT


def is_text(content: bytes) -> bool:
    """True for UTF-8 without NUL; a character cut at the end is forgiven."""
    if b"\0" in content:
        return False
    try:
        content.decode()
    except UnicodeDecodeError as error:
        return error.start >= len(content) - 3 and error.reason == "unexpected end of data"
    return True
