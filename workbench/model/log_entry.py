"""The log: everything that was refused, answered otherwise than usual, or changed, with time and reason."""

from dataclasses import dataclass
from enum import StrEnum


class LogKind(StrEnum):
    """What an entry is about."""

    REFUSED = "refused"
    """A request that a guard did not let pass, or that could not be stored."""
    FAULTY = "faulty"
    """A request that was malformed, or did not come whole."""
    ANSWERED = "answered"
    """A request that was not answered with the endpoint's own answer."""
    CHANGED = "changed"
    """A change of the configuration that came into force, or why one did not."""
    PRUNED = "pruned"
    """Captures were deleted because they had outlived their limits."""
    LISTENER = "listener"
    """The listener started, moved or stopped."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One line of the log."""

    at_us: int
    kind: LogKind
    subject: str
    """The endpoint it is about; empty for the listener."""
    message: str
    """What happened and why, as a sentence."""
    capture_number: int | None = None
    status: int | None = None
    """What the request was answered; None where there was no request."""
    guard: str = ""
    """What refused it, in a word."""
