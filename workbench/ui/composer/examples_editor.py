"""Examples of a request's answers: named, looked at, deleted. New ones are kept from the answer that is shown."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSplitter, QToolButton, QVBoxLayout, QWidget

from workbench.formats import json_text
from workbench.model.examples import Example
from workbench.ui.icons import icon
from workbench.ui.theme import Appearance
from workbench.ui.widgets.code_view import CodeView
from workbench.ui.widgets.lines import TextLines
from workbench.ui.widgets.row_table import Column, Row, RowTable
from workbench.ui.widgets.syntax_colours import DARK, LIGHT


class ExamplesEditor(QWidget):
    """A table of them over the one that is chosen."""

    edited = Signal()

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._examples: tuple[Example, ...] = ()
        self.table = RowTable("Examples", (Column("Status", 18), Column("Name")), self, editable=True, fixed=True)
        self.table.edited.connect(self._on_names)
        self.table.currentCellChanged.connect(lambda *_: self._show_current())
        self.view = CodeView(self)
        self.view.setAccessibleName("The example")
        self.remove = QToolButton(self)
        self.remove.setIcon(icon("trash"))
        self.remove.setIconSize(QSize(16, 16))
        self.remove.setToolTip("Delete the chosen example")
        self.remove.setAccessibleName("Delete the chosen example")
        self.remove.clicked.connect(self._on_remove)
        splitter = QSplitter(Qt.Orientation.Vertical, self)
        splitter.addWidget(self.table)
        splitter.addWidget(self.view)
        splitter.setSizes([140, 400])
        splitter.setHandleWidth(1)
        splitter.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._bar())
        layout.addWidget(splitter, 1)
        appearance.changed.connect(self._on_theme)
        self._on_theme()

    def _bar(self) -> QFrame:
        heading = QLabel("Examples of the answer", self)
        heading.setObjectName("heading")
        line = QFrame(self)
        line.setObjectName("bar")
        bar = QHBoxLayout(line)
        bar.setContentsMargins(12, 4, 8, 4)
        bar.addWidget(heading)
        bar.addStretch()
        bar.addWidget(self.remove)
        return line

    def examples(self) -> tuple[Example, ...]:
        """Return the examples as they are named now."""
        return self._examples

    def set_examples(self, examples: Sequence[Example]) -> None:
        """Show examples, the last of them chosen where there are others than before; nothing counts as edited."""
        if tuple(examples) == self._examples:
            return
        self._examples = tuple(examples)
        self.table.set_rows(Row((f"{each.status} {each.reason}".rstrip(), each.name)) for each in examples)
        self.table.setCurrentCell(len(examples) - 1, 1)
        self._show_current()

    def _on_names(self) -> None:
        names = [row.texts[1] for row in self.table.rows()]
        self._examples = tuple(replace(each, name=name) for each, name in zip(self._examples, names, strict=True))
        self.edited.emit()

    def _on_remove(self) -> None:
        position = self.table.currentRow()
        if 0 <= position < len(self._examples):
            self.set_examples((*self._examples[:position], *self._examples[position + 1 :]))
            self.edited.emit()

    def _show_current(self) -> None:
        position = self.table.currentRow()
        there = 0 <= position < len(self._examples)
        self.remove.setEnabled(there)
        self.view.set_content(TextLines(_text(self._examples[position]) if there else b""), "http")

    def _on_theme(self) -> None:
        self.view.set_colours(DARK if self._appearance.theme.is_dark else LIGHT)


def _text(example: Example) -> bytes:
    head = [f"HTTP/1.1 {example.status} {example.reason}".rstrip()]
    head += [f"{name}: {value}" for name, value in example.headers]
    return "\r\n".join([*head, "", ""]).encode("utf-8", "replace") + _readable(example)


def _readable(example: Example) -> bytes:
    """Return a body as it is best read: JSON indented, where it is that."""
    body = example.body.encode("utf-8", "replace")
    if example.kind != "json":
        return body
    try:
        return json_text.pretty(body)
    except (ValueError, RecursionError):
        return body
