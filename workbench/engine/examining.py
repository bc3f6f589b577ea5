"""A look into one request before it is answered: reads its body, its signature and its event, in a thread."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property

from workbench.engine.guarding import SIGNATURE, Guarding, Refused, unsigned
from workbench.engine.rules import BODY_LIMIT_BYTES, Rules, find_provider, subject_of
from workbench.model.answer import Condition
from workbench.model.endpoint import Endpoint
from workbench.model.message import Request
from workbench.model.signature import Verdict, Verification
from workbench.providers.handshake_answer import Handshakes, Shaken, answer_handshake, refuses_bad_signatures
from workbench.providers.pack import Provider
from workbench.providers.subject import Subject, text_of, value_at
from workbench.providers.verification import verify_signature

HANDSHAKE_LIMIT_BYTES = 64 * 1024


@dataclass(slots=True)
class Examined:
    """An endpoint, and what its requests are asked."""

    endpoint: Endpoint
    provider: Provider | None
    guarding: Guarding | None
    looks_into: bool = field(init=False)
    """Whether a step of its program depends on what is in a body."""
    asks_event: bool = field(init=False)

    def __post_init__(self) -> None:
        asked = list(_conditions(self.endpoint))
        self.asks_event = any(condition.event for condition in asked)
        self.looks_into = self.asks_event or any(condition.body for condition in asked)

    @property
    def guards_something(self) -> bool:
        return self.guarding is not None and self.guarding.guards_something

    @property
    def is_probed(self) -> bool:
        """True where the provider sends wrong signatures to see whether they are refused."""
        return self.provider is not None and refuses_bad_signatures(self.provider)


def _conditions(endpoint: Endpoint) -> Iterator[Condition]:
    return (step.when for step in endpoint.program.steps if step.when is not None)


class Examination:
    """A look into one request, in a thread: is it a handshake, what refuses it, what does its endpoint ask?"""

    def __init__(
        self, rules: Rules, examined: Examined, handshakes: Handshakes, request: Request, received_at_us: int
    ) -> None:
        self._rules = rules
        self._examined = examined
        self._handshakes = handshakes
        self._request = request
        self._received_at_us = received_at_us
        self._subject: Subject | None = None
        self.shaken: Shaken | None = None
        self.refused: Refused | None = None

    @property
    def is_needed(self) -> bool:
        """False where nothing but the program decides."""
        examined, request = self._examined, self._request
        if examined.guards_something or examined.is_probed or examined.looks_into or request.body.path is not None:
            return True
        return examined.endpoint.handshakes and self._handshakes.may_be(request.head.raw, request.body.content)

    @property
    def wants_websocket(self) -> bool:
        headers = self._request.headers
        return self._request.method == "GET" and headers.get("upgrade").strip().lower() == "websocket"

    def run(self) -> None:
        """Find a handshake, else whatever refuses the request."""
        if self._examined.endpoint.handshakes and self._request.body.size <= HANDSHAKE_LIMIT_BYTES:
            self.shaken = self._shake()
        if self.shaken is None:
            self.refused = self._refuse()
        if self.shaken is None and self.refused is None and self._examined.endpoint.program.steps:
            self._look_into(self._examined)  # A step's condition is asked on the loop, which must not wait.

    def _look_into(self, examined: "Examined") -> None:
        _ = self.subject
        if examined.looks_into:
            _ = self.subject.tree
        if examined.asks_event:
            _ = self.event

    @property
    def subject(self) -> Subject:
        if self._subject is None:
            large = self._request.body.size > BODY_LIMIT_BYTES
            try:
                body = b"" if large else self._request.body.read()
            except OSError:
                body = b""
            self._subject = subject_of(self._request, self._examined.endpoint, body)
        return self._subject

    def _shake(self) -> Shaken | None:
        found = self._handshakes.find(self.subject, self._examined.provider)
        if found is None:
            return None
        rules, endpoint = self._rules, self._examined.endpoint
        secrets = rules.secrets_of(endpoint)
        return answer_handshake(*found, self.subject, secrets, self._received_at_us, rules.context(endpoint))

    def _refuse(self) -> Refused | None:
        guarding = self._examined.guarding
        assert guarding is not None
        refused = guarding.refuse_kind(self._request) or guarding.refuse_body(self._request)
        if refused is None and (guarding.guards.signature or self._rules.secrets_of(self._examined.endpoint)):
            refused = self._refuse_signature(guarding)
        return refused

    def _refuse_signature(self, guarding: Guarding) -> Refused | None:
        if self._request.body.size > BODY_LIMIT_BYTES:
            reason = (
                f"The body is over {BODY_LIMIT_BYTES // 1_000_000} MB, too much to check its signature on arrival."
            )
            return Refused(SIGNATURE, 413, reason) if guarding.guards.signature else None
        endpoint, rules = self._examined.endpoint, self._rules
        provider, _ = find_provider(rules, endpoint, self.subject)
        probes = provider is not None and refuses_bad_signatures(provider)
        verification: Verification | None = None
        if provider is not None and (probes or guarding.guards.signature):
            secrets = rules.secrets_of(endpoint)
            verification = verify_signature(
                provider, self.subject, secrets, self._received_at_us, rules.context(endpoint)
            )
        refused = guarding.refuse_signature(verification)
        if refused is None and probes and verification is not None and verification.verdict in _WRONG:
            # Discord and Xero send wrong signatures on purpose, and drop an address that takes them.
            refused = unsigned(verification.reason)
        return refused

    def holds(self, condition: Condition) -> bool:
        """Return whether a program's condition holds for this request."""
        subject, wanted = self.subject, condition
        if wanted.method and wanted.method != subject.method.upper():
            return False
        if wanted.path and not fnmatchcase(subject.target.partition("?")[0], wanted.path):
            return False
        if not all(_fits(subject.header(name.lower()), pattern) for name, pattern in wanted.headers):
            return False
        if not all(_fits(_text_at(subject, path), pattern) for path, pattern in wanted.body):
            return False
        return not wanted.event or _fits(self.event, wanted.event)

    @cached_property
    def event(self) -> str:
        """Return what kind of event it is, as its provider says; empty where that is not known."""
        return find_provider(self._rules, self._examined.endpoint, self.subject)[1].event

    def render(self, template: str, count: int) -> bytes:
        """Return a template filled in; UsageError."""
        from workbench.engine.templates import Values, render

        values = Values(self.subject, count, self._examined.endpoint.program.seed)
        return render(template, values).encode("utf-8", "surrogateescape")


_WRONG = (Verdict.INVALID, Verdict.MALFORMED, Verdict.UNSIGNED, Verdict.STALE)


def _fits(value: str | None, pattern: str) -> bool:
    return value is not None and fnmatchcase(value, pattern)


def _text_at(subject: Subject, path: str) -> str | None:
    value = value_at(subject.tree, tuple(path.split(".")))
    return value if value is None or isinstance(value, str) else text_of(value)
