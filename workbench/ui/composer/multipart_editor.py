"""The parts of a multipart form: texts, and files with a chooser."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from workbench.model.collection import Part
from workbench.ui.variables import Variables
from workbench.ui.widgets.row_table import Column, Row, RowTable

TEXT, FILE = "text", "file"
BETWEEN_FILES = "; "
_KIND, _VALUE, _TYPE = 1, 2, 3
_TYPES = ("application/json", "application/octet-stream", "application/pdf", "image/png", "text/csv", "text/plain")


class PartsTable(RowTable):
    """One row a part; the value of a file row is its paths."""

    files_wanted = Signal(int)
    """The row whose files are to be chosen."""

    def __init__(self, variables: Variables | None, parent: QWidget | None = None) -> None:
        columns = (
            Column("Name", 18),
            Column("Kind", 6, (TEXT, FILE), placeholder=TEXT),
            Column("Value", placeholder="Value, or files"),
            Column("Content type", 16, placeholder="by the kind"),
        )
        super().__init__("Parts of the form", columns, parent, editable=True, variables=variables)
        self.completions = lambda column, _row: _TYPES if column == _TYPE else ()
        self.cellDoubleClicked.connect(self._on_double_click)

    def set_parts(self, parts: Sequence[Part]) -> None:
        """Show parts."""
        self.set_rows(_row(part) for part in parts)

    def parts(self) -> tuple[Part, ...]:
        """Return the parts in order."""
        return tuple(_part(row) for row in self.rows())

    def set_files(self, number: int, files: Sequence[str]) -> None:
        """Make a row a file part that sends these files."""
        for column, text in ((_KIND, FILE), (_VALUE, BETWEEN_FILES.join(files))):
            item = self.item(number, column)
            if item is not None:
                item.setText(text)
        name = self.item(number, 0)
        if name is not None and not name.text() and files:
            name.setText(Path(files[0]).stem)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        opens = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if opens and self.currentColumn() == _VALUE and self._is_file(self.currentRow()):
            self.files_wanted.emit(self.currentRow())
        else:
            super().keyPressEvent(event)

    def _is_file(self, number: int) -> bool:
        return self.row_at(number).texts[_KIND] == FILE

    def _on_double_click(self, number: int, column: int) -> None:
        if column == _VALUE and self._is_file(number) and not self.row_at(number).texts[_VALUE]:
            self.files_wanted.emit(number)

    def menu_entries(self) -> list[tuple[str, Callable[[], object]]]:
        choose = ("Choose files…", lambda: self.files_wanted.emit(max(0, self.currentRow())))
        return [choose, *super().menu_entries()]


class MultipartEditor(QWidget):
    """The table with a button for files."""

    edited = Signal()

    def __init__(self, variables: Variables | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = PartsTable(variables, self)
        self.table.edited.connect(self.edited)
        self.files_wanted = self.table.files_wanted
        note = QLabel("Made of these parts when it is sent; the boundary is chosen then.", self)
        note.setObjectName("muted")
        self.choose = QPushButton("Choose files…", self)
        self.choose.setToolTip("Send files in the chosen row, or in a new one")
        self.choose.clicked.connect(lambda: self.files_wanted.emit(self._row_for_files()))
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 4, 12, 8)
        bar.addWidget(note)
        bar.addStretch()
        bar.addWidget(self.choose)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.table, 1)
        layout.addLayout(bar)

    def _row_for_files(self) -> int:
        number = self.table.currentRow()
        last = self.table.rowCount() - 1
        if 0 <= number <= last and (
            self.table.row_at(number).is_empty or self.table.row_at(number).texts[_KIND] == FILE
        ):
            return number
        return last


def _row(part: Part) -> Row:
    value = BETWEEN_FILES.join(part.files) if part.is_file else part.value
    return Row((part.name, FILE if part.is_file else TEXT, value, part.content_type), part.enabled)


def _part(row: Row) -> Part:
    name, kind, value, content_type = row.texts
    if kind == FILE:
        files = tuple(name for name in value.split(BETWEEN_FILES) if name)
        return Part(name, "", is_file=True, files=files, content_type=content_type, enabled=row.enabled)
    return Part(name, value, content_type=content_type, enabled=row.enabled)
