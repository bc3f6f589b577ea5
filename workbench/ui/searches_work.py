"""Saved searches: a filter is kept under a name, used again with a click, and forgotten."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from workbench.engine.workbench import Workbench
from workbench.model.errors import UsageError, WorkbenchError
from workbench.storage.saved_searches import delete_search, save_search, saved_searches
from workbench.ui.dialogs import ask, ask_text
from workbench.ui.jobs import Jobs

if TYPE_CHECKING:
    from workbench.ui.main_window import MainWindow


class SearchesWork:
    """Everything behind “Saved searches”."""

    def __init__(self, window: "MainWindow", workbench: Workbench, jobs: Jobs) -> None:
        self._window = window
        self._paths = workbench.paths
        self._jobs = jobs
        self._panel = window.captures
        window.commands["save_search"].triggered.connect(lambda *_: jobs.start(self._save(), "save a search"))
        window.commands["searches"].triggered.connect(lambda *_: self._show_menu())

    async def _save(self) -> None:
        line = self._panel.filter.text().strip()
        if not line:
            raise UsageError("There is no filter to save.", "Type one into the filter line first.")
        if self._panel.filter.problem:
            raise UsageError("This filter cannot be read, so it is not saved.", self._panel.filter.problem)
        known = saved_searches(self._paths)
        named = next((name for name, each in known.items() if each == line), "")
        name = await ask_text(self._window, "Save this filter", f"Name for {line}", named, _name_problem)
        if name is None:
            return
        if name in known and known[name] != line:
            choice = {"Replace": True}
            text = f"Replace the saved search {name}?"
            if await ask(self._window, "Save this filter", text, f"It is now: {known[name]}", choice) is None:
                return
        save_search(self._paths, name, line)
        self._window.show_info(f"Saved as {name}, in {self._paths.saved_searches}.")

    def menu(self) -> QMenu:
        """Return a menu of the saved searches, as the file has them now."""
        menu = QMenu(self._panel)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        try:
            searches = saved_searches(self._paths)
        except WorkbenchError as error:
            self._window.show_error(error)
            searches = {}
        for name, line in searches.items():
            action = self._entry(menu, name)
            action.setToolTip(line)
            action.triggered.connect(lambda _=False, line=line: self._panel.set_filter(line))
        if not searches:
            self._entry(menu, "No search is saved yet").setEnabled(False)
        menu.addSeparator()
        menu.addAction(self._window.commands["save_search"])
        removing = menu.addMenu("Remove")
        removing.setEnabled(bool(searches))
        for name in searches:
            self._entry(removing, name).triggered.connect(
                lambda _=False, name=name: self._jobs.start(self._remove(name), "remove a saved search")
            )
        menu.setToolTipsVisible(True)
        return menu

    def _show_menu(self) -> None:
        line = self._panel.filter
        self.menu().popup(line.mapToGlobal(QPoint(0, line.height())))

    def _entry(self, menu: QMenu, text: str) -> QAction:
        action = QAction(text.replace("&", "&&"), menu)
        menu.addAction(action)
        return action

    async def _remove(self, name: str) -> None:
        choice = {"Remove": True}
        if await ask(self._window, "Saved searches", f"Remove the saved search {name}?", "", choice) == "Remove":
            delete_search(self._paths, name)


def _name_problem(text: str) -> str:
    return "" if text.strip() else "Give it a name."
