"""`workbench captures export` and `import`: in streams, with a count on a terminal that moves along."""

import argparse
import shutil
import sys
import tempfile
from array import array
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO

from workbench.cli.console import Console
from workbench.cli.selection import chosen
from workbench.model.clock import elapsed_s
from workbench.model.errors import UsageError
from workbench.model.progress import Progress
from workbench.storage.capture_export import CaptureExport
from workbench.storage.captures import CaptureReader
from workbench.storage.paths import Paths

SHOWN_EVERY_S = 0.2


def run_export(arguments: argparse.Namespace, console: Console) -> int:
    """Write captures to a file, which appears whole or not at all, or to standard output."""
    file = None if arguments.output is None else Path(arguments.output)
    if file is not None and file.exists() and not arguments.force:
        raise UsageError(f"{file} exists already.", "Use --force to replace it.")
    paths = Paths.of_home(arguments.home)
    paths.ensure()
    with closing(CaptureReader(paths.captures, paths.spool)) as reader:
        numbers = array("q", chosen(reader, arguments.query))
        if not numbers:
            console.note("No capture matches." if arguments.query else "Nothing was captured yet.")
        shown = _Shown(console) if file is not None and console.err.isatty() else None
        export = CaptureExport(
            reader, numbers, arguments.format, with_credentials=arguments.with_credentials, progress=shown
        )
        if file is None:
            console.bytes(export.pieces())
        else:
            export.write(file)
            if shown is not None:
                shown.clear()
            console.note(f"{export.written:,} capture{'' if export.written == 1 else 's'} written to {file}.")
    for sentence in export.report():
        console.note(sentence)
    return 0


def run_import(arguments: argparse.Namespace, console: Console) -> int:
    """Import a file whole, or nothing of it."""
    from workbench.engine.importing_captures import ImportedFile, import_open_file
    from workbench.engine.serving import run
    from workbench.engine.workbench import open_workbench

    shown = _Shown(console) if console.err.isatty() else None

    async def bring_in(file: BinaryIO) -> ImportedFile:
        async with open_workbench(Paths.of_home(arguments.home)) as workbench:
            return await import_open_file(workbench, file, shown or Progress())

    with _source(arguments.file) as file:
        imported = run(bring_in(file))
    if shown is not None:
        shown.clear()
    if arguments.json:
        console.json({"imported": imported.count, "first": imported.first or None, "last": imported.last or None})
    else:
        console.note(imported.sentence())
    return 0


@contextmanager
def _source(name: str) -> Generator[BinaryIO]:
    """Yield the one file; it is read twice, so standard input is put aside first."""
    from workbench.storage.capture_import import opened

    if name != "-":
        with opened(Path(name)) as file:
            yield file
        return
    with tempfile.TemporaryFile(prefix="workbench-") as kept:
        shutil.copyfileobj(sys.stdin.buffer, kept)
        yield kept


class _Shown(Progress):
    """Progress that is seen: a line on a terminal, written over."""

    __slots__ = ("_console", "_shown_at")

    def __init__(self, console: Console) -> None:
        super().__init__()
        self._console = console
        self._shown_at = elapsed_s()

    def advance(self, count: int = 1) -> None:
        super().advance(count)
        if elapsed_s() - self._shown_at > SHOWN_EVERY_S:
            self._shown_at = elapsed_s()
            of = f" of {self.total:,}" if self.total else ""
            self._console.err.write(f"\r{self.done:,}{of} {self.what}\x1b[K")
            self._console.err.flush()

    def clear(self) -> None:
        """Take the line away."""
        self._console.err.write("\r\x1b[K")
        self._console.err.flush()
