"""Variables coloured in a text of many lines; subclasses colour more."""

from PySide6.QtGui import QSyntaxHighlighter, QTextDocument

from workbench.ui.text_units import units
from workbench.ui.variables import Variables


class VariableColours(QSyntaxHighlighter):
    """Colours `{{…}}` in a document."""

    def __init__(self, document: QTextDocument, variables: Variables | None) -> None:
        super().__init__(document)
        self._variables = variables
        self.off = False
        """True where braces are text."""
        if variables is not None:
            variables.changed.connect(self.rehighlight)

    def highlightBlock(self, text: str) -> None:
        self.mark_variables(text)

    def mark_variables(self, text: str) -> None:
        """Colour the placeholders of a line."""
        if self._variables is None or self.off or "{{" not in text:
            return
        for mark in self._variables.words.marks(text):
            start = units(text, mark.start)
            self.setFormat(start, units(text, mark.end) - start, self._variables.text_format(mark.state))
