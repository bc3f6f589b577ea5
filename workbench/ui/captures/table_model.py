"""`CaptureRows` as a Qt model. Rows not fetched yet are asked for once, and shown as dots until they come."""

from html import escape
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, QTimer, Signal

from workbench.model.capture import CaptureSummary
from workbench.ui.captures.columns import COLUMNS
from workbench.ui.captures.rows import CaptureRows

_DISPLAY = int(Qt.ItemDataRole.DisplayRole)
_ALIGNMENT = int(Qt.ItemDataRole.TextAlignmentRole)
_ACCESSIBLE = int(Qt.ItemDataRole.AccessibleTextRole)
_TOOLTIP = int(Qt.ItemDataRole.ToolTipRole)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class CaptureTableModel(QAbstractTableModel):
    """A row a capture, in order of arrival."""

    pages_wanted = Signal(list)
    """Pages that are looked at and were not fetched; asked for once until they come."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.rows = CaptureRows()
        self._asked: set[int] = set()
        self._wanted: list[int] = []
        # One signal for a whole paint, not one a row.
        self._ask = QTimer(self, singleShot=True, interval=0)
        self._ask.timeout.connect(self._ask_for_pages)

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        if role == _DISPLAY:
            summary = self.summary(index.row())
            return "…" if summary is None else COLUMNS[index.column()].text(summary)
        if role == _TOOLTIP:
            return self._tooltip(index.row(), index.column())
        if role == _ACCESSIBLE:
            return self._accessible_text(index.row(), index.column())
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == _DISPLAY:
            return COLUMNS[section].title
        if orientation == Qt.Orientation.Horizontal and role == _ALIGNMENT:
            return _RIGHT if COLUMNS[section].right else _LEFT
        return None

    def summary(self, row: int) -> CaptureSummary | None:
        """Return a row's summary; None while it is on its way."""
        summary = self.rows.summary(row)
        if summary is None:
            page = self.rows.page_of(row)
            if page not in self._asked:
                self._asked.add(page)
                self._wanted.append(page)
                self._ask.start()
        return summary

    def append(self, numbers: list[int], summaries: list[CaptureSummary]) -> None:
        """Add captures that arrived, with the summaries at hand."""
        if numbers:
            first = len(self.rows)
            self.beginInsertRows(QModelIndex(), first, first + len(numbers) - 1)
            self.rows.append(numbers)
            self.rows.put(summaries)
            self.endInsertRows()

    def replace(self, numbers: list[int], summaries: list[CaptureSummary]) -> None:
        """Show these captures instead."""
        self.beginResetModel()
        self.rows.replace(numbers)
        self.rows.put(summaries)
        self._asked.clear()
        self._wanted.clear()
        self.endResetModel()

    def put(self, page: int, summaries: list[CaptureSummary]) -> None:
        """Show a page that was asked for."""
        self._asked.discard(page)
        self.update(summaries)

    def update(self, summaries: list[CaptureSummary]) -> None:
        """Show what changed of rows that are there."""
        rows = self.rows.put(summaries)
        if rows:
            self.dataChanged.emit(self.index(min(rows), 0), self.index(max(rows), len(COLUMNS) - 1))

    def _ask_for_pages(self) -> None:
        pages, self._wanted = self._wanted, []
        if pages:
            self.pages_wanted.emit(pages)

    def _tooltip(self, row: int, column: int) -> str | None:
        summary = self.rows.summary(row)
        if summary is None or COLUMNS[column].id != "signature" or not summary.verification:
            return None
        # Qt takes a tip with tags for a document: what a sender wrote is no part of ours.
        return f"<qt>{escape(f'{summary.verification}: {summary.verification_reason}')}</qt>"

    def _accessible_text(self, row: int, column: int) -> str:
        summary = self.rows.summary(row)
        if summary is None:
            return "loading"
        if COLUMNS[column].id == "signature":
            return f"Signature: {summary.verification or 'none'}"
        return f"{COLUMNS[column].title}: {COLUMNS[column].text(summary) or 'none'}"
