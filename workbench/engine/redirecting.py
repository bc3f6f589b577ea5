"""The request that a redirect asks for (RFC 9110, 15.4): where it goes, with what method, without whose secrets.

    301, 302   POST becomes GET without a body, as every browser does; other methods stay
    303        everything but HEAD becomes GET without a body
    307, 308   method and body stay

Where the body goes no further, neither do headers about it, nor those that signed it. To another origin (scheme, host
or port) go no `Authorization`, no `Cookie`, no header that an authentication added, and none whose name says that it
is a credential: `X-Api-Key`, `PRIVATE-TOKEN`, `X-Hub-Signature-256`. A body that cannot be read twice does not exist
here: bodies are bytes or files.
"""

import re
from collections.abc import Collection
from urllib.parse import urljoin

from workbench.engine.composing import Target, origin_form, parse_target
from workbench.engine.head_changes import with_header, without_headers
from workbench.model.errors import UsageError
from workbench.model.message import EMPTY_BODY, Head, Request, Response, readable

STATUSES = (301, 302, 303, 307, 308)
_OF_THE_BODY = (
    "content-length",
    "content-type",
    "content-encoding",
    "content-language",
    "content-location",
    "transfer-encoding",
    "trailer",
    "expect",
    "digest",
    "content-digest",
)
_OF_THE_ORIGIN = re.compile(
    r"authorization|proxy-authorization|cookie|(.*-)?(api-?key|token|secret)|.*signature.*", re.IGNORECASE
)


def is_redirect(response: Response) -> bool:
    """Return whether an answer asks to go elsewhere."""
    return response.status in STATUSES and bool(response.headers.get("location"))


def redirected(
    target: Target,
    request: Request,
    response: Response,
    credentials: Collection[str] = (),
    signing: Collection[str] = (),
) -> tuple[Target, Request]:
    """Return where to go next, and with what.

    `credentials` are names of headers that an authentication added, `signing` of those that a signature of the body
    added; all in small letters. UsageError where the Location is no place that can be gone to.
    """
    location = readable(response.headers.get("location"))
    base = target.url + origin_form(request.target)
    try:
        place = urljoin(base, location.strip())
    except ValueError as error:
        raise UsageError(f"The answer leads to {location!r}, which is no URL: {error}.") from error
    if place.partition(":")[0].lower() not in ("http", "https"):
        raise UsageError(f"The answer leads to {location!r}, which cannot be gone to.")
    following = parse_target(place)
    method = _method(request.method, response.status)
    head = _head(request.head, method, following)
    if following.url != target.url:
        names = {name.lower() for name, _ in head.headers}
        held = {name for name in names if _OF_THE_ORIGIN.fullmatch(name.strip())}
        head = with_header(without_headers(head, {*held, *credentials}), "Host", following.authority)
    if method == request.method:
        return following, Request(head, request.body, request.framing)
    return following, Request(without_headers(head, {*_OF_THE_BODY, *signing}), EMPTY_BODY)


def _method(method: str, status: int) -> str:
    if status in (301, 302) and method == "POST":
        return "GET"
    if status == 303 and method not in ("GET", "HEAD"):
        return "GET"
    return method


def _head(head: Head, method: str, target: Target) -> Head:
    _, rest = head.raw.split(b"\r\n", 1)
    version = head.start_line.rsplit(" ", 1)[1]
    line = f"{method} {origin_form(target.path)} {version}".encode("latin-1")
    return Head(line + b"\r\n" + rest)
