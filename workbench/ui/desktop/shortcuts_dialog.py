"""Every key of the program on one sheet, to look up and to change.

Keys that another command has are said before they are taken from it, by name.
"""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from workbench.ui.collections.side_tree import children
from workbench.ui.commands import COMMANDS, Command
from workbench.ui.icons import icon
from workbench.ui.shortcuts import assign, native, portable

_COMMAND = int(Qt.ItemDataRole.UserRole)

FIXED = (
    ("Menus", "F10, or Alt and the letter that is underlined"),
    ("Next and previous field", "Tab, Shift+Tab"),
    ("Menu of what is chosen", "Menu key, or Shift+F10"),
    ("Find in a payload", "Ctrl+F there; F3, Shift+F3 for the next and the previous"),
    ("Larger payload", "Ctrl and the wheel"),
    ("Leave the filter line, close a dialog", "Esc"),
)
"""What is not a command's: it is only shown."""


class ShortcutsDialog(QDialog):
    """The keys of all commands, by menu."""

    chosen = Signal(dict)
    """All keys that are not the program's own, as they are kept in the settings."""

    def __init__(self, chosen: Mapping[str, str], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._chosen = dict(chosen)
        self._commands = {command.id: command for command in COMMANDS}
        self.search = QLineEdit(self)
        self.search.setPlaceholderText("Find a command, or keys such as Ctrl+K")
        self.search.setAccessibleName("Find a command or keys")
        self.search.setClearButtonEnabled(True)
        self.search.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self.search.textChanged.connect(self._narrow)
        self.tree = QTreeWidget(self)
        self.tree.setAccessibleName("Commands and their keys")
        self.tree.setHeaderLabels(["Command", "Keys"])
        self.tree.setRootIsDecorated(False)
        self.tree.setIndentation(14)
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.tree.header().setStretchLastSection(False)
        self.tree.currentItemChanged.connect(lambda *_: self._show_current())
        self.keys = QKeySequenceEdit(self)
        self.keys.setMaximumSequenceLength(1)
        self.keys.setClearButtonEnabled(True)
        self.keys.setAccessibleName("New keys: press them")
        self.keys.setToolTip("Press the keys that the chosen command is to have")
        self.keys.keySequenceChanged.connect(lambda _: self._weigh())
        self.words = QLabel(self)
        self.words.setWordWrap(True)
        self.words.setObjectName("muted")
        self.assign = self._button("Assign", "Give these keys to the chosen command", self._assign)
        self.none = self._button("No keys", "Leave the chosen command without keys", self._take_away)
        self.usual = self._button("Usual keys", "Give the chosen command its usual keys", self._put_back)
        self._lay_out()
        self._fill()
        self.resize(640, 640)

    def _button(self, text: str, tip: str, slot) -> QPushButton:
        button = QPushButton(text, self)
        button.setToolTip(tip)
        button.setAutoDefault(False)
        button.clicked.connect(lambda: slot())
        return button

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        for widget in (self.keys, self.assign, self.none, self.usual):
            row.addWidget(widget)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.button(QDialogButtonBox.StandardButton.Close).setAutoDefault(False)
        every = buttons.addButton("All usual keys", QDialogButtonBox.ButtonRole.ResetRole)
        every.setToolTip("Give every command its usual keys")
        every.setAutoDefault(False)
        every.clicked.connect(lambda: self._keep({}))
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 14)
        layout.setSpacing(10)
        layout.addWidget(self.search)
        layout.addWidget(self.tree, 1)
        layout.addWidget(self.words)
        layout.addLayout(row)
        layout.addWidget(buttons)

    def _fill(self) -> None:
        current = self._current()
        self.tree.clear()
        assigned, _ = assign(COMMANDS, self._chosen)
        groups: dict[str, QTreeWidgetItem] = {}
        for command in COMMANDS:
            keys = native(assigned[command.id])
            item = QTreeWidgetItem(self._group(groups, command.menu), [command.text.removesuffix("…"), keys])
            item.setData(0, _COMMAND, command.id)
            item.setToolTip(0, command.tip)
            if command.id in self._chosen:
                font = item.font(1)
                font.setBold(True)
                item.setFont(1, font)
                item.setToolTip(1, "Chosen by you")
            if current is not None and command.id == current.id:
                self.tree.setCurrentItem(item)
        for text, keys in FIXED:
            QTreeWidgetItem(self._group(groups, "Everywhere"), [text, keys])
        self.tree.expandAll()
        self._narrow(self.search.text())
        self._show_current()

    def _group(self, groups: dict[str, QTreeWidgetItem], name: str) -> QTreeWidgetItem:
        if name not in groups:
            groups[name] = item = QTreeWidgetItem(self.tree, [name])
            item.setFlags(Qt.ItemFlag.ItemIsEnabled)
            font = item.font(0)
            font.setBold(True)
            item.setFont(0, font)
        return groups[name]

    def _narrow(self, typed: str) -> None:
        words = typed.casefold().split()
        for group in children(self.tree.invisibleRootItem()):
            shown = 0
            for item in children(group):
                text = f"{item.text(0)} {item.text(1)} {item.toolTip(0)} {group.text(0)}".casefold()
                item.setHidden(not all(word in text for word in words))
                shown += not item.isHidden()
            group.setHidden(not shown)

    # Changing

    def _current(self) -> Command | None:
        item = self.tree.currentItem()
        return self._commands.get(item.data(0, _COMMAND)) if item is not None else None

    def _show_current(self) -> None:
        command = self._current()
        self.keys.clear()
        for widget in (self.keys, self.none, self.usual):
            widget.setEnabled(command is not None)
        self.usual.setEnabled(command is not None and command.id in self._chosen)
        self._weigh()

    def _weigh(self) -> None:
        """Say whose the keys are that were pressed."""
        command, keys = self._current(), self.keys.keySequence()
        owner = self._owner(keys)
        self.assign.setEnabled(command is not None and not keys.isEmpty() and owner != command)
        self.assign.setText("Assign")
        if command is None:
            self.words.setText("Choose a command to change its keys.")
        elif keys.isEmpty():
            self.words.setText(f"{command.text.removesuffix('…')}: press new keys below.")
        elif owner is None:
            self.words.setText(f"{native([keys])} is free.")
        elif owner == command:
            self.words.setText(f"{native([keys])} is its own already.")
        else:
            self.words.setText(f"{native([keys])} belongs to “{owner.text}”, which would lose it.")
            self.assign.setText("Take it")

    def _owner(self, keys: QKeySequence) -> Command | None:
        assigned, _ = assign(COMMANDS, self._chosen)
        return next((self._commands[name] for name, all_keys in assigned.items() if keys in all_keys), None)

    def _assign(self) -> None:
        command, keys = self._current(), self.keys.keySequence()
        if command is None or keys.isEmpty():
            return
        assigned, _ = assign(COMMANDS, self._chosen)
        changed = dict(self._chosen)
        owner = self._owner(keys)
        if owner is not None:
            changed[owner.id] = portable([each for each in assigned[owner.id] if each != keys])
        changed[command.id] = portable([keys])
        self._keep(changed)

    def _take_away(self) -> None:
        command = self._current()
        if command is not None:
            self._keep({**self._chosen, command.id: ""})

    def _put_back(self) -> None:
        command = self._current()
        if command is not None:
            self._keep({name: keys for name, keys in self._chosen.items() if name != command.id})

    def _keep(self, chosen: dict[str, str]) -> None:
        """Keep only what is not the program's own."""
        usual = {command.id: command.shortcut for command in COMMANDS}
        self._chosen = {name: keys for name, keys in chosen.items() if usual.get(name) != keys}
        self.chosen.emit(dict(self._chosen))
        self._fill()
