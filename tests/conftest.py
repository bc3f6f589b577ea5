"""Fixtures that every folder may use: a home, a clock, a database, a listener that really listens."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import torture_figures
from fakes import Catcher

from workbench.engine.answering import Answering
from workbench.engine.capturing import CaptureService
from workbench.engine.listener import Listener, ListenOptions
from workbench.engine.rules import Rules
from workbench.model.clock import SystemClock
from workbench.storage.database import Database
from workbench.storage.migrations import CAPTURES
from workbench.storage.paths import Paths


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    home = Paths.of_home(str(tmp_path / "home"))
    home.ensure()
    return home


@pytest.fixture
def listen_options() -> ListenOptions:
    return ListenOptions(port=0)


@pytest.fixture
async def catcher(paths: Paths, listen_options: ListenOptions) -> AsyncIterator[Catcher]:
    clock = SystemClock()
    database = Database(paths.captures, CAPTURES, asyncio.get_running_loop().call_soon_threadsafe)
    rules = await asyncio.to_thread(Rules.load, paths)
    captures = CaptureService(database, clock, Answering(rules))
    listener = Listener(captures, paths.spool, clock, listen_options)
    await listener.start()
    yield Catcher(listener, captures, database, paths)
    await listener.stop(timeout_s=1)
    await captures.close()
    await asyncio.to_thread(database.close)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what was tried against the program; here, since workers alone load the hooks of other folders."""
    reports = [each for kind in ("passed", "failed") for each in terminalreporter.getreports(kind)]
    if lines := torture_figures.summary(reports):
        terminalreporter.section(f"tried against the program, seed {torture_figures.SEED}")
        terminalreporter.write_line("\n".join(lines))
