"""Runs of folders in the window: started, followed, stopped, and their reports written."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.engine.workbench import Workbench
from workbench.model.errors import UsageError, WorkbenchError
from workbench.model.run import RunReport
from workbench.ui.collection_work import CollectionWork
from workbench.ui.collections.run_dialog import RunDialog
from workbench.ui.collections.surroundings import environment_names
from workbench.ui.composing_part import ComposingPart, Desk
from workbench.ui.dialogs import choose_file, choose_new_file, finished
from workbench.ui.sending_work import SendingWork
from workbench.ui.words import error_words

if TYPE_CHECKING:
    from workbench.engine.running import Runner


class RunWork(ComposingPart):
    """Everything behind "Run"."""

    def __init__(self, desk: Desk, collections: CollectionWork, sending: SendingWork) -> None:
        super().__init__(desk)
        self._collections = collections
        self._sending = sending
        desk.window.sidebar.run_wanted.connect(lambda path: self._jobs.start(self._open(path), "run a folder"))
        desk.window.commands.connect({"run_folder": self._run_chosen})

    def _run_chosen(self) -> None:
        folder = self._collections.chosen_folder
        if folder:
            self._jobs.start(self._open(folder), "run a folder")
        else:
            self._window.show_info("There is no collection to run. Open or import one first.")

    async def _open(self, folder: str) -> None:
        root = self._collections.root_of(folder)
        names = await asyncio.to_thread(environment_names, Path(root)) if root else []
        chosen = self._window.state.environments.get(root, "")
        dialog = RunDialog(self._collections.name_of(folder), names, chosen, self._window.appearance, self._window)
        run = _Run(self._workbench, Path(folder), dialog, self._sending)
        start = self._jobs.start
        dialog.start_wanted.connect(lambda: start(run.start(), "run a folder"))
        dialog.stop_wanted.connect(run.stop)
        dialog.data_wanted.connect(lambda: start(self._choose_data(dialog), "choose rows"))
        dialog.report_wanted.connect(lambda kind: start(self._write_report(dialog, run, kind), "write a report"))
        dialog.result_chosen.connect(self._sending.open_delivery)
        await finished(dialog)
        run.stop()

    async def _choose_data(self, dialog: RunDialog) -> None:
        name = await choose_file(dialog, "Rows of data", str(Path.home()))
        if name is not None:
            dialog.data.setText(name)

    async def _write_report(self, dialog: RunDialog, run: "_Run", kind: str) -> None:
        if run.report is None:
            return
        suffix = ".xml" if kind == "junit" else ".html"
        suggested = str(Path.home() / f"{run.report.name}{suffix}")
        path = await choose_new_file(dialog, "Save report", suggested)
        if path is not None:
            await asyncio.to_thread(_write, Path(path), kind, run.report)
            self._window.show_info(f"The report is written to {path}.")


class _Run:
    """One dialog's runs, one at a time."""

    def __init__(self, workbench: Workbench, folder: Path, dialog: RunDialog, sending: SendingWork) -> None:
        self._workbench = workbench
        self._folder = folder
        self._dialog = dialog
        self._sending = sending
        self._runner: Runner | None = None
        self._closed = False
        self.report: RunReport | None = None
        dialog.finished.connect(lambda _: self._close())

    async def start(self) -> None:
        """Run with what the dialog says; a second call while it runs is passed over."""
        from workbench.engine.running import Runner, RunOptions

        if self._runner is not None:
            return
        dialog = self._dialog
        dialog.begin()
        environment = dialog.environment.currentData() or ""
        try:
            if not await self._sending.unlocked_for(self._folder, environment):
                raise UsageError("Nothing was sent: the environment has secrets, and they are locked.")
            rows = await asyncio.to_thread(_rows, dialog.data.text().strip())
            options = RunOptions(
                self._folder,
                environment=environment,
                rows=rows,
                rounds=dialog.rounds.value(),
                delay_s=dialog.delay.value() / 1000,
                stop_on_failure=dialog.stop_on_failure.isChecked(),
                ask=self._sending.ask,
            )
            self._runner = runner = Runner(self._workbench, options)
            runner.started.subscribe(
                lambda step: self._closed or dialog.show_step(step.number, step.planned, step.name)
            )
            runner.finished.subscribe(lambda result: self._closed or dialog.add_result(result))
            self.report = await runner.run()
        except WorkbenchError as error:
            if not self._closed:
                dialog.show_problem(error_words(error))
        else:
            if not self._closed:
                dialog.show_report(self.report)
        finally:
            self._runner = None
            await self._sending.show_history()

    def stop(self) -> None:
        """End after the request that is under way."""
        if self._runner is not None:
            self._runner.stop()

    def _close(self) -> None:
        self._closed = True
        self.stop()


def _rows(name: str) -> tuple[dict[str, str], ...]:
    from workbench.engine.run_data import read_rows

    return read_rows(Path(name)) if name else ()


def _write(path: Path, kind: str, report: RunReport) -> None:
    from workbench.formats.run_reports import html_page, junit_xml

    try:
        path.write_bytes(junit_xml(report) if kind == "junit" else html_page(report).encode())
    except OSError as error:
        raise UsageError(f"{path} could not be written: {error.strerror or error}.") from error
