"""What signing changes in a request."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Changes:
    """Headers to set (in the place of those of the same name, else at the end), and a new target or body.

    Names in `headers` keep the case given; a value of None takes the header away.
    """

    headers: tuple[tuple[str, str | None], ...] = ()
    target: str | None = None
    body: bytes | None = None
