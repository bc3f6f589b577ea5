"""What comes of checking one scheme, before it is put into a provider's words."""

from dataclasses import dataclass, replace

from workbench.model.signature import Covers, Secret, Verdict


@dataclass(frozen=True, slots=True)
class Outcome:
    """A verdict; `had_key` tells a signature that does not fit from a secret that cannot be a key."""

    verdict: Verdict
    reason: str
    matched_secret: str = ""
    signed_at_us: int | None = None
    covers: Covers | None = None
    """Where it differs from what the scheme says in general."""
    had_key: bool = False

    @classmethod
    def match(cls, secret: Secret, signed_at_us: int | None = None) -> "Outcome":
        return cls(Verdict.VALID, f"The signature fits the secret {secret.name}.", secret.name, signed_at_us)

    def as_stale(self, reason: str) -> "Outcome":
        return replace(self, verdict=Verdict.STALE, reason=reason)
