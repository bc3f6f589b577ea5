"""The tunnel in the window: one click starts it, its address is copied, and what breaks is said at once."""

import asyncio
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from workbench.engine.workbench import Workbench
from workbench.model.clock import SystemClock
from workbench.model.tunnel import RELAYED, ProofState, TunnelKind, TunnelState, TunnelStatus
from workbench.storage.settings import save_settings
from workbench.ui.icons import icon
from workbench.ui.jobs import Jobs
from workbench.ui.tunnel_dialog import TunnelDialog
from workbench.ui.tunnel_process import TunnelProcess
from workbench.ui.widgets.notice_bar import Level, Notice

END_TIMEOUT_S = 8.0

if TYPE_CHECKING:
    from workbench.ui.main_window import MainWindow


class TunnelWork:
    """Everything behind the tunnel's strip and dialog. One tunnel at a time."""

    def __init__(self, window: "MainWindow", workbench: Workbench, jobs: Jobs) -> None:
        self._window = window
        self._paths = workbench.paths
        self._jobs = jobs
        self._process: TunnelProcess | None = None
        self._status: TunnelStatus | None = None
        self._dialog: TunnelDialog | None = None
        self._output: list[str] = []
        self._name = window.settings.tunnel
        self._ended = asyncio.Event()
        self._is_told = False
        commands = window.commands
        for name, slot in {
            "toggle_tunnel": self._toggle,
            "copy_tunnel": self._copy,
            "tunnels": self._open,
            "check_tunnel": lambda: jobs.start(self._check(), "check what the tunnel changes"),
        }.items():
            commands[name].triggered.connect(lambda *_, slot=slot: slot())
        window.listening.connect(lambda _: self._follow_listener())
        window.listener.state_changed.connect(lambda _: self._say({"check": True}))
        self._show()

    @property
    def process(self) -> TunnelProcess | None:
        """The running tunnel's process."""
        return self._process

    def start(self, name: str) -> None:
        """Start a tunnel by name, or lead to a public address; the one that runs is left."""
        if self._process is not None or not self._window.listener.url:
            return
        self._name = name
        save_settings(self._paths.settings, {"tunnel": name})
        self._output.clear()
        self._is_told = False
        self._ended.clear()
        process = TunnelProcess(self._paths, name, self._window.listener.url, self._window)
        process.changed.connect(self._on_changed)
        process.said.connect(self._on_said)
        process.ended.connect(self._on_ended)
        self._process = process

    async def end(self) -> None:
        """Stop the tunnel and wait until nothing of it is left."""
        if self._process is None:
            return
        self._process.stop()
        try:
            async with asyncio.timeout(END_TIMEOUT_S):
                await self._ended.wait()
        except TimeoutError:
            return  # Its leash is cut with us.

    def _toggle(self) -> None:
        if self._process is not None:
            self._process.stop()
        elif self._name:
            self.start(self._name)
        else:
            self._open()

    def _open(self) -> None:
        self._jobs.start(self._open_dialog(), "show the tunnels")

    async def _open_dialog(self) -> None:
        from workbench.engine.tunnels.finding import find_program
        from workbench.storage.tunnels import load_tunnels

        if self._dialog is not None:
            self._dialog.raise_()
            return
        tunnels = await asyncio.to_thread(
            lambda: [(tunnel, find_program(tunnel)) for tunnel in load_tunnels(self._paths)]
        )
        dialog = TunnelDialog(tunnels, self._name, self._window)
        dialog.start_wanted.connect(self.start)
        dialog.stop_wanted.connect(self._toggle)
        dialog.finished.connect(self._forget_dialog)
        for line in self._output:
            dialog.add_output(line)
        self._dialog = dialog
        self._show()
        dialog.show()

    def _forget_dialog(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
            self._dialog = None

    # What is heard

    def _on_changed(self, status: TunnelStatus) -> None:
        before, self._status = self._status, status
        self._show()
        if status.state is TunnelState.UP and status.url and (before is None or before.url != status.url):
            self._greet(status)
        self._tell_trouble(status)

    def _greet(self, status: TunnelStatus) -> None:
        QGuiApplication.clipboard().setText(status.url)
        filled = RELAYED if status.kind is TunnelKind.RELAY else "It is the endpoints' public URL."
        self._window.show_info(f"{status.url} leads here and is on the clipboard. {filled}")

    def _tell_trouble(self, status: TunnelStatus) -> None:
        """Say once that it broke, once that it works again."""
        down = status.state in (TunnelState.FAILED, TunnelState.WAITING) or status.proof.state is ProofState.BROKEN
        notices = self._window.notices
        if status.is_working:
            notices.forget("Tunnel ")
            self._is_told = False
        elif down and not self._is_told:
            notices.forget("Tunnel ")
            reason = status.reason or status.proof.reason
            text = f"Tunnel {status.name}: webhooks do not arrive now. {reason} {status.hint}".strip()
            actions = (("Try again", lambda: self._say({"again": True})), ("Output…", self._open))
            notices.show_notice(Notice(Level.ERROR, text, actions))
            QApplication.alert(self._window)
            self._is_told = True

    def _on_said(self, line: str) -> None:
        self._output = [*self._output[-499:], line]
        if self._dialog is not None:
            self._dialog.add_output(line)

    def _on_ended(self, reason: str) -> None:
        process, self._process, self._status = self._process, None, None
        if process is not None:
            process.deleteLater()
        self._ended.set()
        self._window.notices.forget("Tunnel ")
        if reason:
            actions = (("Start again", lambda: self.start(self._name)), ("Output…", self._open))
            self._window.notices.show_notice(Notice(Level.ERROR, f"Tunnel ended: {reason}", actions))
        self._show()

    def _follow_listener(self) -> None:
        self._say({"local": self._window.listener.url})

    def _say(self, order: dict[str, object]) -> None:
        if self._process is not None:
            self._process.say(order)

    # What is shown

    def _show(self) -> None:
        status, commands = self._status, self._window.commands
        runs = self._process is not None
        self._window.top.tunnel.show_status(status)
        leads_here = status is not None and status.kind is not TunnelKind.RELAY
        self._window.public_url = status.url if status is not None and leads_here else ""
        commands["toggle_tunnel"].setText("Stop tunnel" if runs else "Start tunnel")
        commands["toggle_tunnel"].setIcon(icon("stop" if runs else "tunnel"))
        for name in ("copy_tunnel", "check_tunnel"):
            commands[name].setEnabled(status is not None and bool(status.url))
        if self._dialog is not None:
            self._dialog.show_status(status, SystemClock().now_us())

    def _copy(self) -> None:
        if self._status is not None and self._status.url:
            QGuiApplication.clipboard().setText(self._status.url)
            self._window.show_info(f"{self._status.url} is on the clipboard.")

    async def _check(self) -> None:
        """The closed loop: what the way through the tunnel does to requests."""
        from workbench.engine.tunnels.checking import check_tunnel
        from workbench.storage.tunnels import find_tunnel
        from workbench.ui.round_trip_dialog import RoundTripDialog

        if self._status is None:
            return
        name, url = self._name, self._status.url
        tunnel = await asyncio.to_thread(find_tunnel, self._paths, name)
        result = await check_tunnel(self._paths, tunnel, url, SystemClock())
        RoundTripDialog(result, self._window).open()
