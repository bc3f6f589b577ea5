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
    PROXY = "proxy"
    REDIRECTS = "redirects"
    """A redirect that could not be followed; the attempt has the answer that asked for it, too."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why no response came: a value kept in history, not an exception."""

    kind: FailureKind
    message: str
    """One sentence for people: what happened, to what, what to do."""


@dataclass(frozen=True, slots=True)
class Timings:
    """Durations of one attempt in microseconds; None where the phase did not happen or cannot be told apart."""

    resolve_us: int | None = None
    connect_us: int | None = None
    """TCP alone, and a proxy's words; with TLS where that is https and `tls_us` is None."""
    send_us: int | None = None
    wait_us: int | None = None
    receive_us: int | None = None
    total_us: int = 0
    tls_us: int | None = None


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a target's certificate says."""

    subject: str
    """RFC 4514: `CN=example.test,O=Example`."""
    issuer: str
    not_before_us: int
    not_after_us: int
    names: tuple[str, ...]
    """Its subject alternative names: hosts and addresses."""
    serial: str
    """Hexadecimal."""
    sha256: str
    """Of the DER form, hexadecimal."""


@dataclass(frozen=True, slots=True)
class Security:
    """The TLS connection of an attempt."""

    version: str
    """`TLSv1.3`."""
    cipher: str
    verified: bool
    """Whether the certificate had to be trusted to go on."""
    certificate: Certificate | None = None


@dataclass(frozen=True, slots=True)
class Sizes:
    """Bytes of an attempt; those of the answer are 0 where none came."""

    request_head: int = 0
    request_body: int = 0
    """On the wire, chunk framing included."""
    response_head: int = 0
    response_body: int = 0
    """As received, without chunk framing, before any decompression."""
    decoded_body: int = 0
    """After decompression; at most what `formats.encoding` undoes."""
    received: int | None = None
    """All bytes that came on the connection for this attempt, inside TLS; None where nobody counted."""


class Follows(StrEnum):
    """Why an attempt was made after the one before it."""

    NOTHING = ""
    """It is the first, or the same request tried again."""
    REDIRECT = "redirect"
    CHALLENGE = "challenge"
    """The target asked for credentials (RFC 9110, 11.3)."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One exchange: the request exactly as sent, and a response or a failure."""

    request: Request
    started_at_us: int
    timings: Timings
    response: Response | None = None
    failure: Failure | None = None
    url: str = ""
    """Where it went, secrets masked; empty in old histories: the delivery's then."""
    follows: Follows = Follows.NOTHING
    engine: str = ""
    """The library that carried it: `aiohttp`, `httpx`."""
    protocol: str = ""
    """What was spoken: `HTTP/1.1`, `HTTP/2`; empty where no answer came."""
    security: Security | None = None
    """None without TLS, or before it was there."""
    sizes: Sizes = Sizes()
    secret_ranges: tuple[tuple[int, int], ...] = ()
    """What of the request is secret, as `(start, end)` in its head and body one after the other; see `masking`."""


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
    def chain(self) -> tuple[Attempt, ...]:
        """The last try with all that led to its answer: redirects and challenges, in order."""
        start = max(index for index, attempt in enumerate(self.attempts) if attempt.follows is Follows.NOTHING)
        return self.attempts[start:]

    @property
    def duration_us(self) -> int:
        """How long the last try took, redirects and challenges included."""
        return sum(attempt.timings.total_us for attempt in self.chain)

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
