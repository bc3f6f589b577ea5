"""The composer's tabs in the window: added, titled, found, taken away. What happens in them is others' to do."""

from collections.abc import Iterator

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtWidgets import QTabBar, QTabWidget, QToolButton, QWidget

from workbench.ui.composer.draft import Draft
from workbench.ui.composer.panel import ComposerPanel
from workbench.ui.icons import icon
from workbench.ui.jobs import Jobs
from workbench.ui.theme import Appearance

TITLE_CHARACTERS = 28


class ComposerTabs(QObject):
    """The tabs of one window; the captures' tab before them is none of them."""

    opened = Signal(object)
    """A ComposerPanel that was just added: whoever has a part in it connects now."""
    changed = Signal(object)
    """A ComposerPanel whose draft is another one now."""
    closing = Signal(object)
    """A ComposerPanel that a person wants to close."""
    wanted = Signal()
    """A person wants a new one."""
    enabled_changed = Signal()
    """Another tab is in front, or one began or ended to send."""

    def __init__(self, tabs: QTabWidget, appearance: Appearance, jobs: Jobs) -> None:
        super().__init__(tabs)
        self._tabs = tabs
        self._appearance = appearance
        self._jobs = jobs
        tabs.currentChanged.connect(lambda _: self.enabled_changed.emit())
        tabs.tabBar().tabBarDoubleClicked.connect(lambda position: position < 0 and self.wanted.emit())

    def __iter__(self) -> Iterator[ComposerPanel]:
        widgets = [self._tabs.widget(position) for position in range(self._tabs.count())]
        return iter([widget for widget in widgets if isinstance(widget, ComposerPanel)])

    def current(self) -> ComposerPanel | None:
        """Return the tab in front, None where it is no composer's."""
        widget: QWidget = self._tabs.currentWidget()
        return widget if isinstance(widget, ComposerPanel) else None

    def of_file(self, file: str) -> ComposerPanel | None:
        """Return the tab that edits a file."""
        return next((panel for panel in self if panel.draft.file == file), None)

    def of_delivery(self, number: int) -> ComposerPanel | None:
        """Return the tab with a delivery's request as it was sent; one that was edited since has another."""
        there = (panel for panel in self if panel.draft.delivery_number == number)
        return next((panel for panel in there if panel.draft.request == panel.draft.opened), None)

    def add(self, draft: Draft, *, current: bool = True, goes: bool = True) -> ComposerPanel:
        """Open a draft in a tab of its own; the keys go there, too, where a person `goes` there."""
        panel = ComposerPanel(draft, self._appearance, self._jobs, self._tabs)
        panel.changed.connect(lambda: self.note_change(panel))
        panel.sending_changed.connect(lambda _: self.enabled_changed.emit())
        position = self._tabs.addTab(panel, "")
        side = QTabBar.ButtonPosition.RightSide
        self._tabs.tabBar().setTabButton(position, side, self._close_button(panel))
        self.opened.emit(panel)
        self.note_change(panel)
        if current:
            self.show(panel, goes=goes)
        return panel

    def show(self, panel: ComposerPanel, *, goes: bool = True) -> None:
        """Bring a tab to the front, and the keys to it."""
        self._tabs.setCurrentWidget(panel)
        if goes:
            panel.url.setFocus()

    def note_change(self, panel: ComposerPanel) -> None:
        """Title a tab anew, and tell whoever keeps drafts."""
        position = self._tabs.indexOf(panel)
        draft = panel.draft
        mark = " •" if draft.is_dirty else ""
        title = draft.title if len(draft.title) < TITLE_CHARACTERS else f"{draft.title[: TITLE_CHARACTERS - 1]}…"
        self._tabs.setTabText(position, f"{draft.request.method} {title}{mark}".replace("&", "&&"))
        self._tabs.setTabToolTip(position, draft.file or draft.request.url or "Not saved yet")
        self.changed.emit(panel)

    def remove(self, panel: ComposerPanel) -> None:
        """Take a tab away; what it sends is cancelled."""
        panel.cancel_sending()
        self._tabs.removeTab(self._tabs.indexOf(panel))
        panel.deleteLater()

    def _close_button(self, panel: ComposerPanel) -> QToolButton:
        button = QToolButton(self._tabs)
        button.setIcon(icon("close"))
        button.setIconSize(QSize(12, 12))
        button.setToolTip("Close this tab (Ctrl+W)")
        button.setAccessibleName("Close this tab")
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(lambda: self.closing.emit(panel))
        return button
