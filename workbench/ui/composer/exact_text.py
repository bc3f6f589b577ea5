"""A text editor that tells a person's edit from everything else, and gives back the text it was given.

Qt's editor alters what it holds: it knows one line end, and its plain text loses no-break spaces. So the raw text is
read, line ends are put back as they were, and `fill` says where a text would still not come out as it went in.
"""

from PySide6.QtCore import Signal
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QWidget

from workbench.ui.fonts import code_font
from workbench.ui.variable_line import VariableText
from workbench.ui.variables import Variables


class ExactText(VariableText):
    """Text to the character; `edited` comes for real edits only."""

    edited = Signal()

    def __init__(self, variables: Variables | None, parent: QWidget | None = None) -> None:
        super().__init__(variables, parent)
        self._filling = False
        self._line_end = "\n"
        self._known = ""
        self.setObjectName("code")
        self.setFont(code_font())
        self.setTabStopDistance(QFontMetricsF(code_font()).horizontalAdvance("    "))
        self.setLineWrapMode(VariableText.LineWrapMode.NoWrap)
        self.setTabChangesFocus(False)
        self.textChanged.connect(self._on_text)

    def fill(self, text: str) -> bool:
        """Put text in; False where it would not come out as it went in."""
        self._line_end = "\r\n" if "\r\n" in text and "\n" not in text.replace("\r\n", "") else "\n"
        self._filling = True
        self.setPlainText(text)
        self._filling = False
        self._known = self.typed()
        return self._known == text

    def typed(self) -> str:
        """Return what the editor holds: its raw text keeps the no-break spaces that its plain text loses."""
        return self.document().toRawText().replace("\u2029", self._line_end)

    def replace_all(self, text: str) -> None:
        """Put another text in its place as one edit, which Ctrl+Z takes back."""
        cursor = self.textCursor()
        cursor.select(cursor.SelectionType.Document)
        cursor.insertText(text)

    def _on_text(self) -> None:
        # Qt says "changed" when only colours did, and then nothing must be taken from the editor.
        if self._filling or (typed := self.typed()) == self._known:
            return
        self._known = typed
        self.edited.emit()
