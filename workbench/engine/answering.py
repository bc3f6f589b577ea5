"""What each request is answered, and why: guards, handshakes, the endpoint's program and its answer, in this order.

Most requests of a burst need none of it: they are decided on the spot, with an answer made once a second. What reads
a body, a signature or a template is decided in a thread, so that a slow one holds up no other.

1. who may send (address, credentials, rate) is asked first, of handshakes too;
2. a provider's handshake gets the provider's answer;
3. method, content type, size, schema and signature are asked of everything else;
4. the endpoint's program has its say, then its answer, rendered with the request's values.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from workbench.engine.answers import AT_ONCE, Sending, plain_response, response, response_to, sending_of
from workbench.engine.guarding import Guarding, Refused
from workbench.engine.rules import BODY_LIMIT_BYTES, Rules, find_provider, subject_of
from workbench.model.answer import USUAL, Answer, Condition, ProgramRun
from workbench.model.endpoint import Endpoint, Forward, match_endpoint
from workbench.model.errors import UsageError
from workbench.model.message import Request, Response
from workbench.model.signature import Verdict, Verification
from workbench.providers.handshake_answer import Handshakes, Shaken, answer_handshake, refuses_bad_signatures
from workbench.providers.pack import Provider
from workbench.providers.subject import Subject, text_of, value_at
from workbench.providers.verification import verify_signature

log = logging.getLogger(__name__)

HANDSHAKE_LIMIT_BYTES = 64 * 1024
HANDSHAKE, SIGNATURE = "handshake", "signature"

KeepSecret = Callable[[str, Provider, str], str]
"""Keeps a secret that a provider gave in a handshake, for an endpoint by name; returns what became of it."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a request is answered."""

    response: Response
    endpoint: str
    reason: str = ""
    """Why, in words; empty for the endpoint's own answer."""
    guard: str = ""
    """What refused it, in a word; empty where nothing did."""
    sending: Sending = AT_ONCE
    forwards: tuple[Forward, ...] = ()
    is_to_confirm: bool = False
    """Whether the user is to be asked to confirm it."""


@dataclass(slots=True)
class _Ready:
    """An endpoint with all that its requests are decided by."""

    endpoint: Endpoint
    provider: Provider | None
    guarding: Guarding | None
    unusable: str
    run: ProgramRun
    count: int = 0
    """How many requests its template has answered."""
    second: int = -1
    usual: Decision | None = None
    """Its own answer in this second, where that needs nothing of the request."""
    is_plain: bool = field(init=False)
    """Whether its own answer is the same for every request."""

    def __post_init__(self) -> None:
        endpoint = self.endpoint
        looks = self.guards_something or self.is_probed or self.unusable
        self.is_plain = not (looks or endpoint.program.steps or endpoint.answer.template)

    @property
    def guards_something(self) -> bool:
        return self.guarding is not None and self.guarding.guards_something

    @property
    def is_probed(self) -> bool:
        """True where the provider sends wrong signatures to see whether they are refused."""
        return self.provider is not None and refuses_bad_signatures(self.provider)


