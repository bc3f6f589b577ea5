"""Names and values in two columns: to be edited (headers, parameters) or only read and copied.

An editable table has a tick box for each row and always an empty last row to type into. Rows keep their order,
repeats stay, a row switched off is kept. Pasting `Name: value` lines makes rows of them.
"""

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QPoint, QStringListModel, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeyEvent, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCompleter,
    QHeaderView,
    QLineEdit,
    QMenu,
    QStyledItemDelegate,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from workbench.model.collection import Field

_EDITABLE = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEditable
_READ_ONLY = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


class _CompletingDelegate(QStyledItemDelegate):
    """An editor that offers known names in the first column."""

    def __init__(self, names: Sequence[str], parent: QWidget) -> None:
        super().__init__(parent)
        self._names = QStringListModel(list(names), self)

    def createEditor(self, parent: QWidget, option, index) -> QWidget:
        editor = QLineEdit(parent)
        editor.setFrame(False)
        if index.column() == 0 and self._names.rowCount():
            completer = QCompleter(self._names, editor)
            completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
            editor.setCompleter(completer)
        return editor


class KeyValueTable(QTableWidget):
    """Two columns of text."""

    edited = Signal()
    """A person changed something."""

    def __init__(
        self,
        what: str,
        parent: QWidget | None = None,
        *,
        editable: bool = False,
        completions: Sequence[str] = (),
    ) -> None:
        super().__init__(0, 2, parent)
        self._editable = editable
        self._filling = False
        self._placeholder = ""
        self.setAccessibleName(what)
        self.setHorizontalHeaderLabels(["Name", "Value"])
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 10)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(True)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.setColumnWidth(0, 26 * self.fontMetrics().averageCharWidth())
        if editable:
            self.setItemDelegate(_CompletingDelegate(completions, self))
            self.itemChanged.connect(self._on_changed)
            self._append(Field("", ""))
        else:
            self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._show_menu)

    def set_pairs(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Show pairs."""
        self.set_fields([Field(name, value) for name, value in pairs])

    def set_fields(self, fields: Sequence[Field]) -> None:
        """Show fields, switched-off ones among them."""
        self._filling = True
        self.setRowCount(0)
        for field in fields:
            self._append(field)
        if self._editable:
            self._append(Field("", ""))
        self._filling = False

    def fields(self) -> tuple[Field, ...]:
        """Return the rows in order, without empty ones."""
        rows = [self._field(row) for row in range(self.rowCount())]
        return tuple(field for field in rows if field.name or field.value)

    def _field(self, row: int) -> Field:
        name, value = self.item(row, 0), self.item(row, 1)
        enabled = not self._editable or name is None or name.checkState() == Qt.CheckState.Checked
        return Field(name.text() if name else "", value.text() if value else "", enabled)

    def _append(self, field: Field) -> None:
        row = self.rowCount()
        before, self._filling = self._filling, True
        self.insertRow(row)
        name, value = QTableWidgetItem(field.name), QTableWidgetItem(field.value)
        flags = _EDITABLE if self._editable else _READ_ONLY
        name.setFlags(flags | Qt.ItemFlag.ItemIsUserCheckable if self._editable else flags)
        value.setFlags(flags)
        value.setToolTip(field.value[:2000] if len(field.value) > 40 else "")
        if self._editable:
            name.setCheckState(Qt.CheckState.Checked if field.enabled else Qt.CheckState.Unchecked)
        self.setItem(row, 0, name)
        self.setItem(row, 1, value)
        self._filling = before

    def _on_changed(self, item: QTableWidgetItem) -> None:
        if self._filling:
            return
        if item.row() == self.rowCount() - 1 and item.text():
            self._append(Field("", ""))
        self.edited.emit()

    def set_placeholder(self, words: str) -> None:
        """Say this where there is no row."""
        self._placeholder = words

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._placeholder and not self.rowCount():
            painter = QPainter(self.viewport())
            painter.setPen(self.palette().placeholderText().color())
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, self._placeholder)
            painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif self._editable and event.matches(QKeySequence.StandardKey.Paste):
            self.paste()
        elif self._editable and event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.remove_selected()
        else:
            super().keyPressEvent(event)

    def copy(self) -> None:
        """Copy the chosen rows as `Name: value` lines; all of them where none is chosen."""
        rows = sorted({index.row() for index in self.selectedIndexes()}) or list(range(self.rowCount()))
        fields = [self._field(row) for row in rows]
        lines = [f"{field.name}: {field.value}" for field in fields if field.name or field.value]
        QGuiApplication.clipboard().setText("\n".join(lines))

    def copy_all(self) -> None:
        """Copy every row as a `Name: value` line."""
        self.clearSelection()
        self.copy()

    def paste(self) -> None:
        """Add a row for each `Name: value` line of the clipboard."""
        lines = [line for line in QGuiApplication.clipboard().text().splitlines() if line.strip()]
        cut = [line.partition(":") for line in lines]
        pasted = [Field(name.strip(), value.strip()) for name, _, value in cut]
        if pasted:
            self.set_fields([*self.fields(), *pasted])
            self.edited.emit()

    def remove_selected(self) -> None:
        """Take the chosen rows away."""
        rows = {index.row() for index in self.selectedIndexes()}
        kept = [self._field(row) for row in range(self.rowCount()) if row not in rows]
        self.set_fields([field for field in kept if field.name or field.value])
        self.edited.emit()

    def _show_menu(self, position: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        entries = [("Copy", self.copy), ("Copy all", self.copy_all)]
        if self._editable:
            entries += [("Paste lines", self.paste), ("Remove", self.remove_selected)]
        for text, slot in entries:
            action = QAction(text, menu)
            action.triggered.connect(slot)
            menu.addAction(action)
        menu.popup(self.viewport().mapToGlobal(position))
