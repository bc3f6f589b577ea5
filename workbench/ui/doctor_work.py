"""“Check an address…”: the doctor in the window."""

import asyncio
from typing import TYPE_CHECKING

from workbench.engine.workbench import Workbench
from workbench.model.clock import SystemClock
from workbench.ui.doctor_dialog import DoctorDialog
from workbench.ui.jobs import Jobs

if TYPE_CHECKING:
    from workbench.ui.main_window import MainWindow


class DoctorWork:
    """Opens the dialog and runs what it asks for, one examination at a time."""

    def __init__(self, window: "MainWindow", workbench: Workbench, jobs: Jobs) -> None:
        self._window = window
        self._workbench = workbench
        self._jobs = jobs
        self._running: asyncio.Task[None] | None = None
        window.commands["doctor"].triggered.connect(lambda *_: self._open())

    def _open(self) -> None:
        known = self._window.public_url or self._window.settings.replay_target or self._window.listener.url
        dialog = DoctorDialog(known, self._window)
        dialog.examine_wanted.connect(lambda: self._start(dialog))
        dialog.finished.connect(lambda _: self._cancel())
        dialog.open()

    def _start(self, dialog: DoctorDialog) -> None:
        self._cancel()
        self._running = self._jobs.start(self._examine(dialog), "examine an address")

    def _cancel(self) -> None:
        if self._running is not None:
            self._running.cancel()
            self._running = None

    async def _examine(self, dialog: DoctorDialog) -> None:
        from workbench.engine.doctor_opening import open_doctor
        from workbench.model.errors import WorkbenchError

        dialog.begin()
        try:
            doctor = await open_doctor(
                self._workbench.paths,
                dialog.url.text(),
                SystemClock(),
                provider=dialog.provider.text().strip(),
                secret=dialog.secret.text().strip(),
                secrets=self._workbench.signatures.secrets,
            )
            async for check in doctor.examine():
                dialog.show_check(check)
        except WorkbenchError as error:
            dialog.show_trouble(f"{error.message} {error.hint or ''}".strip())
            return
        dialog.finish()
