"""The command palette: type a few letters, run any command."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QMainWindow, QVBoxLayout

from workbench.ui.commands import CommandSet

_ACTION = int(Qt.ItemDataRole.UserRole)


class CommandPalette(QDialog):
    """A list of the window's commands that narrows as one types."""

    def __init__(self, commands: CommandSet, window: QMainWindow) -> None:
        super().__init__(window, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName("Command palette")
        self._commands = commands
        self.line = QLineEdit(self)
        self.line.setPlaceholderText("Type a command")
        self.line.setAccessibleName("Command")
        self.line.installEventFilter(self)
        self.line.textChanged.connect(self._fill)
        self.list = QListWidget(self)
        self.list.setAccessibleName("Commands")
        self.list.itemClicked.connect(lambda _: self._run())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(self.line)
        layout.addWidget(self.list)
        width = min(560, window.width() - 40)
        self.resize(width, 380)
        self.move(window.mapToGlobal(window.rect().topLeft()).x() + (window.width() - width) // 2, window.y() + 80)
        self._fill("")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            if step is not None:
                row = (self.list.currentRow() + step) % max(1, self.list.count())
                self.list.setCurrentRow(row)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._run()
                return True
        return super().eventFilter(watched, event)

    def _fill(self, typed: str) -> None:
        self.list.clear()
        for action in self._commands.actions.values():
            if action.isEnabled() and matches(typed, action.text()):
                keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
                item = QListWidgetItem(action.icon(), f"{action.text()}   {keys}" if keys else action.text())
                item.setToolTip(action.statusTip())
                item.setData(_ACTION, action)
                self.list.addItem(item)
        self.list.setCurrentRow(0)

    def _run(self) -> None:
        item = self.list.currentItem()
        self.close()
        if item is not None:
            action: QAction = item.data(_ACTION)
            action.trigger()


def matches(typed: str, text: str) -> bool:
    """True where the letters typed occur in this order."""
    rest = iter(text.lower())
    return all(letter in rest for letter in typed.lower() if letter != " ")
