"""The session: filter, capture and tab in front are kept as they change, and found again at the next start.

Tabs of requests are kept by the drafts, whether they are wanted back or not: what was typed is never lost.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from workbench.ui.captures.feed import CaptureFeed

if TYPE_CHECKING:
    from workbench.ui.main_window import MainWindow

KEEP_AFTER_MS = 1_000


class SessionWork:
    """Keeps where the window is, and brings it back."""

    def __init__(self, window: "MainWindow", feed: CaptureFeed, collections: Callable[[], list[str]]) -> None:
        self._window = window
        self._feed = feed
        self._collections = collections
        self._keep = QTimer(window, singleShot=True, interval=KEEP_AFTER_MS)
        self._keep.timeout.connect(self._keep_now)
        self._chosen = window.captures.current_number or 0
        """The capture that was chosen last; 0 for none."""

    def begin(self) -> None:
        """Bring back the last session, where that is wanted, then keep this one."""
        panel, state = self._window.captures, self._window.state
        panel.chosen.connect(self._note_choice)
        self._feed.loaded.connect(self._choose_again)
        if self._window.settings.restore_session:
            self._chosen = self._chosen or state.capture
            if state.filter:
                panel.filter.setText(state.filter)
            self._choose_again()
        for signal in (panel.query_changed, panel.chosen, self._window.tabs.currentChanged):
            signal.connect(lambda _: self._keep.start())
        panel.detail.currentChanged.connect(lambda _: self._keep.start())

    def end(self) -> None:
        """Keep no more: the window does so when it closes."""
        self._keep.stop()

    def _note_choice(self, number: int | None) -> None:
        self._chosen = self._chosen if number is None else number

    def _choose_again(self) -> None:
        """Keep the capture chosen where another filter's rows have it, too; also that of the last session."""
        panel = self._window.captures
        if panel.current_number is None and self._chosen:
            panel.choose(self._chosen)

    def _keep_now(self) -> None:
        self._window.keep_state(self._collections())
