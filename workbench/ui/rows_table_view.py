"""Rows of cells to read, the first row as heading; what is not in view costs nothing."""

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import QTableView, QWidget

Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()
Rows = tuple[tuple[str, ...], ...]
SHOWN_CHARACTERS = 300


class RowsModel(QAbstractTableModel):
    """Rows that may be of different lengths."""

    def __init__(self, rows: Rows, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._heading, self._rows = rows[0] if rows else (), rows[1:]
        self._columns = max(map(len, rows), default=0)

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else self._columns

    def cell(self, index: Index) -> str:
        """Return a whole cell."""
        row = self._rows[index.row()]
        return row[index.column()] if index.column() < len(row) else ""

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        return self.cell(index)[:SHOWN_CHARACTERS] if role == Qt.ItemDataRole.DisplayRole else None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if orientation is Qt.Orientation.Vertical:
            return str(section + 2)  # As a spreadsheet counts: the heading is row 1.
        return self._heading[section] if section < len(self._heading) else ""


class RowsTableView(QTableView):
    """A table of CSV."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cells = RowsModel((), self)
        self.setAccessibleName("Body as a table")
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setWordWrap(False)

    def show_rows(self, rows: Rows) -> None:
        """Show other rows."""
        former, self._cells = self._cells, RowsModel(rows, self)
        self.setModel(self._cells)
        former.deleteLater()

    def keyPressEvent(self, event) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            indexes = sorted(self.selectedIndexes(), key=lambda each: (each.row(), each.column()))
            lines: dict[int, list[str]] = {}
            for each in indexes:
                lines.setdefault(each.row(), []).append(self._cells.cell(each))
            QGuiApplication.clipboard().setText("\n".join("\t".join(line) for line in lines.values()))
            return
        super().keyPressEvent(event)
