"""What a request is for, in Markdown: written, and read as it will look."""

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QTextBrowser, QVBoxLayout, QWidget

from workbench.ui.composer.exact_text import ExactText


class _Reader(QTextBrowser):
    """Shows text alone: a document from elsewhere must not fetch pictures, nor open files."""

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        return None


class DocsEditor(QWidget):
    """Edits Markdown."""

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = ExactText(None, self)
        self.text.setAccessibleName("Documentation")
        self.text.setPlaceholderText("What this request is for. Markdown.")
        self.text.setLineWrapMode(ExactText.LineWrapMode.WidgetWidth)
        self.text.setTabChangesFocus(True)
        self.text.edited.connect(self.edited)
        self.reader = _Reader(self)
        self.reader.setAccessibleName("Documentation as it is read")
        self.reader.setOpenLinks(False)
        self.reader.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.reader.document().setDocumentMargin(14)
        self.read = QPushButton("Read", self)
        self.read.setCheckable(True)
        self.read.setToolTip("Show the text as it is read")
        self.read.toggled.connect(self._on_read)
        self.stack = QStackedWidget(self)
        self.stack.addWidget(self.text)
        self.stack.addWidget(self.reader)
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 6, 12, 6)
        bar.addStretch()
        bar.addWidget(self.read)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(bar)
        layout.addWidget(self.stack, 1)

    def docs(self) -> str:
        """Return the text."""
        return self.text.typed()

    def set_docs(self, text: str) -> None:
        """Show a text."""
        if text != self.docs():
            self.text.fill(text)
        self._on_read(self.read.isChecked())

    def _on_read(self, read: bool) -> None:
        if read:
            features = QTextDocument.MarkdownFeature.MarkdownNoHTML
            self.reader.document().setMarkdown(self.docs(), features)
        self.stack.setCurrentIndex(int(read))
