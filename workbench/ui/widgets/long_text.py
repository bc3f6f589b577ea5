"""Texts of any length that never ask for room: one line that is cut, sentences that wrap, and words that break.

A `QLabel` is at least as wide as its longest word. One long signature in it would push its pane wider than the
window, and squeeze the panes beside it.
"""

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QLabel, QPlainTextEdit, QSizePolicy, QToolTip, QWidget


class ElidedLabel(QLabel):
    """One line: what does not fit is cut, at the end or where `mode` says, and shown whole in its tooltip."""

    def __init__(
        self, parent: QWidget | None = None, mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight, text: str = ""
    ) -> None:
        super().__init__(text, parent)
        self._mode = mode
        self.setTextFormat(Qt.TextFormat.PlainText)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    @property
    def is_cut(self) -> bool:
        """Whether not all of the text is seen."""
        return self.fontMetrics().horizontalAdvance(self.text()) > self.contentsRect().width()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.is_cut:
            super().paintEvent(event)
            return
        room = self.contentsRect()
        shown = self.fontMetrics().elidedText(self.text(), self._mode, room.width())
        painter = QPainter(self)
        self.style().drawItemText(
            painter, room, self.alignment(), self.palette(), self.isEnabled(), shown, self.foregroundRole()
        )

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent) and self.is_cut:
            tip = f"{self.text()}\n{self.toolTip()}" if self.toolTip() else self.text()
            QToolTip.showText(event.globalPos(), tip, self)
            return True
        return super().event(event)


class WrappedLabel(QLabel):
    """Sentences, as wide as there is room; only a word that is wider than the pane is cut."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)


class SaidText(QPlainTextEdit):
    """Lines that can be chosen and copied exactly; a word that is too long is broken wherever the line ends."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("said", True)
        self.setTabChangesFocus(True)
        self.document().setDocumentMargin(0)

    def text(self) -> str:
        """Return what it says."""
        return self.toPlainText()

    def say(self, text: str, *, wrong: bool = False) -> None:
        """Say something, in the colour of trouble where it is `wrong`."""
        self.setPlainText(text)
        self.setProperty("wrong", wrong)
        self.style().unpolish(self)
        self.style().polish(self)
