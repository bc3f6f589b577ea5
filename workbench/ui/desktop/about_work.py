"""Shows what this program is; licences are read beside it, since there are many files of them."""

import asyncio
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from workbench.ui.jobs import Jobs

if TYPE_CHECKING:
    from workbench.ui.desktop.about_dialog import AboutDialog
    from workbench.ui.main_window import MainWindow


class AboutWork:
    """Everything behind About."""

    def __init__(self, window: "MainWindow", jobs: Jobs) -> None:
        self._window = window
        self._jobs = jobs
        self._dialog: AboutDialog | None = None
        window.commands["about"].triggered.connect(lambda *_: jobs.start(self._show(), "show what this is"))

    async def _show(self) -> None:
        from workbench.ui.desktop.about_dialog import AboutDialog
        from workbench.ui.licences import used_packages

        if self._dialog is not None:
            self._dialog.raise_()
            return
        self._dialog = dialog = AboutDialog(self._window.paths, self._window)
        dialog.destroyed.connect(lambda: setattr(self, "_dialog", None))
        dialog.copy_wanted.connect(lambda text: QGuiApplication.clipboard().setText(text))
        dialog.show()
        packages = await asyncio.to_thread(used_packages)
        if self._dialog is dialog:
            dialog.show_licences(packages)
