"""Answers as they go over the wire, built once and recorded as they are sent; and the ways to send them."""

from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus

from workbench.model.answer import BODILESS, CUT, UNANSWERED, Answer, Way
from workbench.model.message import EMPTY_BODY, Body, Head, Headers, Response, wire_text

NO_ANSWER = Response(Head(b""), EMPTY_BODY)
"""On record where nothing was said."""

TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Sending:
    """How an answer goes out."""

    delay_s: float = 0.0
    way: Way = Way.WHOLE
    over_s: float = 0.0
    closes: bool = False
    """The connection is not kept."""


AT_ONCE = Sending()


def sending_of(answer: Answer) -> Sending:
    """Return how a configured answer goes out."""
    closes = answer.way in (Way.TRUNCATED, Way.WRONG_LENGTH) or any(
        name.lower() == "connection" and "close" in value.lower() for name, value in answer.headers
    )
    if answer.way is Way.WHOLE and not answer.delay_s and not closes:
        return AT_ONCE
    return Sending(answer.delay_s, answer.way, answer.over_s, closes)


def response_to(answer: Answer, content: bytes, second: int) -> Response:
    """Return what a configured answer says, with this content; half of it where it is to be cut off."""
    if answer.way in UNANSWERED:
        return NO_ANSWER
    if answer.status in BODILESS:
        content = b""
    elif not content and answer.way in (Way.TRUNCATED, Way.WRONG_LENGTH):
        content = CUT.encode()  # A template may turn out empty.
    length = len(content) - 1 if answer.way is Way.WRONG_LENGTH else len(content)
    headers = tuple((name, wire_text(value)) for name, value in answer.headers)
    kind = wire_text(answer.content_type) or _usual_type(content)
    head = _head(answer.status, headers, max(0, length), kind, second)
    if answer.way is Way.TRUNCATED:
        return Response(head, Body(content[: len(content) // 2]))
    return Response(head, Body(content) if content else EMPTY_BODY)


def plain_response(status: int, text: str, second: int, extra: tuple[tuple[str, str], ...] = ()) -> Response:
    """Return a response of plain text with every header it will have on the wire, that second's `Date` too."""
    return response(status, extra, text.encode(), TEXT if text else "", second)


def response(
    status: int, headers: Iterable[tuple[str, str]], content: bytes, content_type: str, second: int
) -> Response:
    """Return a response with these headers, and those that every one of ours has.

    Values are as `Headers` has them, a character for each byte, so that what came in goes out the same. Others are
    written in UTF-8.
    """
    pairs = tuple((name, value if _is_wire(value) else wire_text(value)) for name, value in headers)
    return Response(_head(status, pairs, len(content), content_type, second), Body(content))


def _is_wire(value: str) -> bool:
    return all(character <= "\xff" for character in value)


def _usual_type(content: bytes) -> str:
    return TEXT if content else ""


@lru_cache(maxsize=64)
def _head(status: int, headers: tuple[tuple[str, str], ...], size: int, content_type: str, second: int) -> Head:
    named = {name.lower() for name, _ in headers}
    pairs = [] if status in BODILESS else [("Content-Length", str(size))]
    if content_type and "content-type" not in named:
        pairs.append(("Content-Type", content_type))
    if "date" not in named:
        pairs.append(("Date", formatdate(second, usegmt=True)))
    if "server" not in named:
        pairs.append(("Server", "Webhook-Workbench"))
    pairs += headers
    return Head.build(f"HTTP/1.1 {status} {_reason(status)}", Headers(tuple(pairs)))


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
