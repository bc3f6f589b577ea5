"""Getting about by keys alone, and how large and in what colours all is."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from workbench.storage.settings import is_sound
from workbench.ui.composer.panel import ComposerPanel
from workbench.ui.fonts import text_font

if TYPE_CHECKING:
    from workbench.ui.main_window import MainWindow


class ViewWork:
    """Everything behind the View menu but the panels' own."""

    def __init__(self, window: "MainWindow") -> None:
        self._window = window
        for name, slot in {
            "next_pane": lambda: self._go_to_pane(1),
            "previous_pane": lambda: self._go_to_pane(-1),
            "next_tab": lambda: self._go_to_tab(1),
            "previous_tab": lambda: self._go_to_tab(-1),
            "full_screen": self._fill_screen,
            "larger": lambda: self._size(round(text_font().pointSizeF()) + 1),
            "smaller": lambda: self._size(round(text_font().pointSizeF()) - 1),
            "usual_size": lambda: self._size(0),
            "light": partial(self._choose, "light"),
            "dark": partial(self._choose, "dark"),
            "system": partial(self._choose, "system"),
        }.items():
            window.commands[name].triggered.connect(lambda *_, slot=slot: slot())
        window.appearance.changed.connect(self._mark)
        self._mark()

    def _panes(self) -> list[QWidget]:
        """Return where each part of the window takes keys, in the order that it is read."""
        window, here = self._window, self._window.tabs.currentWidget()
        panes: list[QWidget] = [window.sidebar.tree]
        if isinstance(here, ComposerPanel):
            panes += [here.url, here.sections, here.answer]
        else:
            panes += [window.captures.filter, window.captures.table, window.captures.detail]
        return [pane for pane in panes if pane.isVisible()]

    def _go_to_pane(self, step: int) -> None:
        panes, focused = self._panes(), QApplication.focusWidget()
        at = [
            position
            for position, pane in enumerate(panes)
            if focused is not None and (pane is focused or pane.isAncestorOf(focused))
        ]
        if panes:
            place = (at[0] + step) % len(panes) if at else 0
            panes[place].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _go_to_tab(self, step: int) -> None:
        tabs = self._window.tabs
        tabs.setCurrentIndex((tabs.currentIndex() + step) % tabs.count())

    def _fill_screen(self) -> None:
        if self._window.isFullScreen():
            self._window.showNormal()
        else:
            self._window.showFullScreen()

    def _size(self, points: int) -> None:
        if is_sound("text_size", points):
            self._window.change_settings(text_size=points)

    def _choose(self, appearance: str) -> None:
        self._window.change_settings(appearance=appearance)

    def _mark(self) -> None:
        for choice in ("light", "dark", "system"):
            self._window.commands[choice].setChecked(self._window.appearance.choice == choice)
