"""What each request is answered, and why: guards, handshakes, the endpoint's program and its answer, in this order.

Most requests of a burst need none of it: they are decided on the spot, with an answer made once a second. What reads
a body, a signature or a template is decided in a thread, so that a slow one holds up no other.

1. who may send (address, credentials, rate) is asked first, of handshakes too;
2. a provider's handshake gets the provider's answer;
3. method, content type, size, schema and signature are asked of everything else;
4. the endpoint's program has its say, then its answer, rendered with the request's values.

A program's steps and a template's `count` follow the order of arrival, whoever is examined first.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from workbench.engine.answers import AT_ONCE, Sending, plain_response, response, response_to, sending_of
from workbench.engine.examining import HANDSHAKE_LIMIT_BYTES, Examination, Examined
from workbench.engine.guarding import Refused
from workbench.engine.rules import Rules
from workbench.engine.turns import Turn, Turns
from workbench.model.answer import USUAL, Answer, ProgramRun, Way
from workbench.model.endpoint import Endpoint, Forward, match_endpoint
from workbench.model.errors import UsageError
from workbench.model.message import Request, Response
from workbench.providers.handshake_answer import Handshakes, Shaken
from workbench.providers.pack import Provider

log = logging.getLogger(__name__)

HANDSHAKE = "handshake"

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
class _Course:
    """How far an endpoint has come; it goes on when the endpoint's file changes."""

    count: int = 0
    """How many requests had their turn."""
    turns: Turns = field(default_factory=Turns)


@dataclass(slots=True)
class _Ready(Examined):
    """An endpoint with all that its requests are decided by."""

    unusable: str
    run: ProgramRun
    course: _Course
    second: int = -1
    usual: Decision | None = None
    """Its own answer in this second, where that needs nothing of the request."""
    is_plain: bool = field(init=False)
    """Whether its own answer is the same for every request."""
    takes_turns: bool = field(init=False)
    """Whether an answer depends on how many requests came before."""
    unrelayed: tuple[Forward, ...] = field(init=False)
    """Its forwards where the answer is ours in any case."""

    def __post_init__(self) -> None:
        Examined.__post_init__(self)
        endpoint = self.endpoint
        looks = self.guards_something or self.is_probed or self.unusable
        self.takes_turns = bool(endpoint.program.steps or endpoint.answer.template)
        self.is_plain = not (looks or self.takes_turns)
        self.unrelayed = tuple(replace(forward, relay=False) for forward in endpoint.forwards)


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
            old.course if old is not None else _Course(),
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
            content = answer.body.encode()
            ready.usual = self._decision(ready, answer, content, second, _with_way("", answer), is_own=True)
            ready.second = second
        return ready.usual

    async def decide(self, request: Request, address: str, received_at_us: int, second: int) -> Decision:
        """Return the decision for any request; never raises for what came in or was configured."""
        ready = self._of(request)
        turn = ready.course.turns.take() if ready.takes_turns else None
        try:
            return await self._decide(ready, request, address, received_at_us, second, turn)
        finally:
            if turn is not None:
                turn.end()

    async def _decide(
        self, ready: _Ready, request: Request, address: str, received_at_us: int, second: int, turn: Turn | None
    ) -> Decision:
        if ready.unusable or ready.guarding is None:
            reason = f"The endpoint cannot be used: {ready.unusable}"
            refused = Refused("configuration", 503, reason, told="This address cannot take requests at the moment.")
        else:
            refused = ready.guarding.refuse_sender(address, request, time.monotonic())
        if refused is not None:
            return self._refusal(ready, refused, second)
        examining = Examination(self._rules, ready, self._handshakes, request, received_at_us)
        if examining.is_needed:
            await asyncio.to_thread(examining.run)
        if examining.shaken is not None:
            return await self._handshake(ready, examining.shaken, second)
        if examining.refused is not None:
            return self._refusal(ready, examining.refused, second)
        return await self._programmed(ready, examining, second, turn)

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
        return Examination(self._rules, self._of(request), self._handshakes, request, 0).event

    def _may_be_handshake(self, ready: _Ready, request: Request) -> bool:
        body = request.body
        if body.size > HANDSHAKE_LIMIT_BYTES:
            return False
        return self._handshakes.may_be(request.head.raw, body.content)

    def _own_answer(self, ready: _Ready) -> Answer:
        endpoint = ready.endpoint
        return endpoint.answer if endpoint.is_answer_said or endpoint.answer != USUAL else Answer(self._status)

    def _decision(
        self, ready: _Ready, answer: Answer, content: bytes, second: int, reason: str, *, is_own: bool
    ) -> Decision:
        # What rehearses a failure is sent, whatever the target says: only the endpoint's own answer gives way to it.
        relays = is_own and answer.way is Way.WHOLE
        forwards = ready.endpoint.forwards if relays else ready.unrelayed
        made = response_to(answer, content, second)
        return Decision(made, ready.endpoint.name, reason, "", sending_of(answer), forwards)

    def _refusal(self, ready: _Ready, refused: Refused, second: int) -> Decision:
        made = plain_response(refused.status, f"{refused.told or refused.reason}\n", second, refused.headers)
        return Decision(made, ready.endpoint.name, refused.reason, refused.guard)

    async def _handshake(self, ready: _Ready, shaken: Shaken, second: int) -> Decision:
        name, reply, reason = ready.endpoint.name, shaken.reply, shaken.reason
        if shaken.secret and self._keep_secret is not None:
            reason += f" {await asyncio.to_thread(self._keep_secret, name, shaken.provider, shaken.secret)}"
        content = reply.body.encode("utf-8", "replace")
        made = response(reply.status, reply.headers, content, reply.content_type, second)
        guard = "" if shaken.is_accepted else HANDSHAKE
        return Decision(made, name, reason, guard, is_to_confirm=shaken.is_to_confirm)

    async def _programmed(self, ready: _Ready, examining: Examination, second: int, turn: Turn | None) -> Decision:
        if turn is not None:
            await turn.come()
        ready.course.count += 1
        count, step, reason = ready.course.count, None, ""
        program = ready.run.program
        if program.steps:
            step, said = ready.run.next(examining.holds)
            reason = f"Program, {said}." if said else ""
        elif examining.wants_websocket:
            reason = "A WebSocket upgrade: recorded, not accepted."
        if turn is not None:
            turn.end()  # Nobody waits for what one's template takes.
        answer, is_own = program.in_full(step, self._own_answer(ready)), program.is_own(step)
        try:
            content = await _content(answer, examining, count)
        except UsageError as error:
            told = "The answer could not be made."
            return self._refusal(ready, Refused("template", 500, error.message, told=told), second)
        return self._decision(ready, answer, content, second, _with_way(reason, answer), is_own=is_own)


async def _content(answer: Answer, examining: Examination, count: int) -> bytes:
    if not answer.template:
        return answer.body.encode()
    return await asyncio.to_thread(examining.render, answer.template, count)


def _with_way(reason: str, answer: Answer) -> str:
    if answer.way.value == "whole" and not answer.delay_s:
        return reason
    words = [] if answer.way.value == "whole" else [answer.way.value]
    words += [f"after {answer.delay_s:g} s"] if answer.delay_s else []
    return f"{reason} Sent: {' '.join(words)}.".strip()
