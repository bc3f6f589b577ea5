"""Signatures as a face asks for them: explained, made, and the secrets they need kept.

Packs, endpoints and secrets are read when first needed and again after `forget`, endpoints also when their files
change. Everything here blocks (files, the keyring, crypto): a window calls it in a thread.
"""

import threading
from dataclasses import dataclass, replace

from workbench.engine.composing import compose
from workbench.engine.rules import Rules, judged_capture
from workbench.engine.signing import ReplaySigner, Signing, signed
from workbench.model.capture import Capture
from workbench.model.clock import Clock
from workbench.model.collection import SavedRequest
from workbench.model.endpoint import Endpoint, SecretUse
from workbench.model.errors import UsageError, WorkbenchError
from workbench.model.signature import Secret, SigningChoice, SignMode, Verdict, Verification
from workbench.providers.doctor import Explanation, explain
from workbench.providers.pack import Provider
from workbench.providers.verification import verify
from workbench.storage.endpoints import endpoints_state, save_endpoint
from workbench.storage.packs import Packs, load_packs
from workbench.storage.paths import Paths
from workbench.storage.secrets import Secrets


@dataclass(frozen=True, slots=True)
class Explained:
    """A capture's signature explained, as of its arrival, and what would be said of it now."""

    provider: Provider | None
    endpoint: Endpoint
    explanation: Explanation | None
    now: Verification | None
    """None where it is what it was at arrival."""


class Signatures:
    """The signatures of one home."""

    def __init__(self, paths: Paths, clock: Clock) -> None:
        self._paths = paths
        self._clock = clock
        self._lock = threading.Lock()
        self._packs: Packs | None = None
        self._rules: Rules | None = None
        self._state: tuple[object, ...] = ()
        """The endpoints' files as they stood when the rules were read."""
        self.secrets = Secrets(paths)

    def packs(self) -> Packs:
        """Return the provider packs."""
        with self._lock:
            if self._packs is None:
                self._packs = load_packs(self._paths)
            return self._packs

    def rules(self) -> Rules:
        """Return packs, endpoints and their secrets, as the endpoints' files are now."""
        with self._lock:
            state = endpoints_state(self._paths)
            if self._rules is None or state != self._state:
                self._rules, self._state = Rules.load(self._paths, self.secrets), state
            return self._rules

    def forget(self) -> None:
        """Read everything anew when it is next asked for."""
        with self._lock:
            self._packs = self._rules = None

    def explain(self, capture: Capture) -> Explained:
        """Return what there is to say about a capture's signature. A missing body raises FileNotFoundError."""
        rules = self.rules()
        provider, subject, endpoint, context = judged_capture(rules, capture)
        if provider is None:
            return Explained(None, endpoint, None, None)
        secrets = rules.secrets_of(endpoint)
        found = explain(provider, subject, secrets, capture.received_at_us, context, others=self._others(secrets))
        now = None
        if found.verification.verdict is Verdict.VALID:
            later = verify(provider, subject, secrets, self._clock.now_us(), context)
            now = later if later.verdict is not Verdict.VALID else None
        return Explained(provider, endpoint, found, now)

    def _others(self, known: list[Secret]) -> list[Secret]:
        """Return saved secrets that are not among these: one of them may be the right one."""
        try:
            names = self.secrets.store.names()
            saved = [self.secrets.resolve(f"keyring:{name}") for name in names]
        except WorkbenchError:
            return []  # A locked store must not keep the other hypotheses from being tried.
        return [secret for secret in saved if all(secret.value != other.value for other in known)]

    def names(self) -> list[str]:
        """Return the names of saved secrets; none where they are locked."""
        try:
            return self.secrets.store.names()
        except WorkbenchError:
            return []

    def add_secret(self, endpoint: Endpoint, provider: str, name: str, value: str) -> None:
        """Keep a secret and have the endpoint check this provider's requests with it too."""
        self.secrets.put(name, value)
        use = SecretUse(f"keyring:{name}", "" if endpoint.provider == provider else provider)
        if use not in endpoint.secrets:
            save_endpoint(self._paths, replace(endpoint, secrets=(*endpoint.secrets, use)))
        self.forget()

    def signing(
        self, provider: str, reference: str, mode: SignMode, scheme: str = "", public_url: str = ""
    ) -> Signing:
        """Return how to sign with a secret by reference; SecretError, UsageError."""
        if not reference and mode is not SignMode.MISSING:
            raise UsageError("To sign, a secret is needed.", "Choose one in the tab Sign, or write env:NAME there.")
        secret = self.secrets.resolve(reference).value if reference else ""
        return Signing(self.packs().require(provider), secret, mode, scheme, public_url)

    def signing_of(self, choice: SigningChoice) -> Signing | None:
        """Return how a request of that choice is signed, None where nobody signs; SecretError, UsageError."""
        if not choice.provider:
            return None
        made = self.signing(choice.provider, choice.secret, choice.mode, choice.scheme, choice.public_url)
        return replace(made, settings=dict(choice.settings))

    def preview(self, saved: SavedRequest, signing: Signing) -> str:
        """Return in words what signing would make of a request now; UsageError where it cannot."""
        target, request = compose(saved)
        made = signed(request, target.url, signing, self._clock.now_us())
        before = list(request.headers)
        lines = [f"{name}: {value}" for name, value in made.headers if (name, value) not in before]
        if made.target != request.target:
            lines.insert(0, f"{made.method} {made.target}")
        if made.body.read() != request.body.read():
            lines.append("The body gets its signature, or is tampered with.")
        return "\n".join(lines) or "Nothing changes."

    def signer(self, mode: SignMode) -> ReplaySigner:
        """Return what signs captures again."""
        return ReplaySigner(self._paths, mode, rules=self.rules())
