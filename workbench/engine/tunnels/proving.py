"""Proves that a webhook sent now would arrive, and says which part is broken when it would not.

Each proof asks the listener itself first, then sends a probe through the public address on a connection of its own:
name, TLS, tunnel and listener are all gone through anew. What is slower than `PROBE_TIMEOUT_S` is broken.
"""

import asyncio
import json

from workbench.engine.composing import Target, parse_target
from workbench.engine.routes import DIRECT, Route
from workbench.engine.sender import HttpSender
from workbench.engine.tunnels.launched import Launched, LaunchError, Local
from workbench.engine.tunnels.probes import Probe, Probes
from workbench.engine.tunnels.relay import MARK
from workbench.engine.tunnels.trust import trusted
from workbench.model.clock import Clock, elapsed_s
from workbench.model.delivery import Attempt, FailureKind
from workbench.model.message import Body, Head, Headers, Request
from workbench.model.tunnel import Part, Proof, ProofState, Tunnel, TunnelKind

PROBE_TIMEOUT_S = 2.5
LOCAL_TIMEOUT_S = 1.0
RELAY_TIMEOUT_S = 3.0
AGENT = "webhook-workbench-probe"


class Prover:
    """Proves one tunnel."""

    def __init__(self, tunnel: Tunnel, probes: Probes, clock: Clock) -> None:
        self._tunnel = tunnel
        self._probes = probes
        self._clock = clock
        self._sender = HttpSender(clock)

    async def prove(self, launched: Launched, local: Local, before: Proof) -> Proof:
        """Return the proof as it is now; never raises but when it is cancelled."""
        if broken := await self._listener_problem(local):
            return before.broken(Part.LISTENER, broken)
        if self._tunnel.kind is TunnelKind.RELAY:
            return await self._prove_relay(launched, before)
        probe = self._probes.make()
        target = parse_target(launched.url)
        try:
            route = DIRECT if not self._tunnel.authority else Route(tls=trusted(self._tunnel))
        except LaunchError as error:
            return before.broken(Part.TLS, error.message)
        attempt = await self._ask(target, target.path.rstrip("/"), probe, PROBE_TIMEOUT_S, route)
        if attempt.failure is not None:
            return before.broken(_part_of(attempt.failure.kind), attempt.failure.message)
        if _proof_in(attempt) != probe.answer:
            if broken := await self._listener_problem(local):  # It may have ended in between.
                return before.broken(Part.LISTENER, broken)
            return before.broken(Part.TUNNEL, _wrong_answer(attempt, target))
        return Proof(ProofState.PROVEN, self._clock.now_us(), attempt.timings.total_us)

    async def _listener_problem(self, local: Local) -> str:
        """Return why our own listener does not answer, empty where it does."""
        probe = self._probes.make()
        attempt = await self._ask(parse_target(local.url), "", probe, LOCAL_TIMEOUT_S, DIRECT)
        if attempt.failure is not None:
            return f"Our listener at {local.url} does not answer: {attempt.failure.message}"
        if _proof_in(attempt) != probe.answer:
            return f"At {local.url} another program answers, not the listener of this home."
        return ""

    async def _ask(self, target: Target, prefix: str, probe: Probe, timeout_s: float, route: Route) -> Attempt:
        headers = Headers((("Host", target.authority), ("User-Agent", AGENT), ("Cache-Control", "no-store")))
        request = Request(Head.build(f"GET {prefix}{probe.path} HTTP/1.1", headers), Body())
        return await self._sender.attempt(target, request, timeout_s, route)

    async def _prove_relay(self, launched: Launched, before: Proof) -> Proof:
        """A relay gives no answers back: what was posted must come down the channel."""
        probe = self._probes.make()
        body = json.dumps({MARK: probe.token}).encode()
        headers = Headers(
            (("Content-Type", "application/json"), ("User-Agent", AGENT), ("Content-Length", str(len(body))))
        )
        began = elapsed_s()
        try:
            async with asyncio.timeout(RELAY_TIMEOUT_S):
                await launched.carry(Request(Head.build("POST / HTTP/1.1", headers), Body(body)))
        except TimeoutError:
            return before.broken(Part.TUNNEL, "What was posted to the relay's channel did not come back.")
        except LaunchError as error:
            return before.broken(Part.TUNNEL, error.message)
        return Proof(ProofState.PROVEN, self._clock.now_us(), round((elapsed_s() - began) * 1_000_000))


def _proof_in(attempt: Attempt) -> str:
    if attempt.response is None or attempt.response.body.size > 200:
        return ""
    return attempt.response.body.read().decode("latin-1").strip()


def _part_of(kind: FailureKind) -> Part:
    match kind:
        case FailureKind.NOT_FOUND:
            return Part.DNS
        case FailureKind.TLS:
            return Part.TLS
        case _:
            return Part.TUNNEL


def _wrong_answer(attempt: Attempt, target: Target) -> str:
    status = attempt.response.status if attempt.response else 0
    host = target.authority
    if status in (502, 503, 504):
        return f"{host} answered {status}: the tunnel's service does not reach this machine."
    if status == 404:
        return f"{host} answered 404: the address does not lead to our listener (any more)."
    if 300 <= status < 400:
        return f"{host} answered {status}, a redirect: most providers do not follow it."
    return f"{host} answered {status}, but not from our listener: another program is there, or in between."
