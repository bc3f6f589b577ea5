"""The program's own window in a process of its own: does what it is told on standard input, says how long it took.

    mark                    begin to note the gaps of a precise 10 ms timer
    gaps                    say them
    table                   measure the captures table: interactive, page, filter, full text, sort
    view FILE WORD          measure the body view
    memory                  say the memory
    quit                    close

Steps are generators of conditions, looked at each millisecond: the window's own loop runs as ever in between.
"""

import argparse
import sys
import threading
import time
from collections.abc import Callable, Generator
from typing import Any

from benchmark.processes import memory_mb, print_line

Steps = Generator[Callable[[], object], float, None]
"""Yields what is waited for; gets back the milliseconds it took."""

GIVE_UP_S = 120


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the window."""
    parser.add_argument("--home", required=True)
    parser.add_argument("--stall", action="store_true", help="hold up the window's thread 1 s in every 2")


def run(arguments: argparse.Namespace) -> None:
    """Open the window."""
    began = time.perf_counter()
    from workbench.ui import app

    def watch(application: Any, window: Any) -> None:
        from PySide6.QtCore import QTimer

        watched = application.watched = _Watched(application, window, began)  # A connection does not keep it alive.
        if arguments.stall:
            stalls = QTimer(application)
            stalls.timeout.connect(_stall)
            stalls.start(2000)
        window.listening.connect(lambda port: print_line({"port": port}))
        _read_lines(application, watched.command)

    sys.exit(app.main([f"--home={arguments.home}"], watch, port=0))


def _stall() -> None:
    until = time.perf_counter() + 1.0
    while time.perf_counter() < until:
        pass


class _Watched:
    def __init__(self, application: Any, window: Any, began: float) -> None:
        self.application, self.window, self.began = application, window, began
        self._gaps: list[float] = []
        self._last = time.perf_counter()
        self._timer = self._timed(10, self._tick)
        self._steps: Steps | None = None
        self._until: Callable[[], object] = lambda: True
        self._asked = 0.0
        self._look = self._timed(1, self._go_on)
        self._look.stop()

    def _timed(self, interval_ms: int, slot: Callable[[], None]) -> Any:
        from PySide6.QtCore import Qt, QTimer

        timer = QTimer(self.application)
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(slot)
        timer.start(interval_ms)
        return timer

    def _tick(self) -> None:
        now = time.perf_counter()
        self._gaps.append(now - self._last)
        self._last = now

    def command(self, line: str) -> None:
        word, *rest = line.split()
        match word:
            case "mark":
                self._gaps.clear()
            case "gaps":
                print_line({"gaps_ms": [gap * 1000 for gap in self._gaps]})
            case "memory":
                import os

                print_line({"memory_mb": memory_mb(os.getpid()), "peak_mb": memory_mb(os.getpid(), "VmHWM")})
            case "table":
                from benchmark.table_steps import table_steps

                self._begin(table_steps(self.window, self.began))
            case "view":
                from benchmark.view_steps import view_steps

                self._begin(view_steps(self.window, *rest))
            case _:
                self.window.close()

    def _begin(self, steps: Steps) -> None:
        self._steps = steps
        self._wait(next(steps))
        self._look.start(1)

    def _wait(self, until: Callable[[], object]) -> None:
        self._until, self._asked = until, time.perf_counter()

    def _go_on(self) -> None:
        took = time.perf_counter() - self._asked
        if not self._until() and took < GIVE_UP_S:
            return
        assert self._steps is not None
        try:
            self._wait(self._steps.send(took * 1000))
        except StopIteration:
            self._look.stop()


def _read_lines(application: Any, command: Callable[[str], None]) -> None:
    from PySide6.QtCore import QObject, Signal

    class Lines(QObject):
        line = Signal(str)

    lines = Lines(application)
    lines.line.connect(command)

    def read() -> None:
        for line in sys.stdin:
            lines.line.emit(line.strip())
        lines.line.emit("quit")

    threading.Thread(target=read, daemon=True).start()
