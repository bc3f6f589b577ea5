"""Captures out to files and in from them: asked in dialogs, done in threads, told at the end."""

import asyncio
from array import array
from collections.abc import Coroutine, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from workbench.engine.workbench import Workbench
from workbench.model.progress import Cancelled, Progress
from workbench.model.query import CaptureQuery
from workbench.storage.capture_export import SUFFIXES, CaptureExport
from workbench.storage.captures import CaptureReader
from workbench.storage.paths import Paths
from workbench.ui.captures.export_dialog import CaptureExportDialog, Choice
from workbench.ui.captures.transfer_dialog import TransferDialog
from workbench.ui.dialogs import choose_file, choose_new_file, finished
from workbench.ui.jobs import Jobs

if TYPE_CHECKING:
    from workbench.ui.main_window import MainWindow

T = TypeVar("T")


class CapturesTransferWork:
    """Everything behind “Export captures…” and “Import captures…”."""

    def __init__(self, window: "MainWindow", workbench: Workbench, jobs: Jobs) -> None:
        self._window = window
        self._workbench = workbench
        self._query = CaptureQuery()
        window.captures.query_changed.connect(self._keep_query)
        commands = window.commands
        commands["export_captures"].triggered.connect(lambda *_: jobs.start(self._export(), "export captures"))
        commands["import_captures"].triggered.connect(lambda *_: jobs.start(self._import(), "import captures"))

    def _keep_query(self, query: CaptureQuery) -> None:
        self._query = query

    # Out

    async def _export(self) -> None:
        choices, numbers = await self._choices()
        if not choices:
            self._window.show_info("There is no capture to export.")
            return
        dialog = CaptureExportDialog(choices, choices[0].name, self._window)
        if await finished(dialog) != CaptureExportDialog.DialogCode.Accepted:
            return
        which, wanted, with_credentials = dialog.which, dialog.format_name, dialog.credentials.isChecked()
        file = await choose_new_file(self._window, "Export captures", f"captures{SUFFIXES[wanted]}")
        if file is None:
            return
        progress = Progress()
        work = asyncio.to_thread(
            _write,
            self._workbench.paths,
            numbers[which],
            wanted,
            Path(file),
            progress,
            with_credentials=with_credentials,
        )
        export = await self._watched("Export captures", progress, work, "Export cancelled; no file was written.")
        if export is not None:
            self._window.show_info("\n".join([f"{export.written:,} written to {file}.", *export.report()]))

    async def _choices(self) -> tuple[list[Choice], dict[str, Sequence[int]]]:
        """Return the sets of captures that are not empty, the likeliest first, and their numbers."""
        chosen = self._window.captures.selected_numbers()
        query = self._query
        numbers: dict[str, Sequence[int]] = {"chosen": chosen} if len(chosen) > 1 else {}
        if not query.matches_all:
            numbers["matching"] = await self._numbers(query)
        numbers["all"] = await self._numbers(CaptureQuery())
        if len(chosen) == 1:
            numbers["chosen"] = chosen
        words = {"chosen": "The chosen ones", "matching": "Those that match the filter", "all": "All"}
        return [Choice(name, words[name], len(found)) for name, found in numbers.items() if found], numbers

    async def _numbers(self, query: CaptureQuery) -> "array[int]":
        return await self._workbench.captures.run(lambda reader: array("q", reader.numbers(query)))

    # In

    async def _import(self) -> None:
        file = await choose_file(self._window, "Import captures: NDJSON or HAR", str(Path.home()))
        if file is not None:
            await self.import_file(Path(file))

    async def import_file(self, file: Path) -> None:
        """Import a file, and say how much of it; a file that is not sound is an error that says where."""
        from workbench.engine.importing_captures import import_captures

        progress = Progress()
        work = import_captures(self._workbench, file, progress)
        imported = await self._watched(
            "Import captures", progress, work, "Import cancelled; no capture of the file was kept."
        )
        if imported is not None:
            self._window.show_info(imported.sentence())

    async def _watched(self, title: str, progress: Progress, work: Coroutine[None, None, T], told: str) -> T | None:
        """Return what comes of the work while a dialog shows how far it is; None, and `told`, where it was cancelled.

        When the window closes meanwhile, the work is stopped too.
        """
        dialog = TransferDialog(title, progress, self._window)
        dialog.show()
        try:
            return await work
        except Cancelled:
            self._window.show_info(told)
            return None
        except asyncio.CancelledError:
            progress.cancel()
            raise
        finally:
            dialog.done(0)
            dialog.deleteLater()


def _write(
    paths: Paths, numbers: Sequence[int], wanted: str, file: Path, progress: Progress, *, with_credentials: bool
) -> CaptureExport:
    """Write the file with a reader of its own: an export of an hour must not hold up what the window reads."""
    with closing(CaptureReader(paths.captures, paths.spool)) as reader:
        export = CaptureExport(reader, numbers, wanted, with_credentials=with_credentials, progress=progress)
        export.write(file)
    return export
