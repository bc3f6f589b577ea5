"""Other homes: each opens in a window of its own, with its own listener, captures and settings."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QProcess
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from workbench.storage.paths import Paths
from workbench.storage.recent_homes import USUAL, forget_homes, recent_homes
from workbench.ui.dialogs import choose_folder
from workbench.ui.jobs import Jobs
from workbench.ui.program_words import program_words

if TYPE_CHECKING:
    from workbench.ui.main_window import MainWindow


class WorkspacesWork:
    """Everything behind Open workspace… and the recent ones."""

    def __init__(self, window: "MainWindow", jobs: Jobs) -> None:
        self._window = window
        window.commands["open_workspace"].triggered.connect(lambda *_: jobs.start(self._open(), "open a workspace"))
        self.menu = QMenu("Recent workspaces", window)
        self.menu.aboutToShow.connect(self._fill)
        self.menu.setToolTipsVisible(True)
        file_menu = window.commands.menu("File")
        file_menu.insertMenu(self._after(file_menu, window.commands["open_workspace"]), self.menu)

    def _after(self, menu: QMenu, action: QAction) -> QAction:
        actions = menu.actions()
        return actions[actions.index(action) + 1]

    def _fill(self) -> None:
        self.menu.clear()
        homes = recent_homes(Paths.recent_homes())
        for home in homes:
            action = self.menu.addAction(home_words(home))
            action.setToolTip(home or "Where everything is kept without --home")
            action.triggered.connect(partial(self.open, home))
        if not homes:
            self.menu.addAction("None yet").setEnabled(False)
            return
        self.menu.addSeparator()
        forget = self.menu.addAction("Forget these")
        forget.setToolTip("Take them off this list; the folders stay")
        forget.triggered.connect(lambda: forget_homes(Paths.recent_homes()))

    async def _open(self) -> None:
        folder = await choose_folder(self._window, "Open a workspace's home folder", str(Path.home()))
        if folder is not None:
            self.open(folder)

    def open(self, home: str, *_: object) -> None:
        """Open a home in a window of its own; one that is open already comes to the front."""
        program, *words = program_words()
        words += [f"--home={home}"] if home != USUAL else []
        started, _pid = QProcess.startDetached(program, [*words, "gui"], str(Path.home()))
        if not started:
            self._window.show_warning(f"{home_words(home)} could not be opened: the program did not start.")


def home_words(home: str) -> str:
    """Return a home as people call it: below their own folder it begins with `~`."""
    if home == USUAL:
        return "The usual home"
    try:
        return str(Path("~") / Path(home).relative_to(Path.home()))
    except ValueError:
        return home
