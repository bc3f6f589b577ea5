"""The command palette: type a few letters and go to any command, capture, request, endpoint or tab."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QColor, QIcon, QKeyEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QDialog,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QMainWindow,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
)

from workbench.ui.desktop.palette_ranking import best

_ENTRY = int(Qt.ItemDataRole.UserRole)
SHOWN = 60
"""More is not looked through; one types another letter."""


class Entry(NamedTuple):
    """Something to go to: what it is called, whose it is or its keys, and what choosing it does."""

    text: str
    beside: str
    run: Callable[[], object]
    icon: QIcon
    tip: str = ""
    words: str = ""
    """What else it is found by."""


Find = Callable[[str], Sequence[Entry]]
"""Gives entries that only what was typed can name, such as a capture's number; they come first."""


class CommandPalette(QDialog):
    """A list that narrows as one types."""

    def __init__(self, entries: Sequence[Entry], find: Find, window: QMainWindow) -> None:
        super().__init__(window, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName("Command palette")
        self._entries = [(entry.text, entry.words, entry) for entry in entries]
        self._find = find
        self.line = QLineEdit(self)
        # A hair space before it: the caret stands where the text begins, and would hide the first stroke.
        self.line.setPlaceholderText(
            "\N{HAIR SPACE}\N{HAIR SPACE}A command, request, endpoint or tab, or a capture's number"
        )
        self.line.setAccessibleName("Go to")
        self.line.installEventFilter(self)
        self.line.textChanged.connect(self._fill)
        self.list = QListWidget(self)
        self.list.setAccessibleName("What fits")
        self.list.setItemDelegate(_EntryDelegate(self.list))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemClicked.connect(lambda _: self._run())
        self.list.currentItemChanged.connect(lambda item, _: self._read_out(item))
        self.nothing = QLabel("Nothing is called so.", self)
        self.nothing.setObjectName("muted")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(self.line)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.nothing, 1)
        self.setFocusProxy(self.line)
        self._place(window)
        self._fill("")

    def _place(self, window: QMainWindow) -> None:
        width, height = min(640, window.width() - 40), min(420, window.height() - 120)
        self.resize(width, height)
        corner = window.mapToGlobal(window.rect().topLeft())
        self.move(corner.x() + (window.width() - width) // 2, corner.y() + 80)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the line's arrows and Return work in the list."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            page = max(1, self.list.height() // max(1, self.list.sizeHintForRow(0)) - 1)
            key = Qt.Key(event.key())
            steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: page, Qt.Key.Key_PageUp: -page}
            if key in steps and self.list.count():
                row = self.list.currentRow() + steps[key]
                last = self.list.count() - 1
                around = abs(steps[key]) == 1
                self.list.setCurrentRow(row % (last + 1) if around else min(max(row, 0), last))
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._run()
                return True
        return super().eventFilter(watched, event)

    def _fill(self, typed: str) -> None:
        self.list.clear()
        found = [*self._find(typed), *best(typed.lstrip("#>"), self._entries, SHOWN)]
        for entry in found[:SHOWN]:
            item = QListWidgetItem(entry.icon, entry.text)
            item.setToolTip(entry.tip)
            item.setData(_ENTRY, entry)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{entry.text}, {entry.beside}")
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.list.setVisible(bool(found))
        self.nothing.setVisible(not found)

    def _read_out(self, item: QListWidgetItem | None) -> None:
        """Tell screen readers what Return would do: the focus stays in the line."""
        if item is not None and QAccessible.isActive():
            event = QAccessibleAnnouncementEvent(self.line, item.data(Qt.ItemDataRole.AccessibleTextRole))
            QAccessible.updateAccessibility(event)

    def _run(self) -> None:
        item = self.list.currentItem()
        entry: Entry | None = item.data(_ENTRY) if item is not None else None
        if entry is not None:
            self.close()
            # Not from within the filter of an event: an error that leaves one takes the whole program along.
            QTimer.singleShot(0, entry.run)


class _EntryDelegate(QStyledItemDelegate):
    """Paints an entry's name at the left and what stands beside it at the right, fainter."""

    def __init__(self, view: QListWidget) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(10, option.fontMetrics.height() + 12)  # pyright: ignore[reportAttributeAccessIssue]

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        dressed = QStyleOptionViewItem(option)
        self.initStyleOption(dressed, index)
        entry: Entry = index.data(_ENTRY)
        metrics = dressed.fontMetrics  # pyright: ignore[reportAttributeAccessIssue]
        rect: QRect = dressed.rect  # pyright: ignore[reportAttributeAccessIssue]
        room = min(metrics.horizontalAdvance(entry.beside) + 2, rect.width() // 2)
        dressed.text = ""  # pyright: ignore[reportAttributeAccessIssue]
        self._view.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, dressed, painter, self._view)
        inside = rect.adjusted(34, 0, -12, 0)
        palette: QPalette = dressed.palette  # pyright: ignore[reportAttributeAccessIssue]
        vertical = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(QColor(palette.color(QPalette.ColorRole.PlaceholderText)))
        beside = metrics.elidedText(entry.beside, Qt.TextElideMode.ElideMiddle, room)
        painter.drawText(inside, Qt.AlignmentFlag.AlignRight | vertical, beside)
        painter.setPen(QColor(palette.color(QPalette.ColorRole.Text)))
        text = metrics.elidedText(entry.text, Qt.TextElideMode.ElideRight, inside.width() - room - 16)
        painter.drawText(inside, Qt.AlignmentFlag.AlignLeft | vertical, text)
