"""Getting one request to one target: a send or a replay, and what came of it."""

from dataclasses import dataclass
from enum import StrEnum

from workbench.model.message import Request, Response


class DeliveryKind(StrEnum):
    """Why a request was sent."""

    SEND = "send"
    REPLAY = "replay"
    FORWARD = "forward"


class FailureKind(StrEnum):
    """Why no complete response came."""

    REFUSED = "refused"
    NOT_FOUND = "not-found"
    TIMED_OUT = "timed-out"
    TLS = "tls"
    DISCONNECTED = "disconnected"
    BAD_RESPONSE = "bad-response"
    CANCELLED = "cancelled"
    NETWORK = "network"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why no response came: a value kept in history, not an exception."""

    kind: FailureKind
    message: str
    """One sentence for people: what happened, to what, what to do."""


@dataclass(frozen=True, slots=True)
class Timings:
    """Durations of one attempt in microseconds; None where the phase did not happen."""

    resolve_us: int | None = None
    connect_us: int | None = None
    """TCP and, for https, TLS."""
    send_us: int | None = None
    wait_us: int | None = None
    receive_us: int | None = None
    total_us: int = 0


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try: the request exactly as sent, and a response or a failure."""

    request: Request
    started_at_us: int
    timings: Timings
    response: Response | None = None
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request to one target with its attempts; `number` is 0 until it is stored."""

    kind: DeliveryKind
    url: str
    created_at_us: int
    attempts: tuple[Attempt, ...]
    capture_number: int | None = None
    """The capture that was replayed."""
    name: str = ""
    """The saved request it came from, if any."""
    number: int = 0

    @property
    def last(self) -> Attempt:
        return self.attempts[-1]

    @property
    def status(self) -> int | None:
        """The status of the last attempt, None where it failed."""
        return self.last.response.status if self.last.response else None


@dataclass(frozen=True, slots=True)
class DeliverySummary:
    """What one row of the history needs."""

    number: int
    kind: DeliveryKind
    created_at_us: int
    method: str
    url: str
    status: int | None
    failure_kind: str
    duration_us: int
    capture_number: int | None
    name: str


class ForwardState(StrEnum):
    """How far a forward has come."""

    PENDING = "pending"
    DELIVERED = "delivered"
    """The target answered 2xx."""
    FAILED = "failed"
    """It was tried as often as asked for, or the target said no."""
    SKIPPED = "skipped"
    """The target is not for events of this kind."""


@dataclass(frozen=True, slots=True)
class StoredForward:
    """One capture on its way to one target."""

    id: int
    capture_number: int
    url: str
    state: ForwardState
    attempts: int = 0
    next_at_us: int = 0
    status: int | None = None
    duration_us: int | None = None
    message: str = ""
    """Why it is not delivered, as a sentence."""
    delivery_number: int | None = None
    """The delivery in the history with every attempt, once it is finished."""
