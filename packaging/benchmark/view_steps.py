"""What is done with a body view inside the window: shown, scrolled, searched. Only `BodyPane`'s public use."""

import asyncio
import os
import time
from typing import Any

from benchmark.processes import memory_mb, print_line
from benchmark.watched_window import Steps


def view_steps(window: Any, file: str, word: str) -> Steps:
    """Measure `BodyPane` with a file, beside Qt's own text widget with the same bytes; say it as one JSON object."""
    yield lambda: hasattr(window, "captures")
    from workbench.ui.body_pane import BodyPane

    pane = BodyPane(window.appearance)
    pane.resize(1000, 800)
    pane.show()
    yield lambda: pane.isVisible()
    before = memory_mb(os.getpid()) or 0.0
    painted, shown = _painted(pane.code), _show(pane, file)
    took = yield lambda: shown.done() and painted.count > 0 and painted.last > shown.finished_at
    said = {"shown and painted": took, "memory": (memory_mb(os.getpid()) or 0.0) - before}
    said["a jump to the middle, painted"] = _jump(pane.code)
    found: list[bool] = []
    if hasattr(pane.code, "found"):
        pane.code.found.connect(lambda result: found.append(bool(result.index)))
    result = pane.code.find(word)
    said["first match"] = yield lambda: any(found) or result.index
    pane.close()
    pane.deleteLater()
    print_line({"view": said})


def _painted(widget: Any) -> Any:
    from PySide6.QtCore import QEvent, QObject

    class Painted(QObject):
        def __init__(self) -> None:
            super().__init__(widget)
            self.count, self.last = 0, 0.0

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint:
                self.count += 1
                self.last = time.perf_counter()
            return False

    made = Painted()
    widget.viewport().installEventFilter(made)
    return made


class _Shown:
    """A task of the window's loop, and when it ended."""

    def __init__(self, task: "asyncio.Task[None]") -> None:
        self.finished_at = 0.0
        self._task = task
        task.add_done_callback(self._finished)

    def _finished(self, _: object) -> None:
        self.finished_at = time.perf_counter()

    def done(self) -> bool:
        return self._task.done()


def _show(pane: Any, file: str) -> _Shown:
    from workbench.model.message import Body

    return _Shown(asyncio.ensure_future(pane.show_body(Body.of_file(file), "application/json", "")))


def _jump(view: Any) -> float:
    bar = view.verticalScrollBar()
    began = time.perf_counter()
    bar.setValue((bar.minimum() + bar.maximum()) // 2)
    view.viewport().repaint()
    return (time.perf_counter() - began) * 1000
