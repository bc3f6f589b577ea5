"""The listener as the window shows and steers it: state, address, counts, and a way out of each trouble."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QGuiApplication

from workbench.storage.database import move_aside
from workbench.ui.captures.feed import CaptureFeed
from workbench.ui.dialogs import ask, ask_text
from workbench.ui.icons import icon
from workbench.ui.jobs import Jobs
from workbench.ui.listener_state import ListenerState
from workbench.ui.widgets.notice_bar import Level, Notice

HTTPS_PORT = 8443

if TYPE_CHECKING:
    from workbench.ui.main_window import MainWindow


class ListenerWork:
    """Connects the listener's process with the window."""

    def __init__(self, window: "MainWindow", jobs: Jobs, feed: CaptureFeed) -> None:
        self._window = window
        self._jobs = jobs
        self._feed = feed
        self._listener = window.listener
        self._refused = 0
        self._stored = 0
        self._wanted_port = 0
        self._wanted_https: int | None = None
        listener, commands = self._listener, window.commands
        listener.state_changed.connect(lambda _: self._show_state())
        listener.listening.connect(self._on_listening)
        listener.stored.connect(self._on_stored)
        listener.refused.connect(self._on_refused)
        listener.judged.connect(feed.show_judged)
        listener.noticed.connect(window.show_warning)
        listener.failed.connect(self._on_failed)
        listener.not_moved.connect(self._on_not_moved)
        listener.died.connect(window.show_warning)
        commands["copy_address"].triggered.connect(lambda *_: QGuiApplication.clipboard().setText(listener.url))
        commands["toggle_listening"].triggered.connect(lambda *_: self._toggle())
        commands["change_port"].triggered.connect(lambda *_: jobs.start(self._ask_port(), "change the port"))
        for name, copied in (
            ("copy_https", lambda: listener.https_url),
            ("copy_authority", lambda: listener.authority),
        ):
            commands[name].triggered.connect(lambda *_, copied=copied: QGuiApplication.clipboard().setText(copied()))
        commands["listen_https"].triggered.connect(lambda *_: jobs.start(self._ask_https(), "listen for https"))
        listener.secured.connect(self._on_secured)
        listener.not_secured.connect(self._on_not_secured)
        feed.counted.connect(lambda _matching, _total: self._show_account())
        self._show_state()
        if listener.state is ListenerState.LISTENING:
            self._on_listening(listener.url, listener.port)
        if listener.failure is not None:
            self._on_failed(listener.failure)

    def _show_state(self) -> None:
        state, url, commands = self._listener.state, self._listener.url, self._window.commands
        https = self._listener.https_url
        self._window.top.show_state(state, f"{url}  and  {https}" if https else url)
        runs = state in (ListenerState.LISTENING, ListenerState.STARTING)
        commands["toggle_listening"].setText("Stop listening" if runs else "Start listening")
        commands["toggle_listening"].setIcon(icon("stop" if runs else "play"))
        for name in ("copy_address", "send_test"):
            commands[name].setEnabled(state is ListenerState.LISTENING)
        commands["listen_https"].setEnabled(state is ListenerState.LISTENING)
        commands["copy_https"].setEnabled(state is ListenerState.LISTENING and bool(https))
        commands["copy_authority"].setEnabled(bool(self._listener.authority))
        if state is ListenerState.STOPPED:
            self._window.captures.empty.show_stopped("Start the listener to catch webhooks (Ctrl+Shift+L).")

    def _on_listening(self, url: str, port: int) -> None:
        self._show_state()
        self._window.captures.empty.show_listening(url)
        self._window.notices.forget("Port ")
        if port == self._wanted_port:
            self._window.change_settings(port=port)
        self._window.listening.emit(port)
        self._feed.look()

    def _on_stored(self, number: int) -> None:
        self._stored = number
        self._show_account()
        self._feed.look()

    def _on_refused(self, count: int, why: str) -> None:
        self._refused = count
        self._show_account()
        self._window.show_warning(f"Webhooks are refused with 503, since they cannot be stored. {why}")

    def _show_account(self) -> None:
        self._window.top.show_account(max(self._stored, self._feed.last_number), self._refused)

    def _on_failed(self, failure: dict[str, Any]) -> None:
        text = f"{failure['message']} {failure.get('hint') or ''}".strip()
        self._window.captures.empty.show_stopped(failure["message"])
        if failure["kind"] == "CorruptStoreError":
            self._jobs.start(self._offer_new_store(failure), "offer a new store")
            return
        self._window.notices.show_notice(Notice(Level.ERROR, text, self._ways_out(failure)))

    def _on_not_moved(self, failure: dict[str, Any]) -> None:
        text = f"{failure['message']} Still listening on {self._listener.url}."
        self._window.notices.show_notice(Notice(Level.WARNING, text, self._ways_out(failure)))

    def _ways_out(self, failure: dict[str, Any]) -> tuple[tuple[str, Any], ...]:
        port = failure.get("free_port")
        offers: list[tuple[str, Any]] = [(f"Use port {port}", lambda: self._move(port))] if port else []
        if failure["kind"] == "ListenError":
            offers.append(("Other port…", self._window.commands["change_port"].trigger))
        return (*offers, ("Try again", self._listener.start))

    async def _offer_new_store(self, failure: dict[str, Any]) -> None:
        """A damaged store is moved aside only when a person says so."""
        aside = await offer_new_store(self._window, failure["message"], Path(self._window.paths.captures))
        self._window.notices.forget(failure["message"])
        if aside is None:
            notice = Notice(Level.ERROR, failure["message"], (("Choose again", lambda: self._on_failed(failure)),))
            self._window.notices.show_notice(notice)
            return
        self._window.show_info(f"The damaged captures are now {aside}.")
        self._listener.start()

    def _toggle(self) -> None:
        if self._listener.state in (ListenerState.LISTENING, ListenerState.STARTING):
            self._listener.stop()
        else:
            self._listener.start()

    async def _ask_port(self) -> None:
        port = await ask_text(self._window, "Change port", "Listen on port:", str(self._listener.port), _port_problem)
        if port is not None:
            self._move(int(port))

    def _move(self, port: int) -> None:
        # Kept once it is ours: a port that cannot be had must not be in the way at the next start.
        self._wanted_port = port
        self._listener.move(port)

    async def _ask_https(self) -> None:
        now = self._listener.https_port
        label = "Listen for https on port (0 is for no more):" if now else "Listen for https, beside http, on port:"
        port = await ask_text(self._window, "Listen for https too", label, str(now or HTTPS_PORT), _port_problem)
        if port is not None:
            self._secure(int(port))

    def _on_secured(self, url: str, authority: str) -> None:
        self._show_state()
        wanted, self._wanted_https = self._wanted_https, None
        if wanted is None:
            return
        self._window.change_settings(https_port=wanted)
        if not url:
            self._window.show_info("Listening for http alone.")
            return
        commands = self._window.commands
        text, offers = f"Listening on {url} too.", [("Copy address", commands["copy_https"].trigger)]
        if authority:
            text += f" Clients trust it by {authority} (curl --cacert); no system list was changed."
            offers.append(("Copy path", commands["copy_authority"].trigger))
        self._window.notices.show_notice(Notice(Level.INFO, text, tuple(offers)))

    def _on_not_secured(self, failure: dict[str, Any]) -> None:
        wanted, self._wanted_https = self._wanted_https, None
        offers: list[tuple[str, Any]] = [("Other port…", self._window.commands["listen_https"].trigger)]
        hint, port = failure.get("hint") or "", failure.get("free_port")
        if port is not None:
            hint = ""  # It is for the command line.
            offers.insert(0, (f"Use port {port}", lambda: self._secure(port)))
        still = f" Still listening on {self._listener.https_url}." if wanted and self._listener.https_url else ""
        text = f"Not listening for https there: {failure['message']} {hint}".strip() + still
        self._window.notices.show_notice(Notice(Level.WARNING, text, tuple(offers)))

    def _secure(self, port: int) -> None:
        # Kept once it is ours, as with the port for http.
        self._wanted_https = port
        self._listener.secure(port)


async def offer_new_store(window: "MainWindow", message: str, path: Path) -> Path | None:
    """Move a damaged store aside if a person says so; return its new name, None where they did not."""
    choice = await ask(
        window,
        "Damaged file",
        message,
        "It can be moved aside, under a name beside it, and a new one started. Nothing is deleted.",
        {"Move aside and start anew": False},
    )
    if choice is None:
        return None
    return move_aside(path, str(window.clock_us() // 1_000_000))


def _port_problem(text: str) -> str:
    good = text.isascii() and text.isdigit() and 0 <= int(text) <= 65535
    return "" if good else "A port is a number from 1 to 65535."
