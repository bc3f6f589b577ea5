"""Rows of findings: a mark that is also a word, what was looked at, what was found, what to do."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget


class FindingsTable(QTreeWidget):
    """Read-only rows of three columns; long texts wrap and show whole in their tip."""

    def __init__(self, titles: tuple[str, str, str], name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setHeaderLabels(titles)
        self.setRootIsDecorated(False)
        self.setWordWrap(True)
        self.setUniformRowHeights(False)
        self.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.header().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)

    def add(self, what: str, found: str, advice: str = "", colour: str = "") -> None:
        """Add a row; the colour is the first column's."""
        item = QTreeWidgetItem([what, found, advice])
        for column, text in enumerate((what, found, advice)):
            item.setToolTip(column, text)
        if colour:
            item.setForeground(0, QColor(colour))
        self.addTopLevelItem(item)
