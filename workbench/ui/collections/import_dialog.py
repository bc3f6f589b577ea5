"""Import: a file, a folder or pasted text; what it holds and what is lost is said before anything is written."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.formats.interchange.imported import Imported
from workbench.model.collection import CollectionTree, FolderEntry
from workbench.ui.collections.dropped_files import dropped_paths
from workbench.ui.collections.losses_table import LossesTable
from workbench.ui.dialogs import mark
from workbench.ui.fonts import code_font
from workbench.ui.icons import icon

_KINDS = "Postman, Insomnia, Bruno, OpenCollection, OpenAPI, HAR, Hoppscotch, .http files, curl commands"


class ImportDialog(QDialog):
    """Asks for something to import, then shows what would come of it."""

    file_wanted = Signal()
    folder_wanted = Signal()
    path_given = Signal(str)
    """A path that was dropped."""
    text_given = Signal(str)
    """What was pasted or typed."""

    def __init__(
        self, collections: Sequence[FolderEntry], parent: QWidget | None = None, *, chosen: str = ""
    ) -> None:
        super().__init__(parent)
        self._collections = collections
        self._chosen = chosen
        """The path of the collection that environments alone go into, unless a person says otherwise."""
        self.setWindowTitle("Import")
        self.resize(720, 540)
        self.setAcceptDrops(True)
        self.imported: Imported | None = None
        self.stack = QStackedWidget(self)
        self.stack.addWidget(self._source_page())
        self.stack.addWidget(self._report_page())
        self.trouble = QLabel(self)
        self.trouble.setTextFormat(Qt.TextFormat.PlainText)
        self.trouble.setObjectName("bad")
        self.trouble.setWordWrap(True)
        self.trouble.hide()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self.back = self.buttons.addButton("Back", QDialogButtonBox.ButtonRole.ResetRole)
        self.back.setToolTip("Choose something else to import")
        self.back.setAutoDefault(False)
        self.back.clicked.connect(self._go_back)
        self.accept_button = self.buttons.addButton("Import", QDialogButtonBox.ButtonRole.AcceptRole)
        self.accept_button.setToolTip("Write it as a collection")
        self.accept_button.setDefault(True)
        mark(self.accept_button, "primary")
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(self.stack, 1)
        layout.addWidget(self.trouble)
        layout.addWidget(self.buttons)
        self._go_back()

    def _source_page(self) -> QWidget:
        page = QWidget(self)
        title = QLabel("Drop a file or a folder here", page)
        title.setObjectName("empty-title")
        kinds = QLabel(_KINDS, page)
        kinds.setObjectName("muted")
        kinds.setWordWrap(True)
        file = QPushButton("Choose file…", page)
        file.setIcon(icon("file"))
        file.setToolTip("Import an exported collection, a specification or an archive")
        file.clicked.connect(self.file_wanted)
        folder = QPushButton("Choose folder…", page)
        folder.setIcon(icon("folder"))
        folder.setToolTip("Import a folder, such as a Bruno collection")
        folder.clicked.connect(self.folder_wanted)
        for button in (file, folder):
            button.setIconSize(QSize(16, 16))
            button.setAutoDefault(False)
        choices = QHBoxLayout()
        choices.setSpacing(8)
        choices.addWidget(file)
        choices.addWidget(folder)
        choices.addStretch()
        self.text = QPlainTextEdit(page)
        self.text.setFont(code_font())
        self.text.setAccessibleName("Text to import")
        self.text.setPlaceholderText("Or paste curl commands, JSON or YAML here")
        self.text.setTabChangesFocus(True)
        self.read_text = QPushButton("Read the text", page)
        self.read_text.setToolTip("See what comes of the pasted text")
        self.read_text.setAutoDefault(False)
        self.read_text.setEnabled(False)
        self.read_text.clicked.connect(lambda: self.text_given.emit(self.text.toPlainText()))
        self.text.textChanged.connect(lambda: self.read_text.setEnabled(bool(self.text.toPlainText().strip())))
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        for widget in (title, kinds):
            layout.addWidget(widget)
        layout.addLayout(choices)
        layout.addSpacing(6)
        layout.addWidget(self.text, 1)
        layout.addWidget(self.read_text, 0, Qt.AlignmentFlag.AlignRight)
        return page

    def _report_page(self) -> QWidget:
        page = QWidget(self)
        self.summary = QLabel(page)
        self.summary.setObjectName("empty-title")
        self.summary.setWordWrap(True)
        self.name = QLineEdit(page)
        self.name.setAccessibleName("Name of the new collection or folder")
        self.name.textChanged.connect(lambda _: self._enable())
        caption = QLabel("Name", page)
        caption.setBuddy(self.name)
        self.into = QComboBox(page)
        self.into.setAccessibleName("Where to import it")
        self.into.setToolTip("A collection of its own, or one that is there: environments are put beside its own")
        self.into.addItem("A new collection", "")
        for collection in self._collections:
            self.into.addItem(collection.name, collection.path)
        self.into.currentIndexChanged.connect(lambda _: self._enable())
        into_caption = QLabel("Into", page)
        into_caption.setBuddy(self.into)
        line = QGridLayout()
        line.setHorizontalSpacing(12)
        line.setVerticalSpacing(8)
        line.setColumnStretch(1, 1)
        for row, (label, widget) in enumerate(((into_caption, self.into), (caption, self.name))):
            line.addWidget(label, row, 0)
            line.addWidget(widget, row, 1)
        self.losses_title = QLabel(page)
        self.losses_title.setObjectName("heading")
        self.losses = LossesTable(page)
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(self.summary)
        layout.addLayout(line)
        layout.addWidget(self.losses_title)
        layout.addWidget(self.losses, 1)
        return page

    @property
    def target(self) -> str:
        """The folder of the collection that it goes into; empty for a new one."""
        return self.into.currentData() or ""

    def show_report(self, imported: Imported) -> None:
        """Show what an import would make, and all that it would lack."""
        self.imported = imported
        self.summary.setText(summary(imported.tree))
        self.name.setText(imported.tree.name or "Imported")
        # An environment alone belongs to a collection; everything else is one.
        alone = not imported.tree.items and bool(imported.tree.environments)
        usual = max(1, self.into.findData(self._chosen))
        self.into.setCurrentIndex(usual if alone and self._collections else 0)
        count = len(imported.losses)
        words = f"Not carried over, or different: {count}" if count else "Nothing is lost"
        self.losses_title.setText(words)
        self.losses.show_losses(imported.losses)
        self.show_problem("")
        self.stack.setCurrentIndex(1)
        self._enable()
        self.name.setFocus()
        self.name.selectAll()

    def show_problem(self, text: str) -> None:
        """Say why something cannot be imported."""
        self.trouble.setText(text)
        self.trouble.setVisible(bool(text))

    def _go_back(self) -> None:
        self.imported = None
        self.stack.setCurrentIndex(0)
        self._enable()

    def _enable(self) -> None:
        there = self.imported is not None
        self.back.setVisible(there)
        self.accept_button.setVisible(there)
        is_named = self.imported is not None and (not self.target or bool(self.imported.tree.items))
        self.name.setEnabled(is_named)
        self.accept_button.setEnabled(there and (bool(self.name.text().strip()) or not is_named))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_paths(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        for path in dropped_paths(event.mimeData())[:1]:
            event.acceptProposedAction()
            self.path_given.emit(path)


def summary(tree: CollectionTree) -> str:
    """Return what a tree holds, in words."""
    requests, folders = _counted(tree)
    words = [_count(requests, "request")] if requests or not tree.environments else []
    if folders:
        words.append(_count(folders, "folder"))
    if tree.environments:
        words.append(_count(len(tree.environments), "environment"))
    return ", ".join(words)


def _counted(tree: CollectionTree) -> tuple[int, int]:
    below = [_counted(folder) for folder in tree.folders]
    requests = len(tree.requests) + sum(each[0] for each in below)
    return requests, len(tree.folders) + sum(each[1] for each in below)


def _count(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
