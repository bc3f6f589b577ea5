"""Captures that were deleted come back: until some seconds have passed nothing is gone from the disk."""

import asyncio
from contextlib import closing

from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from test_window import captured
from ui.conftest import a_window, until

from workbench.storage.captures import CaptureReader
from workbench.storage.paths import Paths
from workbench.ui.main_window import MainWindow
from workbench.ui.theme import Appearance


def stored(paths: Paths) -> list[int]:
    from workbench.model.query import CaptureQuery

    with closing(CaptureReader(paths.captures, paths.spool)) as reader:
        return list(reader.numbers(CaptureQuery()))


def shown(window: MainWindow) -> list[int]:
    rows = window.captures.model.rows
    return [rows.number(row) for row in range(window.captures.model.rowCount())]


async def test_deleted_captures_come_back_with_undo(window: MainWindow, paths: Paths) -> None:
    await captured(window, 3)
    window.captures.choose(2)
    window.commands["delete"].trigger()
    await until(lambda: shown(window) == [1, 3])
    assert stored(paths) == [1, 2, 3]
    # The work goes on with the next one, and the account does not show what is gone.
    await until(lambda: window.captures.current_number == 3)
    assert window.captures.count.text() == "2"
    window.captures.table.setFocus()
    window.activateWindow()
    QTest.keySequence(window, QKeySequence("Ctrl+Z"))
    await until(lambda: shown(window) == [1, 2, 3])
    await until(lambda: window.captures.current_number == 2)
    assert stored(paths) == [1, 2, 3]


async def test_after_its_time_a_deletion_is_done_and_the_choice_stays(window: MainWindow, paths: Paths) -> None:
    await captured(window, 3)
    window.settings = type(window.settings)(undo_s=2)
    window.captures.choose(1)
    window.commands["delete"].trigger()
    await until(lambda: shown(window) == [2, 3])
    await until(lambda: window.captures.current_number == 2)
    window.captures.choose(3)
    resets: list[None] = []
    window.captures.model.modelReset.connect(lambda: resets.append(None))
    await until(lambda: stored(paths) == [2, 3])
    await asyncio.sleep(0.3)
    assert (shown(window), window.captures.current_number, resets) == ([2, 3], 3, [])
    assert "Deleted" not in window.notices.text


async def test_closing_the_window_deletes_what_waits(paths: Paths, appearance: Appearance) -> None:
    async for window in a_window(paths, appearance):
        await captured(window, 2)
        window.captures.choose(2)
        window.commands["delete"].trigger()
        await until(lambda window=window: shown(window) == [1])
    assert stored(paths) == [1]
