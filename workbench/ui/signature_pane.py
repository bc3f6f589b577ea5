"""The signature doctor: the verdict, the cause of a mismatch, and exactly what is signed, part by part."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSplitter,
    QTabWidget,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from workbench.engine.signatures import Explained
from workbench.model.signature import Verdict
from workbench.providers.doctor import Explanation
from workbench.providers.keys import masked
from workbench.providers.signed_text import Part
from workbench.ui.fonts import code_font
from workbench.ui.theme import Appearance
from workbench.ui.widgets.code_view import CodeView
from workbench.ui.widgets.key_value_table import KeyValueTable
from workbench.ui.widgets.lines import HexLines
from workbench.ui.widgets.long_text import ElidedLabel, WrappedLabel
from workbench.ui.widgets.syntax_colours import DARK, LIGHT

SHOWN_BYTES = 64 * 1024
"""How much of what is signed is shown as text; the hex view has all of it."""

MARKS = {
    Verdict.VALID: ("✓", "Valid"),
    Verdict.INVALID: ("✗", "Invalid"),
    Verdict.STALE: ("◷", "Stale"),
    Verdict.UNSIGNED: ("–", "Unsigned"),
    Verdict.NO_SECRET: ("?", "No secret"),
    Verdict.MALFORMED: ("✗", "Malformed"),
}


class SignaturePane(QWidget):
    """Shows an explanation; asks for nothing itself."""

    secret_wanted = Signal()
    """A secret is to be added for what is shown."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._explained: Explained | None = None
        self._shows_key = False
        self._build()
        appearance.changed.connect(self._on_theme)
        self._on_theme()
        self.show_message("Choose a capture to see its signature.")

    def _build(self) -> None:
        self.verdict = ElidedLabel(self)
        self.verdict.setObjectName("empty-title")
        self.verdict.setAccessibleName("Verdict on the signature")
        self.scheme = ElidedLabel(self)
        self.scheme.setObjectName("muted")
        self.reason = _sentence(self)
        self.cause = _sentence(self)
        self.advice = _sentence(self)
        self.advice.setObjectName("muted")
        self.add_secret = QPushButton("Add secret…", self)
        self.add_secret.setToolTip("Keep a secret in the keyring and check this provider's requests with it")
        self.add_secret.clicked.connect(lambda: self.secret_wanted.emit())
        self.show_key = QPushButton("Show key", self)
        self.show_key.setCheckable(True)
        self.show_key.setToolTip("Show the bytes of the keys, which are hidden otherwise")
        self.show_key.toggled.connect(self._on_show_key)
        self.copy = QPushButton("Copy", self)
        self.copy.setToolTip("Copy the explanation, without keys")
        self.copy.clicked.connect(self._copy)
        first = QHBoxLayout()
        first.setSpacing(10)
        first.addWidget(self.verdict)
        first.addWidget(self.scheme)
        first.addStretch()
        for button in (self.add_secret, self.show_key, self.copy):
            first.addWidget(button)
        head = QFrame(self)
        rows = QVBoxLayout(head)
        rows.setContentsMargins(14, 10, 12, 10)
        rows.setSpacing(6)
        rows.addLayout(first)
        for label in (self.reason, self.cause, self.advice):
            rows.addWidget(label)
        self.facts = KeyValueTable("Signature received and expected", self)
        self.facts.horizontalHeader().hide()
        self.signed = QTextEdit(self)
        self.signed.setReadOnly(True)
        self.signed.setFrameShape(QFrame.Shape.NoFrame)
        self.signed.setFont(code_font())
        self.signed.setAccessibleName("What is signed, each part coloured by where it came from")
        self.hex = CodeView(self)
        self.hex.setAccessibleName("What is signed, in hex")
        self.views = QTabWidget(self)
        self.views.setDocumentMode(True)
        self.views.tabBar().setDrawBase(False)
        self.views.addTab(self.signed, "Signed text")
        self.views.addTab(self.hex, "Hex")
        self.split = QSplitter(Qt.Orientation.Horizontal, self)
        self.split.setHandleWidth(1)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(self.facts)
        self.split.addWidget(self.views)
        self.split.setSizes([480, 520])
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(0)
        self._rows.addWidget(head)
        self._rows.addWidget(self.split, 1)
        self._rows.addStretch(0)

    def show_message(self, text: str) -> None:
        """Show a sentence instead of an explanation."""
        self._explained = None
        self.verdict.setText("")
        self.scheme.setText("")
        self.reason.setText(text)
        for widget in (self.verdict, self.scheme, self.cause, self.advice):
            widget.setVisible(False)
        for button in (self.add_secret, self.show_key, self.copy):
            button.setVisible(False)
        self.split.setVisible(False)

    def show_explained(self, explained: Explained) -> None:
        """Show what was found out about a capture's signature."""
        explanation = explained.explanation
        if explanation is None or explained.provider is None:
            self.show_message(
                "This is no known provider's request. Name the provider at its endpoint, or add a pack of your own."
            )
            return
        self._explained = explained
        verdict = explanation.verification
        mark, word = MARKS[verdict.verdict]
        self.verdict.setText(f"{mark} {word}")
        scheme = f" · {verdict.scheme}" if verdict.scheme else ""
        self.scheme.setText(f"{explained.provider.name}{scheme} · evidence: {explained.provider.evidence}")
        later = f" Judged now: {explained.now.verdict} — {explained.now.reason}" if explained.now else ""
        self.reason.setText(f"{verdict.reason}{later}")
        cause = explanation.causes[0] if explanation.causes else None
        same = cause is not None and cause.sentence == verdict.reason
        self.cause.setText("" if cause is None or same else f"Cause: {cause.sentence}")
        self.advice.setText(cause.advice if cause else "")
        for label in (self.verdict, self.scheme):
            label.setVisible(True)
        self.cause.setVisible(bool(self.cause.text()))
        self.advice.setVisible(bool(self.advice.text()))
        self.add_secret.setVisible(verdict.verdict is not Verdict.VALID and bool(explained.provider.schemes))
        self.show_key.setVisible(bool(explanation.keys))
        self.copy.setVisible(True)
        self.split.setVisible(bool(explanation.place))
        self._show_facts(explanation)
        self._show_parts(explanation)
        self._paint_verdict()

    def _show_facts(self, explanation: Explanation) -> None:
        rows = [("Where", explanation.place), ("Received", explanation.received)]
        rows += [(f"Expected with {name}", text) for name, text in explanation.expected]
        rows += [
            (f"Key of {name}", key.hex(" ") if self._shows_key else masked(key)) for name, key in explanation.keys
        ]
        rows.append(("Covers", explanation.verification.covers))
        rows += [("Matched", explanation.verification.matched_secret)]
        self.facts.set_pairs((name, value) for name, value in rows if value)

    def _show_parts(self, explanation: Explanation) -> None:
        self.signed.clear()
        content = b"".join(part.content for part in explanation.parts)
        self.hex.set_content(HexLines(content), None)
        self.hex.set_placeholder(explanation.missing or "Nothing is signed")
        if not explanation.parts:
            self.signed.setPlainText(explanation.missing)
            return
        cursor = self.signed.textCursor()
        left = SHOWN_BYTES
        for part in explanation.parts:
            cursor.insertText(_readable(part, left), self._format(part))
            left = max(0, left - len(part.content))
        cursor.insertText("\n\n", QTextCharFormat())
        for part in {part.source: part for part in explanation.parts if part.source != "text"}.values():
            cursor.insertText("■ ", self._format(part))
            cursor.insertText(f"{part.source}    ", self._plain())
        self.signed.moveCursor(QTextCursor.MoveOperation.Start)

    def _format(self, part: Part) -> QTextCharFormat:
        theme = self._appearance.theme
        source = part.source.partition(":")[0]
        colours = {
            "text": theme.text_muted,
            "body": theme.text,
            "sorted_form": theme.text,
            "timestamp": theme.status_client_error,
            "id": theme.method_patch,
            "url": theme.status_ok,
            "path": theme.status_ok,
            "method": theme.accent,
        }
        made = QTextCharFormat()
        made.setForeground(QColor(colours.get(source, theme.status_redirect)))
        made.setToolTip(f"{part.source}, {len(part.content):,} bytes")
        if source not in ("body", "text", "sorted_form"):
            made.setFontWeight(QFont.Weight.DemiBold)
        return made

    def _plain(self) -> QTextCharFormat:
        made = QTextCharFormat()
        made.setForeground(QColor(self._appearance.theme.text_muted))
        return made

    def _on_show_key(self, shown: bool) -> None:
        self._shows_key = shown
        self.show_key.setText("Hide key" if shown else "Show key")
        if self._explained is not None and self._explained.explanation is not None:
            self._show_facts(self._explained.explanation)

    def _copy(self) -> None:
        explained = self._explained
        if explained is None or explained.explanation is None:
            return
        found = explained.explanation
        lines = [f"{found.verification.verdict}: {found.verification.reason}"]
        for cause in found.causes:
            lines += [f"Cause: {cause.sentence}", cause.advice]
        lines += [f"Received in the {found.place}: {found.received}"]
        text = b"".join(part.content for part in found.parts)[:SHOWN_BYTES].decode("utf-8", "backslashreplace")
        QGuiApplication.clipboard().setText("\n".join([*lines, "Signed:", text]))

    def _paint_verdict(self) -> None:
        if self._explained is None or self._explained.explanation is None:
            return
        theme = self._appearance.theme
        colour = {
            Verdict.VALID: theme.success,
            Verdict.INVALID: theme.danger,
            Verdict.MALFORMED: theme.danger,
            Verdict.STALE: theme.warning,
        }.get(self._explained.explanation.verification.verdict, theme.text_muted)
        self.verdict.setStyleSheet(f"color: {colour}")
        self.cause.setStyleSheet("font-weight: 600")

    def _on_theme(self) -> None:
        self.hex.set_colours(DARK if self._appearance.theme.is_dark else LIGHT)
        self._paint_verdict()
        if self._explained is not None and self._explained.explanation is not None:
            self._show_parts(self._explained.explanation)


def _sentence(parent: QWidget) -> QLabel:
    label = WrappedLabel(parent)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def _readable(part: Part, limit: int) -> str:
    text = part.content[:limit].decode("utf-8", "backslashreplace")
    shown = text.replace("\r", "␍").replace("\n", "␊\n").replace("\0", "␀")
    return shown if len(part.content) <= limit else f"{shown}… ({len(part.content) - limit:,} bytes more, see Hex)"
