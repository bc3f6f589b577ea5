"""The window's tests: no screen, Qt's loop under asyncio, a window that is closed as a person would close it."""

import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["QT_API"] = "pyside6"

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from PySide6.QtWidgets import QApplication

from workbench.engine.workbench import open_workbench
from workbench.storage.paths import Paths
from workbench.storage.settings import Settings
from workbench.ui.listener_state import ListenerState
from workbench.ui.loop import WorkbenchLoop
from workbench.ui.main_window import MainWindow
from workbench.ui.theme import Appearance


def pytest_asyncio_loop_factories(config: object, item: object) -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    def qt_loop() -> asyncio.AbstractEventLoop:
        return WorkbenchLoop(QApplication.instance() or QApplication([]))

    return {"qt": qt_loop}


@pytest.fixture(scope="session")
def appearance(qapp: QApplication) -> Appearance:
    qapp.setQuitOnLastWindowClosed(False)
    made = Appearance(qapp, "light")
    made.dress()
    return made


@pytest.fixture
async def window(paths: Paths, appearance: Appearance, qapp: QApplication) -> AsyncIterator[MainWindow]:
    """A window that listens on a free port and is in full work."""
    async for each in a_window(paths, appearance):
        yield each


async def a_window(paths: Paths, appearance: Appearance) -> AsyncIterator[MainWindow]:
    made = MainWindow(paths, Settings(), appearance)
    listener = made.listener
    made.furnish()
    listening = asyncio.Event()
    made.listening.connect(lambda _: listening.set())
    listener.start(0)
    made.show()
    async with open_workbench(paths) as opened:
        living = asyncio.ensure_future(made.live(opened))
        async with asyncio.timeout(20):
            await listening.wait()
        yield made
        made.close()
        async with asyncio.timeout(20):
            await living
    assert listener.state in (ListenerState.STOPPED, ListenerState.FAILED)
    made.hide()
    made.deleteLater()


async def until(condition: Callable[[], object], seconds: float = 10) -> None:
    """Wait for something to become true; the window's own loop runs meanwhile."""
    for _ in range(int(seconds * 100)):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not become true")
