"""Signing of what goes out: the last thing before the wire, over the bytes that will be on it."""

from dataclasses import dataclass, field

from workbench.engine.rules import Rules, judged_capture
from workbench.model.capture import Capture
from workbench.model.errors import UsageError
from workbench.model.message import Request
from workbench.model.signature import SignMode
from workbench.providers.context import Context
from workbench.providers.pack import Provider
from workbench.providers.signing import apply, choose_scheme, sign
from workbench.providers.subject import Subject
from workbench.storage.paths import Paths
from workbench.storage.secrets import Secrets


class CannotSign(UsageError):
    """A capture whose provider or secret is not known; its hint fits every face, which may add ways of its own."""


@dataclass(frozen=True, slots=True)
class Signing:
    """How to sign a request; the secret never shows in a repr."""

    provider: Provider
    secret: str = field(repr=False)
    mode: SignMode = SignMode.FRESH
    scheme: str = ""
    """One of the provider's; empty: the one that is in the request, else the first."""
    public_url: str = ""
    """What the receiver believes its address to be, where that is not the URL sent to."""
    settings: dict[str, str] = field(default_factory=dict[str, str])


def signed(request: Request, base_url: str, signing: Signing, now_us: int) -> Request:
    """Return the request signed; `base_url` is scheme and authority it goes to. UsageError says why it cannot be."""
    subject = Subject.of_head(request.head, request.body.read(), signing.public_url or f"{base_url}{request.target}")
    scheme = choose_scheme(signing.provider, subject, signing.scheme)
    changes = sign(signing.provider, scheme, subject, signing.secret, now_us, signing.mode, Context(signing.settings))
    return apply(request, changes)


class ReplaySigner:
    """Signs captures again, each as its own provider does, with a secret of its endpoint."""

    def __init__(
        self, paths: Paths, mode: SignMode, secret_reference: str | None = None, rules: Rules | None = None
    ) -> None:
        """Read packs, endpoints and secrets; SecretError where the one named cannot be had."""
        self._mode = mode
        self._rules = rules or Rules.load(paths)
        self._secret = Secrets(paths).resolve(secret_reference).value if secret_reference else None

    def signing_for(self, capture: Capture) -> Signing:
        """Return how to sign this capture; CannotSign where its provider or secret is not known."""
        provider, subject, endpoint, context = judged_capture(self._rules, capture)
        if provider is None:
            raise CannotSign(
                f"Capture {capture.number} is no known provider's request, so it cannot be signed anew.",
                "Name the provider at its endpoint, or replay the capture as it was received.",
            )
        scheme = choose_scheme(provider, subject)
        secret = self._secret
        if secret is None and self._mode is not SignMode.MISSING:
            known = [item for item in self._rules.secrets_of(endpoint) if item.provider in ("", provider.id)]
            matched = [item for item in known if item.name == capture.matched_secret]
            chosen = next(iter([*matched, *known]), None)
            if chosen is None:
                gone = "" if endpoint.name == capture.endpoint else ", which is no longer there"
                raise CannotSign(
                    f"There is no secret for {provider.name} at the endpoint {capture.endpoint}{gone}.",
                    "Save one for the endpoint, or replay the capture as it was received.",
                )
            secret = chosen.value
        return Signing(provider, secret or "", self._mode, scheme.id, endpoint.public_url, dict(context.settings))
