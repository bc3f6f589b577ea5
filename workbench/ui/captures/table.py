"""The table of captures: how it is set up, and which columns it has room for."""

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPersistentModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from workbench.storage.table_columns import ShownColumn
from workbench.ui.captures.row_delegate import MARGIN, RowDelegate
from workbench.ui.captures.table_model import CaptureTableModel
from workbench.ui.theme import Appearance


class CaptureTable(QTableView):
    """Shows captures; a narrow one leaves out the columns that are wanted least, so that the path stays readable."""

    group_toggled = Signal(int)
    """The leader of a group that is to be opened or closed."""
    columns_changed = Signal()
    """A person moved a column, or made it wider or narrower."""

    def __init__(self, model: CaptureTableModel, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._captures = model
        self._chosen: tuple[str, ...] = ()
        """The columns that a person chose, in order; none while nobody did."""
        self._widths: dict[str, int] = {}
        self._is_laying_out = False
        self._laid_out: object = None
        """What the columns were laid out by."""
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
        horizontal = self.horizontalHeader()
        horizontal.setHighlightSections(False)
        horizontal.setSectionsMovable(True)
        horizontal.setSectionsClickable(True)
        horizontal.setMinimumSectionSize(40)
        horizontal.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        horizontal.setAccessibleName("Columns of the captures: click to sort, drag to move")
        horizontal.sectionResized.connect(self._on_section_resized)
        horizontal.sectionMoved.connect(lambda *_: self._is_laying_out or self.columns_changed.emit())
        self._captures.modelReset.connect(self._lay_out_columns)
        self._fit_font()

    def _first_width(self, position: int) -> int:
        column = self._captures.columns[position]
        digit = self.fontMetrics().horizontalAdvance("0")
        return self._widths.get(column.id) or column.width * digit + 2 * MARGIN

    def _lay_out_columns(self) -> None:
        """Give every column its width and place: they may have changed with the model."""
        header, columns = self.horizontalHeader(), self._captures.columns
        state = (columns, self._chosen, tuple(self._widths.items()))
        if state == self._laid_out:
            return
        self._laid_out = state
        self._is_laying_out = True
        for position, column in enumerate(columns):
            stretches = column.stretches and not (self._chosen and column.id in self._widths)
            mode = QHeaderView.ResizeMode.Stretch if stretches else QHeaderView.ResizeMode.Interactive
            header.setSectionResizeMode(position, mode)
            if not stretches:
                self.setColumnWidth(position, self._first_width(position))
        for place, name in enumerate(self._chosen):
            position = next((each for each, column in enumerate(columns) if column.id == name), None)
            if position is not None:
                header.moveSection(header.visualIndex(position), place)
        self._is_laying_out = False
        self._fit_columns()

    def show_columns(self, shown: "tuple[ShownColumn, ...]") -> None:
        """Show these columns, in this order; none shows as many as there is room for."""
        self._chosen = tuple(each.column for each in shown)
        self._widths = {each.column: each.width for each in shown if each.width}
        if not shown:
            header = self.horizontalHeader()
            self._is_laying_out = True
            for position in range(len(self._captures.columns)):
                header.moveSection(header.visualIndex(position), position)
            self._is_laying_out = False
        self._lay_out_columns()

    @property
    def is_chosen(self) -> bool:
        """Whether a person chose the columns."""
        return bool(self._chosen)

    def shown_columns(self) -> "tuple[ShownColumn, ...]":
        """Return the columns that are shown, in their order; a width of 0 is what is left over."""
        header = self.horizontalHeader()
        order = sorted(range(len(self._captures.columns)), key=header.visualIndex)
        shown = [position for position in order if not self.isColumnHidden(position)]
        return tuple(
            ShownColumn(
                self._captures.columns[position].id,
                0
                if header.sectionResizeMode(position) == QHeaderView.ResizeMode.Stretch
                else self.columnWidth(position),
            )
            for position in shown
        )

    def _fit_font(self) -> None:
        """Make rows and columns as large as the text is now."""
        self._points = self.font().pointSizeF()
        self.verticalHeader().setDefaultSectionSize(self._delegate.row_height())
        self._laid_out = None
        self._lay_out_columns()

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
        columns = self._captures.columns
        self._is_laying_out = True
        hidden: set[int] = set()
        room = self.viewport().width()
        for position in sorted(range(len(columns)), key=lambda each: columns[each].wanted):
            if self._chosen:
                hidden.update([position] if columns[position].id not in self._chosen else [])
                continue
            room -= self._first_width(position)
            if room < 0 and columns[position].wanted > 0:
                hidden.add(position)
        for position in range(len(columns)):
            self.setColumnHidden(position, position in hidden)
        self._is_laying_out = False

    def _on_section_resized(self, position: int, _before: int, after: int) -> None:
        """Remember a width that a person chose; a hidden column's nought and the path's rest are none."""
        column = self._captures.columns[position]
        stretch = self.horizontalHeader().sectionResizeMode(position) == QHeaderView.ResizeMode.Stretch
        if after and not self._is_laying_out and not stretch:
            self._widths[column.id] = after
            self.columns_changed.emit()

    # Groups

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Open or close a group where its mark is clicked."""
        leader = self._leader_at(event.position().toPoint())
        if leader is not None and event.button() == Qt.MouseButton.LeftButton:
            self.group_toggled.emit(leader)
            return
        super().mousePressEvent(event)

    def _leader_at(self, place: QPoint) -> int | None:
        index = self.indexAt(place)
        if not index.isValid() or not self._captures.columns[index.column()].stretches:
            return None
        number = self._captures.rows.number(index.row())
        in_mark = place.x() - self.columnViewportPosition(index.column()) < MARGIN + 22
        return number if in_mark and number in self._captures.rows.several else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Right opens the current group, Left closes it."""
        rows, current = self._captures.rows, self.currentIndex()
        if current.isValid() and event.key() in (Qt.Key.Key_Right, Qt.Key.Key_Left):
            number = rows.number(current.row())
            if number in rows.several and rows.is_open(number) == (event.key() == Qt.Key.Key_Left):
                self.group_toggled.emit(number)
                return
        super().keyPressEvent(event)

    def _on_theme(self) -> None:
        self._delegate.set_theme(self._appearance.theme)
        if self._points != self.font().pointSizeF():
            self._delegate.fit_font()
            self._fit_font()
            self._fit_columns()
        self.viewport().update()
