"""A request as detection, verification and signing see it: read once, part by part, when first asked for."""

import json
from functools import cached_property
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

from workbench.model.message import Head, Headers

BODY_PARSE_LIMIT_BYTES = 4 * 1024 * 1024
"""A larger body is signed and verified but not searched for an event's type."""


class Subject:
    """Method, target, headers and body of one request, and the URL that the sender called.

    `url` is the public address with path and query. Where a configured public URL lacks them, see `public_url`.
    """

    def __init__(self, method: str, target: str, headers: Headers, body: bytes, public_url: str = "") -> None:
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self._public_url = public_url

    @classmethod
    def of_head(cls, head: Head, body: bytes, public_url: str = "") -> "Subject":
        return cls(head.method, head.target, head.headers, body, public_url)

    @cached_property
    def _values(self) -> dict[str, str]:
        # In reverse, so that of several headers the first is kept.
        return {name.lower(): value for name, value in reversed(self.headers.pairs)}

    def header(self, lower_name: str) -> str | None:
        """Return the first value of a header; its name is asked for in lower case."""
        return self._values.get(lower_name)

    @property
    def header_names(self) -> set[str]:
        """All names in lower case."""
        return set(self._values)

    @cached_property
    def url(self) -> str:
        return public_url(self._public_url, self.target, self.header("host") or "")

    @property
    def url_is_known(self) -> bool:
        """False where the URL was made up from `Host`: behind a tunnel it is not what the sender called."""
        return bool(self._public_url)

    @cached_property
    def path(self) -> str:
        """Path and query as the sender called them."""
        return path_of(self.url)

    @cached_property
    def query(self) -> dict[str, str]:
        """Parameters by name, decoded; of a repeated one the first, of the request's before the public URL's."""
        own, public = self.target.partition("?")[2], self.path.partition("?")[2]
        return dict(reversed([*_pairs(own), *(_pairs(public) if public != own else ())]))

    @property
    def content_type(self) -> str:
        return (self.header("content-type") or "").split(";", 1)[0].strip().lower()

    @property
    def is_form(self) -> bool:
        return self.content_type == "application/x-www-form-urlencoded"

    @cached_property
    def form(self) -> list[tuple[str, str]]:
        """The fields of a form in order, decoded; empty for any other body."""
        return _pairs(self.body.decode("utf-8", "replace")) if self.is_form else []

    @cached_property
    def tree(self) -> Any:
        """The body as JSON, or a form as a dictionary; None where it is neither or too large to look into."""
        if len(self.body) > BODY_PARSE_LIMIT_BYTES or not self.body:
            return None
        # curl -d says form of whatever it sends.
        if self.is_form and self.body[:1] not in (b"{", b"["):
            return dict(reversed(self.form))
        return parse_json(self.body)


def parse_json(text: bytes | str) -> Any:
    """Return what JSON holds, or None where it is no JSON (or nested beyond reason)."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _pairs(text: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text, keep_blank_values=True, errors="replace", max_num_fields=10_000)
    except ValueError:
        return []


def path_of(url: str) -> str:
    """Return path and query of a URL, as written."""
    rest = url.split("#", 1)[0].partition("://")[2]
    start = min((index for index in (rest.find("/"), rest.find("?")) if index >= 0), default=len(rest))
    return rest[start:] or "/"


def public_url(configured: str, target: str, host: str) -> str:
    """Return the URL the sender called: the configured one, with the request's own path and query where it has none.

    Where both have a query, the request's is taken if it says all that the configured one says. Without a configured
    one it is `http://` and the Host header, which is right for nobody but a direct caller.
    """
    if target.startswith(("http://", "https://")) and not configured:
        return target
    if not configured:
        return f"http://{host}{target}"
    try:
        parts = urlsplit(configured)
    except ValueError:
        return configured
    if parts.path in ("", "/") and not parts.query and target not in ("", "/"):
        return f"{configured.rstrip('/')}{target}"
    own = target.partition("?")[2]
    if own and set(_pairs(parts.query)) <= set(_pairs(own)):
        return f"{configured.split('#', 1)[0].partition('?')[0]}?{own}"
    return configured


def value_at(tree: Any, path: tuple[str, ...]) -> Any:
    """Return what lies at a path, or None; a string on the way that holds JSON is entered."""
    for name in path:
        if isinstance(tree, str):
            tree = parse_json(tree) if tree[:1] in ("{", "[") else None
        if isinstance(tree, dict):
            tree = cast("dict[str, Any]", tree).get(name)
        elif isinstance(tree, list):
            items = cast("list[Any]", tree)
            tree = items[int(name)] if name.isdecimal() and int(name) < len(items) else None
        else:
            return None
    return tree


def text_of(value: Any) -> str | None:
    """Return a JSON value as the text that providers sign: `true`, `12`, the string itself; None for none."""
    if value is None:
        return None
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
