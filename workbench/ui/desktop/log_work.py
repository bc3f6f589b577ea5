"""Feeds the log window while it is open: new entries of the store, and new lines of the program's own file."""

import asyncio
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication

from workbench.engine.reading import Reading
from workbench.model.clock import as_datetime
from workbench.model.log_entry import LogEntry, LogKind
from workbench.storage.log import LogReader
from workbench.ui.jobs import Jobs

if TYPE_CHECKING:
    from workbench.ui.desktop.log_window import LogLine, LogWindow
    from workbench.ui.main_window import MainWindow

LOOK_EVERY_MS = 1_000
FIRST_LINES = 1_000
FIRST_BYTES = 256 * 1024
_LINE = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d),\d+ (\w+) ([^:]+): (.*)")
_TROUBLE = (LogKind.REFUSED, LogKind.FAULTY)


class LogWork:
    """Everything behind Log."""

    def __init__(self, window: "MainWindow", jobs: Jobs) -> None:
        self._window = window
        self._jobs = jobs
        self._shown: LogWindow | None = None
        self._reading: Reading[LogReader] | None = None
        self._newest: list[LogEntry] = []
        """The last entries shown, of one microsecond: those that follow may share it."""
        self._read_to = 0
        self._looking = False
        self._look = QTimer(window, interval=LOOK_EVERY_MS)
        self._look.timeout.connect(self._look_soon)
        window.commands["log"].triggered.connect(lambda *_: self._show())
        window.appearance.changed.connect(self._on_theme)

    async def end(self) -> None:
        """Read no more."""
        self._look.stop()
        reading, self._reading = self._reading, None
        if reading is not None:
            await asyncio.to_thread(reading.close)

    def _show(self) -> None:
        from workbench.ui.desktop.log_window import LogWindow

        if self._shown is None:
            self._newest, self._read_to = [], 0
            self._shown = shown = LogWindow(self._window.appearance.theme.danger, self._window)
            shown.copy_wanted.connect(lambda text: QGuiApplication.clipboard().setText(text))
            folder = QUrl.fromLocalFile(str(self._window.paths.data))
            shown.folder_wanted.connect(lambda: QDesktopServices.openUrl(folder))
            for page in (shown.webhooks, shown.program):
                page.capture_wanted.connect(self._go_to)
            shown.finished.connect(lambda *_: self._on_closed())
            self._look_soon()
            self._look.start()
        self._shown.show()
        self._shown.raise_()

    def _on_closed(self) -> None:
        self._shown = None
        self._look.stop()

    def _on_theme(self) -> None:
        if self._shown is not None:
            self._shown.set_trouble(self._window.appearance.theme.danger)

    def _go_to(self, number: int) -> None:
        self._window.tabs.setCurrentIndex(0)
        self._window.captures.choose(number)
        self._window.come_to_front([])

    def _look_soon(self) -> None:
        if not self._looking:
            self._looking = True
            self._jobs.start(self._take(), "read the log")

    async def _take(self) -> None:
        try:
            entries = await self._new_entries()
            lines = await asyncio.to_thread(lambda: list(self._new_lines()))
        finally:
            self._looking = False
        if self._shown is not None:
            self._shown.add([_webhook_line(entry) for entry in entries], lines)

    async def _new_entries(self) -> list[LogEntry]:
        if self._reading is None:
            path = self._window.paths.captures
            self._reading = Reading(lambda: LogReader(path), "log")
        since = self._newest[-1].at_us if self._newest else 0
        limit = None if self._newest else FIRST_LINES
        entries = await self._reading.run(lambda reader: list(reader.entries(since, limit)))
        new = [entry for entry in entries if entry not in self._newest]
        if entries:
            last = entries[-1].at_us
            self._newest = [entry for entry in entries if entry.at_us == last]
        return new

    def _new_lines(self) -> "Iterator[LogLine]":
        """Yield what was written to the program's log since the last look; a file that began anew is read anew."""
        from workbench.ui.desktop.log_window import LogLine

        try:
            with self._window.paths.log.open("rb") as file:
                size = file.seek(0, 2)
                start = self._read_to if 0 < self._read_to <= size else max(0, size - FIRST_BYTES)
                file.seek(start)
                content = file.read(size - start)
        except OSError:
            return
        whole, _, rest = content.rpartition(b"\n")
        self._read_to = size - len(rest)
        for line in whole.decode("utf-8", "replace").splitlines():
            found = _LINE.match(line)
            if found:
                yield LogLine(*found.groups(), trouble=found[2] in ("WARNING", "ERROR", "CRITICAL"))
            elif line:
                yield LogLine("", "", "", line)


def _webhook_line(entry: LogEntry) -> "LogLine":
    from workbench.ui.desktop.log_window import LogLine

    when = as_datetime(entry.at_us).astimezone().strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
    about = [
        f"#{entry.capture_number} {entry.status or ''}" if entry.capture_number is not None else "",
        entry.subject,
    ]
    return LogLine(
        when,
        entry.kind.value,
        " ".join(filter(None, about)),
        entry.message.replace("\n", " "),
        trouble=entry.kind in _TROUBLE,
        number=entry.capture_number,
    )
