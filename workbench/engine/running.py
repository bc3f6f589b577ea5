"""Runs the requests of a folder in the order of the collection.

Each round, and each row of data in it, is an iteration: values taken from answers live until it ends. For a name the
nearest counts: `variables` that were given, then the row, then what was taken. Every request is in the history.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from workbench.engine.delivering import Sent
from workbench.engine.dynamic_values import Ask, Sources
from workbench.engine.events import Event
from workbench.engine.sending_context import SendingContext, sending_context
from workbench.engine.unlocking import refuse_locked
from workbench.engine.workbench import Workbench
from workbench.model.collection import SavedRequest
from workbench.model.delivery import Attempt
from workbench.model.errors import UsageError, WorkbenchError
from workbench.model.run import RequestResult, RunReport
from workbench.storage.collection_listing import children_of
from workbench.storage.collections import read_request
from workbench.storage.trusted_collections import is_trusted

KEPT_ANSWER_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What to run, and how."""

    folder: Path
    """A collection, a folder of one, or a single request's file."""
    environment: str = ""
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    rows: tuple[Mapping[str, str], ...] = ()
    """See `run_data.read_rows`; without any there is one iteration a round."""
    rounds: int = 1
    delay_s: float = 0.0
    """Between two requests."""
    stop_on_failure: bool = False
    timeout_s: float | None = None
    """Before the settings of each request; 0 waits without end."""
    ask: Ask | None = None


@dataclass(frozen=True, slots=True)
class RunStep:
    """A request that is about to be sent: the `number`-th of `planned`."""

    number: int
    planned: int
    iteration: int
    name: str


