"""Programs that send a request, or receive and verify it: a list of languages, the text, and what it cannot help."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workbench.formats.snippets.snippet import Snippet
from workbench.ui.dialogs import mark
from workbench.ui.theme import Appearance
from workbench.ui.widgets.code_view import CodeView
from workbench.ui.widgets.lines import TextLines
from workbench.ui.widgets.syntax_colours import DARK, LIGHT

_TARGET = int(Qt.ItemDataRole.UserRole)


@dataclass(frozen=True, slots=True)
class CodeTarget:
    """One entry of the list; `receives` where it is a receiver."""

    name: str
    title: str
    receives: bool = False


class CodeDialog(QDialog):
    """Shows one program at a time."""

    target_chosen = Signal(object)
    """The CodeTarget whose program is to be shown."""
    save_wanted = Signal(object)
    """The Snippet to write to a file."""

    def __init__(self, targets: Sequence[CodeTarget], appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Code")
        self.resize(940, 620)
        self.snippet: Snippet | None = None
        self.list = QListWidget(self)
        self.list.setAccessibleName("Language")
        self.list.setFixedWidth(210)
        self._fill(targets)
        self.view = CodeView(self)
        self.view.setAccessibleName("Program")
        self.view.set_colours(DARK if appearance.theme.is_dark else LIGHT)
        self.notes = QLabel(self)
        self.notes.setTextFormat(Qt.TextFormat.PlainText)
        self.notes.setObjectName("muted")
        self.notes.setWordWrap(True)
        self.notes.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.copy = QPushButton("Copy", self)
        self.copy.setToolTip("Copy the whole program")
        self.copy.clicked.connect(self._copy)
        mark(self.copy, "primary")
        self.save = QPushButton("Save as…", self)
        self.save.setToolTip("Write the program to a file")
        self.save.clicked.connect(lambda: self.snippet and self.save_wanted.emit(self.snippet))
        close = QPushButton("Close", self)
        close.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch()
        for button in (self.copy, self.save, close):
            buttons.addWidget(button)
        right = QVBoxLayout()
        right.setSpacing(10)
        right.addWidget(self.view, 1)
        right.addWidget(self.notes)
        right.addLayout(buttons)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 14)
        layout.setSpacing(14)
        layout.addWidget(self.list)
        layout.addLayout(right, 1)
        self.list.currentItemChanged.connect(lambda *_: self._on_choice())

    def _fill(self, targets: Sequence[CodeTarget]) -> None:
        for receives, heading in ((False, "Send it"), (True, "Receive and verify it")):
            some = [target for target in targets if target.receives is receives]
            if not some:
                continue
            title = QListWidgetItem(heading, self.list)
            title.setFlags(Qt.ItemFlag.NoItemFlags)
            font = title.font()
            font.setBold(True)
            title.setFont(font)
            for target in some:
                QListWidgetItem(target.title, self.list).setData(_TARGET, target)

    def choose(self, name: str) -> None:
        """Choose a target by its name; the first where there is none of that name."""
        items = [self.list.item(row) for row in range(self.list.count())]
        entries = [item for item in items if item is not None and item.data(_TARGET) is not None]
        wanted = [item for item in entries if item.data(_TARGET).name == name]
        for item in [*wanted, *entries][:1]:
            self.list.setCurrentItem(item)

    @property
    def target(self) -> CodeTarget | None:
        """What is chosen."""
        item = self.list.currentItem()
        return item.data(_TARGET) if item is not None else None

    def _on_choice(self) -> None:
        if self.target is not None:
            self.target_chosen.emit(self.target)

    def show_snippet(self, snippet: Snippet) -> None:
        """Show a program."""
        self.snippet = snippet
        self.view.set_content(TextLines(snippet.text.encode("utf-8", "surrogatepass")), snippet.language)
        self.notes.setText("\n".join(snippet.notes))
        self.notes.setVisible(bool(snippet.notes))
        self._enable()

    def show_problem(self, text: str) -> None:
        """Say why there is no program."""
        self.snippet = None
        self.view.set_content(TextLines(b""), "text")
        self.notes.setText(text)
        self.notes.show()
        self._enable()

    def _enable(self) -> None:
        for button in (self.copy, self.save):
            button.setEnabled(self.snippet is not None)

    def _copy(self) -> None:
        if self.snippet is not None:
            QGuiApplication.clipboard().setText(self.snippet.text)
