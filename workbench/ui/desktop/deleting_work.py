"""Deleting captures, with some seconds to take it back: until they have passed nothing is deleted on disk.

The rows go at once. A program that is killed meanwhile has lost nothing; one that is closed deletes as was asked.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer

from workbench.engine.workbench import Workbench
from workbench.model.errors import WorkbenchError
from workbench.ui.captures.feed import CaptureFeed
from workbench.ui.dialogs import ask
from workbench.ui.jobs import Jobs
from workbench.ui.widgets.notice_bar import Level, Notice

if TYPE_CHECKING:
    from workbench.ui.main_window import MainWindow


@dataclass(eq=False, slots=True)
class _Waiting:
    """Captures that are no longer shown and not deleted yet."""

    numbers: list[int]
    text: str
    timer: QTimer


class DeletingWork:
    """Everything behind Delete of the captures, and its Undo."""

    def __init__(self, window: "MainWindow", workbench: Workbench, jobs: Jobs, feed: CaptureFeed) -> None:
        self._window = window
        self._workbench = workbench
        self._jobs = jobs
        self._feed = feed
        self._waiting: list[_Waiting] = []
        window.commands["delete"].triggered.connect(lambda *_: jobs.start(self._delete(), "delete captures"))

    @property
    def can_undo(self) -> bool:
        """True while captures can be brought back."""
        return bool(self._waiting)

    def undo(self) -> None:
        """Bring back what was deleted last."""
        if self._waiting:
            self._bring_back(self._waiting[-1])

    async def end(self) -> None:
        """Delete what still waits: the window is about to go."""
        while self._waiting:
            await self._finish(self._waiting[0])

    async def _delete(self) -> None:
        panel = self._window.captures
        chosen = panel.selected_numbers()
        pinned = await self._workbench.captures.run(lambda reader: reader.pinned(chosen))
        numbers = [number for number in chosen if number not in pinned]
        if len(numbers) < len(chosen):
            self._window.show_info("Pinned captures are kept. To delete one, take its pin off first.")
        if not numbers:
            return
        what = f"capture #{numbers[0]}" if len(numbers) == 1 else f"{len(numbers)} captures"
        if self._window.settings.confirm_delete and not await self._agreed(what, len(numbers)):
            return
        self._hide(numbers, f"Deleted {what}.")

    async def _agreed(self, what: str, count: int) -> bool:
        hint = "The number is not given again." if count == 1 else "Their numbers are not given again."
        return await ask(self._window, "Delete", f"Delete {what}?", hint, {"Delete": True}) == "Delete"

    def _hide(self, numbers: list[int], text: str) -> None:
        beside = self._beside(numbers)
        timer = QTimer(self._window, singleShot=True, interval=self._window.settings.undo_s * 1000)
        waiting = _Waiting(numbers, text, timer)
        timer.timeout.connect(lambda: self._jobs.start(self._finish(waiting), "delete captures"))
        self._waiting.append(waiting)
        self._feed.hide(numbers)
        if beside is not None:
            self._choose_once_shown(beside)
        timer.start()
        self._window.notices.show_notice(Notice(Level.INFO, text, (("Undo", lambda: self._bring_back(waiting)),)))

    def _beside(self, numbers: list[int]) -> int | None:
        """Return the capture to go on with: the one after those that go, else the one before."""
        rows = self._window.captures.model.rows
        places = [row for row in map(rows.row_of, numbers) if row is not None]
        if not places:
            return None
        after, before = max(places) + 1, min(places) - 1
        if after < self._window.captures.model.rowCount():
            return rows.number(after)
        return rows.number(before) if before >= 0 else None

    def _bring_back(self, waiting: _Waiting) -> None:
        if waiting not in self._waiting:
            return
        self._waiting.remove(waiting)
        waiting.timer.stop()
        self._window.notices.forget(waiting.text)
        self._feed.reveal(waiting.numbers)
        self._choose_once_shown(waiting.numbers[0])

    def _choose_once_shown(self, number: int) -> None:
        choose = self._window.captures.choose
        self._feed.loaded.connect(lambda: choose(number), Qt.ConnectionType.SingleShotConnection)

    async def _finish(self, waiting: _Waiting) -> None:
        if waiting not in self._waiting:
            return
        self._waiting.remove(waiting)
        waiting.timer.stop()
        self._window.notices.forget(waiting.text)
        self._feed.let_go(len(waiting.numbers))
        try:
            await self._workbench.delete_captures(waiting.numbers)
        except WorkbenchError:
            self._feed.reveal(waiting.numbers)  # What is not deleted must be seen.
            raise
        self._feed.forget(waiting.numbers)