class Runner:
    """One run. `results` grows while `run` works, and stays when that is cancelled: `report` is right at any time."""

    def __init__(self, workbench: Workbench, options: RunOptions) -> None:
        self._workbench = workbench
        self._options = options
        self._files: tuple[Path, ...] = ()
        self._problems: dict[str, None] = {}
        self._contexts: dict[Path, SendingContext] = {}
        self._answers: dict[str, Attempt] = {}
        self._taken: dict[str, str] = {}
        self._stopping = False
        self._ended_early = ""
        self._started_us = workbench.clock.now_us()
        self.results: list[RequestResult] = []
        self.started: Event[RunStep] = Event()
        self.finished: Event[RequestResult] = Event()

    async def run(self) -> RunReport:
        """Send everything; UsageError where there is nothing to send or the environment is not there."""
        self._started_us = self._workbench.clock.now_us()
        try:
            await self._prepare()
            await self._iterate()
        except asyncio.CancelledError:
            self._ended_early = "The run was cancelled."
            raise
        return self.report()

    def stop(self) -> None:
        """End after the request that is under way."""
        self._stopping = True

    def report(self) -> RunReport:
        """Return what came of the run so far."""
        return RunReport(
            name=self._options.folder.name,
            environment=self._options.environment,
            started_at_us=self._started_us,
            duration_us=max(0, self._workbench.clock.now_us() - self._started_us),
            planned=len(self._files) * len(self._iterations()),
            results=tuple(self.results),
            ended_early=self._ended_early,
            problems=tuple(self._problems),
        )

    async def _prepare(self) -> None:
        folder = self._options.folder.absolute()
        self._files, problems = await asyncio.to_thread(_requests_in, folder)
        self._problems.update(dict.fromkeys(problems))
        if self._options.rounds < 1:
            raise UsageError("A run needs at least one round.")
        if not self._files:
            raise UsageError(
                f"There are no requests in {folder}.", "Choose a collection, a folder of one, or a file."
            )
        await self._context_of(self._files[0])  # An environment that is not there is told before anything is sent.

    def _iterations(self) -> list[Mapping[str, str]]:
        rows = self._options.rows or (dict[str, str](),)
        return [row for _ in range(self._options.rounds) for row in rows]

    async def _iterate(self) -> None:
        for iteration, row in enumerate(self._iterations(), 1):
            self._taken.clear()
            for file in self._files:
                if self._stopping:
                    self._ended_early = "The run was stopped."
                    return
                if self.results and self._options.delay_s:
                    await asyncio.sleep(self._options.delay_s)
                result = await self._one(file, iteration, row)
                self.results.append(result)
                self.finished.emit(result)
                if self._options.stop_on_failure and not result.passed:
                    self._ended_early = f"The run ended at the first failure: {result.name}."
                    return

    async def _one(self, file: Path, iteration: int, row: Mapping[str, str]) -> RequestResult:
        path = file.relative_to(self._options.folder.absolute()).as_posix()
        result = RequestResult(
            file.stem, path if path != "." else file.name, iteration, self._workbench.clock.now_us()
        )
        try:
            saved = await asyncio.to_thread(read_request, file)
            result = replace(result, name=saved.name or file.stem, method=saved.method)
            planned = len(self._files) * len(self._iterations())
            self.started.emit(RunStep(len(self.results) + 1, planned, iteration, result.name))
            return self._told(result, await self._send(file, saved, row))
        except WorkbenchError as error:
            return replace(result, failure=error.message)

    async def _send(self, file: Path, saved: SavedRequest, row: Mapping[str, str]) -> Sent:
        context = await self._context_of(file)
        sources = Sources(
            self._workbench.clock,
            folder=context.folder,
            ask=self._options.ask,
            answer_of=partial(self._answer_of, context.folder),
        )
        given = {**row, **self._options.variables}
        await asyncio.to_thread(refuse_locked, saved, context, {**self._taken, **given})
        sent = await self._workbench.deliveries.send_and_check(
            saved,
            # Nobody has said whether what an answer gave is a credential, so all of it is masked.
            scopes=context.scopes_for(saved, {**self._taken, **given}, frozenset(self._taken.keys() - given)),
            inherited=context.inherited,
            signing=self._workbench.signatures.signing_of,
            sources=sources,
            timeout_s=self._options.timeout_s,
        )
        self._taken |= {each.taking.name: each.value for each in sent.taken if each.value is not None}
        self._remember(saved.name, sent.delivery.last)
        return sent

    def _remember(self, name: str, attempt: Attempt) -> None:
        """Keep an answer for the requests that follow; a large one is read from the history when it is wanted."""
        if attempt.response is not None and attempt.response.body.size <= KEPT_ANSWER_BYTES:
            self._answers[name] = attempt
        else:
            self._answers.pop(name, None)

    async def _context_of(self, file: Path) -> SendingContext:
        """Return what surrounds a request; read once for a folder."""
        if file.parent not in self._contexts:
            secrets = self._workbench.signatures.secrets
            context = await asyncio.to_thread(sending_context, file, self._options.environment, secrets)
            self._contexts[file.parent] = context
            self._problems.update(dict.fromkeys(context.problems))
        return self._contexts[file.parent]

    async def _answer_of(self, root: Path | None, name: str) -> Attempt | None:
        """Return the answer of this run, else the newest one that was stored; of a collection not trusted, none."""
        found = self._answers.get(name)
        if found is not None:
            return found
        if root is not None and not await asyncio.to_thread(is_trusted, self._workbench.paths, root):
            return None
        return await self._workbench.deliveries.newest_answer(name)

    def _told(self, result: RequestResult, sent: Sent) -> RequestResult:
        last = sent.delivery.last
        return replace(
            result,
            url=sent.delivery.url,
            status=sent.delivery.status,
            duration_us=sent.delivery.duration_us,
            response_bytes=last.sizes.response_body,
            checks=sent.checks,
            taken=tuple(each.taking.name for each in sent.taken if each.value is not None),
            problems=tuple(each.problem for each in sent.taken if each.problem),
            failure=last.failure.message if last.failure else "",
            delivery_number=sent.delivery.number,
        )


def _requests_in(place: Path) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """Return the files of all requests below a folder, in the tree's order, and what could not be read."""
    if place.is_file():
        return (place,), ()
    children = children_of(place)
    files: list[Path] = []
    problems = list(children.problems)
    for child in children.items:
        if child.is_folder:
            inner, amiss = _requests_in(child.path)
            files += inner
            problems += amiss
        else:
            files.append(child.path)
    return tuple(files), tuple(problems)
