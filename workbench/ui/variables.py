"""The variables that a tab's fields share: what they mean now, and how that looks. Fields repaint when it changes."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QTextCharFormat

from workbench.ui.theme import Appearance
from workbench.ui.variable_words import VariableState, VariableWords


class Variables(QObject):
    """One tab's words, with the theme's colours for them."""

    changed = Signal()
    """Other words, or other colours."""

    def __init__(self, appearance: Appearance, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self.words = VariableWords()
        appearance.changed.connect(self.changed)

    def set_words(self, words: VariableWords) -> None:
        """Take other words."""
        if words != self.words:
            self.words = words
            self.changed.emit()

    def colour(self, state: VariableState) -> QColor:
        """Return the colour of a placeholder's text."""
        theme = self._appearance.theme
        return QColor(
            {
                VariableState.KNOWN: theme.accent,
                VariableState.UNKNOWN: theme.danger,
                VariableState.SECRET: theme.warning,
                VariableState.DYNAMIC: theme.method_patch,
            }[state]
        )

    def text_format(self, state: VariableState) -> QTextCharFormat:
        """Return how a placeholder is written; an unknown one is underlined too, for eyes that see no colours."""
        made = QTextCharFormat()
        made.setForeground(self.colour(state))
        if state is VariableState.UNKNOWN:
            made.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
            made.setUnderlineColor(self.colour(state))
        return made
