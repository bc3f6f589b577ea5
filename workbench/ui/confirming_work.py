"""Subscriptions that want to be confirmed: said when they arrive, called after a yes."""

import asyncio
from typing import TYPE_CHECKING

from workbench.engine.workbench import Workbench
from workbench.model.errors import UsageError
from workbench.ui.dialogs import ask
from workbench.ui.jobs import Jobs
from workbench.ui.widgets.notice_bar import Level, Notice

if TYPE_CHECKING:
    from workbench.ui.main_window import MainWindow


class ConfirmingWork:
    """Everything behind “Confirm subscription…”."""

    def __init__(self, window: "MainWindow", workbench: Workbench, jobs: Jobs) -> None:
        self._window = window
        self._workbench = workbench
        self._jobs = jobs
        window.listener.to_confirm.connect(self._offer)
        window.commands["confirm"].triggered.connect(lambda *_: self._start(window.captures.current_number))

    def _offer(self, number: int, reason: str) -> None:
        actions = (("Confirm…", lambda: self._start(number)),)
        self._window.notices.show_notice(Notice(Level.WARNING, f"#{number}: {reason}", actions))

    def _start(self, number: int | None) -> None:
        if number is not None:
            self._jobs.start(self._confirm(number), "confirm a subscription")

    async def _confirm(self, number: int) -> None:
        from workbench.engine.confirming import confirm, confirmation_of
        from workbench.engine.rules import Rules

        capture = await self._workbench.captures.run(lambda reader: reader.get(number))
        if capture is None:
            raise UsageError(f"Capture {number} is no longer there.")
        rules = await asyncio.to_thread(Rules.load, self._workbench.paths)
        confirmation = await asyncio.to_thread(confirmation_of, rules, capture)
        said = f"{confirmation.provider.name} asks to confirm a subscription by calling {confirmation.host}."
        hint = f"{confirmation.url}\n\nThe signature of the request: {capture.verification or 'not checked'}."
        if await ask(self._window, "Confirm subscription", said, hint, {"Call it": False}) is None:
            return
        delivery = await confirm(self._workbench, capture, confirmation)
        if delivery.last.failure is not None:
            self._window.show_warning(delivery.last.failure.message)
            return
        self._window.show_info(f"{confirmation.host} answered {delivery.status}; the call is in the history.")
