"""Keeps the rules in force up to date: reads them at the start, when asked, and when an endpoint's file changed.

A file that is being written is not read: its state must stand still from one look to the next, and be the same after
reading. Whatever goes wrong is said, and the next change is taken up all the same.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from workbench.engine.events import Event
from workbench.engine.rules import Rules
from workbench.engine.tasks import TaskSet
from workbench.model.endpoint import Forward
from workbench.model.errors import StorageError, WorkbenchError
from workbench.storage.endpoints import endpoints_state, keep_last_good
from workbench.storage.paths import Paths
from workbench.storage.secrets import Secrets

log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.25
READ_AGAIN = 8
"""How often files are read again that changed meanwhile; after that they are taken as they are."""


@dataclass(frozen=True, slots=True)
class Change:
    """Rules that came into force, and those before them."""

    before: Rules
    after: Rules


Use = Callable[[Rules, bool], Awaitable[None]]
"""Takes rules into use; the flag says that everything is to be judged anew."""


class Configuration:
    """The rules in force. `load` first; then `watch` until `close`."""

    def __init__(self, paths: Paths, forwards: tuple[Forward, ...] = ()) -> None:
        self.paths = paths
        self._forwards = forwards
        self._tasks = TaskSet()
        self._reading = asyncio.Lock()
        self._state: tuple[object, ...] = ()
        self._rules: Rules | None = None
        self._said: set[str] = set()
        self.passphrase: str | None = None
        """Of the secrets' file, where the system has no keyring."""
        self.use: Use | None = None
        self.changed: Event[Change] = Event()
        """A change that came into force; not the rules of the start."""
        self.taken_up: Event[Rules] = Event()
        """The rules, each time that they came into force."""
        self.problems: Event[Sequence[str]] = Event()
        """Sentences about packs, endpoints and secrets that cannot be used, after each reading of them."""

    @property
    def rules(self) -> Rules:
        """The rules in force."""
        assert self._rules is not None, "load first"
        return self._rules

    async def load(self) -> Rules:
        """Read everything for the first time."""
        await asyncio.to_thread(self._read)
        return self.rules

    def watch(self) -> None:
        """Say what is in force and what is wrong, and begin to look for changes."""
        self.taken_up.emit(self.rules)
        self.say_problems()
        self._tasks.start(self._watch(), "watch the endpoints' files")

    def say_problems(self) -> None:
        """Say what is wrong and was not said yet."""
        problems = self.rules.problems
        if news := tuple(problem for problem in problems if problem not in self._said):
            self.problems.emit(news)
        self._said = set(problems)

    async def reload(self) -> None:
        """Read everything anew, once files that are being written stand still, and judge everything again."""
        try:
            state = await asyncio.to_thread(self._look)
            while state != self._state:
                await asyncio.sleep(LOOK_EVERY_S)
                before, state = state, await asyncio.to_thread(self._look)
                if before == state:
                    break
            await self._take_up(judge_anew=True)
        except Exception as error:
            self._say_failure(error)

    async def close(self) -> None:
        """Look no more."""
        await self._tasks.finish(timeout_s=0)

    async def _watch(self) -> None:
        seen = self._state
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            try:
                state = await asyncio.to_thread(self._look)
                is_still, seen = state == seen, state
                if is_still and state != self._state:
                    await self._take_up(judge_anew=False)
            except Exception as error:
                self._say_failure(error)

    def _say_failure(self, error: Exception) -> None:
        """Say what kept a change from being taken up, once; it is tried again when something changes."""
        log.error("a change of the configuration was not taken up", exc_info=error)
        reason = error.message if isinstance(error, WorkbenchError) else f"{type(error).__name__}; see the log."
        sentence = f"A change of the configuration was not taken up whole: {reason}"
        if sentence not in self._said:
            self._said.add(sentence)
            self.problems.emit((sentence,))

    async def _take_up(self, *, judge_anew: bool) -> None:
        async with self._reading:
            before = self.rules
            await asyncio.to_thread(self._read)
            rules = self.rules
            try:
                if self.use is not None:
                    await self.use(rules, judge_anew or not rules.judge_alike(before))
            except Exception as error:
                self._say_failure(error)
        self.changed.emit(Change(before, rules))
        self.taken_up.emit(rules)
        self.say_problems()

    def _look(self) -> tuple[object, ...]:
        rules = self._rules
        schemas = {item.guards.schema for item in rules.endpoints.all if item.guards.schema} if rules else set[str]()
        return endpoints_state(self.paths, schemas)

    def _read(self) -> None:
        state, rules = self._read_once()
        for _ in range(READ_AGAIN):
            if self._look() == state:
                break
            state, rules = self._read_once()
        self._keep_last_good(rules)
        self._rules, self._state = rules, state

    def _read_once(self) -> tuple[tuple[object, ...], Rules]:
        state = self._look()
        return state, Rules.load(self.paths, Secrets(self.paths, self.passphrase), self._rules, self._forwards)

    def _keep_last_good(self, rules: Rules) -> None:
        try:
            keep_last_good(self.paths, {name: text for name, text in rules.texts.items() if text})
        except StorageError as error:
            rules.problems.append(error.message)
