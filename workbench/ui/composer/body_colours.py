"""The colours of a body while it is edited: those of the payload panes, a line at a time, and its variables."""

from PySide6.QtGui import QColor, QTextCharFormat, QTextDocument

from workbench.model.collection import BodyKind
from workbench.ui.text_units import units
from workbench.ui.variables import Variables
from workbench.ui.widgets.lexing import TokenKind, tokens
from workbench.ui.widgets.syntax_colours import SyntaxColours
from workbench.ui.widgets.variable_colours import VariableColours

COLOURED_LIMIT_CHARACTERS = 256 * 1024
LINE_LIMIT_CHARACTERS = 20_000
"""What is longer stays plain: each key would be waited for."""

_LANGUAGES = {BodyKind.JSON: "json", BodyKind.XML: "xml"}


class BodyColours(VariableColours):
    """Colours JSON, XML and variables in a text document."""

    def __init__(self, document: QTextDocument, variables: Variables | None = None) -> None:
        self._language: str | None = None
        self._formats: dict[TokenKind, QTextCharFormat] = {}
        super().__init__(document, variables)

    def set_kind(self, kind: BodyKind, *, literal: bool = False) -> None:
        """Colour the document as a body of this kind; braces are text where it is `literal`."""
        language = _LANGUAGES.get(kind)
        if (language, literal) != (self._language, self.off):
            self._language, self.off = language, literal
            self.rehighlight()

    def set_colours(self, colours: SyntaxColours) -> None:
        """Paint in these colours from now on."""
        self._formats = {kind: _format(getattr(colours, kind)) for kind in TokenKind if kind is not TokenKind.TEXT}
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        if len(text) > LINE_LIMIT_CHARACTERS or self.document().characterCount() > COLOURED_LIMIT_CHARACTERS:
            return
        if self._language is not None:
            for start, end, kind in tokens(text, self._language):
                if kind is not TokenKind.TEXT:
                    first = units(text, start)
                    self.setFormat(first, units(text, end) - first, self._formats[kind])
        self.mark_variables(text)


def _format(colour: str) -> QTextCharFormat:
    made = QTextCharFormat()
    made.setForeground(QColor(colour))
    return made
