"""One frame of a payload: the rows in view with their marks, the numbers beside them, the caret."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter

from workbench.ui.widgets.lines import LineSource
from workbench.ui.widgets.searching import Search
from workbench.ui.widgets.syntax_colours import SyntaxColours
from workbench.ui.widgets.typesetting import Typesetter

_LINE_ENDING_CELLS = 0.6


@dataclass(frozen=True, slots=True)
class Marks:
    """What stands out in the rows: the selected bytes, the caret's place, and what a search has found."""

    selected: tuple[int, int] = (0, 0)
    caret: int = 0
    search: Search | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """What a frame shows. `top` and `left` say which pixel of the text stands in the view's corner."""

    lines: LineSource
    typesetter: Typesetter
    colours: SyntaxColours
    font: QFont
    marks: Marks
    top: int
    left: int
    gutter: int
    margin: int
    size: QRect
    focused: bool

    @property
    def text_left(self) -> float:
        """The view's x of a row's left edge."""
        return float(self.gutter + self.margin - self.left)

    @property
    def shown(self) -> tuple[float, float]:
        """The x range of rows that is in view."""
        return float(max(self.left - self.margin, 0)), float(self.left + self.size.width() - self.gutter)

    @property
    def rows(self) -> range:
        """The rows that are in view, wholly or in part."""
        height = self.typesetter.row_height
        first = max(self.top // height, 0)
        return range(first, min((self.top + self.size.height()) // height + 1, self.lines.count))

    def row_top(self, row: int) -> int:
        return row * self.typesetter.row_height - self.top


def paint_frame(painter: QPainter, frame: Frame) -> None:
    """Paint the rows in view over the background."""
    painter.setFont(frame.font)
    painter.setClipRect(QRect(frame.gutter, 0, frame.size.width() - frame.gutter, frame.size.height()))
    caret_row = frame.lines.row_at(frame.marks.caret)
    if frame.focused and frame.marks.selected[0] == frame.marks.selected[1]:
        _fill_row(painter, frame, caret_row)
    for row in frame.rows:
        _paint_marks(painter, frame, row)
        frame.typesetter.draw(painter, row, frame.text_left, frame.row_top(row), frame.shown)
    if frame.focused:
        _paint_caret(painter, frame, caret_row)
    painter.setClipping(False)
    if frame.gutter:
        _paint_gutter(painter, frame, caret_row)


def _fill_row(painter: QPainter, frame: Frame, row: int) -> None:
    band = QRect(0, frame.row_top(row), frame.size.width(), frame.typesetter.row_height)
    painter.fillRect(band, QColor(frame.colours.current_line))


def _paint_marks(painter: QPainter, frame: Frame, row: int) -> None:
    """Paint matches, then the selection over them; a selection that is a match shines as the current one."""
    start, end = frame.lines.byte_range(row)
    matches = (
        []
        if frame.marks.search is None
        else frame.marks.search.between(*frame.typesetter.shown_bytes(row, frame.shown))
    )
    for match in matches:
        _fill(painter, frame, row, match, frame.colours.match)
    first, last = frame.marks.selected
    if first < last and first < max(end, start + 1) and last > start:
        colour = frame.colours.match_current if frame.marks.selected in matches else frame.colours.selection
        _fill(painter, frame, row, frame.marks.selected, colour)
        if last > frame.lines.text_end(row) and end > frame.lines.text_end(row):
            _fill_line_ending(painter, frame, row, colour)


def _fill(painter: QPainter, frame: Frame, row: int, stretch: tuple[int, int], colour: str) -> None:
    for left, right in frame.typesetter.spans(row, *stretch, frame.shown):
        _fill_span(painter, frame, row, left, right, colour)


def _fill_line_ending(painter: QPainter, frame: Frame, row: int, colour: str) -> None:
    if frame.lines.numbered:
        left = frame.typesetter.width(row)
        _fill_span(painter, frame, row, left, left + _LINE_ENDING_CELLS * frame.typesetter.cell, colour)


def _fill_span(painter: QPainter, frame: Frame, row: int, left: float, right: float, colour: str) -> None:
    box = QRectF(frame.text_left + left, frame.row_top(row), right - left, frame.typesetter.row_height)
    painter.fillRect(box, QColor(colour))


def _paint_caret(painter: QPainter, frame: Frame, row: int) -> None:
    if row in frame.rows:
        x = frame.text_left + frame.typesetter.x_of(row, frame.marks.caret)
        caret = QRectF(round(x) - 1, frame.row_top(row) + 1, 2, frame.typesetter.row_height - 2)
        painter.fillRect(caret, QColor(frame.colours.foreground))


def _paint_gutter(painter: QPainter, frame: Frame, caret_row: int) -> None:
    painter.fillRect(QRect(0, 0, frame.gutter, frame.size.height()), QColor(frame.colours.gutter))
    if frame.focused and frame.marks.selected[0] == frame.marks.selected[1]:
        painter.setClipRect(QRect(0, 0, frame.gutter, frame.size.height()))
        _fill_row(painter, frame, caret_row)
        painter.setClipping(False)
    right = frame.gutter - frame.margin
    for row in frame.rows:
        number = str(row + 1)
        current = frame.focused and row == caret_row
        painter.setPen(QColor(frame.colours.foreground if current else frame.colours.gutter_text))
        x = right - len(number) * frame.typesetter.cell
        painter.drawText(QPointF(x, frame.row_top(row) + frame.typesetter.baseline), number)


def paint_placeholder(painter: QPainter, size: QRect, words: str, colours: SyntaxColours) -> None:
    """Say in the middle of an empty view why there is nothing to see."""
    painter.setPen(QColor(colours.gutter_text))
    painter.drawText(size.adjusted(24, 24, -24, -24), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, words)
