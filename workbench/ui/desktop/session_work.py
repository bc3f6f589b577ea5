"""The session: filter, capture and tab in front are kept as they change, and found again at the next start.

Tabs of requests are kept by the drafts, whether they are wanted back or not: what was typed is never lost.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer

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

    def begin(self) -> None:
        """Bring back the last session, where that is wanted, then keep this one."""
        panel, state = self._window.captures, self._window.state
        if self._window.settings.restore_session:
            if state.filter:
                panel.filter.setText(state.filter)
            if state.capture:
                self._choose(state.capture)
        for signal in (panel.query_changed, panel.chosen, self._window.tabs.currentChanged):
            signal.connect(lambda _: self._keep.start())
        panel.detail.currentChanged.connect(lambda _: self._keep.start())

    def end(self) -> None:
        """Keep no more: the window does so when it closes."""
        self._keep.stop()

    def _choose(self, number: int) -> None:
        """Choose a capture now, and once more when the filter's rows are there."""
        choose = self._window.captures.choose
        choose(number)
        self._feed.loaded.connect(lambda: choose(number), Qt.ConnectionType.SingleShotConnection)

    def _keep_now(self) -> None:
        self._window.keep_state(self._collections())
