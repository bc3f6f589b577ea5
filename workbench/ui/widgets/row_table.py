"""Rows that a person edits: columns of text, choices and ticks, and always an empty last row to type into.

Rows keep their order, repeats stay, a row switched off is kept. Subclasses say what the columns are and how a row is
written as a line, which is how rows are copied and pasted.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeyEvent, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableWidget, QTableWidgetItem, QWidget

from workbench.ui.variables import Variables
from workbench.ui.widgets.row_cells import CellDelegate

_READ_ONLY = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
_EDITABLE = _READ_ONLY | Qt.ItemFlag.ItemIsEditable
TICKED = "yes"
"""What the text of a tick column is where it is ticked; else it is empty."""
TOOLTIP_CHARACTERS = 2000

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Column:
    """One column."""

    title: str
    characters: int = 0
    """Its width; 0 takes what is left."""
    choices: tuple[str, ...] = ()
    """The values it can have; any text where there are none."""
    is_tick: bool = False
    placeholder: str = ""
    """What its cell in the empty last row says; the title, where this is empty."""


@dataclass(frozen=True, slots=True)
class Row:
    """The texts of a row, one for each column, and whether it counts."""

    texts: tuple[str, ...]
    enabled: bool = True

    @property
    def is_empty(self) -> bool:
        return not any(self.texts)


class RowTable(QTableWidget):
    """A table of rows; read-only unless it is `editable`.

    Where it is `fixed` rows neither come nor go, and the first column names them; where it is not `switchable` all
    rows count.
    """

    edited = Signal()
    """A person changed something."""

    def __init__(
        self,
        what: str,
        columns: Sequence[Column],
        parent: QWidget | None = None,
        *,
        editable: bool = False,
        switchable: bool = True,
        fixed: bool = False,
        variables: Variables | None = None,
    ) -> None:
        super().__init__(0, len(columns), parent)
        self.columns = tuple(columns)
        self._editable = editable
        self._fixed = fixed
        self._switchable = editable and switchable and not fixed
        self._filling = False
        self._placeholder = ""
        self.completions: Callable[[int, Row], Sequence[str]] = lambda _column, _row: ()
        """What may be typed into a column of a row."""
        self.is_masked: Callable[[int, Row], bool] = lambda _column, _row: False
        """Whether a cell's text is not to be seen."""
        self.setAccessibleName(what)
        self.setHorizontalHeaderLabels([column.title for column in columns])
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 10)
        self._lay_out_columns()
        if editable:
            self.setEditTriggers(
                QAbstractItemView.EditTrigger.DoubleClicked
                | QAbstractItemView.EditTrigger.SelectedClicked
                | QAbstractItemView.EditTrigger.EditKeyPressed
                | QAbstractItemView.EditTrigger.AnyKeyPressed
            )
            self.setTabKeyNavigation(True)
            self.itemChanged.connect(self._on_changed)
            self._append_empty()
        else:
            self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setItemDelegate(CellDelegate(self, variables))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._show_menu)

    def _lay_out_columns(self) -> None:
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setStretchLastSection(not any(column.characters == 0 for column in self.columns[:-1]))
        for position, column in enumerate(self.columns):
            if column.characters:
                self.setColumnWidth(position, column.characters * self.fontMetrics().averageCharWidth() + 16)
            elif position < len(self.columns) - 1:
                header.setSectionResizeMode(position, QHeaderView.ResizeMode.Stretch)

    # Rows

    def set_rows(self, rows: Iterable[Row]) -> None:
        """Show rows; nothing counts as edited."""
        self._filling = True
        self.setRowCount(0)
        for row in rows:
            self._append(row)
        self._append_empty()
        self._filling = False

    def add_row(self, row: Row) -> None:
        """Show one more row, last of those that count; nothing counts as edited."""
        if self._grows:
            self.set_rows([*self.rows(), row])
        else:
            self._append(row)

    def rows(self) -> tuple[Row, ...]:
        """Return the rows in order, without empty ones."""
        rows = [self.row_at(number) for number in range(self.rowCount())]
        return tuple(row for row in rows if not row.is_empty)

    def row_at(self, number: int) -> Row:
        """Return one row, which may be the empty one."""
        first = self.item(number, 0)
        enabled = not self._switchable or first is None or first.checkState() == Qt.CheckState.Checked
        return Row(tuple(self._text(number, position) for position in range(len(self.columns))), enabled)

    def _text(self, number: int, position: int) -> str:
        item = self.item(number, position)
        if item is None:
            return ""
        if self.columns[position].is_tick:
            return TICKED if item.checkState() == Qt.CheckState.Checked else ""
        return item.text()

    def _append_empty(self) -> None:
        """Append the row to type into; it has no tick until something stands in it."""
        if self._editable and not self._fixed:
            self._append(Row(("",) * len(self.columns)), is_last=True)

    def _append(self, row: Row, *, is_last: bool = False) -> None:
        number = self.rowCount()
        before, self._filling = self._filling, True
        self.insertRow(number)
        for position, column in enumerate(self.columns):
            item = QTableWidgetItem("" if column.is_tick else row.texts[position])
            item.setFlags(self._flags(position))
            if is_last:
                pass
            elif self._switchable and position == 0:
                item.setCheckState(Qt.CheckState.Checked if row.enabled else Qt.CheckState.Unchecked)
            elif column.is_tick:
                ticked = row.texts[position] == TICKED
                item.setCheckState(Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)
            self.setItem(number, position, item)
        self._filling = before

    def _flags(self, position: int) -> Qt.ItemFlag:
        if not self._editable or (self._fixed and position == 0):
            return _READ_ONLY
        checkable = Qt.ItemFlag.ItemIsUserCheckable
        if self.columns[position].is_tick:
            return _READ_ONLY | checkable
        return _EDITABLE | checkable if position == 0 and self._switchable else _EDITABLE

    def _on_changed(self, item: QTableWidgetItem) -> None:
        if self._filling:
            return
        if item.row() == self.rowCount() - 1 and not self._fixed:
            if self.row_at(item.row()).is_empty:
                return
            self._begin_row(item.row())
        self.edited.emit()

    def _begin_row(self, number: int) -> None:
        """Make the last row a row that counts, and append another."""
        before, self._filling = self._filling, True
        for position, column in enumerate(self.columns):
            item = self.item(number, position)
            if item is None:
                continue
            if position == 0 and self._switchable:
                item.setCheckState(Qt.CheckState.Checked)
            elif column.is_tick and item.data(Qt.ItemDataRole.CheckStateRole) is None:
                item.setCheckState(Qt.CheckState.Unchecked)
            elif column.choices and not item.text():
                item.setText(column.choices[0])
        self._filling = before
        self._append_empty()

    # What is seen

    @property
    def placeholder(self) -> str:
        """What is said where there is no row."""
        return self._placeholder

    def set_placeholder(self, words: str) -> None:
        """Say this where there is no row."""
        self._placeholder = words
        self.viewport().update()

    def empty_words(self, index: Index) -> str:
        """Return what an empty cell of the last row says."""
        last = self._editable and not self._fixed and index.row() == self.rowCount() - 1
        if not last or self.columns[index.column()].is_tick:
            return ""
        column = self.columns[index.column()]
        return column.placeholder or column.title

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._placeholder and not self.rowCount():
            painter = QPainter(self.viewport())
            painter.setPen(self.palette().placeholderText().color())
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, self._placeholder)
            painter.end()

    # Keys, the clipboard, the menu

    @property
    def _grows(self) -> bool:
        return self._editable and not self._fixed

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif self._grows and event.matches(QKeySequence.StandardKey.Paste):
            self.paste()
        elif self._grows and event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.remove_selected()
        elif self._grows and event.modifiers() == Qt.KeyboardModifier.AltModifier and event.key() in moves:
            self.move_row(moves[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def line_of(self, row: Row) -> str:
        """Return a row as a line."""
        return ": ".join(row.texts[:2])

    def row_of(self, line: str) -> Row:
        """Return a line as a row."""
        name, _, value = line.partition(":")
        return Row((name.strip(), value.strip(), *("",) * (len(self.columns) - 2)))

    def _chosen(self) -> list[int]:
        return sorted({index.row() for index in self.selectedIndexes()})

    def copy(self) -> None:
        """Copy the chosen rows as lines; all of them where none is chosen."""
        numbers = self._chosen() or list(range(self.rowCount()))
        rows = [self.row_at(number) for number in numbers]
        QGuiApplication.clipboard().setText("\n".join(self.line_of(row) for row in rows if not row.is_empty))

    def copy_all(self) -> None:
        """Copy every row as a line."""
        self.clearSelection()
        self.copy()

    def paste(self) -> None:
        """Add a row for each line of the clipboard."""
        lines = [line for line in QGuiApplication.clipboard().text().splitlines() if line.strip()]
        if lines:
            self.set_rows([*self.rows(), *(self.row_of(line) for line in lines)])
            self.edited.emit()

    def remove_selected(self) -> None:
        """Take the chosen rows away."""
        chosen = set(self._chosen())
        kept = [self.row_at(number) for number in range(self.rowCount()) if number not in chosen]
        next_row = min(chosen, default=0)
        self.set_rows(row for row in kept if not row.is_empty)
        self.setCurrentCell(min(next_row, self.rowCount() - 1), 0)
        self.edited.emit()

    def move_row(self, by: int) -> None:
        """Move the current row up or down."""
        rows, number = list(self.rows()), self.currentRow()
        if 0 <= number < len(rows) and 0 <= number + by < len(rows):
            rows.insert(number + by, rows.pop(number))
            position = self.currentColumn()
            self.set_rows(rows)
            self.setCurrentCell(number + by, position)
            self.edited.emit()

    def menu_entries(self) -> list[tuple[str, Callable[[], object]]]:
        """Return what the context menu offers."""
        entries: list[tuple[str, Callable[[], object]]] = [("Copy", self.copy), ("Copy all", self.copy_all)]
        if self._grows:
            entries += [
                ("Paste lines", self.paste),
                ("Move up\tAlt+Up", lambda: self.move_row(-1)),
                ("Move down\tAlt+Down", lambda: self.move_row(1)),
                ("Remove\tDel", self.remove_selected),
            ]
        return entries

    def _show_menu(self, position: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for text, slot in self.menu_entries():
            action = QAction(text, menu)
            action.triggered.connect(lambda *_, slot=slot: slot())
            menu.addAction(action)
        menu.popup(self.viewport().mapToGlobal(position))
