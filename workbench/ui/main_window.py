"""The window: the only module that knows every panel. What it does with them is in `work`, by subject.

It is built in two steps. The frame (menus, top bar, sidebar, tabs) is all that the first paint needs, and it imports
little more than Qt; `furnish` then puts the panels in, whose many modules take longer to load than the frame to show.
"""

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QByteArray, Signal
from PySide6.QtGui import QCloseEvent, QPaintEvent
from PySide6.QtWidgets import QFrame, QMainWindow, QSplitter, QTabWidget, QToolButton, QVBoxLayout, QWidget

from workbench.model.errors import CorruptStoreError, WorkbenchError
from workbench.storage.paths import Paths
from workbench.storage.settings import Settings, save_settings
from workbench.ui.command_set import CommandSet
from workbench.ui.icons import icon
from workbench.ui.listener_state import ListenerState
from workbench.ui.theme import Appearance
from workbench.ui.top_bar import TopBar
from workbench.ui.window_state import WindowState, load_state, save_state
from workbench.ui.window_tabs import WindowTabBar
from workbench.ui.words import error_words

if TYPE_CHECKING:
    import asyncio

    from PySide6.QtGui import QDragEnterEvent, QDropEvent

    from workbench.engine.workbench import Workbench
    from workbench.ui.captures.panel import CapturesPanel
    from workbench.ui.listener_process import ListenerProcess
    from workbench.ui.sidebar import Sidebar
    from workbench.ui.widgets.notice_bar import NoticeBar


SIDE_WIDTH, TABS_WIDTH = 150, 560
"""The least that the sidebar and what is beside it can be used in, in pixels."""


