"""What an attempt means for a forward: delivered, failed, or tried again, and when; and what is relayed of it."""

import contextlib
from dataclasses import replace
from email.utils import parsedate_to_datetime

from workbench.model.delivery import Attempt, ForwardState, StoredForward
from workbench.model.endpoint import Forward
from workbench.model.message import Body, Head, Headers, Response

RETRY_AFTER_S = (1, 5, 30, 120, 600)
"""How long to wait before the second attempt, the third and so on; the last one from there on."""

LONGEST_WAIT_S = 3600
"""However long a target asks us to wait."""

TRIED_AGAIN = {408, 425, 429, *range(500, 600)}
_CONNECTION_HEADERS = {
    "connection",
    "keep-alive",
    "proxy-connection",
    "transfer-encoding",
    "te",
    "trailer",
    "upgrade",
}


def after_attempt(item: StoredForward, attempt: Attempt, forward: Forward, now_us: int) -> StoredForward:
    """Return a forward as it stands after one more attempt."""
    tried = replace(
        item,
        attempts=item.attempts + 1,
        status=attempt.response.status if attempt.response else None,
        duration_us=attempt.timings.total_us,
    )
    if tried.status is not None and 200 <= tried.status < 300:
        return replace(tried, state=ForwardState.DELIVERED, message="")
    said = attempt.failure.message if attempt.failure else f"The target answered {tried.status}."
    if tried.attempts >= forward.attempts or (tried.status is not None and tried.status not in TRIED_AGAIN):
        return replace(tried, state=ForwardState.FAILED, message=said)
    usual_s = RETRY_AFTER_S[min(tried.attempts, len(RETRY_AFTER_S)) - 1]
    wait_s = max(usual_s, _asked_wait_s(attempt.response, now_us))
    return replace(tried, message=said, next_at_us=now_us + round(wait_s * 1_000_000))


def _asked_wait_s(answer: Response | None, now_us: int) -> float:
    """Return what `Retry-After` asks for (RFC 9110, 10.2.3): seconds, or a date; 0 where it asks nothing."""
    asked = answer.headers.get("retry-after").strip() if answer is not None else ""
    if asked.isascii() and asked.isdigit():
        return min(int(asked[:6]), LONGEST_WAIT_S)
    with contextlib.suppress(ValueError, OverflowError):
        wait_s = parsedate_to_datetime(asked).timestamp() - now_us / 1_000_000
        return min(max(wait_s, 0.0), LONGEST_WAIT_S)
    return 0.0


def relayable(answer: Response) -> Response:
    """Return a target's answer for the sender: as it was, but for what was said to our connection alone."""
    pairs = [(name, value) for name, value in answer.headers if name.lower() not in _CONNECTION_HEADERS]
    if answer.status not in (204, 304) and not any(name.lower() == "content-length" for name, _ in pairs):
        pairs.append(("Content-Length", str(answer.body.size)))
    start = f"HTTP/1.1 {answer.status} {answer.reason}"
    return Response(Head.build(start, Headers(tuple(pairs))), Body(answer.body.content))
