"""What a provider pack holds. Made by `pack_reading`; `docs/providers.md` describes every field."""

import datetime
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from workbench.model.signature import Covers
from workbench.providers.selectors import Selector, Selectors
from workbench.providers.signed_text import SignedText


class Evidence(StrEnum):
    """How a pack's rules came to be believed, the surest first."""

    OFFICIAL = "official"
    LIBRARY = "library"
    DOCUMENTED = "documented"
    SECOND_HAND = "second-hand"


class Kind(StrEnum):
    """How a signature is made."""

    HMAC = "hmac"
    DIGEST = "digest"
    ED25519 = "ed25519"
    ECDSA_P256 = "ecdsa-p256"
    RSA = "rsa"
    TOKEN = "token"
    BASIC = "basic"
    JWT = "jwt"
    CODE = "code"

    @property
    def is_asymmetric(self) -> bool:
        return self in (Kind.ED25519, Kind.ECDSA_P256, Kind.RSA)

    @property
    def sends_the_secret(self) -> bool:
        return self in (Kind.TOKEN, Kind.BASIC)


@dataclass(frozen=True, slots=True)
class SignaturePlace:
    """Where a signature is and what it looks like; exactly one of the first four is set."""

    header: str = ""
    headers: str = ""
    query: str = ""
    body: tuple[str, ...] = ()
    prefix: str = ""
    pairs: str = ""
    list: str = ""
    pick: str = ""
    encoding: str = "hex"

    @property
    def described(self) -> str:
        """The place in words: `header Stripe-Signature`."""
        if self.header:
            return f"header {self.header}"
        if self.headers:
            return f"headers {self.headers}1 and so on"
        return f"query parameter {self.query}" if self.query else f"body field {'.'.join(self.body)}"


@dataclass(frozen=True, slots=True)
class TimestampRule:
    """When a request was signed: where it says so, in which unit, and how old is too old."""

    source: Selector
    unit: str = "seconds"
    tolerance_s: int | None = None
    accepts_future: bool = False


@dataclass(frozen=True, slots=True)
class JwtRule:
    """What a token must say."""

    algorithms: tuple[str, ...]
    issuers: tuple[str, ...] = ()
    audience: str = ""
    """`url`, a fixed text, or empty: not checked."""
    needs_email: bool = False
    max_age_s: int | None = None
    body_sha256_claim: str = ""
    key_hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scheme:
    """One way a provider signs."""

    id: str
    kind: Kind
    place: SignaturePlace
    hash: str = "sha256"
    key_form: str = "text"
    code: str = ""
    when: tuple[tuple[Selector, str], ...] = ()
    signed: SignedText | None = None
    message_id: Selector | None = None
    timestamp: TimestampRule | None = None
    covers: Covers = Covers.NONE
    jwt: JwtRule | None = None
    deprecated: bool = False

    @property
    def signs_url(self) -> bool:
        """True where the public URL is part of what is signed, so that it must be known."""
        if self.code == "twilio" or (self.jwt and self.jwt.audience == "url"):
            return True
        return self.signed is not None and bool(self.signed.places & {"url", "path"})


@dataclass(frozen=True, slots=True)
class DetectRule:
    """One way to recognise a provider; everything in it must hold. Header names in lower case."""

    headers: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    user_agent: str = ""
    query: tuple[str, ...] = ()
    body: tuple[Selector, ...] = ()
    body_equals: tuple[tuple[Selector, str], ...] = ()

    @property
    def weight(self) -> int:
        """How much it says: the rule that says most wins."""
        named = len(self.headers) * 4 + (3 if self.user_agent else 0) + len(self.query) * 2
        return named + (len(self.body) + len(self.body_equals)) * 2


@dataclass(frozen=True, slots=True)
class EventRule:
    """Where a request says what it is about."""

    type: Selectors = ()
    delivery_id: Selectors = ()
    timestamp: Selectors = ()
    attempt: Selector | None = None
    attempt_counts_from: int = 1


@dataclass(frozen=True, slots=True)
class Handshake:
    """How a provider makes sure that an address is its user's, and what it wants to hear."""

    name: str
    method: str
    headers: tuple[tuple[str, str | None], ...]
    query: tuple[tuple[str, str | None], ...]
    body: tuple[tuple[Selector, str | None], ...]
    reply: dict[str, Any]
    token: Selector | None = None
    verify_first: bool = False
    refuse_status: int = 403
    store_secret: Selector | None = None
    confirm: Selector | None = None
    """Where the request names an address that confirms when it is called; nobody calls it unasked."""
    confirm_hosts: tuple[str, ...] = ()
    """Patterns of the only hosts that such an address may have."""


@dataclass(frozen=True, slots=True)
class RetryRule:
    """What a provider does when we fail; None and empty where it does not say."""

    schedule_s: tuple[float, ...] = ()
    attempts: int | None = None
    window_s: int | None = None
    timeout_s: float | None = None
    success: tuple[str, ...] = ()
    stop_on: tuple[int, ...] = ()
    honours_retry_after: bool | None = None
    attempt_headers: tuple[tuple[str, str], ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """An event to send; `file` lies in the pack's `samples` folder."""

    event: str
    file: str
    title: str = ""
    method: str = "POST"
    content_type: str = "application/json"
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    """In the order they are sent, without those of the signature; values may hold places."""


@dataclass(frozen=True, slots=True)
class Provider:
    """One pack."""

    id: str
    name: str
    documentation: str
    checked: datetime.date
    evidence: Evidence
    aliases: tuple[str, ...] = ()
    unconfirmed: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    source_addresses: tuple[str, ...] = ()
    source_addresses_page: str = ""
    detect: tuple[DetectRule, ...] = ()
    events: EventRule = EventRule()
    schemes: tuple[Scheme, ...] = ()
    handshakes: tuple[Handshake, ...] = ()
    retry: RetryRule | None = None
    user_agent: str = ""
    samples: tuple[Sample, ...] = ()
    is_own: bool = False
    """True for a pack from the user's data folder."""

    def scheme(self, id: str) -> Scheme | None:
        return next((scheme for scheme in self.schemes if scheme.id == id), None)
