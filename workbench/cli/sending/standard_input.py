"""Standard input as a request's body, read without ever waiting for somebody who does not write.

HTTPie reads standard input wherever it is no terminal, and hangs in a cron job or under a supervisor that left a pipe
open. Here an end without a byte means that there is no body, and a pipe that stays silent ends in an error.
"""

import os
import sys
import threading
from collections.abc import Callable

from workbench.model.errors import UsageError

GLANCE_S = 0.05
WARNING_S = 10.0


class StandardInput:
    """The bytes of a pipe or a file; a terminal is never read."""

    def __init__(self, descriptor: int = 0) -> None:
        self._descriptor = descriptor
        self._pieces: list[bytes] = []
        self._began = threading.Event()
        self._ended = threading.Event()
        self._failure: OSError | None = None
        self._pump: threading.Thread | None = None

    @property
    def is_redirected(self) -> bool:
        """True where bytes may come from a pipe, a socket or a file."""
        try:
            return sys.stdin is not None and not os.isatty(self._descriptor) and bool(os.fstat(self._descriptor))
        except OSError:
            return False

    def has_bytes(self) -> bool:
        """Return whether there is something to read, at a glance: a writer that is not ready counts as none."""
        if self.is_redirected:
            self._start()
            self._began.wait(GLANCE_S)
        return bool(self._pieces)

    def read(self, patience_s: float | None, warn: Callable[[str], None]) -> bytes:
        """Return everything up to the end; UsageError where nothing comes within `patience_s` (None waits on)."""
        if not self.is_redirected:
            return b""
        self._start()
        first_wait = WARNING_S if patience_s is None else min(WARNING_S, patience_s)
        if not self._began.wait(first_wait):
            if patience_s is None or patience_s > first_wait:
                warn("workbench: waiting for standard input; --ignore-stdin sends without it.")
                self._began.wait(None if patience_s is None else patience_s - first_wait)
            if not self._began.is_set():
                raise UsageError(
                    "Standard input is open, and nothing came on it.",
                    "Add --ignore-stdin, or give it an end: </dev/null",
                )
        self._ended.wait()
        if self._failure is not None:
            reason = self._failure.strerror or self._failure
            raise UsageError(f"Standard input cannot be read: {reason}.")
        return b"".join(self._pieces)

    def _start(self) -> None:
        # A buffered stream may not be left locked when the program ends, so the descriptor is read, and by a daemon.
        if self._pump is None:
            self._pump = threading.Thread(target=self._read_all, name="standard input", daemon=True)
            self._pump.start()

    def _read_all(self) -> None:
        try:
            while piece := os.read(self._descriptor, 1 << 16):
                self._pieces.append(piece)
                self._began.set()
        except OSError as error:
            self._failure = error
        finally:
            self._ended.set()
            self._began.set()
