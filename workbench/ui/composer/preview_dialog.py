"""The whole request as it would go out now, to the byte, before it is sent."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from workbench.ui.theme import Appearance
from workbench.ui.widgets.code_view import CodeView
from workbench.ui.widgets.lines import TextLines
from workbench.ui.widgets.syntax_colours import DARK, LIGHT
from workbench.ui.words import size_words

SHOWN_LIMIT_BYTES = 4 * 1024 * 1024


class PreviewDialog(QDialog):
    """Shows raw bytes."""

    def __init__(
        self, where: str, raw: bytes, notes: str, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Request as it will be sent")
        self.resize(760, 560)
        self.facts = QLabel(f"{size_words(len(raw))} to {where}. {notes}".strip(), self)
        self.facts.setTextFormat(Qt.TextFormat.PlainText)
        self.facts.setObjectName("muted")
        self.facts.setWordWrap(True)
        self.facts.setContentsMargins(18, 8, 18, 0)
        self.view = CodeView(self)
        self.view.setAccessibleName("Request as it will be sent")
        self.view.set_colours(DARK if appearance.theme.is_dark else LIGHT)
        self.view.set_content(TextLines(raw[:SHOWN_LIMIT_BYTES]), "http")
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        self.buttons.setContentsMargins(16, 4, 16, 12)
        self.send = self.buttons.addButton("Send", QDialogButtonBox.ButtonRole.AcceptRole)
        self.send.setToolTip("Send the request now; values that are made anew will be others")
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.addWidget(self.facts)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.buttons)
