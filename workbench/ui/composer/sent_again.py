"""What was sent, as a request to send again: what went out first, without the secrets that were in it."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from workbench.model.authentication import NO_AUTH
from workbench.model.collection import ComposedBody, Field, SavedRequest
from workbench.model.delivery import Attempt, Delivery
from workbench.model.masking import MASK, masked_request
from workbench.model.message import Request, readable
from workbench.ui.composer.draft import body_kind

_NOT_COPIED = {"host", "content-length", "proxy-authorization"}
_CREDENTIALS = {"authorization", "cookie"}
"""Never copied with their values: one that was typed is in no list of secrets."""
_MASK = MASK.decode()


@dataclass(frozen=True, slots=True)
class SentAgain:
    """A request of the history, and a sentence for each thing that must be given anew."""

    request: SavedRequest
    notes: tuple[str, ...] = ()


def sent_again(delivery: Delivery) -> SentAgain:
    """Return the first request of a delivery: redirects and challenges were answers to it. Reads files.

    A header that held a secret is empty and switched off, and braces are as they were sent. It takes nothing of a
    collection: what it got of one is in it already.
    """
    first = delivery.attempts[0]
    headers, emptied = _headers(first)
    url, url_is_whole = _url(first, delivery.url)
    body, body_is_whole = _body(first)
    notes = [f"{name}: its secret is not kept; choose the authentication anew." for name in emptied]
    if not url_is_whole:
        notes.append("The URL: its secret is not kept; put it in anew.")
    if not body_is_whole:
        notes.append(f"The body: {_MASK} stands where its secrets were; put them in anew.")
    request = SavedRequest(
        name=delivery.name,
        method=first.request.method,
        url=url,
        headers=headers,
        body=body,
        auth=NO_AUTH,
        literal=True,
    )
    return SentAgain(request, tuple(notes))


def _headers(attempt: Attempt) -> tuple[tuple[Field, ...], list[str]]:
    """Return the rows, and the names of those that were emptied."""
    head = attempt.request.head
    shown = _hidden(attempt).head
    rows: list[Field] = []
    emptied: list[str] = []
    for (name, value), (_, masked) in zip(head.headers, shown.headers, strict=True):
        if name.lower() in _NOT_COPIED:
            continue
        secret = name.lower() in _CREDENTIALS or value != masked
        rows.append(Field(name, "", enabled=False) if secret else Field(name, readable(value)))
        emptied += [name] if secret else []
    return tuple(rows), emptied


def _url(attempt: Attempt, first_url: str) -> tuple[str, bool]:
    """Return the URL without the marks that hide secrets, and whether there were none."""
    url = attempt.url or first_url
    # Stars in the request's own line were typed; marks are in the URL alone.
    parts = urlsplit(url)
    typed = _MASK in attempt.request.target and not attempt.secret_ranges
    whole = _MASK not in url or (typed and _MASK not in parts.netloc)
    return (url if whole else url.replace(_MASK, "")), whole


def _body(attempt: Attempt) -> tuple[ComposedBody, bool]:
    request = attempt.request
    if not request.body.size:
        return ComposedBody(), True
    shown = _hidden(attempt).body
    return ComposedBody(body_kind(request.head.content_type), shown, literal=True), shown == request.body


def _hidden(attempt: Attempt) -> Request:
    return masked_request(attempt.request, attempt.secret_ranges)
