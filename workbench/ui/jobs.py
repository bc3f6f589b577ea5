"""How a slot starts asynchronous work: named, kept, cancelled with its owner, its failure shown."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import QObject

from workbench.model.errors import WorkbenchError


class Jobs:
    """The running jobs of one owner; they are cancelled when it is destroyed."""

    def __init__(self, owner: QObject, on_failure: Callable[[WorkbenchError], object]) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._on_failure = on_failure
        owner.destroyed.connect(self.cancel_all)

    def start(self, coroutine: Coroutine[Any, Any, Any], name: str) -> asyncio.Task[Any]:
        """Run a coroutine. A WorkbenchError is shown, anything else goes to the crash path."""
        task = asyncio.get_event_loop().create_task(coroutine, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def cancel_all(self) -> None:
        """Cancel what is running."""
        for task in tuple(self._tasks):
            task.cancel()

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if isinstance(error, WorkbenchError):
            self._on_failure(error)
        elif error is not None and not _is_of_a_closed_dialog(error):
            sys.excepthook(type(error), error, error.__traceback__)


def _is_of_a_closed_dialog(error: BaseException) -> bool:
    """True where a job came back with something for a dialog that was closed meanwhile: nobody waits for it."""
    said = str(error)
    return isinstance(error, RuntimeError) and "Internal C++ object" in said and said.endswith("already deleted.")
