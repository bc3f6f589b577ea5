"""`fetch(…)` in JavaScript, as browsers copy it ("copy as fetch", "copy as fetch (Node.js)") and people write it."""

import re
from collections.abc import Iterator, Sequence
from urllib.parse import quote_plus

from workbench.formats.pasted.javascript_values import Called, Text, Unknown, Value, Values, as_text
from workbench.formats.pasted.pasted import REQUESTS_LIMIT, Pasted, checked, content_type_of, kind_of, made, text_body
from workbench.model.collection import NO_BODY, BodyKind, ComposedBody, Field, Part, SavedRequest
from workbench.model.send_settings import SendSettings

_CALL = re.compile(r"(?<![\w$])(?:fetch|node_fetch|nodeFetch)\s*\(")
_OF_BROWSERS = {"mode", "credentials", "referrer", "referrerPolicy", "cache", "integrity", "keepalive", "priority"}


def fetch_requests(text: str) -> list[Pasted]:
    """Return the request of each call; FormatError where one cannot be read."""
    text = checked(text)
    found: list[Pasted] = []
    at = 0
    while (match := _CALL.search(text, at)) and len(found) < REQUESTS_LIMIT:
        values = Values(text, match.end())
        arguments = values.arguments()
        at = values.at
        if arguments:
            found.append(_request(arguments))
    return found


def _request(arguments: Sequence[Value]) -> Pasted:
    losses: list[str] = []
    url, options = (*arguments[:2], {}, {})[:2] if len(arguments) > 1 else (arguments[0], {})
    if not isinstance(options, dict):
        losses.append("What is given to fetch beside the URL is not known here.")
        options = {}
    if isinstance(url, Called) and url.name in ("URL", "Request") and url.arguments:
        url = url.arguments[0]
    headers = tuple(_headers(options, losses))
    body = _body(options.get("body"), content_type_of(headers), losses)
    for name in options:
        if name not in {"method", "headers", "body", "redirect", *_OF_BROWSERS}:
            losses.append(f"{name} is not carried over.")
    if options.get("credentials") == Text("include") and not any(row.name.lower() == "cookie" for row in headers):
        losses.append("The browser adds its cookies; they are not in the text.")
    redirect = options.get("redirect")
    request = SavedRequest(
        method=as_text(options["method"]).text.upper() if options.get("method") else "GET",
        url=as_text(url).text,
        headers=headers,
        body=body,
        settings=SendSettings(follow_redirects=redirect == Text("follow") if redirect else None),
    )
    return made(request, losses)


def _headers(options: dict[str, Value], losses: list[str]) -> Iterator[Field]:
    given = options.get("headers")
    if isinstance(given, Called) and given.name == "Headers":
        given = given.arguments[0] if given.arguments else {}
    rows: list[tuple[str, str]] = []
    if isinstance(given, dict):
        rows = [(name, as_text(value).text) for name, value in given.items()]
    elif isinstance(given, list):
        rows = [
            (as_text(row[0]).text, as_text(row[1]).text) for row in given if isinstance(row, list) and len(row) == 2
        ]
    elif given is not None:
        losses.append("The headers are not written in the call, so they are not known here.")
    referrer = options.get("referrer")
    if (
        isinstance(referrer, Text)
        and "://" in referrer.text
        and not any(name.lower() == "referer" for name, _ in rows)
    ):
        yield Field("Referer", referrer.text)
    for name, value in rows:
        yield Field(name, value.strip())


def _body(value: Value, content_type: str, losses: list[str]) -> ComposedBody:
    if value is None:
        return NO_BODY
    if isinstance(value, Called) and value.name == "URLSearchParams" and not _is_text(value):
        text = "&".join(f"{quote_plus(name)}={quote_plus(text)}" for name, text in _pairs(value))
        return text_body(BodyKind.FORM, text, losses, has_variables=False)
    if isinstance(value, Called) and value.name == "FormData":
        return ComposedBody(BodyKind.MULTIPART, parts=tuple(Part(name, text) for name, text in _pairs(value)))
    if isinstance(value, Unknown):
        losses.append(f"The body is what {value.written} holds, which is not known here.")
    text = as_text(value)
    otherwise = BodyKind.FORM if isinstance(value, Called) and value.name == "URLSearchParams" else BodyKind.TEXT
    return text_body(kind_of(content_type, otherwise), text.text, losses, has_variables=text.has_variables)


def _is_text(value: Called) -> bool:
    return bool(value.arguments) and isinstance(value.arguments[0], Text)


def _pairs(value: Called) -> list[tuple[str, str]]:
    first = value.arguments[0] if value.arguments else {}
    if isinstance(first, dict):
        return [(name, as_text(inner).text) for name, inner in first.items()]
    rows = first if isinstance(first, list) else []
    return [(as_text(row[0]).text, as_text(row[1]).text) for row in rows if isinstance(row, list) and len(row) == 2]
