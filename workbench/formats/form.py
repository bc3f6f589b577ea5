"""application/x-www-form-urlencoded, and the query of a URL: pairs in order, with repeats, as written and meant."""

from dataclasses import dataclass
from urllib.parse import unquote_plus

FIELDS_LIMIT = 10_000


@dataclass(frozen=True, slots=True)
class FormField:
    """One pair; `raw` is the text it was read from."""

    name: str
    value: str
    raw: str


def fields(content: bytes) -> list[FormField]:
    """Return the pairs in order, at most `FIELDS_LIMIT`; bytes that are not UTF-8 show as replacement characters."""
    text = content.decode("latin-1").strip("\r\n")
    return [_field(item) for item in text.split("&", FIELDS_LIMIT)[:FIELDS_LIMIT] if item]


def query_fields(target: str) -> list[FormField]:
    """Return the pairs of a request target's query."""
    _, _, query = target.partition("?")
    return fields(query.split("#", 1)[0].encode("latin-1", "replace"))


def _field(item: str) -> FormField:
    name, _, value = item.partition("=")
    return FormField(_plain(name), _plain(value), item)


def _plain(text: str) -> str:
    return unquote_plus(text.encode("latin-1").decode("utf-8", "replace"))
