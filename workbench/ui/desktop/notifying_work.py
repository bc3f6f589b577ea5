"""What is told on the desktop, by the rules of the preferences, and only while the window is not in front.

Quiet unless asked: by default only that the listener stopped by itself, since webhooks are lost meanwhile.
"""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from PySide6.QtCore import QTimer
from PySide6.QtGui import QAction

from workbench.engine.workbench import Workbench
from workbench.model.capture import CaptureSummary
from workbench.model.delivery import StoredForward
from workbench.ui.desktop.notifier import Notifier
from workbench.ui.icons import application_icon
from workbench.ui.jobs import Jobs
from workbench.ui.listener_state import ListenerState

if TYPE_CHECKING:
    from workbench.ui.main_window import MainWindow

GATHER_MS = 1_500
"""What comes in this time is told at once: a burst is one notification."""

LOOKED_THROUGH = 500
IN_TRAY = ("copy_address", "send_test", "toggle_listening", "quit")
_STATES = {
    ListenerState.LISTENING: "listening on {}",
    ListenerState.STARTING: "starting",
    ListenerState.STOPPING: "stopping",
    ListenerState.STOPPED: "stopped",
    ListenerState.FAILED: "not listening",
}


class NotifyingWork:
    """The rules, and the icon in the tray."""

    def __init__(self, window: "MainWindow", workbench: Workbench, jobs: Jobs) -> None:
        self._window = window
        self._workbench = workbench
        self._jobs = jobs
        show = QAction("Show the window", window)
        show.triggered.connect(lambda *_: window.come_to_front([]))
        actions = [show, *(window.commands[name] for name in IN_TRAY)]
        self.notifier = Notifier(application_icon(), actions, window)
        self.notifier.clicked.connect(lambda: window.come_to_front([]))
        self._seen = 0
        self._failed: set[int] = set()
        self._look = QTimer(window, singleShot=True, interval=GATHER_MS)
        self._look.timeout.connect(lambda: jobs.start(self._tell_news(), "look what is to be told"))
        listener = window.listener
        listener.died.connect(lambda _: self._tell_down("It ended unexpectedly and is being started again."))
        listener.failed.connect(lambda failure: self._tell_down(failure["message"]))
        listener.state_changed.connect(lambda _: self._show_state())
        listener.stored.connect(lambda _: self._look_soon(bool(window.settings.notify_endpoints)))
        listener.forwarded.connect(lambda: self._look_soon(window.settings.notify_forward_failed))
        window.settings_changed.connect(self._on_settings)

    async def begin(self) -> None:
        """Take what is there as known."""
        self._seen = await self._workbench.captures.run(lambda reader: reader.position()[0])
        if self._window.settings.notify_forward_failed:
            self._failed = {each.id for each in await self._newest_failed()}
        self.notifier.set_wanted(self._window.settings.tray)
        self._show_state()

    def end(self) -> None:
        """Tell no more."""
        self._look.stop()
        self.notifier.set_wanted(False)

    def _on_settings(self, names: set[str]) -> None:
        if "tray" in names:
            self.notifier.set_wanted(self._window.settings.tray)
        if names & {"notify_forward_failed", "notify_endpoints"}:
            self._jobs.start(self._forget_before(), "begin to notify")

    async def _forget_before(self) -> None:
        """What was there before a rule is none of its news."""
        self._seen = await self._workbench.captures.run(lambda reader: reader.position()[0])
        self._failed = {each.id for each in await self._newest_failed()}

    def _show_state(self) -> None:
        listener = self._window.listener
        self.notifier.set_tip(f"Webhook Workbench: {_STATES[listener.state].format(listener.url)}")

    @property
    def _is_watched(self) -> bool:
        return self._window.isActiveWindow() and not self._window.isMinimized()

    def _tell_down(self, why: str) -> None:
        if self._window.settings.notify_listener_down and not self._is_watched:
            self.notifier.tell("Webhooks are not caught now", why)

    def _look_soon(self, wanted: bool) -> None:
        if wanted and not self._look.isActive():
            self._look.start()

    async def _tell_news(self) -> None:
        captures, failures = await self._new_captures(), await self._new_failures()
        if self._is_watched:
            return
        if captures:
            names = ", ".join(dict.fromkeys(each.endpoint or "catch-all" for each in captures))
            self.notifier.tell(f"Caught for {names}", _numbers([each.number for each in captures]))
        if failures:
            hosts = ", ".join(dict.fromkeys(urlsplit(each.url).netloc.rpartition("@")[2] for each in failures))
            self.notifier.tell(f"Forwarding to {hosts} failed", _numbers([each.capture_number for each in failures]))

    async def _new_captures(self) -> list[CaptureSummary]:
        wanted = set(self._window.settings.notify_endpoints)
        last = await self._workbench.captures.run(lambda reader: reader.position()[0])
        numbers = range(max(self._seen, last - LOOKED_THROUGH) + 1, last + 1)
        self._seen = max(self._seen, last)
        if not wanted or not numbers:
            return []
        found = await self._workbench.captures.run(lambda reader: reader.summaries(numbers))
        return [each for each in found if "*" in wanted or (each.endpoint or "catch-all") in wanted]

    async def _newest_failed(self) -> list[StoredForward]:
        return await self._workbench.forwards.run(lambda reader: reader.newest_failed(LOOKED_THROUGH))

    async def _new_failures(self) -> list[StoredForward]:
        if not self._window.settings.notify_forward_failed:
            return []
        failed = await self._newest_failed()
        new = [each for each in failed if each.id not in self._failed]
        self._failed = {each.id for each in failed}
        return new


def _numbers(numbers: list[int]) -> str:
    """Return the first few captures by their numbers, and how many more there are."""
    said = ", ".join(f"#{number}" for number in numbers[:5])
    return said if len(numbers) <= 5 else f"{said} and {len(numbers) - 5} more"
