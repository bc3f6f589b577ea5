"""The tunnel's process under the window: `workbench tunnel start NAME --json --control`.

Apart from the listener's, so that a listener that dies and comes back keeps its public address. Its standard input is
its leash, as the listener's is.
"""

import json
import logging
import sys
from typing import Any

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal

from workbench.model.tunnel_json import status_of_json
from workbench.storage.paths import Paths

log = logging.getLogger(__name__)

KILL_AFTER_MS = 6_000


class TunnelProcess(QObject):
    """One running tunnel; made anew for each start."""

    changed = Signal(object)
    """Its TunnelStatus."""
    said = Signal(str)
    """A line of its program's output."""
    ended = Signal(str)
    """It has ended; why, as a sentence, empty where it was told to."""

    def __init__(self, paths: Paths, name: str, local_url: str, parent: QObject) -> None:
        super().__init__(parent)
        self.name = name
        self._stopping = False
        self._error = ""
        self._process = QProcess(self)
        environment = QProcessEnvironment.systemEnvironment()
        environment.insert("PYTHONUNBUFFERED", "1")
        self._process.setProcessEnvironment(environment)
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.readyReadStandardError.connect(self._read_errors)
        self._process.finished.connect(self._finished)
        self._process.errorOccurred.connect(self._error_occurred)
        self._kill = QTimer(self, singleShot=True, interval=KILL_AFTER_MS)
        self._kill.timeout.connect(self._process.kill)
        words = ["-m", "workbench", f"--home={paths.data}", "tunnel", "start", name]
        self._process.start(sys.executable, [*words, "--json", "--control", f"--to={local_url}"])

    @property
    def process_id(self) -> int:
        return self._process.processId()

    def say(self, order: dict[str, Any]) -> None:
        """Give an order: `check`, `again`, `local`."""
        self._process.write(json.dumps(order).encode() + b"\n")

    def stop(self) -> None:
        """End it; `ended` tells when it has."""
        self._stopping = True
        self._process.closeWriteChannel()
        self._kill.start()

    def _read(self) -> None:
        while self._process.canReadLine():
            line = bytes(self._process.readLine().data())
            try:
                said = json.loads(line)
                if "tunnel" in said:
                    self.changed.emit(status_of_json(said["tunnel"]))
                elif "output" in said:
                    self.said.emit(said["output"])
            except (ValueError, KeyError, TypeError):
                log.warning("the tunnel said something unreadable: %r", line[:200])

    def _read_errors(self) -> None:
        text = bytes(self._process.readAllStandardError().data()).decode(errors="replace")
        for line in filter(None, text.splitlines()):
            self._error = line.removeprefix("workbench: ") if line.startswith("workbench: ") else self._error
            self.said.emit(line)

    def _finished(self, code: int, _status: QProcess.ExitStatus) -> None:
        self._kill.stop()
        self._read()
        reason = "" if self._stopping else self._error or f"The tunnel's process ended with code {code}."
        self.ended.emit(reason)

    def _error_occurred(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self.ended.emit(f"The tunnel could not be started: {self._process.errorString()}.")
