"""Where every bug of ours ends up: errors in slots, tasks and threads, complaints of Qt, the interpreter's end.

Each kind is kept as a report once a session. The program goes on: a failing slot must not end what catches webhooks.
"""

import faulthandler
import logging
import sys
import threading
from types import TracebackType
from typing import IO

from PySide6.QtCore import QMessageLogContext, QObject, QtMsgType, Signal, qInstallMessageHandler

from workbench.model.clock import SystemClock
from workbench.storage.paths import FAULT_FILE, Paths

log = logging.getLogger("workbench.crash")
log_of_qt = logging.getLogger("qt")

MOST_OF_A_SESSION = 10


class CrashReporting(QObject):
    """The hooks of one program. Keep it as long as the program lives."""

    reported = Signal()
    """A report was kept that nobody has seen."""

    def __init__(self, paths: Paths) -> None:
        super().__init__()
        self._folder = paths.crashes
        self._kinds: set[str] = set()
        self._fault_file: IO[bytes] | None = None
        sys.excepthook = self.take
        threading.excepthook = self._take_of_thread
        qInstallMessageHandler(_hear_qt)
        self._watch_for_faults()

    def _watch_for_faults(self) -> None:
        """Have the interpreter write its stacks when it is killed from within; what is there is kept before."""
        file = self._folder / FAULT_FILE
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            if file.exists() and file.stat().st_size:
                # Only then: the first paint does without what reports need.
                from workbench.storage.crash_reports import CrashFolder

                CrashFolder(self._folder).take_up_fault(SystemClock().now_us())
            self._fault_file = file.open("wb")
        except OSError:
            return
        faulthandler.enable(self._fault_file)

    def take(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None = None) -> None:
        """Keep a report of an error that nobody caught; this is `sys.excepthook`."""
        if not isinstance(error, Exception):
            sys.__excepthook__(kind, error, trace)
            return
        from workbench.storage.crash_reports import CrashFolder, kind_of, report_of

        what = kind_of(error)
        log.error("something went wrong: %s", what)
        if what in self._kinds or len(self._kinds) >= MOST_OF_A_SESSION:
            return
        self._kinds.add(what)
        now_us = SystemClock().now_us()
        text = report_of(error, now_us)
        print(text, file=sys.stderr)
        CrashFolder(self._folder).keep(text, now_us)
        self.reported.emit()

    def _take_of_thread(self, words: threading.ExceptHookArgs) -> None:
        if words.exc_value is not None:
            self.take(words.exc_type, words.exc_value, words.exc_traceback)

    def close(self) -> None:
        """Let go of everything: the program ends as it should."""
        qInstallMessageHandler(None)
        sys.excepthook, threading.excepthook = sys.__excepthook__, threading.__excepthook__
        if self._fault_file is not None:
            faulthandler.disable()
            self._fault_file.close()


def _hear_qt(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    """Note what Qt complains of. What stands in quotes may be a person's, and is left out."""
    import re

    level = logging.DEBUG if kind in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg) else logging.WARNING
    log_of_qt.log(level, "%s", re.sub(r'"[^"]*"', '"…"', message)[:300])


class DiscreetFormatter(logging.Formatter):
    """Lines of the log; of an error they say where it came from, never what it was about."""

    def formatException(self, ei) -> str:
        """Return the places that an error came through."""
        from workbench.storage.crash_reports import trace_lines

        error = ei[1]
        return "\n".join(trace_lines(error)) if error is not None else ""
