"""`CaptureRows` as a Qt model. Rows not fetched yet are asked for once, and shown as dots until they come."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, QTimer, Signal

from workbench.model.arrangement import Group
from workbench.model.capture import CaptureSummary
from workbench.model.own_column import OwnColumn
from workbench.ui.captures.columns import COLUMNS, Column
from workbench.ui.captures.rows import CaptureRows

_DISPLAY = int(Qt.ItemDataRole.DisplayRole)
_ALIGNMENT = int(Qt.ItemDataRole.TextAlignmentRole)
_ACCESSIBLE = int(Qt.ItemDataRole.AccessibleTextRole)
_TOOLTIP = int(Qt.ItemDataRole.ToolTipRole)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
Opened = tuple[Mapping[int, Group], dict[int, list[int]]]
"""Groups of several captures by leader, and the other captures of those that are open."""
CLOSED: Opened = ({}, {})


class CaptureTableModel(QAbstractTableModel):
    """A row a capture."""

    values_wanted = Signal(list)
    """Captures that are looked at and whose own columns were not read; asked for once until they come."""
    replacing = Signal()
    """Other rows are about to be shown: what is chosen must be remembered."""
    pages_wanted = Signal(list)
    """Pages that are looked at and were not fetched; asked for once until they come."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.rows = CaptureRows()
        self.columns: tuple[Column, ...] = COLUMNS
        self.own: tuple[OwnColumn, ...] = ()
        """Columns of one's own, which stand behind the others."""
        self._asked: set[int] = set()
        self._valueless: set[int] = set()
        self._asked_values: set[int] = set()
        self._wanted: list[int] = []
        # One signal for a whole paint, not one a row.
        self._ask = QTimer(self, singleShot=True, interval=0)
        self._ask.timeout.connect(self._ask_for_pages)

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        if role == _DISPLAY:
            summary = self.summary(index.row())
            return "…" if summary is None else self.columns[index.column()].text(summary)
        if role == _TOOLTIP:
            return self._tooltip(index.row(), index.column())
        if role == _ACCESSIBLE:
            return self._accessible_text(index.row(), index.column())
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == _DISPLAY:
            return self.columns[section].title
        if orientation == Qt.Orientation.Horizontal and role == _ALIGNMENT:
            return _RIGHT if self.columns[section].right else _LEFT
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

    def set_own_columns(self, own: tuple[OwnColumn, ...]) -> None:
        """Show these columns of one's own, and no others."""
        if own == self.own:
            return
        self.replacing.emit()
        self.beginResetModel()
        self.own = own
        self.columns = (*COLUMNS, *(self._own_column(place, column) for place, column in enumerate(own)))
        self.rows.values.clear()
        self._asked_values.clear()
        self.endResetModel()

    def _own_column(self, place: int, column: OwnColumn) -> Column:
        return Column(column.text, column.title, 16, lambda summary: self._own_text(summary.number, place))

    def _own_text(self, number: int, place: int) -> str:
        values = self.rows.values.get(number)
        if values is not None:
            return values[place]
        if number not in self._asked_values:
            self._asked_values.add(number)
            self._valueless.add(number)
            self._ask.start()
        return "…"

    def put_values(self, values: dict[int, tuple[str, ...]], own: tuple[OwnColumn, ...]) -> None:
        """Show what was read for columns of one's own, unless others are shown by now."""
        if own == self.own and len(self.rows):
            self._asked_values.difference_update(values)
            self.rows.put_values(values)
            self.dataChanged.emit(self.index(0, len(COLUMNS)), self.index(len(self.rows) - 1, len(self.columns) - 1))

    def append(self, numbers: list[int], summaries: list[CaptureSummary]) -> None:
        """Add captures that arrived, with the summaries at hand."""
        if numbers:
            first = len(self.rows)
            self.beginInsertRows(QModelIndex(), first, first + len(numbers) - 1)
            self.rows.append(numbers)
            self.rows.put(summaries)
            self.endInsertRows()

    def replace(
        self,
        numbers: Sequence[int],
        summaries: list[CaptureSummary],
        *,
        is_sorted: bool = True,
        groups: Opened = CLOSED,
    ) -> None:
        """Show these captures instead."""
        several, opened = groups
        if numbers == self.rows.numbers and opened == self.rows.opened:
            self.rows.group(several, opened)
            self.update(summaries)
            return
        self.replacing.emit()
        self.beginResetModel()
        self.rows.replace(numbers, is_sorted=is_sorted)
        self.rows.group(several, opened)
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
        changed = self.rows.put(summaries)
        if changed is not None:
            first, last = changed
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(self.columns) - 1))

    def _ask_for_pages(self) -> None:
        pages, self._wanted = self._wanted, []
        if pages:
            self.pages_wanted.emit(pages)
        if self._valueless:
            numbers, self._valueless = sorted(self._valueless), set()
            self.values_wanted.emit(numbers)

    def _tooltip(self, row: int, column: int) -> str | None:
        summary = self.rows.summary(row)
        if summary is None or self.columns[column].id != "signature" or not summary.verification:
            return None
        # Qt takes a tip with tags for a document: what a sender wrote is no part of ours.
        return f"<qt>{escape(f'{summary.verification}: {summary.verification_reason}')}</qt>"

    def _accessible_text(self, row: int, column: int) -> str:
        summary = self.rows.summary(row)
        if summary is None:
            return "loading"
        if self.columns[column].id == "signature":
            return f"Signature: {summary.verification or 'none'}"
        if self.columns[column].stretches and (group := self.rows.several.get(summary.number)) is not None:
            state = "open" if self.rows.is_open(summary.number) else "closed"
            return f"Path: {self.columns[column].text(summary)}, group of {group.count}, {state}"
        return f"{self.columns[column].title}: {self.columns[column].text(summary) or 'none'}"
