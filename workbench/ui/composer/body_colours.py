"""The colours of a body while it is edited: those of the payload panes, a line at a time."""

from PySide6.QtGui import QColor, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from workbench.model.collection import BodyKind
from workbench.ui.widgets.lexing import TokenKind, tokens
from workbench.ui.widgets.syntax_colours import SyntaxColours

COLOURED_LIMIT_CHARACTERS = 256 * 1024
LINE_LIMIT_CHARACTERS = 20_000
"""What is longer stays plain: each key would be waited for."""

_LANGUAGES = {BodyKind.JSON: "json", BodyKind.XML: "xml"}


class BodyColours(QSyntaxHighlighter):
    """Colours JSON and XML in a text document."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._language: str | None = None
        self._formats: dict[TokenKind, QTextCharFormat] = {}

    def set_kind(self, kind: BodyKind) -> None:
        """Colour the document as a body of this kind."""
        language = _LANGUAGES.get(kind)
        if language != self._language:
            self._language = language
            self.rehighlight()

    def set_colours(self, colours: SyntaxColours) -> None:
        """Paint in these colours from now on."""
        self._formats = {kind: _format(getattr(colours, kind)) for kind in TokenKind if kind is not TokenKind.TEXT}
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        too_long = len(text) > LINE_LIMIT_CHARACTERS or self.document().characterCount() > COLOURED_LIMIT_CHARACTERS
        if self._language is None or too_long:
            return
        astral = max(text, default="") > "\uffff"
        for start, end, kind in tokens(text, self._language):
            if kind is not TokenKind.TEXT:
                first, last = (_units(text, start), _units(text, end)) if astral else (start, end)
                self.setFormat(first, last - first, self._formats[kind])


def _format(colour: str) -> QTextCharFormat:
    made = QTextCharFormat()
    made.setForeground(QColor(colour))
    return made


def _units(text: str, column: int) -> int:
    """Return Qt's count of characters: those above U+FFFF are two."""
    return len(text[:column].encode("utf-16-le", "surrogatepass")) // 2
