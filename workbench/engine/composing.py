"""From what a person typed to the exact bytes of a request.

Nothing that was typed is rewritten: the target keeps its own quoting, headers keep order, case and repeats. Added is
only what HTTP needs (`Host`, `Content-Length`) and what every client says of itself; a header of that name replaces
the added one, and a switched-off row of that name suppresses it.
"""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, unquote, urlsplit

import workbench
from workbench.engine.body_building import BuiltBody, build_body
from workbench.engine.path_parameters import filled_url
from workbench.model.collection import BodyKind, Field, SavedRequest
from workbench.model.errors import UsageError
from workbench.model.message import KEPT_IN_TARGET, Body, Head, Headers, Request, wire_text

USER_AGENT = f"WebhookWorkbench/{workbench.__version__}"

_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*://")


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect, and the request target and Host that say so."""

    url: str
    """Scheme and authority alone: `https://example.test:8443`."""
    authority: str
    """What the Host header says."""
    path: str
    """Path with query, exactly as it goes into the request line; empty where the URL has neither."""
    user: str | None = None
    password: str = field(default="", repr=False)

    @property
    def basic_credentials(self) -> str:
        """What `Authorization: Basic` says of user and password; empty where the URL has none."""
        if self.user is None:
            return ""
        return base64.b64encode(f"{self.user}:{self.password}".encode()).decode("ascii")

    @property
    def secrets(self) -> frozenset[str]:
        """What of the URL's user and password is to be masked; a user without a password is a token."""
        return frozenset({self.password or self.user or "", self.basic_credentials} - {""})

    @property
    def is_secure(self) -> bool:
        return self.url.startswith("https:")

    @property
    def address(self) -> tuple[str, int]:
        """Host and port to connect to."""
        parts = urlsplit(self.url)
        return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def parse_target(url: str) -> Target:
    """Read a URL as typed; `localhost:3000/x` and `:3000/x` mean http. UsageError says what is wrong with it."""
    text = url.strip()
    if not text:
        raise UsageError("There is no URL to send to.", "Type one, such as http://localhost:3000/hooks.")
    if not _SCHEME.match(text):
        if re.match(r"[^/?#]*://", text):
            raise _bad_url(url, "it begins with no scheme", "Use http:// or https://.")
        text = f"http://localhost{text}" if text.startswith((":", "/")) else f"http://{text}"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise _bad_url(url, "its host or port cannot be read") from error
    if parts.scheme.lower() not in ("http", "https"):
        raise _bad_url(url, f"{parts.scheme}:// cannot be sent to", "Use http:// or https://.")
    if not host or any(mark in host for mark in ' <>{}|\\^`"'):
        raise _bad_url(url, "it names no host")
    authority = _ascii_authority(url, host, port)
    return Target(
        url=f"{parts.scheme.lower()}://{authority}",
        authority=authority,
        path=_path(text),
        user=None if parts.username is None else unquote(parts.username),
        password=unquote(parts.password or ""),
    )


def _ascii_authority(url: str, host: str, port: int | None) -> str:
    try:
        name = host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise _bad_url(url, "its host is no name that can be looked up") from error
    name = f"[{name}]" if ":" in name else name
    return name if port is None else f"{name}:{port}"


def _path(text: str) -> str:
    rest = text.split("#", 1)[0].split("://", 1)[1]
    start = next((index for index, mark in enumerate(rest) if mark in "/?"), len(rest))
    return quote(rest[start:], safe=KEPT_IN_TARGET)


def _bad_url(url: str, why: str, hint: str = "Write it like http://localhost:3000/hooks.") -> UsageError:
    """Return the error; `why` quotes no part of the URL, because half a secret cannot be masked."""
    return UsageError(f"{url!r} is not a URL to send to: {why}.", hint)


def origin_form(path: str) -> str:
    """Return a target that starts with a slash, as a request line needs it."""
    return path if path.startswith("/") else f"/{path}"


