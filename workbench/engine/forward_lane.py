"""What waits for one target: numbers, not bodies, in the order in which they are due, a few under way at a time.

However many wait, there are no more tasks than `AT_ONCE`, and one timer.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from typing import Any

from workbench.engine.tasks import TaskSet
from workbench.model.clock import Clock
from workbench.model.delivery import Attempt, StoredForward
from workbench.model.endpoint import Forward
from workbench.model.message import Request

AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Fresh:
    """What is known of a forward that begins at once: nothing need be read for it."""

    item: StoredForward
    forward: Forward
    request: Request


@dataclass(slots=True)
class Relay:
    """What a sender waits for: that its forward begins, and how it went."""

    begun: asyncio.Event = field(default_factory=asyncio.Event)
    done: "asyncio.Future[Attempt | str]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    """The attempt, or why there was none."""
    is_withdrawn: bool = False
    """Nobody waits any more."""

    def finish(self, outcome: "Attempt | str") -> None:
        """Tell the sender, unless it was told already."""
        if not self.done.done():
            self.done.set_result(outcome)


@dataclass(slots=True)
class Job:
    """A forward by its row's number."""

    id: int
    url: str
    relay: Relay | None = None
    fresh: Fresh | None = None
    is_recalled: bool = False
    """It is of an earlier run, which may have stopped before it was decided whether its target is to have it."""


class Lane:
    """The jobs of one target. `work` makes one attempt, and puts the job back where it is to be tried again."""

    def __init__(
        self, work: Callable[[Job], Coroutine[Any, Any, None]], tasks: TaskSet, clock: Clock, name: str
    ) -> None:
        self._work = work
        self._tasks = tasks
        self._clock = clock
        self._name = name
        self._waiting: list[tuple[int, int, Job]] = []
        self._order = count()
        self._running = 0
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False

    @property
    def is_free(self) -> bool:
        """Whether a job that is due now would begin at once."""
        return self._running < AT_ONCE and not self._is_due()

    def put(self, job: Job, due_us: int = 0) -> None:
        """Take a job on, to begin when it is due."""
        heappush(self._waiting, (due_us, next(self._order), job))
        self.go_on()

    def close(self) -> None:
        """Begin nothing more."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()

    def go_on(self) -> None:
        """Begin what is due, as far as there is room, and look again when the next one is."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while not self._closed and self._running < AT_ONCE and self._is_due():
            _, _, job = heappop(self._waiting)
            if job.relay is None or not job.relay.is_withdrawn:
                self._begin(job)
        if self._waiting and not self._closed and self._running < AT_ONCE:
            wait_s = max(0.0, (self._waiting[0][0] - self._clock.now_us()) / 1_000_000)
            self._timer = asyncio.get_running_loop().call_later(wait_s, self.go_on)

    def _is_due(self) -> bool:
        return bool(self._waiting) and self._waiting[0][0] <= self._clock.now_us()

    def _begin(self, job: Job) -> None:
        self._running += 1
        if job.relay is not None:
            job.relay.begun.set()
        task = self._tasks.start(self._work(job), f"forward to {self._name}")
        task.add_done_callback(self._ended)

    def _ended(self, _task: "asyncio.Task[None]") -> None:
        self._running -= 1
        self.go_on()
