"""Starts, supervises and talks to the listener: the very command that runs headless.

Its standard input is our leash: when this process ends, however it ends, the listener sees the end of its input,
finishes what is under way and stops. If the listener dies instead, it is started again at once, later more slowly.
"""

import logging
import time
from types import ModuleType
from typing import Any

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal

from workbench.storage.paths import Paths
from workbench.storage.settings import Settings
from workbench.ui.listener_state import ListenerState
from workbench.ui.program_words import program_words

log = logging.getLogger(__name__)

RESTART_DELAYS_S = (0.0, 0.5, 2.0, 5.0)
STEADY_AFTER_S = 10.0
"""A listener that ran this long did not fail at starting: the next restart is at once again."""

KILL_AFTER_MS = 8_000
_STORE_FAILURE = 4


class ListenerProcess(QObject):
    """One listener process at a time."""

    state_changed = Signal(object)
    """The new ListenerState."""
    listening = Signal(str, int)
    """Address and port, after a start and after a move."""
    secured = Signal(str, str)
    """The address for https and the file of the authority that clients must trust; empty where there is none."""
    not_secured = Signal(dict)
    """Why it does not listen for https; for http it does all the same."""
    stored = Signal(int)
    """The highest number stored; at most thirty times a second."""
    endpoints = Signal(list)
    """The endpoints in force, each time that they change, as dictionaries: name, path, provider, targets, problem."""
    target_changed = Signal(str, bool, str)
    """A forward's target by its address: whether it can be reached now, and why not."""
    forwarded = Signal()
    """Forwards of some captures were finished."""
    judged = Signal(int)
    """The number up to which captures are judged; not larger than before where older ones changed."""
    to_confirm = Signal(int, str)
    """The number of a capture that asks for a call which only the user may allow, and what it says."""
    noticed = Signal(str)
    """Something about packs, endpoints or secrets that a person should know."""
    refused = Signal(int, str)
    """How many requests were answered 503 so far, and why the last one was."""
    failed = Signal(dict)
    """Why it does not listen: kind, message, hint, free_port."""
    not_moved = Signal(dict)
    """Why it did not move to another port; it still listens on the old one."""
    died = Signal(str)
    """It ended by itself and is being started again."""

    def __init__(self, paths: Paths, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._paths = paths
        self._settings = settings
        self._process: QProcess | None = None
        self._state = ListenerState.STOPPED
        self._started_at = 0.0
        self._restarts = 0
        self.failure: dict[str, Any] | None = None
        """Why it does not listen, as `failed` said; None while it does or may."""
        self.known_endpoints: list[dict[str, Any]] = []
        """The endpoints in force, as `endpoints` last said."""
        self._port = settings.port
        self.url = ""
        self.https_url = ""
        self.https_port = 0
        self.authority = ""
        self._passphrase = ""
        self._kill = QTimer(self, singleShot=True, interval=KILL_AFTER_MS)
        self._kill.timeout.connect(self._kill_now)
        self._restart = QTimer(self, singleShot=True)
        self._restart.timeout.connect(self._launch)

    @property
    def state(self) -> ListenerState:
        return self._state

    @property
    def port(self) -> int:
        """The port it listens on, or shall."""
        return self._port

    @property
    def process_id(self) -> int:
        """The listener's process, 0 where there is none."""
        return self._process.processId() if self._process is not None else 0

    def start(self, port: int | None = None) -> None:
        """Start listening, unless it does already."""
        if self._state in (ListenerState.STOPPED, ListenerState.FAILED):
            self._port = self._port if port is None else port
            self._restarts = 0
            self._launch()

    def configure(self, settings: Settings) -> None:
        """Go by these settings from the next start on; what runs stays as it is."""
        self._settings = settings

    def stop(self) -> None:
        """Let requests under way finish, then stop; `state_changed` tells when it has."""
        self._restart.stop()
        if self._process is None:
            self._set_state(ListenerState.STOPPED)
            return
        self._set_state(ListenerState.STOPPING)
        self._say({"stop": True})
        self._process.closeWriteChannel()
        self._kill.start()

    def move(self, port: int) -> None:
        """Listen on another port; connections of the old one finish."""
        if self._state is ListenerState.LISTENING:
            self._say({"port": port})
        else:
            self._port = port
            self.start()

    def secure(self, port: int) -> None:
        """Listen for https too; 0 is for no more. `secured` or `not_secured` tells what came of it."""
        self._say({"https": port})

    def reload(self) -> None:
        """Have it read packs, endpoints and secrets anew."""
        self._say({"reload": True})

    def unlock(self, passphrase: str) -> None:
        """Give it the passphrase of the secrets' file, now and whenever it is started again."""
        self._passphrase = passphrase
        self._say({"unlock": passphrase})

    def _launch(self) -> None:
        process = QProcess(self)
        environment = QProcessEnvironment.systemEnvironment()
        environment.insert("PYTHONUNBUFFERED", "1")
        process.setProcessEnvironment(environment)
        process.readyReadStandardOutput.connect(self._read)
        process.readyReadStandardError.connect(self._read_errors)
        process.finished.connect(self._finished)
        process.errorOccurred.connect(self._error_occurred)
        self._process = process
        self.https_url, self.https_port, self.authority = "", 0, ""
        self._started_at = time.monotonic()
        self.failure = None
        self._set_state(ListenerState.STARTING)
        program, *words = program_words()
        process.start(program, [*words, *self._words()])
        if self._passphrase:
            self._say({"unlock": self._passphrase})

    def _words(self) -> list[str]:
        settings = self._settings
        return [
            "listen",
            "--json",
            "--control",
            f"--home={self._paths.data}",
            f"--host={settings.host}",
            f"--port={self._port}",
            f"--answer={settings.answer_status}",
            f"--body-limit={settings.body_limit_bytes}",
        ]

    def _say(self, order: dict[str, Any]) -> None:
        if self._process is not None:
            self._process.write(_json().dumps(order).encode() + b"\n")

    def _read(self) -> None:
        process = self._process
        while process is not None and process.canReadLine():
            line = bytes(process.readLine().data())
            try:
                self._hear(_json().loads(line))
            except ValueError:
                log.warning("the listener said something unreadable: %r", line[:200])

    def _hear(self, news: dict[str, Any]) -> None:
        if "listening" in news and self._state is not ListenerState.STOPPING:
            self.url, self._port = news["listening"], news["port"]
            self._set_state(ListenerState.LISTENING)
            self.listening.emit(self.url, self._port)
        if "https" in news:
            self.https_url, self.https_port, self.authority = news["https"], news["https_port"], news["authority"]
            self.secured.emit(self.https_url, self.authority)
        if "no_https" in news:
            self.not_secured.emit(news["no_https"])
        if "stored" in news:
            self.stored.emit(news["stored"])
        if "endpoints" in news:
            self.known_endpoints = news["endpoints"]
            self.endpoints.emit(self.known_endpoints)
        if "target" in news:
            target = news["target"]
            self.target_changed.emit(target["url"], target["up"], target["reason"])
        if "to_confirm" in news:
            self.to_confirm.emit(news["to_confirm"], news["reason"])
        if "forwarded" in news:
            self.forwarded.emit()
        if "judged" in news:
            self.judged.emit(news["judged"])
        if "notice" in news and "refused" in news:
            self.refused.emit(news["refused"], news["notice"]["message"])
        elif "notice" in news:
            self.noticed.emit(news["notice"]["message"])
        if "not_moved" in news:
            self.not_moved.emit(news["not_moved"])
        if "failed" in news:
            self._fail(news["failed"])

    def _fail(self, failure: dict[str, Any]) -> None:
        self.failure = failure
        self._set_state(ListenerState.FAILED)
        self.failed.emit(failure)

    def _read_errors(self) -> None:
        from workbench.storage.crash_reports import without_words

        if self._process is not None:
            for line in bytes(self._process.readAllStandardError().data()).splitlines():
                log.warning("listener: %s", without_words(line.decode(errors="replace")))

    def _error_occurred(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart and self._process is not None:
            reason = self._process.errorString()
            self._forget()
            self._fail({"kind": "start", "message": f"The listener could not be started: {reason}.", "hint": None})

    def _finished(self, code: int, _status: QProcess.ExitStatus) -> None:
        self._read()
        self._forget()
        if self._state is ListenerState.STOPPING:
            self._set_state(ListenerState.STOPPED)
        elif self.failure is None:
            self._start_again(code)

    def _start_again(self, code: int) -> None:
        if time.monotonic() - self._started_at > STEADY_AFTER_S:
            self._restarts = 0
        delay_s = RESTART_DELAYS_S[min(self._restarts, len(RESTART_DELAYS_S) - 1)]
        self._restarts += 1
        self._set_state(ListenerState.STARTING)
        self.died.emit(
            f"The listener ended unexpectedly (code {code}) and is started again. Nothing stored was lost."
        )
        self._restart.start(round(delay_s * 1000))

    def _forget(self) -> None:
        self._kill.stop()
        if self._process is not None:
            self._process.deleteLater()
            self._process = None

    def _kill_now(self) -> None:
        if self._process is not None:
            log.warning("the listener did not stop in %d s and is killed", KILL_AFTER_MS // 1000)
            self._process.kill()

    def _set_state(self, state: ListenerState) -> None:
        if state is not self._state:
            self._state = state
            self.state_changed.emit(state)


def _json() -> ModuleType:
    """Return Python's module, which the first paint does not wait for."""
    import json

    return json