class Answering:
    """Decides by the rules in force; `use` puts others in force at once, for all requests that come after."""

    def __init__(self, rules: Rules, *, answer_status: int = 200, keep_secret: KeepSecret | None = None) -> None:
        self._status = answer_status
        self._keep_secret = keep_secret
        self._ready: dict[str, _Ready] = {}
        self.use(rules)

    def use(self, rules: Rules) -> None:
        """Decide by these rules from now on. A program goes on where it was, unless it was changed."""
        before = self._ready
        self._rules = rules
        self._endpoints = rules.endpoints.all
        self._handshakes = Handshakes(rules.packs.all)
        self._ready = {endpoint.name: self._make_ready(endpoint, before) for endpoint in self._endpoints}

    def _make_ready(self, endpoint: Endpoint, before: dict[str, _Ready]) -> _Ready:
        rules = self._rules
        old = before.get(endpoint.name)
        goes_on = old is not None and old.run.program == endpoint.program
        return _Ready(
            endpoint,
            rules.provider_of(endpoint),
            rules.guarding.get(endpoint.name),
            rules.unusable.get(endpoint.name, ""),
            old.run if old is not None and goes_on else ProgramRun(endpoint.program),
            old.count if old is not None else 0,
        )

    def decide_at_once(self, request: Request, second: int) -> Decision | None:
        """Return the decision where it needs no look at the request beyond its first bytes, else None."""
        ready = self._of(request)
        if not ready.is_plain:
            return None
        if ready.endpoint.handshakes and self._may_be_handshake(ready, request):
            return None
        if second != ready.second or ready.usual is None:
            answer = self._own_answer(ready)
            ready.usual = self._decision(ready, answer, answer.body.encode(), second, _with_way("", answer))
            ready.second = second
        return ready.usual

    async def decide(self, request: Request, address: str, received_at_us: int, second: int) -> Decision:
        """Return the decision for any request; never raises for what came in or was configured."""
        ready = self._of(request)
        if ready.unusable or ready.guarding is None:
            refused = Refused("configuration", 503, f"The endpoint cannot be used: {ready.unusable}")
        else:
            refused = ready.guarding.refuse_sender(address, request, time.monotonic())
        if refused is not None:
            return self._refusal(ready, refused, second)
        examining = _Examination(self._rules, ready, self._handshakes, request, received_at_us)
        if examining.is_needed:
            await asyncio.to_thread(examining.run)
        if examining.shaken is not None:
            return await self._handshake(ready, examining.shaken, second)
        if examining.refused is not None:
            return self._refusal(ready, examining.refused, second)
        return await self._programmed(ready, examining, second)

    def _of(self, request: Request) -> _Ready:
        if len(self._endpoints) == 1:
            return self._ready[self._endpoints[0].name]
        endpoint = match_endpoint(self._endpoints, request.target)
        ready = self._ready.get(endpoint.name)
        if ready is None:  # The catch-all's own file has another path: what it leaves comes here all the same.
            ready = self._ready[endpoint.name] = self._make_ready(endpoint, {})
        return ready

    def endpoint_name(self, request: Request) -> str:
        """Return the name of the endpoint that a request belongs to."""
        return self._of(request).endpoint.name

    def event_of(self, request: Request) -> str:
        """Return what kind of event a request is, as its provider says; empty where that is not known. Blocks."""
        return _Examination(self._rules, self._of(request), self._handshakes, request, 0).event()

    def _may_be_handshake(self, ready: _Ready, request: Request) -> bool:
        body = request.body
        if body.size > HANDSHAKE_LIMIT_BYTES:
            return False
        return self._handshakes.may_be(request.head.raw, body.content)

    def _own_answer(self, ready: _Ready) -> Answer:
        answer = ready.endpoint.answer
        return Answer(self._status) if answer == USUAL and self._status != USUAL.status else answer

    def _decision(self, ready: _Ready, answer: Answer, content: bytes, second: int, reason: str) -> Decision:
        endpoint = ready.endpoint
        made = response_to(answer, content, second)
        return Decision(made, endpoint.name, reason, "", sending_of(answer), endpoint.forwards)

    def _refusal(self, ready: _Ready, refused: Refused, second: int) -> Decision:
        made = plain_response(refused.status, f"{refused.reason}\n", second, refused.headers)
        return Decision(made, ready.endpoint.name, refused.reason, refused.guard)

    async def _handshake(self, ready: _Ready, shaken: Shaken, second: int) -> Decision:
        name, reply, reason = ready.endpoint.name, shaken.reply, shaken.reason
        if shaken.secret and self._keep_secret is not None:
            reason += f" {await asyncio.to_thread(self._keep_secret, name, shaken.provider, shaken.secret)}"
        made = response(reply.status, reply.headers, reply.body.encode(), reply.content_type, second)
        guard = "" if shaken.is_accepted else HANDSHAKE
        return Decision(made, name, reason, guard, is_to_confirm=shaken.is_to_confirm)

    async def _programmed(self, ready: _Ready, examining: "_Examination", second: int) -> Decision:
        answer, reason = None, ""
        if ready.run.program.steps:
            answer, said = ready.run.next(examining.holds)
            reason = f"Program, {said}." if said else ""
        elif examining.wants_websocket:
            reason = "A WebSocket upgrade: recorded, not accepted."
        answer = ready.run.program.in_full(answer, self._own_answer(ready))
        ready.count += 1
        if not answer.template:
            return self._decision(ready, answer, answer.body.encode(), second, _with_way(reason, answer))
        try:
            content = await asyncio.to_thread(examining.render, answer.template, ready.count)
        except UsageError as error:
            refused = Refused("template", 500, error.message)
            return self._refusal(ready, refused, second)
        return self._decision(ready, answer, content, second, _with_way(reason, answer))


