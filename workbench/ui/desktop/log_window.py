"""The log, live: what happened to webhooks, and what the program says of itself; narrowed by words, copied whole."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QTabWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from workbench.ui.fonts import code_font
from workbench.ui.icons import icon

MOST_LINES = 5_000
"""Older lines are let go; `workbench log` has them all."""


class LogLine(NamedTuple):
    """One line: when (local), of what kind, about whom, what. `trouble` lines are painted so; see `number` for #."""

    when: str
    kind: str
    subject: str
    text: str
    trouble: bool = False
    number: int | None = None


class LogPage(QTreeWidget):
    """Lines of one log, newest last."""

    capture_wanted = Signal(int)

    def __init__(self, name: str, headers: Sequence[str], parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setHeaderLabels(list(headers))
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setFont(code_font())
        self.header().setFont(parent.font())
        for column, characters in enumerate((24, 11, 24)):
            self.setColumnWidth(column, self.fontMetrics().averageCharWidth() * characters)
        self.itemActivated.connect(self._on_activated)
        self._words: list[str] = []
        self.trouble = QColor("#c02b3a")

    def add(self, lines: Sequence[LogLine], *, follow: bool) -> None:
        """Show further lines; with `follow` the newest stays in view."""
        items = [self._item(line) for line in lines]
        self.addTopLevelItems(items)
        for item in items:
            self._narrow_item(item)
        for _ in range(self.topLevelItemCount() - MOST_LINES):
            self.takeTopLevelItem(0)
        if items and follow:
            self.scrollToBottom()

    def _item(self, line: LogLine) -> QTreeWidgetItem:
        item = QTreeWidgetItem([line.when, line.kind, line.subject, line.text])
        item.setToolTip(3, line.text)
        item.setData(0, Qt.ItemDataRole.UserRole, line.number)
        if line.trouble:
            item.setForeground(1, self.trouble)
        return item

    def narrow(self, typed: str) -> None:
        """Show only lines that hold every word."""
        self._words = typed.casefold().split()
        for row in range(self.topLevelItemCount()):
            item = self.topLevelItem(row)
            if item is not None:
                self._narrow_item(item)

    def _narrow_item(self, item: QTreeWidgetItem) -> None:
        text = " ".join(item.text(column) for column in range(4)).casefold() if self._words else ""
        item.setHidden(not all(word in text for word in self._words))

    def chosen_text(self) -> str:
        """Return the chosen lines, else all that are shown, with tabs between the columns."""
        rows = range(self.topLevelItemCount())
        shown = [item for item in map(self.topLevelItem, rows) if item is not None and not item.isHidden()]
        chosen = [item for item in shown if item.isSelected()] or shown
        return "\n".join("\t".join(item.text(column) for column in range(4)) for item in chosen)

    def _on_activated(self, item: QTreeWidgetItem) -> None:
        number = item.data(0, Qt.ItemDataRole.UserRole)
        if number is not None:
            self.capture_wanted.emit(number)


class LogWindow(QDialog):
    """Two logs beside the window they are about; it may stay open."""

    copy_wanted = Signal(str)
    folder_wanted = Signal()

    def __init__(self, trouble: str, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle("Log")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.webhooks = LogPage("What happened to webhooks", ["When", "What", "About", "Why"], self)
        self.program = LogPage("What the program says", ["When", "Level", "Part", "Said"], self)
        self.set_trouble(trouble)
        self.tabs = QTabWidget(self)
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName("Which log")
        self.tabs.addTab(self.webhooks, "Webhooks")
        self.tabs.addTab(self.program, "Program")
        self.filter = QLineEdit(self)
        self.filter.setPlaceholderText("Show only lines with these words")
        self.filter.setAccessibleName("Show only lines with these words")
        self.filter.setClearButtonEnabled(True)
        self.filter.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self.filter.textChanged.connect(self._narrow)
        self.follow = QCheckBox("Follow", self)
        self.follow.setToolTip("Keep the newest line in view")
        self.follow.setChecked(True)
        self.nothing = QLabel("", self)
        self.nothing.setObjectName("muted")
        copy = self._button("Copy", "Copy the chosen lines, or all that are shown", self._copy)
        folder = self._button("Open folder", "Show the folder of the program's log", self.folder_wanted.emit)
        row = QHBoxLayout()
        for widget in (self.filter, self.follow, copy, folder):
            row.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.addLayout(row)
        layout.addWidget(self.tabs, 1)
        layout.addWidget(self.nothing)
        self.resize(980, 520)

    def set_trouble(self, colour: str) -> None:
        """Paint what is wrong in this colour from now on."""
        for page in (self.webhooks, self.program):
            page.trouble = QColor(colour)

    def _button(self, text: str, tip: str, slot) -> QPushButton:
        button = QPushButton(text, self)
        button.setToolTip(tip)
        button.setAutoDefault(False)
        button.clicked.connect(lambda: slot())
        return button

    def add(self, webhooks: Sequence[LogLine], program: Sequence[LogLine]) -> None:
        """Show further lines of both logs."""
        follow = self.follow.isChecked()
        self.webhooks.add(webhooks, follow=follow)
        self.program.add(program, follow=follow)
        empty = not self.webhooks.topLevelItemCount()
        self.nothing.setText("Nothing was refused, answered otherwise or changed so far." if empty else "")
        self.nothing.setVisible(empty)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy the chosen lines whole, not only the cell in front."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self._copy()
        else:
            super().keyPressEvent(event)

    def _narrow(self, typed: str) -> None:
        self.webhooks.narrow(typed)
        self.program.narrow(typed)

    def _copy(self) -> None:
        page = self.tabs.currentWidget()
        if isinstance(page, LogPage):
            self.copy_wanted.emit(page.chosen_text())
