"""Where two lists of headers differ: in values, repetition, spelling and order. Values are compared to the letter."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_PASSING = {"date", "age", "etag", "expires", "connection", "keep-alive", "content-length", "traceparent"}
_PASSING_WORDS = re.compile(r"signature|timestamp|request-id|trace|nonce|delivery|hmac|idempotency|(^|-)id$")
_TIME_OR_ID = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*|1\d{9}(\d{3})?(\.\d+)?"
    r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(sha\d+=)?[0-9a-f]{32,}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where two things differ; None stands for what is not there."""

    place: str
    before: str | None
    after: str | None
    is_noise: bool = False
    """An id, a time or a signature, which differs between any two deliveries."""


def header_differences(
    before: Sequence[tuple[str, str]], after: Sequence[tuple[str, str]]
) -> tuple[list[Difference], str]:
    """Return what differs, by name in the order of the first list, and a sentence about order; empty for none."""
    found: list[Difference] = []
    for name in dict.fromkeys(name.lower() for name, _ in (*before, *after)):
        old = [pair for pair in before if pair[0].lower() == name]
        new = [pair for pair in after if pair[0].lower() == name]
        for index in range(max(len(old), len(new))):
            one = old[index] if index < len(old) else None
            other = new[index] if index < len(new) else None
            if one != other:
                found.append(_difference(name, one, other))
    return found, _order(before, after)


def is_passing(before: str | None, after: str | None) -> bool:
    """True for two values that are both a time or an id by their looks."""
    return all(text is not None and _TIME_OR_ID.fullmatch(text.strip('"')) for text in (before, after))


def _difference(name: str, one: tuple[str, str] | None, other: tuple[str, str] | None) -> Difference:
    old, new = None if one is None else one[1], None if other is None else other[1]
    if one is not None and other is not None and old == new:
        return Difference(f"{name} (spelling)", one[0], other[0])
    named = name in _PASSING or _PASSING_WORDS.search(name) is not None
    both = one is not None and other is not None
    return Difference((other or one or ("", ""))[0], old, new, both and (named or is_passing(old, new)))


def _order(before: Sequence[tuple[str, str]], after: Sequence[tuple[str, str]]) -> str:
    """Compare the order of the names that both have."""
    old, new = [name.lower() for name, _ in before], [name.lower() for name, _ in after]
    shared = set(old) & set(new)
    old, new = (list(dict.fromkeys(name for name in names if name in shared)) for names in (old, new))
    for one, other in zip(old, new, strict=True):
        if one != other:
            return f"The headers come in another order: {other} where {one} was."
    return ""
