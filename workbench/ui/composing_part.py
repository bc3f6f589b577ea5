"""What every subject of composing is given: the window, what is opened, and how work is started."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.engine.workbench import Workbench
from workbench.ui.composer.tabs import ComposerTabs
from workbench.ui.jobs import Jobs

if TYPE_CHECKING:
    from workbench.ui.main_window import MainWindow


@dataclass(frozen=True, slots=True)
class Desk:
    """What all parts of one window's composing share."""

    window: "MainWindow"
    workbench: Workbench
    jobs: Jobs
    tabs: ComposerTabs


class ComposingPart:
    """One subject: it connects to signals of the window when it is made, and lives as long as the window."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._window = desk.window
        self._workbench = desk.workbench
        self._jobs = desk.jobs
        self._tabs = desk.tabs
