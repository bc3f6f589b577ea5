"""Joins what makes the window a desktop program; one for each window."""

from typing import TYPE_CHECKING

from workbench.engine.workbench import Workbench
from workbench.ui.captures.feed import CaptureFeed
from workbench.ui.desktop.about_work import AboutWork
from workbench.ui.desktop.crash_work import CrashWork
from workbench.ui.desktop.deleting_work import DeletingWork
from workbench.ui.desktop.dropping_work import DroppingWork
from workbench.ui.desktop.editing_work import EditingWork
from workbench.ui.desktop.first_minute_work import FirstMinuteWork
from workbench.ui.desktop.log_work import LogWork
from workbench.ui.desktop.notifying_work import NotifyingWork
from workbench.ui.desktop.palette_work import PaletteWork
from workbench.ui.desktop.preferences_work import PreferencesWork
from workbench.ui.desktop.session_work import SessionWork
from workbench.ui.desktop.view_work import ViewWork
from workbench.ui.desktop.workspaces_work import WorkspacesWork
from workbench.ui.jobs import Jobs

if TYPE_CHECKING:
    from workbench.ui.composing_work import ComposingWork
    from workbench.ui.main_window import MainWindow


class DesktopWork:
    """Everything of `ui.desktop`, by subject."""

    def __init__(
        self,
        window: "MainWindow",
        workbench: Workbench,
        jobs: Jobs,
        feed: CaptureFeed,
        composing: "ComposingWork",
    ) -> None:
        self.notifying = NotifyingWork(window, workbench, jobs)
        self._deleting = DeletingWork(window, workbench, jobs, feed)
        self._session = SessionWork(window, feed, lambda: composing.open_collections)
        self._log = LogWork(window, jobs)
        preferences = PreferencesWork(window, jobs)
        # Qt holds slots of plain objects weakly: who is not kept here hears nothing.
        self._beside = (
            preferences,
            PaletteWork(window, preferences),
            EditingWork(window, self._deleting),
            ViewWork(window),
            FirstMinuteWork(window, feed),
            DroppingWork(window, composing),
            WorkspacesWork(window, jobs),
            CrashWork(window),
            AboutWork(window, jobs),
        )

    async def begin(self) -> None:
        """Show what the last session left."""
        self._session.begin()
        await self.notifying.begin()

    async def end(self) -> None:
        """Finish what waits."""
        self._session.end()
        self.notifying.end()
        await self._deleting.end()
        await self._log.end()
