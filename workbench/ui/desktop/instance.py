"""One window for each home: a second start brings the first window to the front and ends.

The lock decides who is first, so a socket that a killed window left is never taken for a living one. What a second
start says is a line of JSON: the files it was given, and the token by which Wayland lets a window come to the front.
"""

import hashlib
import json
import logging
import os
import sys
from pathlib import Path
from typing import Any

from PySide6.QtCore import QElapsedTimer, QObject, QThread, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from workbench.model.errors import HomeInUseError
from workbench.storage.paths import Paths

log = logging.getLogger(__name__)

PATIENCE_MS = 6_000
"""How long a second start waits for the first window, which may be starting itself."""

_LONGEST_PATH = 100
_LONGEST_MESSAGE = 64 * 1024
_TOKEN = "XDG_ACTIVATION_TOKEN"


def hand_over(paths: Paths, files: list[str]) -> None:
    """Bring the window of this home to the front, with files to open; HomeInUseError where it does not answer."""
    message = {"show": True, "open": files, "token": os.environ.get(_TOKEN, "")}
    clock = QElapsedTimer()
    clock.start()
    while clock.elapsed() < PATIENCE_MS:
        socket = QLocalSocket()
        socket.connectToServer(_address(paths))
        if socket.waitForConnected(500):
            socket.write(json.dumps(message).encode() + b"\n")
            socket.flush()
            if socket.waitForReadyRead(max(1, PATIENCE_MS - clock.elapsed())):
                return
        QThread.msleep(50)
    raise HomeInUseError(
        f"A window already works with {paths.data}, and it does not answer.",
        "Close it or end its process, or open another home with --home DIR.",
    )


class InstanceServer(QObject):
    """Hears second starts. Only the holder of the window's lock may have one."""

    wanted = Signal(list)
    """The window is wanted in front, and these files are to be opened."""

    def __init__(self, paths: Paths, parent: QObject) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._greet)
        QLocalServer.removeServer(_address(paths))
        if not self._server.listen(_address(paths)):
            log.warning("a second start will not find this window: %s", self._server.errorString())

    def close(self) -> None:
        """Hear no more; the socket goes."""
        self._server.close()

    def _greet(self) -> None:
        socket = self._server.nextPendingConnection()
        socket.setParent(self)
        socket.readyRead.connect(lambda: self._hear(socket))
        socket.disconnected.connect(socket.deleteLater)

    def _hear(self, socket: QLocalSocket) -> None:
        if not socket.canReadLine():
            if socket.bytesAvailable() > _LONGEST_MESSAGE:
                socket.abort()
            return
        try:
            message: Any = json.loads(bytes(socket.readLine(_LONGEST_MESSAGE).data()))
            files = [file for file in message["open"] if isinstance(file, str)]
            token = str(message["token"])
        except (ValueError, TypeError, KeyError):
            socket.abort()
            return
        if token:
            os.environ[_TOKEN] = token
        self.wanted.emit(files)
        socket.write(b"shown\n")
        socket.flush()


def _address(paths: Paths) -> str:
    """Return the socket's place: in the home, which only its user may enter, where the path is short enough."""
    path = str(paths.window_socket)
    if sys.platform != "win32" and len(os.fsencode(path)) <= _LONGEST_PATH:
        return path
    return "webhook-workbench-" + hashlib.sha256(os.fsencode(Path(path))).hexdigest()[:32]