def _with_way(reason: str, answer: Answer) -> str:
    if answer.way.value == "whole" and not answer.delay_s:
        return reason
    words = [] if answer.way.value == "whole" else [answer.way.value]
    words += [f"after {answer.delay_s:g} s"] if answer.delay_s else []
    return f"{reason} Sent: {' '.join(words)}.".strip()


class _Examination:
    """A look into one request, in a thread."""

    def __init__(
        self, rules: Rules, ready: _Ready, handshakes: Handshakes, request: Request, received_at_us: int
    ) -> None:
        self._rules = rules
        self._ready = ready
        self._handshakes = handshakes
        self._request = request
        self._received_at_us = received_at_us
        self._subject: Subject | None = None
        self.shaken: Shaken | None = None
        self.refused: Refused | None = None

    @property
    def is_needed(self) -> bool:
        """False where nothing but the program decides."""
        ready, request = self._ready, self._request
        if ready.guards_something or ready.is_probed or request.body.path is not None:
            return True
        return ready.endpoint.handshakes and self._handshakes.may_be(request.head.raw, request.body.content)

    @property
    def wants_websocket(self) -> bool:
        headers = self._request.headers
        return self._request.method == "GET" and headers.get("upgrade").strip().lower() == "websocket"

    def run(self) -> None:
        """Find a handshake, else whatever refuses the request."""
        if self._ready.endpoint.handshakes and self._request.body.size <= HANDSHAKE_LIMIT_BYTES:
            self.shaken = self._shake()
        if self.shaken is None:
            self.refused = self._refuse()
        if self.refused is None and self._ready.endpoint.program.steps:
            _ = self.subject  # A step's condition is asked on the loop, which must not wait for a file.

    @property
    def subject(self) -> Subject:
        if self._subject is None:
            large = self._request.body.size > BODY_LIMIT_BYTES
            try:
                body = b"" if large else self._request.body.read()
            except OSError:
                body = b""
            self._subject = subject_of(self._request, self._ready.endpoint, body)
        return self._subject

    def _shake(self) -> Shaken | None:
        found = self._handshakes.find(self.subject, self._ready.provider)
        if found is None:
            return None
        rules, endpoint = self._rules, self._ready.endpoint
        secrets = rules.secrets_of(endpoint)
        return answer_handshake(*found, self.subject, secrets, self._received_at_us, rules.context(endpoint))

    def _refuse(self) -> Refused | None:
        guarding = self._ready.guarding
        assert guarding is not None
        refused = guarding.refuse_kind(self._request) or guarding.refuse_body(self._request)
        if refused is None and (guarding.guards.signature or self._rules.secrets_of(self._ready.endpoint)):
            refused = self._refuse_signature(guarding)
        return refused

    def _refuse_signature(self, guarding: Guarding) -> Refused | None:
        if self._request.body.size > BODY_LIMIT_BYTES:
            reason = (
                f"The body is over {BODY_LIMIT_BYTES // 1_000_000} MB, too much to check its signature on arrival."
            )
            return Refused(SIGNATURE, 413, reason) if guarding.guards.signature else None
        endpoint, rules = self._ready.endpoint, self._rules
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
            refused = Refused(SIGNATURE, 401, verification.reason)
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
        return not wanted.event or _fits(self.event(), wanted.event)

    def event(self) -> str:
        """Return what kind of event it is, as its provider says; empty where that is not known."""
        return find_provider(self._rules, self._ready.endpoint, self.subject)[1].event

    def render(self, template: str, count: int) -> bytes:
        """Return a template filled in; UsageError."""
        from workbench.engine.templates import Values, render

        values = Values(self.subject, count, self._ready.endpoint.program.seed)
        return render(template, values).encode("utf-8", "surrogateescape")


_WRONG = (Verdict.INVALID, Verdict.MALFORMED, Verdict.UNSIGNED, Verdict.STALE)


def _fits(value: str | None, pattern: str) -> bool:
    return value is not None and fnmatchcase(value, pattern)


def _text_at(subject: Subject, path: str) -> str | None:
    value = value_at(subject.tree, tuple(path.split(".")))
    return value if value is None or isinstance(value, str) else text_of(value)
