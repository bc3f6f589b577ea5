"""Tells of crash reports: those of this session at once, those of the last one at the start."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication

from workbench.storage.crash_reports import CrashFolder
from workbench.ui.widgets.notice_bar import Level, Notice

if TYPE_CHECKING:
    from workbench.ui.main_window import MainWindow

NOW = "Something went wrong inside the program. Webhooks are still caught; a report is kept here and sent nowhere."
BEFORE = "Something went wrong inside the program in the last session. A report is kept here and sent nowhere."


class CrashWork:
    """Everything behind Crash reports…"""

    def __init__(self, window: "MainWindow") -> None:
        self._window = window
        self._folder = CrashFolder(window.paths.crashes)
        window.commands["crash_reports"].triggered.connect(lambda *_: self._show())
        window.crashed.connect(lambda: self._tell(NOW))
        if self._folder.unseen():
            self._tell(BEFORE)

    def _tell(self, text: str) -> None:
        self._window.notices.show_notice(Notice(Level.ERROR, text, (("Show report", self._show),)))

    def _show(self) -> None:
        from workbench.ui.desktop.crash_dialog import CrashDialog

        self._folder.mark_seen()
        dialog = CrashDialog(self._folder.all(), self._window)
        dialog.copy_wanted.connect(lambda text: QGuiApplication.clipboard().setText(text))
        dialog.folder_wanted.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._folder.folder))))
        dialog.deletion_wanted.connect(lambda: (self._folder.delete_all(), dialog.close()))
        dialog.show()