class MainWindow(QMainWindow):
    """Everything there is to see; `furnish` it before it lives."""

    captures: "CapturesPanel"
    sidebar: "Sidebar"
    notices: "NoticeBar"
    first_painted = Signal()
    """Once, after the first paint: what takes time may begin."""
    furnished = Signal()
    """Once, when the panels are in."""
    files_dropped = Signal(object)
    """Paths of files or folders that were dragged in."""
    text_dropped = Signal(str)
    """Text that was dragged in."""
    settings_changed = Signal(object)
    """The names of settings that are others now: `settings` has them already."""
    crashed = Signal()
    """Something went wrong inside the program; a report is kept."""
    listening = Signal(int)
    """The port, each time that the listener begins to listen."""

    def __init__(self, paths: Paths, settings: Settings, appearance: Appearance) -> None:
        super().__init__()
        self.paths = paths
        self.settings = settings
        self.appearance = appearance
        self.commands = CommandSet(self, settings.shortcuts)
        self.public_url = ""
        """The address that a tunnel gives our listener; empty where none is up."""
        self._painted = False
        self._closing = False
        self._stop: asyncio.Event | None = None
        self.setWindowTitle("Webhook Workbench")
        self._build()
        self._restore(load_state(paths.window_state))

    @cached_property
    def listener(self) -> "ListenerProcess":
        """The process that catches webhooks; the first paint does without it."""
        from workbench.ui.listener_process import ListenerProcess

        return ListenerProcess(self.paths, self.settings, self)

    def _build(self) -> None:
        self.top = TopBar(self.appearance, self.commands, self)
        self.side = QFrame(self)
        self.side.setObjectName("side")
        self._page = QWidget(self)
        self._page_rows = _flush(QVBoxLayout(self._page))
        self.tabs = self._tabs()
        self.splitter = QSplitter()  # Not `QSplitter(self)`: see the package on what overloads cost.
        self.splitter.addWidget(self.side)
        self.splitter.addWidget(self.tabs)
        self.splitter.setStretchFactor(1, 1)
        # Said, and not what their contents ask for: a long text in one must not squeeze the other.
        self.side.setMinimumWidth(SIDE_WIDTH)
        self.tabs.setMinimumWidth(TABS_WIDTH)
        self.splitter.setSizes([230, 1000])
        self.splitter.setHandleWidth(1)
        centre = QWidget(self)
        rows = _flush(QVBoxLayout(centre))
        rows.addWidget(self.top)
        rows.addWidget(self.splitter, 1)
        self.setCentralWidget(centre)
        self.commands.name_menus(self.menuBar())
        self.commands["toggle_sidebar"].setChecked(True)
        self.commands["follow"].setChecked(True)
        self.resize(1280, 800)
        self.setAcceptDrops(True)

    def furnish(self) -> None:
        """Put the panels into the frame; once, after the first paint."""
        from PySide6.QtCore import Qt

        from workbench.ui.captures.panel import CapturesPanel
        from workbench.ui.sidebar import Sidebar
        from workbench.ui.widgets.notice_bar import NoticeBar

        self.commands.furnish()
        self.top.furnish()
        self.tabs.setElideMode(Qt.TextElideMode.ElideMiddle)  # Names often differ at their ends.
        self.sidebar = Sidebar(self.appearance, self.side)
        _flush(QVBoxLayout(self.side)).addWidget(self.sidebar)
        self.notices = NoticeBar(self.appearance, self.tabs)
        self.captures = CapturesPanel(self.appearance, self.commands, self._page)
        if self.state.details:
            self.captures.splitter.restoreState(QByteArray.fromBase64(self.state.details.encode()))
        self.captures.detail.setCurrentIndex(self.state.detail_tab)
        self._page_rows.addWidget(self.captures)
        self.furnished.emit()

    def _tabs(self) -> QTabWidget:
        tabs = QTabWidget(self)
        tabs.setTabBar(WindowTabBar(tabs))
        tabs.setDocumentMode(True)
        tabs.tabBar().setDrawBase(False)
        tabs.setMovable(False)
        tabs.setAccessibleName("Captures and requests")
        tabs.addTab(self._page, icon("inbox"), "Captures")
        new: QToolButton = self.commands.tool_button("new_request")
        tabs.setCornerWidget(new)
        return tabs

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            self.first_painted.emit()

    def dragEnterEvent(self, event: "QDragEnterEvent") -> None:
        if _dropped(event) or event.mimeData().hasText():
            event.acceptProposedAction()

    def dropEvent(self, event: "QDropEvent") -> None:
        paths, text = _dropped(event), event.mimeData().text()
        if paths or text.strip():
            event.acceptProposedAction()
        if paths:
            self.files_dropped.emit(paths)
        elif text.strip():
            self.text_dropped.emit(text)

    # Notices

    def show_error(self, error: WorkbenchError) -> None:
        """Say what went wrong and what to do; of a damaged store the question says that."""
        if isinstance(error, CorruptStoreError):
            return
        self.notices.say("error", error_words(error))

    def show_warning(self, text: str) -> None:
        self.notices.say("warning", text)

    def show_info(self, text: str) -> None:
        self.notices.say("info", text)

    def change_settings(self, **changes: Any) -> None:
        """Keep settings and tell who goes by them; what the file cannot take is said, and holds until the end."""
        self.settings = replace(self.settings, **changes)
        self.settings_changed.emit(set(changes))
        try:
            save_settings(self.paths.settings, changes)
        except WorkbenchError as error:
            self.show_error(error)

    def clock_us(self) -> int:
        """Return the time, for names of files that are moved aside."""
        from workbench.model.clock import SystemClock

        return SystemClock().now_us()

    def come_to_front(self, files: list[str]) -> None:
        """Be seen, and take up files as if they were dropped here."""
        if self.isMinimized():
            self.showNormal()
        self.show()
        self.raise_()
        self.activateWindow()
        if files:
            self.files_dropped.emit(files)

    # Its life

    async def live(self, workbench: "Workbench") -> None:
        """Work until the window is closed; returns when everything is kept and the listener has stopped."""
        import asyncio

        from workbench.ui.work import Work

        self._stop = asyncio.Event()
        if self._closing:
            self._stop.set()
        work = Work(self, workbench)
        await work.begin()
        await self._stop.wait()
        await work.end()
        self.keep_state(work.open_collections)
        await self._listener_stopped()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask for the end; the window goes when everything is kept."""
        event.ignore()
        self._closing = True
        if self._stop is not None:
            self._stop.set()

    async def _listener_stopped(self) -> None:
        import asyncio

        if self.listener.state in (ListenerState.STOPPED, ListenerState.FAILED):
            return
        stopped = asyncio.Event()
        self.listener.state_changed.connect(lambda _: stopped.set())
        self.listener.stop()
        while self.listener.state not in (ListenerState.STOPPED, ListenerState.FAILED):
            stopped.clear()
            await stopped.wait()

    # Where it was

    def keep_state(self, collections: list[str]) -> None:
        """Write where the window is and what is open: at the end, and whenever a collection comes or goes."""
        save_state(self.paths.window_state, self._state(collections))

    def _state(self, collections: list[str]) -> WindowState:
        return WindowState(
            geometry=_text(self.saveGeometry()),
            splitter=_text(self.splitter.saveState()),
            details=_text(self.captures.splitter.saveState()),
            tab=self.tabs.currentIndex(),
            detail_tab=self.captures.detail.currentIndex(),
            sidebar=self.commands["toggle_sidebar"].isChecked(),
            filter=self.captures.filter.text(),
            capture=self.captures.current_number or 0,
            collections=collections,
            environments=self.state.environments,
        )

    def _restore(self, state: WindowState) -> None:
        if not self.settings.restore_session:
            state.tab = 0
        self.state = state
        if state.geometry:
            self.restoreGeometry(QByteArray.fromBase64(state.geometry.encode()))
        if state.splitter:
            self.splitter.restoreState(QByteArray.fromBase64(state.splitter.encode()))
        self.side.setVisible(state.sidebar)
        self.commands["toggle_sidebar"].setChecked(state.sidebar)


def _dropped(event: "QDropEvent") -> list[str]:
    from workbench.ui.collections.dropped_files import dropped_paths

    return dropped_paths(event.mimeData())


def _flush(layout: QVBoxLayout) -> QVBoxLayout:
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    return layout


def _text(state: QByteArray) -> str:
    return bytes(state.toBase64().data()).decode("ascii")
