"""Two texts compared: what is only in one, what is only in the other, with a few lines around."""

from difflib import unified_diff

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from workbench.ui.theme import Appearance
from workbench.ui.widgets.code_view import CodeView
from workbench.ui.widgets.lexing import Token, TokenKind
from workbench.ui.widgets.lines import TextLines
from workbench.ui.widgets.syntax_colours import DARK, LIGHT

COMPARED_LINES = 20_000
"""Comparing takes the square of the lines in the worst case."""

_KINDS = {"+": TokenKind.STRING, "-": TokenKind.KEYWORD, "@": TokenKind.COMMENT}


def diff_tokens(text: str, _language: str) -> list[Token]:
    """Return the colours of the lines of a unified diff."""
    found: list[Token] = []
    start = 0
    for line in text.split("\n"):
        kind = _KINDS.get(line[:1])
        if kind:
            found.append((start, start + len(line), kind))
        start += len(line) + 1
    return found


def diff_text(before: str, after: str, before_name: str, after_name: str) -> str:
    """Return a unified diff; empty where nothing differs."""
    old, new = before.splitlines()[:COMPARED_LINES], after.splitlines()[:COMPARED_LINES]
    return "\n".join(unified_diff(old, new, before_name, after_name, lineterm="", n=4))


class DiffDialog(QDialog):
    """Shows a difference."""

    def __init__(self, title: str, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.resize(860, 600)
        self.facts = QLabel(self)
        self.facts.setTextFormat(Qt.TextFormat.PlainText)
        self.facts.setObjectName("muted")
        self.facts.setContentsMargins(16, 8, 16, 0)
        self.view = CodeView(self, lex=diff_tokens)
        self.view.setAccessibleName("Differences")
        self.view.set_colours(DARK if appearance.theme.is_dark else LIGHT)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.setContentsMargins(16, 4, 16, 12)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.addWidget(self.facts)
        layout.addWidget(self.view, 1)
        layout.addWidget(buttons)

    def show_texts(self, before: str, after: str, before_name: str, after_name: str) -> None:
        """Compare two texts."""
        self.show_diff(diff_text(before, after, before_name, after_name), before_name, after_name)

    def show_diff(self, diff: str, before_name: str, after_name: str) -> None:
        """Show a diff that was made elsewhere."""
        lines = diff.splitlines()[2:]
        more = sum(line.startswith("+") for line in lines)
        less = sum(line.startswith("-") for line in lines)
        counted = f"{less} line{'' if less == 1 else 's'} only in {before_name}, {more} only in {after_name}"
        words = counted if diff else "Nothing differs."
        self.facts.setText(words)
        self.view.set_content(TextLines(diff.encode("utf-8", "surrogatepass")), "diff")

    def show_comparison(self, text: str, facts: str) -> None:
        """Show what `engine.comparing_messages` found, with a sentence about it above."""
        self.facts.setText(facts)
        self.view.set_content(TextLines(text.encode("utf-8", "surrogatepass")), "diff")
