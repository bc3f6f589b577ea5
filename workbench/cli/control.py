"""Orders in on standard input, news out on standard output, for a parent that may stall or die.

Writing has a thread of its own, and news that are overtaken before they are written are dropped: a parent that does
not read its pipe must not hold up a webhook. The end of standard input, or a parent that no longer reads, means stop.
"""

import asyncio
import json
import sys
import threading
from collections.abc import Callable
from typing import Any, cast

from workbench.cli.console import Console
from workbench.engine.tasks import TaskSet

CLOSE_TIMEOUT_S = 2.0


class Control:
    """The two pipes to the parent."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._wake = threading.Condition()
        self._said: list[dict[str, Any]] = []
        self._report: dict[str, Any] = {}
        self._closing = False
        self.tasks = TaskSet()
        self._writer = threading.Thread(target=self._write, name="control out", daemon=True)
        self._writer.start()

    def start(self, loop: asyncio.AbstractEventLoop, obey: Callable[[dict[str, Any]], None]) -> None:
        """Call `obey` on the loop with each order; the end of the input is the order to stop."""
        reader = threading.Thread(target=self._read, args=(loop, obey), name="control in", daemon=True)
        reader.start()

    def say(self, message: dict[str, Any]) -> None:
        """Write a message that must arrive, in order."""
        with self._wake:
            self._said.append(message)
            self._wake.notify()

    def report(self, state: dict[str, Any]) -> None:
        """Write the newest state; one not yet written is overtaken."""
        with self._wake:
            self._report |= state
            self._wake.notify()

    def close(self) -> None:
        """Write what is left, unless the parent does not read."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        self._writer.join(CLOSE_TIMEOUT_S)

    def _write(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._said or self._report or self._closing)
                messages, self._said = self._said, []
                if self._report:
                    messages.append(self._report)
                    self._report = {}
            try:
                for message in messages:
                    self._console.json(message)
            except (OSError, ValueError):
                return  # The parent is gone; standard input ends as well and stops us.
            if self._closing and not messages:
                return

    def _read(self, loop: asyncio.AbstractEventLoop, obey: Callable[[dict[str, Any]], None]) -> None:
        for line in sys.stdin:
            order = _parsed(line)
            if order:
                loop.call_soon_threadsafe(obey, order)
        loop.call_soon_threadsafe(obey, {"stop": True})


def _parsed(line: str) -> dict[str, Any]:
    try:
        order = json.loads(line)
    except ValueError:
        return {"unreadable": line[:200]}
    return cast("dict[str, Any]", order) if isinstance(order, dict) else {"unreadable": line[:200]}
