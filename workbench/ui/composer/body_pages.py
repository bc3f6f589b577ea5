"""Pages of the body editor that edit nothing: exact bytes, and a sentence."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from workbench.model.collection import BodyKind, ComposedBody
from workbench.model.message import EMPTY_BODY, Body
from workbench.ui.body_pane import BodyPane
from workbench.ui.composer.draft import EDITABLE_LIMIT_BYTES
from workbench.ui.jobs import Jobs
from workbench.ui.theme import Appearance
from workbench.ui.widgets.long_text import WrappedLabel


class ExactPage(QWidget):
    """Shows bytes that are sent as they are, says why, and offers to make text of them where that can be."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.note = WrappedLabel(self)
        self.note.setObjectName("muted")
        self.edit_anyway = QPushButton("Edit as text", self)
        self.edit_anyway.setToolTip("Turn the body into text that can be edited; some bytes may change")
        self.pane = BodyPane(appearance, self)
        self._jobs = Jobs(self, lambda error: self.note.setText(error.message))
        line = QHBoxLayout()
        line.setContentsMargins(12, 0, 12, 6)
        line.addWidget(self.note, 1)
        line.addWidget(self.edit_anyway)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(line)
        layout.addWidget(self.pane, 1)

    def show_body(self, body: ComposedBody, *, is_text: bool) -> None:
        """Show a body."""
        self.note.setText(_why(body, is_text=is_text))
        self.edit_anyway.setVisible(is_text)
        shown = EMPTY_BODY if _is_gone(body.content) else body.content
        self._jobs.start(self.pane.show_body(shown, "", ""), "show the exact body")


def _is_gone(body: Body) -> bool:
    return body.path is not None and not Path(body.path).is_file()


def _why(body: ComposedBody, *, is_text: bool) -> str:
    if _is_gone(body.content):
        return f"The file {body.content.path} is not there. Choose one with From file…"
    if body.content.path is not None:
        return f"The bytes of {body.content.path}, exactly as they are when it is sent."
    if body.kind is BodyKind.BYTES:
        return "Sent exactly as it is, to the byte." if body.content.size else "Choose a file with From file…"
    if body.content.size > EDITABLE_LIMIT_BYTES:
        return "Too large to edit here. It is sent exactly as it is."
    if is_text:
        return "Sent exactly as it is. A text editor would change some of its line ends or characters."
    return "These bytes are not text. They are sent exactly as they are."


def message_page(text: str, parent: QWidget) -> QLabel:
    """Return a page that only says something."""
    label = QLabel(text, parent)
    label.setObjectName("muted")
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    label.setWordWrap(True)
    label.setMargin(24)
    return label
