"""The body of a request being composed.

The bytes are the truth; the editor is a way to change them. A text editor of Qt's alters what it holds (CRLF, U+2028
and more), so the bytes are replaced only by a real edit, line ends are put back as they were, and a body that would
still not survive is shown read-only until a person asks to edit it as text.
"""

from PySide6.QtCore import Signal
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.formats import json_text, xml_text
from workbench.model.collection import BodyKind, ComposedBody
from workbench.model.message import Body
from workbench.ui.body_pane import BodyPane
from workbench.ui.composer.body_colours import BodyColours
from workbench.ui.composer.draft import EDITABLE_LIMIT_BYTES, editable_text
from workbench.ui.fonts import code_font
from workbench.ui.theme import Appearance
from workbench.ui.widgets.syntax_colours import DARK, LIGHT
from workbench.ui.words import size_words

KINDS = {
    BodyKind.NONE: "No body",
    BodyKind.JSON: "JSON",
    BodyKind.XML: "XML",
    BodyKind.TEXT: "Text",
    BodyKind.FORM: "Form",
    BodyKind.BYTES: "Exact bytes",
}


class BodyEditor(QWidget):
    """Edits one ComposedBody."""

    edited = Signal()
    """A person changed the body or its kind."""
    file_wanted = Signal()
    """A person wants to send a file's bytes."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._body = ComposedBody()
        self._filling = False
        self._line_end = "\n"
        self._known_text = ""
        self._appearance = appearance
        self._build(appearance)
        self.set_body(self._body)

    def _build(self, appearance: Appearance) -> None:
        self.kind = QComboBox(self)
        self.kind.setAccessibleName("Kind of body")
        self.kind.setToolTip("What the body is; its Content-Type follows unless a header says otherwise")
        for kind, text in KINDS.items():
            self.kind.addItem(text, kind)
        self.kind.activated.connect(self._on_kind)
        self.facts = QLabel(self)
        self.facts.setObjectName("muted")
        self.beautify_button = QPushButton("Beautify", self)
        self.beautify_button.setToolTip("Indent the body; numbers, order and escapes stay as they are (Ctrl+B)")
        self.beautify_button.clicked.connect(self.beautify)
        self.file_button = QPushButton("From file…", self)
        self.file_button.setToolTip("Send exactly the bytes of a file")
        self.file_button.clicked.connect(self.file_wanted)
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 6, 12, 6)
        bar.setSpacing(10)
        for widget in (self.kind, self.facts):
            bar.addWidget(widget)
        bar.addStretch()
        for widget in (self.beautify_button, self.file_button):
            bar.addWidget(widget)
        self.text = QPlainTextEdit(self)
        self.text.setObjectName("code")
        self.text.setFont(code_font())
        self.text.setTabStopDistance(QFontMetricsF(code_font()).horizontalAdvance("    "))
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setTabChangesFocus(False)
        self.text.setAccessibleName("Body")
        self.text.setPlaceholderText("Type or paste the body")
        self._colours = BodyColours(self.text.document())
        self.text.textChanged.connect(self._on_text)
        self.exact = BodyPane(appearance, self)
        self.stack = QStackedWidget(self)
        self.stack.addWidget(self.text)
        self.stack.addWidget(self._read_only_page())
        self.stack.addWidget(QWidget(self))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(bar)
        layout.addWidget(self.stack, 1)
        self._appearance.changed.connect(self._on_theme)
        self._on_theme()

    def _read_only_page(self) -> QWidget:
        page = QWidget(self)
        self.exact_note = QLabel(page)
        self.exact_note.setObjectName("muted")
        self.exact_note.setWordWrap(True)
        self.edit_anyway = QPushButton("Edit as text", page)
        self.edit_anyway.setToolTip("Turn the body into text that can be edited; some bytes may change")
        self.edit_anyway.clicked.connect(self._edit_anyway)
        note = QHBoxLayout()
        note.setContentsMargins(12, 0, 12, 6)
        note.addWidget(self.exact_note, 1)
        note.addWidget(self.edit_anyway)
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(note)
        layout.addWidget(self.exact, 1)
        return page

    @property
    def body(self) -> ComposedBody:
        """The body as it will be sent."""
        return self._body

    def set_body(self, body: ComposedBody) -> None:
        """Edit another body."""
        self._body = body
        self._colours.set_kind(body.kind)
        self.kind.setCurrentIndex(list(KINDS).index(body.kind))
        text = editable_text(body.content)
        if body.kind is BodyKind.NONE:
            self.stack.setCurrentIndex(2)
        elif text is not None and body.kind is not BodyKind.BYTES and self._fill(text):
            self.stack.setCurrentIndex(0)
        else:
            self._show_exact(text is not None)
        self._show_facts()

    def _fill(self, text: str) -> bool:
        """Put text into the editor; False where it would not come out as it went in."""
        self._line_end = "\r\n" if "\r\n" in text and "\n" not in text.replace("\r\n", "") else "\n"
        self._filling = True
        self.text.setPlainText(text)
        self._filling = False
        self._known_text = self._typed()
        return self._known_text == text

    def _typed(self) -> str:
        """Return what the editor holds: its raw text keeps the no-break spaces that its plain text loses."""
        return self.text.document().toRawText().replace("\u2029", self._line_end)

    def _show_exact(self, is_text: bool) -> None:
        content = self._body.content
        if content.size > EDITABLE_LIMIT_BYTES:
            note = "Too large to edit here. It is sent exactly as it is."
        elif is_text:
            note = "Sent exactly as it is. A text editor would change some of its line ends or characters."
        else:
            note = "These bytes are not text. They are sent exactly as they are."
        if self._body.kind is BodyKind.BYTES:
            note = "Sent exactly as it is, to the byte."
        self.exact_note.setText(note)
        self.edit_anyway.setVisible(is_text)
        self.stack.setCurrentIndex(1)
        self._start_showing()

    def _start_showing(self) -> None:
        from workbench.ui.jobs import Jobs

        self._jobs = getattr(self, "_jobs", None) or Jobs(self, lambda error: self.exact_note.setText(error.message))
        self._jobs.start(self.exact.show_body(self._body.content, "", ""), "show the exact body")

    def _edit_anyway(self) -> None:
        text = editable_text(self._body.content)
        if text is not None:
            kind = BodyKind.TEXT if self._body.kind is BodyKind.BYTES else self._body.kind
            self._fill(text)
            self._replace(ComposedBody(kind, Body(self._typed().encode())))
            self.kind.setCurrentIndex(list(KINDS).index(kind))
            self.stack.setCurrentIndex(0)
            self.text.setFocus()

    def _on_kind(self) -> None:
        kind: BodyKind = self.kind.currentData()
        content = Body() if kind is BodyKind.NONE else self._body.content
        if kind is not self._body.kind:
            self.set_body(ComposedBody(kind, content))
            self.edited.emit()

    def _on_text(self) -> None:
        # Qt says "changed" when only colours did, and then the bytes must not be taken from the editor.
        if self._filling or (typed := self._typed()) == self._known_text:
            return
        self._known_text = typed
        self._replace(ComposedBody(self._body.kind, Body(typed.encode())))

    def _on_theme(self) -> None:
        self._colours.set_colours(DARK if self._appearance.theme.is_dark else LIGHT)

    def _replace(self, body: ComposedBody) -> None:
        self._body = body
        self._show_facts()
        self.edited.emit()

    def _show_facts(self) -> None:
        size = self._body.content.size
        self.facts.setText("" if self._body.kind is BodyKind.NONE else size_words(size))
        self.beautify_button.setVisible(self._body.kind in (BodyKind.JSON, BodyKind.XML))

    def beautify(self) -> None:
        """Indent the body, if it is what it says; the cursor's undo brings it back."""
        content = self._body.content
        if self._body.kind not in (BodyKind.JSON, BodyKind.XML) or content.size > EDITABLE_LIMIT_BYTES:
            return
        try:
            format_body = json_text.pretty if self._body.kind is BodyKind.JSON else xml_text.pretty
            text = format_body(content.read()).decode()
        except (ValueError, RecursionError):
            found = json_text.problem(content.read()) if self._body.kind is BodyKind.JSON else None
            self.facts.setText(found.sentence if found else xml_text.problem(content.read()))
            return
        cursor = self.text.textCursor()
        cursor.select(cursor.SelectionType.Document)
        cursor.insertText(text)
