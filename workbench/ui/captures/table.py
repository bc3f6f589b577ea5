"""The table of captures: how it is set up, and which columns it has room for."""

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QKeyEvent, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from workbench.ui.captures.columns import COLUMNS
from workbench.ui.captures.row_delegate import MARGIN, RowDelegate
from workbench.ui.captures.table_model import CaptureTableModel
from workbench.ui.theme import Appearance


class CaptureTable(QTableView):
    """Shows captures; a narrow one leaves out the columns that are wanted least, so that the path stays readable."""

    def __init__(self, model: CaptureTableModel, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self.setModel(model)
        self._delegate = RowDelegate(self, model, appearance.theme)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName("Captures")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabKeyNavigation(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._set_up_headers()
        appearance.changed.connect(self._on_theme)

    def _set_up_headers(self) -> None:
        vertical = self.verticalHeader()
        vertical.hide()
        vertical.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        vertical.setDefaultSectionSize(self._delegate.row_height())
        horizontal = self.horizontalHeader()
        horizontal.setHighlightSections(False)
        horizontal.setSectionsMovable(False)
        horizontal.setMinimumSectionSize(40)
        digit = self.fontMetrics().horizontalAdvance("0")
        self._widths = [column.width * digit + 2 * MARGIN for column in COLUMNS]
        for position, column in enumerate(COLUMNS):
            self.setColumnWidth(position, self._widths[position])
            if column.stretches:
                horizontal.setSectionResizeMode(position, QHeaderView.ResizeMode.Stretch)
        horizontal.sectionResized.connect(self._on_section_resized)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit_columns()
        super().resizeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint rows whole, also where Qt asks for one cell (the mouse came over it): the last cell paints the row.

        What lies outside of what Qt asked for stays as it is: Qt clips it.
        """
        asked = event.rect()
        super().paintEvent(QPaintEvent(QRect(0, asked.y(), self.viewport().width(), asked.height())))

    def selectionCommand(
        self, index: QModelIndex | QPersistentModelIndex, event: QEvent | None = None
    ) -> QItemSelectionModel.SelectionFlag:
        """With Ctrl, Qt moves the current row without choosing it: the details would show what no action takes."""
        flags = QItemSelectionModel.SelectionFlag
        if isinstance(event, QKeyEvent) and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            return flags.ClearAndSelect | flags.Rows
        return super().selectionCommand(index, event)

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        """Home and End go to the first and the last row: a row is one thing, its cells are not."""
        rows = self.model().rowCount()
        if rows and action == QAbstractItemView.CursorAction.MoveHome:
            return self.model().index(0, 0)
        if rows and action == QAbstractItemView.CursorAction.MoveEnd:
            return self.model().index(rows - 1, 0)
        return super().moveCursor(action, modifiers)

    def _fit_columns(self) -> None:
        """Show as many columns as there is room for, the most wanted first."""
        room = self.viewport().width()
        hidden: set[int] = set()
        for position in sorted(range(len(COLUMNS)), key=lambda each: COLUMNS[each].wanted):
            room -= self._widths[position]
            if room < 0 and COLUMNS[position].wanted > 0:
                hidden.add(position)
        for position in range(len(COLUMNS)):
            self.setColumnHidden(position, position in hidden)

    def _on_section_resized(self, position: int, _before: int, after: int) -> None:
        """Remember a width that a person chose; a hidden column's nought and the path's rest are none."""
        if after and not COLUMNS[position].stretches:
            self._widths[position] = after

    def _on_theme(self) -> None:
        self._delegate.set_theme(self._appearance.theme)
        self.viewport().update()
