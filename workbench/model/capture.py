"""A capture: one request that came in, and what we answered."""

from dataclasses import dataclass
from enum import StrEnum

from workbench.model.message import Request, Response


class Fault(StrEnum):
    """What was wrong with a request that is kept all the same."""

    MALFORMED = "malformed"
    ABORTED = "aborted"
    TOO_LARGE = "too-large"
    TIMED_OUT = "timed-out"


@dataclass(frozen=True, slots=True)
class Tls:
    """The TLS of a connection that a request came by."""

    version: str
    """`TLSv1.3`."""
    cipher: str
    server_name: str = ""
    """The name that the client asked for (SNI); empty where it named none."""


@dataclass(frozen=True, slots=True)
class Peer:
    """The two ends of the connection, as the socket names them; empty and 0 where it names none."""

    address: str = ""
    port: int = 0
    local_address: str = ""
    local_port: int = 0
    tls: Tls | None = None


@dataclass(slots=True)
class Arrival:
    """A capture before it has a number: what the listener hands to the store."""

    request: Request
    answer: Response
    peer: Peer
    endpoint: str
    received_at_us: int
    """First byte of the request."""
    completed_at_us: int
    """Last byte of the request."""
    fault: Fault | None = None
    fault_message: str = ""
    """What happened, as a sentence; empty for a sound request."""
    answer_reason: str = ""
    """Why it was answered so, in words; empty for the endpoint's own answer."""
    guard: str = ""
    """What refused it, in a word: `rate`, `signature`, `schema`; empty where nothing did."""
    forwards: tuple[str, ...] = ()
    """Addresses it is to be forwarded to; kept with it, so that none is forgotten."""


@dataclass(frozen=True, slots=True)
class ImportedCapture:
    """A capture out of a file, before it has a number here; it is judged anew, as of its arrival."""

    arrival: Arrival
    answered_at_us: int | None = None
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class CaptureSummary:
    """What one row of the table needs; no headers, no body."""

    number: int
    received_at_us: int
    method: str
    target: str
    endpoint: str
    peer_address: str
    content_type: str
    body_size: int
    status: int
    duration_us: int | None
    """First byte received to answer written; None while unknown (the process ended in between)."""
    fault: Fault | None
    provider: str
    event: str
    delivery_id: str
    sent_at_us: int | None
    """When the provider says it sent it."""
    attempt: int | None
    verification: str
    verification_reason: str
    pinned: bool
    unread: bool
    answer_reason: str = ""
    guard: str = ""
    tags: tuple[str, ...] = ()
    note: str = ""
    """What a person noted."""


@dataclass(frozen=True, slots=True)
class Capture:
    """One request that came in, complete, and what we answered; its number is its order of arrival."""

    number: int
    request: Request
    answer: Response
    peer: Peer
    endpoint: str
    received_at_us: int
    completed_at_us: int
    answered_at_us: int | None
    fault: Fault | None
    fault_message: str
    provider: str
    event: str
    delivery_id: str
    sent_at_us: int | None
    """When the provider says it sent it."""
    attempt: int | None
    """Which attempt of the delivery this is, counted from 1; None where the provider does not say."""
    verification: str
    """A verdict's name; empty where the request is no known provider's."""
    verification_reason: str
    scheme: str
    matched_secret: str
    covers: str
    pinned: bool
    answer_reason: str = ""
    """Why it was answered so; empty for the endpoint's own answer."""
    guard: str = ""
    """What refused it; empty where nothing did."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """The account of everything that came in: what was stored is there, or was deleted by the user."""

    last_number: int
    """The number given last; numbers have no gaps, so this is how many captures were ever stored."""
    kept: int
    deleted: int

    @property
    def lost(self) -> int:
        """0, unless the file was meddled with."""
        return self.last_number - self.kept - self.deleted
