"""What is said about a request's signature, and the secrets it is checked with."""

from dataclasses import dataclass, field
from enum import StrEnum


class Verdict(StrEnum):
    """What came of checking one request."""

    VALID = "valid"
    INVALID = "invalid"
    STALE = "stale"
    """The signature is right and its time is too far from ours."""
    UNSIGNED = "unsigned"
    NO_SECRET = "no-secret"
    """There is nothing to check with: no secret, or a key that was not fetched."""
    MALFORMED = "malformed"
    """What should be a signature cannot be read as one."""


class Covers(StrEnum):
    """What a signature protects from change."""

    BODY = "body"
    FIELDS = "fields"
    NONE = "none"


class SignMode(StrEnum):
    """How to sign on purpose: rightly, or wrongly in one way that a receiver must notice."""

    FRESH = "fresh"
    KEEP = "keep"
    STALE = "stale"
    TAMPERED = "tampered"
    MISSING = "missing"
    WRONG_KEY = "wrong-key"


@dataclass(frozen=True, slots=True)
class SigningChoice:
    """How a composed request is signed; nobody signs while `provider` is empty."""

    provider: str = ""
    scheme: str = ""
    """One of the provider's; empty: its first."""
    secret: str = ""
    """A reference, never a value."""
    mode: SignMode = SignMode.FRESH
    public_url: str = ""
    """What the receiver believes its address to be, where that is not the URL sent to."""
    settings: tuple[tuple[str, str], ...] = ()
    """What some schemes need beside the secret: `webhook_id`, `audience`."""


NOT_SIGNED = SigningChoice()


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret's value and the words it is known by; the value never shows in a repr."""

    name: str
    value: str = field(repr=False)
    provider: str = ""
    """The provider it belongs to; empty where it may be anyone's."""


@dataclass(frozen=True, slots=True)
class Verification:
    """The verdict on one request, with its reason as a sentence."""

    verdict: Verdict
    reason: str
    provider: str = ""
    scheme: str = ""
    matched_secret: str = ""
    covers: Covers = Covers.NONE
    signed_at_us: int | None = None

    @property
    def covers_body(self) -> bool:
        return self.covers is Covers.BODY


@dataclass(frozen=True, slots=True)
class Detection:
    """Whose request it is and what it is about; empty and None where the request does not say."""

    provider: str = ""
    event: str = ""
    delivery_id: str = ""
    sent_at_us: int | None = None
    attempt: int | None = None
    others: tuple[str, ...] = ()
    """Providers that fit as well; empty where the case is clear."""