def compose(
    saved: SavedRequest, body: BuiltBody | None = None, added: Sequence[tuple[str, str]] = ()
) -> tuple[Target, Request]:
    """Return where to connect and the request to write; UsageError names the field that cannot be sent.

    `body` is what `build_body` made of the request's body; without it that is done here. `added` are headers such as
    an authentication's: they go out unless a typed header has the name.
    """
    target = parse_target(filled_url(saved))
    method = saved.method.strip()
    if not _TOKEN.fullmatch(method):
        raise UsageError(f"{saved.method!r} is not a method.", "Use one word such as POST.")
    built = build_body(saved.body, typed_header(saved, "content-type")) if body is None else body
    headers = _headers(saved, target, built, added)
    chunked = "chunked" in headers.get("transfer-encoding").lower()
    framing = _one_chunk(built.content) if chunked else None
    head = Head.build(f"{method} {origin_form(target.path)} HTTP/1.1", headers)
    return target, Request(head, built.content, framing)


def typed_header(saved: SavedRequest, name: str) -> str:
    """Return the value of the first switched-on header of that name, in any case of letters."""
    wanted = name.lower()
    return next(
        (field.value for field in saved.headers if field.enabled and field.name.strip().lower() == wanted), ""
    )


def speaks_for(saved: SavedRequest, name: str) -> bool:
    """Return whether a typed row has that name; also a switched-off one keeps a header from being added."""
    return name.lower() in {field.name.strip().lower() for field in saved.headers}


def _headers(saved: SavedRequest, target: Target, body: BuiltBody, added: Sequence[tuple[str, str]]) -> Headers:
    typed = [_whole(saved, body, _checked(field)) for field in saved.headers if field.enabled and field.name.strip()]
    spoken_for = {field.name.strip().lower() for field in saved.headers}
    before = [
        *_added_before(target, {name.lower() for name, _ in added}),
        *(_checked(Field(*each)) for each in added),
    ]
    kept = [(name, value) for name, value in before if name.lower() not in spoken_for]
    after = [(name, value) for name, value in _added_after(saved, body) if name.lower() not in spoken_for]
    return Headers((*kept, *typed, *after))


def _whole(saved: SavedRequest, body: BuiltBody, header: tuple[str, str]) -> tuple[str, str]:
    """Return a typed header; a form's Content-Type gets the boundary that it must name."""
    name, value = header
    if saved.body.kind is not BodyKind.MULTIPART or name.lower() != "content-type" or "boundary=" in value.lower():
        return header
    return name, f"{value}; {body.content_type.partition('; ')[2]}"


def _added_before(target: Target, spoken_for: set[str]) -> list[tuple[str, str]]:
    added = [("Host", target.authority), ("User-Agent", USER_AGENT), ("Accept", "*/*")]
    if target.user is not None and "authorization" not in spoken_for:
        added.append(("Authorization", f"Basic {target.basic_credentials}"))
    return added


def _added_after(saved: SavedRequest, body: BuiltBody) -> list[tuple[str, str]]:
    added: list[tuple[str, str]] = []
    if body.content_type:
        added.append(("Content-Type", body.content_type))
    chunked = any(field.enabled and field.name.lower() == "transfer-encoding" for field in saved.headers)
    expects_body = saved.method.upper() in ("POST", "PUT", "PATCH") or saved.body.kind is not BodyKind.NONE
    if expects_body and not chunked:
        added.append(("Content-Length", str(body.content.size)))
    return added


def _checked(field: Field) -> tuple[str, str]:
    name = field.name.strip()
    if not _TOKEN.fullmatch(name):
        raise UsageError(f"{name!r} is not a header name.", "Use letters, digits and dashes.")
    if any(mark in field.value for mark in "\r\n\0"):
        raise UsageError(f"The header {name} holds a line break or NUL, which cannot be sent.")
    return name, wire_text(field.value.strip(" \t"))


def _one_chunk(body: Body) -> bytes:
    return b"%x\r\n0\r\n\r\n" % body.size if body.size else b"0\r\n\r\n"
