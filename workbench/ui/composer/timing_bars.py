"""Where the time of an exchange went: a bar for each phase, in its place along the whole."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from workbench.ui.composer.answer_facts import Phase
from workbench.ui.theme import Appearance
from workbench.ui.words import duration_words

_MARGIN = 14
_LEAST_BAR = 2.0


class TimingBars(QWidget):
    """Paints phases; what it shows is its accessible description too."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._phases: Sequence[Phase] = ()
        self._total_us = 0
        self.setAccessibleName("Timing")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        appearance.changed.connect(self.update)

    def set_phases(self, phases: Sequence[Phase], total_us: int) -> None:
        """Show other phases."""
        self._phases, self._total_us = phases, total_us
        self.setAccessibleDescription(self.words())
        self.setMinimumHeight(self._height())
        self.updateGeometry()
        self.update()

    def words(self) -> str:
        """Return what is shown, a line each."""
        lines = [f"{phase.name}: {duration_words(phase.taken_us)}" for phase in self._phases]
        return "\n".join([*lines, f"Altogether: {duration_words(self._total_us)}"])

    def _row(self) -> int:
        return self.fontMetrics().height() + 12

    def _height(self) -> int:
        return self._row() * (len(self._phases) + 1) + 2 * _MARGIN

    def sizeHint(self) -> QSize:
        return QSize(320, self._height())

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, metrics = self._appearance.theme, self.fontMetrics()
        names = metrics.horizontalAdvance("Connect, with TLS") + 16
        figures = metrics.horizontalAdvance("000.00 ms") + 12
        width = max(40.0, self.width() - 2 * _MARGIN - names - figures)
        whole = max(1, self._total_us, *(phase.start_us + phase.taken_us for phase in self._phases))
        colours = self._colours()
        for number, phase in enumerate(self._phases):
            top = _MARGIN + number * self._row()
            left = _MARGIN + names + width * phase.start_us / whole
            length = max(_LEAST_BAR, width * phase.taken_us / whole)
            self._text(painter, _MARGIN, top, names, phase.name, theme.text)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours[phase.name]))
            painter.drawRoundedRect(QRectF(left, top + 6, length, self._row() - 12), 3, 3)
            right = _MARGIN + names + width + 12
            self._text(painter, right, top, figures, duration_words(phase.taken_us), theme.text_muted)
        top = _MARGIN + len(self._phases) * self._row()
        painter.setPen(QColor(theme.border))
        painter.drawLine(_MARGIN, top, self.width() - _MARGIN, top)
        self._text(painter, _MARGIN, top, names, "Altogether", theme.text)
        right = _MARGIN + names + width + 12
        self._text(painter, right, top, figures, duration_words(self._total_us), theme.text)

    def _text(self, painter: QPainter, left: float, top: float, width: float, text: str, colour: str) -> None:
        painter.setPen(QColor(colour))
        place = QRectF(left, top, width, self._row())
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)

    def _colours(self) -> dict[str, str]:
        theme = self._appearance.theme
        return {
            "DNS": theme.status_redirect,
            "Connect": theme.method_put,
            "Connect, with TLS": theme.method_put,
            "TLS": theme.method_patch,
            "Send": theme.method_other,
            "Wait": theme.status_ok,
            "Receive": theme.accent,
        }
