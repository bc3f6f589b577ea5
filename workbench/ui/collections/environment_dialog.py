"""Environments of a collection: their names at the left, the values of one at the right."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workbench.ui.collections.environment_list import EnvironmentList
from workbench.ui.composer.variables_table import VariablesTable
from workbench.ui.dialogs import mark
from workbench.ui.editing_dialog import EditingDialog


class EnvironmentDialog(EditingDialog):
    """Edits an `EnvironmentList`; nothing is written by it."""

    def __init__(
        self, environments: EnvironmentList, chosen: str, parent: QWidget | None = None, *, of: str = ""
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Environments of {of}" if of else "Environments")
        self.resize(860, 520)
        self.state = environments
        self._filling = False
        self.list = QListWidget(self)
        self.list.setAccessibleName("Environments")
        self.list.currentRowChanged.connect(lambda _: self._show_current())
        self.name = QLineEdit(self)
        self.name.setAccessibleName("Name of the environment")
        self.name.setPlaceholderText("Name")
        self.name.textEdited.connect(self._on_name)
        self.extends = QComboBox(self)
        self.extends.setAccessibleName("Takes missing values from")
        self.extends.setToolTip("What this environment does not say is taken from that one")
        self.extends.activated.connect(lambda _: self._on_extends())
        self.table = VariablesTable("Variables of the environment", None, self, with_secrets=True)
        self.table.edited.connect(self._on_table)
        self.trouble = QLabel(self)
        self.trouble.setObjectName("bad")
        self.trouble.setWordWrap(True)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel, self
        )
        mark(self.buttons.button(QDialogButtonBox.StandardButton.Save), "primary")
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self._lay_out()
        names = [each.name for each in environments.now]
        self._show_names(names.index(chosen) if chosen in names else 0)

    def _lay_out(self) -> None:
        self.add = self._button("New", "Add an environment", lambda: self._name_new(self.state.add()))
        self.copy = self._button("Duplicate", "Copy the chosen environment", self._on_duplicate)
        self.remove = self._button("Delete", "Delete the chosen environment", self._on_remove)
        left = QVBoxLayout()
        left.addWidget(self.list, 1)
        tools = QHBoxLayout()
        tools.setSpacing(6)
        for button in (self.add, self.copy, self.remove):
            tools.addWidget(button)
        left.addLayout(tools)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.name, 1)
        line.addWidget(QLabel("Missing values from", self))
        line.addWidget(self.extends)
        note = QLabel(
            "Values of secrets are kept in the system's keyring, or an encrypted file: never in the collection.", self
        )
        note.setObjectName("muted")
        note.setWordWrap(True)
        right = QVBoxLayout()
        right.setSpacing(8)
        right.addLayout(line)
        right.addWidget(self.table, 1)
        right.addWidget(note)
        both = QHBoxLayout()
        both.setSpacing(16)
        both.addLayout(left, 2)
        both.addLayout(right, 5)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(12)
        layout.addLayout(both, 1)
        layout.addWidget(self.trouble)
        layout.addWidget(self.buttons)

    def _button(self, text: str, tip: str, slot) -> QPushButton:
        button = QPushButton(text, self)
        button.setToolTip(tip)
        button.setAutoDefault(False)
        button.clicked.connect(lambda *_: slot())
        return button

    @property
    def is_changed(self) -> bool:
        return self.state.is_changed

    def show_trouble(self, text: str) -> None:
        """Say why it could not be saved; empty for nothing."""
        if text:
            self.trouble.setText(text)
            self.trouble.show()

    @property
    def position(self) -> int:
        """The place of the chosen environment, -1 where there is none."""
        return self.list.currentRow()

    def _show_names(self, chosen: int) -> None:
        self.list.blockSignals(True)
        self.list.clear()
        self.list.addItems([each.name or "(no name)" for each in self.state.now])
        self.list.setCurrentRow(min(chosen, self.list.count() - 1))
        self.list.blockSignals(False)
        self._show_current()

    def _show_current(self) -> None:
        self._filling = True
        position = self.position
        there = position >= 0
        for widget in (self.name, self.extends, self.table, self.copy, self.remove):
            widget.setEnabled(there)
        environment = self.state.now[position] if there else None
        self.name.setText(environment.name if environment else "")
        self.table.set_variables(environment.variables if environment else ())
        self.table.set_placeholder("" if there else "Add an environment with New")
        self.extends.clear()
        self.extends.addItem("no other environment", "")
        for each in self.state.now:
            if environment is not None and each.name != environment.name:
                self.extends.addItem(each.name, each.name)
        self.extends.setCurrentIndex(max(0, self.extends.findData(environment.extends if environment else "")))
        self._filling = False
        self._check()

    def _on_name(self, text: str) -> None:
        self.state.rename(self.position, text)
        item = self.list.currentItem()
        if item is not None:
            item.setText(text or "(no name)")
        self._check()

    def _on_extends(self) -> None:
        if not self._filling:
            self.state.set_extends(self.position, self.extends.currentData() or "")

    def _on_table(self) -> None:
        if not self._filling and self.position >= 0:
            self.state.set_variables(self.position, self.table.variables())
            self._check()

    def _name_new(self, position: int) -> None:
        """Show one that was just added, ready to be called something."""
        self._show_names(position)
        self.name.setFocus()
        self.name.selectAll()

    def _on_duplicate(self) -> None:
        if self.position >= 0:
            self._name_new(self.state.duplicate(self.position))

    def _on_remove(self) -> None:
        if self.position >= 0:
            position = self.position
            self.state.remove(position)
            self._show_names(max(0, position - 1))

    def _check(self) -> None:
        wrong = self.state.problem()
        self.trouble.setText(wrong)
        self.trouble.setVisible(bool(wrong))
        self.buttons.button(QDialogButtonBox.StandardButton.Save).setEnabled(not wrong)

    def keyPressEvent(self, event) -> None:
        # Return in a table must not save the whole.
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return
        super().keyPressEvent(event)
