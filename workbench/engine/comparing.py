"""Compares what several targets answered to the same capture: old code against new, live against rehearsal."""

from collections.abc import Callable, Sequence

from workbench.model.delivery import Delivery, ForwardState, StoredForward
from workbench.model.message import Body, Response

CHANGING_HEADERS = {"date", "server", "connection", "keep-alive", "x-request-id", "content-length"}
"""What differs between any two answers and says nothing."""


def compare_forwards(forwards: Sequence[StoredForward], get: Callable[[int], Delivery | None]) -> str:
    """Return a sentence that says whether the targets answered alike, and if not, where they first differ. Blocks."""
    answers = [(item.url, _answer(item, get)) for item in forwards if item.state is not ForwardState.PENDING]
    known = [(url, answer) for url, answer in answers if answer is not None]
    if len(known) < 2:
        return "Fewer than two targets have answered, so there is nothing to compare."
    (first_url, first), *others = known
    differences = [f"{url}: {what}" for url, answer in others if (what := difference(first, answer))]
    if not differences:
        return f"All {len(known)} targets answered alike."
    return f"Compared with {first_url}: {'; '.join(differences)}."


def _answer(item: StoredForward, get: Callable[[int], Delivery | None]) -> Response | None:
    delivery = None if item.delivery_number is None else get(item.delivery_number)
    return None if delivery is None else delivery.last.response


def difference(one: Response, other: Response) -> str:
    """Return in a few words where the second answer differs from the first; empty where it does not."""
    if one.status != other.status:
        return f"status {other.status}, not {one.status}"
    for name in dict.fromkeys(name.lower() for name, _ in [*one.headers, *other.headers]):
        if name not in CHANGING_HEADERS and one.headers.all(name) != other.headers.all(name):
            return f"header {name} differs"
    return _body_difference(one.body, other.body)


def _body_difference(one: Body, other: Body) -> str:
    pieces, other_pieces = b"".join(one.chunks()), b"".join(other.chunks())
    if pieces == other_pieces:
        return ""
    for position, (left, right) in enumerate(zip(pieces, other_pieces, strict=False)):
        if left != right:
            return f"the body differs from byte {position + 1} on"
    return f"the body has {len(other_pieces):,} bytes, not {len(pieces):,}"
