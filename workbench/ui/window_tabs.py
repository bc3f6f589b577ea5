"""The bar of the window's tabs: Captures is always whole, others keep enough to be told apart."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QTabBar

LEAST_TAB_WIDTH = 140
"""Method, the first letters of a name and the cross, in pixels."""


class WindowTabBar(QTabBar):
    """Its first tab, Captures, is pinned: it has no cross and its title, which counts, is never cut."""

    def minimumTabSizeHint(self, index: int) -> QSize:
        whole = self.tabSizeHint(index)
        return whole if index == 0 else QSize(min(whole.width(), LEAST_TAB_WIDTH), whole.height())
