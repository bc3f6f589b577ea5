"""One tunnel's life: launched, proven again and again, launched anew when it ends, gone when it is told to stop."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

from workbench.engine.events import Event
from workbench.engine.tasks import TaskSet
from workbench.engine.tunnels.launched import Launched, LaunchError, Launching, Local
from workbench.engine.tunnels.launching import launch
from workbench.engine.tunnels.probes import Probes
from workbench.engine.tunnels.proving import Prover
from workbench.engine.tunnels.surroundings import Surroundings
from workbench.model.clock import Clock, elapsed_s
from workbench.model.tunnel import Part, Proof, ProofState, Tunnel, TunnelKind, TunnelState, TunnelStatus

log = logging.getLogger(__name__)

AGAIN_AFTER_S = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0)
STEADY_AFTER_S = 20.0
"""A tunnel that was up this long did not fail at starting: the next start is soon again."""

LOOK_EVERY_S = 0.5
NAME_GRACE_S = 20.0
"""How long the name of a new quick tunnel may take to be known everywhere."""


class TunnelService:
    """Runs one tunnel in one task; everything else may be called from the loop at any time."""

    def __init__(
        self,
        tunnel: Tunnel,
        local: Local,
        probes: Probes,
        clock: Clock,
        token: Callable[[], str] = str,
        surroundings: Surroundings | None = None,
    ) -> None:
        """`token` returns the secret that the tunnel needs; it is asked in a thread at each start, WorkbenchError."""
        self.tunnel = tunnel
        self.status = TunnelStatus(tunnel.name, tunnel.kind, local=local.url)
        self.changed: Event[TunnelStatus] = Event()
        """How the tunnel stands, after each change and each proof."""
        self.said: Event[str] = Event()
        """A line of what the tunnel's program says."""
        self._local = local
        self._clock = clock
        self._probes = probes
        self._token = token
        self._prover = Prover(tunnel, probes, clock)
        self._surroundings = surroundings or Surroundings(clock)
        self._launched: Launched | None = None
        self._up_at_s = 0.0
        self._again = asyncio.Event()
        self._check = asyncio.Event()
        self._tasks = TaskSet()

    @property
    def launched(self) -> Launched | None:
        """What is up now, None where nothing is."""
        return self._launched

    async def run(self, stop: asyncio.Event) -> None:
        """Keep the tunnel up until told to stop; then nothing of it is left."""
        tasks = [
            self._tasks.start(self._live(), f"the tunnel {self.tunnel.name}"),
            self._tasks.start(self._prove_always(), "prove a tunnel"),
            self._tasks.start(self._watch_surroundings(), "watch for sleep and network changes"),
        ]
        stopping = asyncio.ensure_future(stop.wait())
        try:
            await asyncio.wait({stopping, *tasks}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
            await self._tasks.finish(timeout_s=0)
            self._set(replace(self.status, state=TunnelState.STOPPED, proof=Proof(), reason="", hint=""))

    def check_now(self) -> None:
        """Prove it at once."""
        self._check.set()

    def start_again(self) -> None:
        """Start it anew: at once, also where it had failed or waits."""
        self._again.set()

    def lead_to(self, local: Local) -> None:
        """Lead to another address of our listener; the tunnel is started anew for that."""
        if local != self._local:
            self._local = local
            self._again.set()

    # Its life

    async def _live(self) -> None:
        failures = 0
        while True:
            self._again.clear()
            starts = self.status.starts + 1
            starting = replace(self.status, state=TunnelState.STARTING, reason="", hint="", starts=starts)
            self._set(replace(starting, local=self._local.url))
            began = elapsed_s()
            error = await self._launch_once()
            failures = 0 if elapsed_s() - began > STEADY_AFTER_S else failures
            if error is None:
                continue  # Somebody wants it anew.
            self._fell(error)
            delay = None if error.final else AGAIN_AFTER_S[min(failures, len(AGAIN_AFTER_S) - 1)]
            failures += 1
            await _within(delay, self._again.wait)

    async def _launch_once(self) -> LaunchError | None:
        """Launch, and return why it ended or did not start; None where it is to be started anew."""
        try:
            token = await asyncio.to_thread(self._token)
            launched = await launch(
                self._tunnel_again(), Launching(self._local, self.said.emit, token, self._probes.is_ours)
            )
        except LaunchError as error:
            return error
        except OSError as error:
            return LaunchError(f"The tunnel cannot be started: {error.strerror or error}.")
        except Exception as error:
            message, hint = getattr(error, "message", ""), getattr(error, "hint", None)
            if not message:
                log.exception("the tunnel %s could not be launched", self.tunnel.name)
            return LaunchError(message or f"The tunnel cannot be started: {error}.", hint, final=bool(message))
        try:
            self._rose(launched)
            return await _first(launched.ended(), self._again)
        finally:
            self._launched = None
            await launched.close()

    def _tunnel_again(self) -> Tunnel:
        """A relay's channel stays ours when its connection is cut: providers have its address."""
        if self.tunnel.kind is TunnelKind.RELAY and self.status.url:
            return replace(self.tunnel, url=self.status.url)
        return self.tunnel

    def _rose(self, launched: Launched) -> None:
        self._launched, self._up_at_s = launched, elapsed_s()
        before = self.status.proof if self.status.url == launched.url else Proof()
        proof = replace(before, state=ProofState.UNPROVEN, part=None, reason="")
        self._set(replace(self.status, state=TunnelState.UP, url=launched.url, proof=proof, reason="", hint=""))
        self.check_now()

    def _fell(self, error: LaunchError) -> None:
        state = TunnelState.FAILED if error.final else TunnelState.WAITING
        proof = self.status.proof.broken(Part.TUNNEL, error.message)
        self._set(replace(self.status, state=state, reason=error.message, hint=error.hint or "", proof=proof))

    # Its proof

    async def _prove_always(self) -> None:
        while True:
            every = self.tunnel.probe_every_s
            # What is not proven is what somebody waits for.
            await _within(every if self.status.is_working else min(every, 2.0), self._check.wait)
            self._check.clear()
            launched = self._launched
            if launched is None:
                continue
            proof = await self._prover.prove(launched, self._local, self.status.proof)
            if launched is self._launched:
                self._set(replace(self.status, proof=self._lenient(proof)))

    def _lenient(self, proof: Proof) -> Proof:
        """A quick tunnel's name is made just now: that it is not known yet is no fault."""
        young = elapsed_s() - self._up_at_s < NAME_GRACE_S and self.tunnel.kind is TunnelKind.CLOUDFLARED
        if young and proof.part is Part.DNS and proof.at_us is None:
            return Proof(reason="Its name is not known everywhere yet.")
        return proof

    async def _watch_surroundings(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            happened = await asyncio.to_thread(self._surroundings.look, LOOK_EVERY_S)
            if happened:
                log.info("%s The tunnel %s is proven anew", happened, self.tunnel.name)
                if self._launched is not None:
                    unproven = replace(self.status.proof, state=ProofState.UNPROVEN, part=None, reason=happened)
                    self._set(replace(self.status, proof=unproven))
                self.check_now()

    def _set(self, status: TunnelStatus) -> None:
        self.status = status
        self.changed.emit(status)


async def _within(seconds: float | None, wait: Callable[[], Awaitable[object]]) -> None:
    """Wait for something, at most so long; without end where no time is given."""
    try:
        async with asyncio.timeout(seconds):
            await wait()
    except TimeoutError:
        return


async def _first(ended: Awaitable[LaunchError], again: asyncio.Event) -> LaunchError | None:
    """Return why a tunnel ended, or None where it is wanted anew before that."""
    ending, wanted = asyncio.ensure_future(ended), asyncio.ensure_future(again.wait())
    try:
        await asyncio.wait({ending, wanted}, return_when=asyncio.FIRST_COMPLETED)
        return ending.result() if ending.done() else None
    finally:
        ending.cancel()
        wanted.cancel()
