"""A coloured dot beside a word that says the same."""

from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QWidget


class Dot(QWidget):
    """A state as a colour; never the only way that it is told."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._colour = QColor("#888888")
        self.setFixedSize(12, 12)

    def set_colour(self, colour: str) -> None:
        self._colour = QColor(colour)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        circle = QPainterPath()
        circle.addEllipse(1, 1, 10, 10)
        painter.fillPath(circle, self._colour)
        painter.end()
