"""The editor of an endpoint: its YAML, whether it is sound, and what it answers, while it is being typed."""

import re

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QTextCursor
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QFrame,
    QGraphicsOpacityEffect,
    QLabel,
    QPlainTextEdit,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from workbench.engine.endpoint_trial import Trial
from workbench.ui.dialogs import mark
from workbench.ui.editing_dialog import EditingDialog
from workbench.ui.fonts import code_font
from workbench.ui.theme import Appearance
from workbench.ui.widgets.code_view import CodeView
from workbench.ui.widgets.lexing import Token, TokenKind, tokens
from workbench.ui.widgets.lines import TextLines
from workbench.ui.widgets.syntax_colours import DARK, LIGHT

TRY_AFTER_MS = 250
ANSWERS = "What it answers"
ANSWERED_BEFORE = "What the last sound text answers"
DIMMED = 0.45
FIELDS = """\
path: /stripe/*
provider: stripe
secrets: [keyring:stripe/live]
public_url: https://hooks.example.com/stripe

answer: 202
answer: {status: 202, template: '{"id": "{{ json.id }}"}'}

program: fail 3 then 200
program: 5 % 500 seed 42
program: 429 Retry-After 2 then 200
program: drip 5   # or hang, close, reset, truncated

guards:
  allow: [provider, 10.0.0.0/8]
  rate: {requests: 10, per: 1}
  schema: schemas/event.json
  signature: true

forward:
  - {url: "http://localhost:3000/hooks", relay: true}
  - {url: "http://localhost:3001", events: ["invoice.*"]}"""


_TITLE = re.compile(r"^# .*$(?=\nHTTP/|\n\(no answer\))", re.MULTILINE)


class EndpointDialog(EditingDialog):
    """Shows an endpoint's text; `try_wanted` asks for a trial of it, `show_trial` tells what came of it."""

    try_wanted = Signal(str)

    def __init__(self, name: str, text: str, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.loaded = text
        """The file as it was opened."""
        self.setWindowTitle(f"Endpoint {name}")
        self.resize(1080, 680)
        title = QLabel(f"endpoints/{name}.yml", self)
        title.setObjectName("muted")
        self.text = QPlainTextEdit(self)
        self.text.setFont(code_font())
        self.text.setPlainText(text)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setTabStopDistance(2 * QFontMetrics(code_font()).horizontalAdvance(" "))
        self.text.setAccessibleName("The endpoint's fields, in YAML")
        self.trouble = QLabel(self)
        self.trouble.setWordWrap(True)
        self.trouble.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        # Room for two lines: what is wrong comes and goes while one types, and must not move the text.
        self.trouble.setMinimumHeight(2 * self.fontMetrics().lineSpacing())
        self.trouble.setAccessibleName("What is wrong with the endpoint")
        self.says = _caption(self, ANSWERS)
        self.preview = CodeView(self, lex=answer_tokens)
        self.preview.setObjectName("framed")
        self.preview.setFrameShape(QFrame.Shape.StyledPanel)
        self._dimmed = QGraphicsOpacityEffect(self.preview)
        self._dimmed.setOpacity(DIMMED)
        self._dimmed.setEnabled(False)
        self.preview.setGraphicsEffect(self._dimmed)
        self.preview.setAccessibleName("The answer")
        self.preview.set_colours(DARK if appearance.theme.is_dark else LIGHT)
        self.fields = QPlainTextEdit(FIELDS, self)
        self.fields.setReadOnly(True)
        self.fields.setFont(code_font())
        self.fields.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.fields.setAccessibleName("Fields that an endpoint may have")
        self.fields.setFixedHeight(14 * QFontMetrics(code_font()).lineSpacing())
        self._arrange(title)
        self._timer = QTimer(self, singleShot=True, interval=TRY_AFTER_MS)
        self._timer.timeout.connect(lambda: self.try_wanted.emit(self.text.toPlainText()))
        self.text.textChanged.connect(self._timer.start)
        self.text.setFocus()

    def _arrange(self, title: QLabel) -> None:
        left = _column(self, title, self.text, (0, 0, 12, 0))
        left_rows = left.layout()
        assert left_rows is not None
        left_rows.addWidget(_caption(left, "Fields and examples"))
        left_rows.addWidget(self.fields)
        right = _column(self, self.says, self.preview, (12, 0, 0, 0))
        split = QSplitter(Qt.Orientation.Horizontal, self)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(1)
        split.addWidget(left)
        split.addWidget(right)
        split.setSizes([580, 500])
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel, self
        )
        save = self.buttons.button(QDialogButtonBox.StandardButton.Save)
        mark(save, "primary")
        save.setToolTip("Write the file; the running listener takes it up within a second (Ctrl+S)")
        save.setShortcut("Ctrl+S")
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(20, 18, 20, 16)
        rows.setSpacing(12)
        rows.addWidget(split, 1)
        rows.addWidget(self.trouble)
        rows.addWidget(self.buttons)

    @property
    def is_changed(self) -> bool:
        return self.changed_text not in (None, self.loaded)

    @property
    def changed_text(self) -> str | None:
        """The text where it was edited, else None: an editor gives back other bytes than it was given."""
        return self.text.toPlainText() if self.text.document().isModified() else None

    def show_typed(self, text: str) -> None:
        """Show what was typed before as what is to be saved; undoing it shows what the file has now."""
        cursor = self.text.textCursor()
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(text)

    def show_trial(self, trial: Trial) -> None:
        """Show whether the text is sound, and what it answers; of a wrong text the last answers stay, dimmed."""
        self.trouble.setObjectName("bad" if trial.problem else "good")
        self.trouble.style().unpolish(self.trouble)
        self.trouble.style().polish(self.trouble)
        self.trouble.setText(f"{trial.problem} {trial.hint}".strip() if trial.problem else "✓ No mistakes found.")
        self.buttons.button(QDialogButtonBox.StandardButton.Save).setEnabled(not trial.problem)
        self.says.setText(ANSWERED_BEFORE if trial.problem else ANSWERS)
        self._dimmed.setEnabled(bool(trial.problem))
        if trial.problem:
            return
        self.preview.set_content(TextLines(_shown(trial)), "http")


def _caption(parent: QWidget, text: str) -> QLabel:
    label = QLabel(text, parent)
    label.setObjectName("muted")
    return label


def _column(parent: QWidget, title: QLabel, content: QWidget, margins: tuple[int, int, int, int]) -> QWidget:
    column = QWidget(parent)
    rows = QVBoxLayout(column)
    rows.setContentsMargins(*margins)
    rows.setSpacing(8)
    rows.addWidget(title)
    rows.addWidget(content, 1)
    return column


def answer_tokens(text: str, language: str) -> list[Token]:
    """Colour each answer for itself: the lexer of HTTP knows one message, and takes the next ones for its body."""
    found: list[Token] = []
    start = 0
    for title in [*_TITLE.finditer(text), None]:
        end = title.start() if title is not None else len(text)
        found += [(start + first, start + last, kind) for first, last, kind in tokens(text[start:end], language)]
        if title is not None:
            found.append((end, title.end(), TokenKind.COMMENT))
            start = title.end() + 1
    return found


def _shown(trial: Trial) -> bytes:
    """Return the answers one below the other, each under a line that says whose it is."""
    blocks: list[bytes] = []
    for which, answer in trial.answers:
        said = b"" if len(trial.answers) == 1 and which == "from request 1 on" else f"# {which}\n".encode()
        blocks.append(said + (answer.rstrip(b"\r\n") or b"(no answer)"))
    return b"\n\n".join(blocks)
