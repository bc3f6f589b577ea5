"""The line above a body: its kind, its size, and what can be done with it."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QPushButton, QToolButton, QWidget

from workbench.model.collection import BodyKind
from workbench.ui.icons import icon
from workbench.ui.widgets.long_text import ElidedLabel

KINDS = {
    BodyKind.NONE: "No body",
    BodyKind.JSON: "JSON",
    BodyKind.XML: "XML",
    BodyKind.TEXT: "Text",
    BodyKind.FORM: "Form",
    BodyKind.MULTIPART: "Multipart form",
    BodyKind.GRAPHQL: "GraphQL",
    BodyKind.BYTES: "File or exact bytes",
}
_WITH_BRACES = frozenset(KINDS) - {BodyKind.NONE}


class BodyBar(QWidget):
    """Shows what suits the kind of body."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind = QComboBox(self)
        self.kind.setAccessibleName("Kind of body")
        self.kind.setToolTip("What the body is; its Content-Type follows unless a header says otherwise")
        for kind, text in KINDS.items():
            self.kind.addItem(text, kind)
        self.facts = ElidedLabel(self)
        self.facts.setObjectName("muted")
        self.literal = QCheckBox("Literal braces", self)
        self.literal.setToolTip("Send {{…}} in the body as it stands, instead of a variable's value")
        self.literal_head = QCheckBox("Literal URL and headers", self)
        self.literal_head.setToolTip("Send {{…}} in the URL and in headers as it stands, as it was captured or sent")
        self.literal_head.hide()
        self.as_text = QToolButton(self)
        self.as_text.setIcon(icon("text"))
        self.as_text.setIconSize(QSize(16, 16))
        self.as_text.setCheckable(True)
        self.as_text.setToolTip("Edit the form as the text that is sent")
        self.as_text.setAccessibleName("Edit the form as text")
        self.beautify = QPushButton("Beautify", self)
        self.beautify.setToolTip("Indent the body; numbers, order and escapes stay as they are (Ctrl+B)")
        self.file = QToolButton(self)
        self.file.setIcon(icon("file"))
        self.file.setIconSize(QSize(16, 16))
        self.file.setToolTip("Send exactly the bytes of a file")
        self.file.setAccessibleName("Choose a file to send")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 12, 6)
        row.setSpacing(10)
        row.addWidget(self.kind)
        row.addWidget(self.facts)
        row.addStretch()
        for widget in (self.literal_head, self.literal, self.as_text, self.beautify, self.file):
            row.addWidget(widget)

    def show_kind(self, kind: BodyKind, *, literal: bool) -> None:
        """Show the tools of a kind."""
        self.literal.setVisible(kind in _WITH_BRACES)
        self.literal.setChecked(literal)
        self.as_text.setVisible(kind is BodyKind.FORM)
        self.beautify.setVisible(kind in (BodyKind.JSON, BodyKind.XML))
        self.file.setVisible(kind not in (BodyKind.NONE, BodyKind.MULTIPART, BodyKind.GRAPHQL))
