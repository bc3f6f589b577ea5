"""Names and values as a table, or as text to be edited in bulk; the rows are the same."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from workbench.model.collection import Field
from workbench.ui.composer.field_text import fields_text, read_fields
from workbench.ui.fonts import code_font
from workbench.ui.icons import icon
from workbench.ui.variable_line import VariableText
from workbench.ui.variables import Variables
from workbench.ui.widgets.key_value_table import KeyValueTable
from workbench.ui.widgets.variable_colours import VariableColours


class FieldsEditor(QWidget):
    """A table with a button that turns it into text, and back."""

    edited = Signal()
    """A person changed something."""

    def __init__(
        self, title: str, variables: Variables, parent: QWidget | None = None, *, fixed: bool = False
    ) -> None:
        super().__init__(parent)
        self._filling = False
        self.table = KeyValueTable(title, self, editable=True, fixed=fixed, variables=variables)
        self.table.horizontalHeader().hide()
        self.table.edited.connect(self.edited)
        self.text = VariableText(variables, self)
        self.text.setObjectName("code")
        self.text.setFont(code_font())
        self.text.setLineWrapMode(VariableText.LineWrapMode.NoWrap)
        self.text.setAccessibleName(f"{title} as text")
        self.text.setPlaceholderText("Name: value\n# Name: a row that is switched off")
        self.text.textChanged.connect(self._on_text)
        self._colours = VariableColours(self.text.document(), variables)
        heading = QLabel(title, self)
        heading.setObjectName("heading")
        self.as_text = QToolButton(self)
        self.as_text.setIcon(icon("text"))
        self.as_text.setIconSize(QSize(16, 16))
        self.as_text.setCheckable(True)
        self.as_text.setToolTip("Edit all rows as text; # switches a row off")
        self.as_text.setAccessibleName(f"Edit {title.lower()} as text")
        self.as_text.toggled.connect(self._on_switch)
        self.as_text.setVisible(not fixed)
        line = QFrame(self)
        line.setObjectName("bar")
        bar = QHBoxLayout(line)
        bar.setContentsMargins(12, 4, 8, 4)
        bar.addWidget(heading)
        bar.addStretch()
        bar.addWidget(self.as_text)
        self.stack = QStackedWidget(self)
        self.stack.addWidget(self.table)
        self.stack.addWidget(self.text)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(line)
        layout.addWidget(self.stack, 1)

    def fields(self) -> tuple[Field, ...]:
        """Return the rows in order, without empty ones."""
        if self.as_text.isChecked():
            return read_fields(self.text.toPlainText())
        return self.table.fields()

    def set_fields(self, fields: Sequence[Field]) -> None:
        """Show rows; nothing counts as edited. Text that means these rows already stays as it was typed."""
        if self.as_text.isChecked() and read_fields(self.text.toPlainText()) == tuple(fields):
            return
        self._filling = True
        self.table.set_fields(fields)
        self.text.setPlainText(fields_text(fields) if self.as_text.isChecked() else "")
        self._filling = False

    def _on_text(self) -> None:
        if not self._filling:
            self.edited.emit()

    def _on_switch(self, as_text: bool) -> None:
        self._filling = True
        if as_text:
            self.text.setPlainText(fields_text(self.table.fields()))
        else:
            self.table.set_fields(read_fields(self.text.toPlainText()))
        self._filling = False
        self.stack.setCurrentIndex(int(as_text))
        (self.text if as_text else self.table).setFocus()
