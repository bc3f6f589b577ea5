"""Rows of content that scroll and zoom: what is in view is set and painted, the rest only counted."""

from PySide6.QtCore import QPointF, Qt, QTimer
from PySide6.QtGui import QColor, QFocusEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from workbench.ui.fonts import code_font
from workbench.ui.widgets.code_painting import Frame, Marks, paint_frame, paint_placeholder
from workbench.ui.widgets.lexing import Highlighter, Lexer
from workbench.ui.widgets.lines import LineSource, TextLines
from workbench.ui.widgets.syntax_colours import LIGHT, SyntaxColours
from workbench.ui.widgets.typesetting import Typesetter

_MARGIN = 12
_PADDING = 6
_TALLEST = 1 << 30
_SPOKEN_CHARACTERS = 4_000
_POINT_SIZES = (6.0, 40.0)


class RowsArea(QAbstractScrollArea):
    """Content as coloured rows beside their numbers. What is marked on them is told by `_marks`."""

    def __init__(self, lex: Lexer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lex = lex
        self._lines: LineSource = TextLines(b"")
        self._highlighter = Highlighter(self._lines, None, lex)
        self._colours = LIGHT
        self._placeholder = ""
        self._font = code_font()
        self._first_point_size = self._font.pointSizeF()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setCursor(Qt.CursorShape.IBeamCursor)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._set_rows()

    @property
    def lines(self) -> LineSource:
        """What is shown."""
        return self._lines

    @property
    def colours(self) -> SyntaxColours:
        return self._colours

    @property
    def typesetter(self) -> Typesetter:
        """Where characters stand; another one after each change of content, font or colours."""
        return self._typesetter

    def set_content(self, lines: LineSource, language: str | None) -> None:
        """Show other content from its top; the language is one of `lexing.LANGUAGES`, None: the rows' own, if any."""
        self._lines = lines
        self._highlighter = Highlighter(lines, language or lines.language, self._lex)
        self._set_rows()
        self.verticalScrollBar().setValue(0)
        self.horizontalScrollBar().setValue(0)

    def set_colours(self, colours: SyntaxColours) -> None:
        """Paint in these colours from now on, and in the font that a person may have chosen meanwhile."""
        self._colours = colours
        chosen = code_font()
        if (chosen.family(), chosen.pointSizeF()) != (self._font.family(), self._first_point_size):
            self._font, self._first_point_size = chosen, chosen.pointSizeF()
        self._set_rows()

    def set_placeholder(self, words: str) -> None:
        """Say this where there is no content."""
        self._placeholder = words
        self.viewport().update()

    def zoom(self, steps: int) -> None:
        """Make the text larger by points, smaller where negative; 0: as it was at first. The top row stays."""
        size = self._font.pointSizeF() + steps if steps else self._first_point_size
        top_row = max(self._top(), 0) // self._typesetter.row_height
        self._font.setPointSizeF(min(max(size, _POINT_SIZES[0]), _POINT_SIZES[1]))
        self._set_rows()
        self._scroll_to(top_row * self._typesetter.row_height)

    def offset_at(self, point: QPointF) -> int:
        """Return the place nearest to a point of the view, which may lie outside; there must be a row."""
        row = int((point.y() + self._top()) // self._typesetter.row_height)
        x = point.x() - self._gutter - _MARGIN + self.horizontalScrollBar().value()
        return self._typesetter.offset_at(min(max(row, 0), self._lines.count - 1), max(x, 0.0))

    def page_rows(self) -> int:
        """Return the rows that a page key goes over."""
        return max(self.viewport().height() // self._typesetter.row_height - 1, 1)

    def reveal(self, offset: int) -> None:
        """Scroll as little as brings a place into view, one far off into the middle."""
        if not self._lines.count:
            return
        row, height = self._lines.row_at(offset), self.viewport().height()
        shown, row_height = self._top(), self._typesetter.row_height
        top = row * row_height
        if top < shown or top + row_height > shown + height:
            far = top < shown - height or top > shown + 2 * height
            above = height // 2 if far else (0 if top < shown else height - row_height)
            self._scroll_to(top - above)
        self._reveal_x(self._typesetter.x_of(row, offset))

    def _marks(self) -> Marks:
        """Return what is selected and found."""
        return Marks()

    def _set_rows(self) -> None:
        """Set the rows anew: other content, font or colours."""
        self._typesetter = Typesetter(self._lines, self._highlighter.tokens, self._colours, self._font)
        digits = max(len(str(self._lines.count)), 3)
        self._gutter = round(digits * self._typesetter.cell) + 2 * _MARGIN if self._lines.numbered else 0
        self._widest = self._lines.longest * self._typesetter.cell
        self._update_ranges()
        self.viewport().update()

    def _update_ranges(self) -> None:
        height = self._lines.count * self._typesetter.row_height + 2 * _PADDING
        # Qt's scroll bars count to 2^31: what is taller is scrolled by rows.
        self._unit = self._typesetter.row_height if height > _TALLEST else 1
        view = self.viewport().size()
        self._set_range(Qt.Orientation.Vertical, height, view.height(), self._typesetter.row_height, self._unit)
        width = round(self._widest) + 2 * _MARGIN
        self._set_range(
            Qt.Orientation.Horizontal, width, view.width() - self._gutter, round(4 * self._typesetter.cell)
        )

    def _set_range(self, which: Qt.Orientation, extent: int, view: int, step: int, unit: int = 1) -> None:
        bar = self.verticalScrollBar() if which == Qt.Orientation.Vertical else self.horizontalScrollBar()
        bar.setRange(0, min(-(-max(extent - view, 0) // unit), 2 * _TALLEST - 1) if self._lines.count else 0)
        bar.setPageStep(max(view // unit, 1))
        bar.setSingleStep(max(step // unit, 1))

    def _top(self) -> int:
        """Return which pixel of the rows is at the view's top; negative in the padding above them."""
        return self.verticalScrollBar().value() * self._unit - _PADDING

    def _scroll_to(self, top: int) -> None:
        self.verticalScrollBar().setValue((top + _PADDING) // self._unit)

    def _reveal_x(self, x: float) -> None:
        bar, width = self.horizontalScrollBar(), self.viewport().width() - self._gutter - 2 * _MARGIN
        ahead = min(4 * self._typesetter.cell, width / 2)
        if x < bar.value():
            bar.setValue(round(max(x - ahead, 0)))
        elif x > bar.value() + width:
            bar.setValue(round(x + ahead - width))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._update_ranges()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta().y()
        if not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().wheelEvent(event)
        elif turned:
            self.zoom(1 if turned > 0 else -1)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), QColor(self._colours.background))
        frame = self._frame()
        if self._lines.count:
            paint_frame(painter, frame)
            self._widen(frame.rows)
        else:
            paint_placeholder(painter, frame.size, self._placeholder, self._colours)
        if frame.focused:
            accent = self.palette().highlight().color()
            accent.setAlphaF(0.45)
            painter.setPen(accent)
            painter.drawRect(frame.size.adjusted(0, 0, -1, -1))

    def _frame(self) -> Frame:
        return Frame(
            lines=self._lines,
            typesetter=self._typesetter,
            colours=self._colours,
            font=self._font,
            marks=self._marks(),
            top=self._top(),
            left=self.horizontalScrollBar().value(),
            gutter=self._gutter,
            margin=_MARGIN,
            size=self.viewport().rect(),
            focused=self.hasFocus(),
        )

    def _widen(self, rows: range) -> None:
        """Let the scroll bar reach the ends of what was painted, where they were guessed too near."""
        widest = max((self._typesetter.width(row) for row in rows), default=0.0)
        if widest > self._widest + 1:
            self._widest = widest
            QTimer.singleShot(0, self, self._update_ranges)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.setAccessibleDescription(self._spoken())
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def _spoken(self) -> str:
        """Return the rows in view as text for a screen reader, which has no other way into a painted view."""
        rows = (self._lines.piece(row, 0).text for row in self._frame().rows)
        return "\n".join(rows)[:_SPOKEN_CHARACTERS] or self._placeholder
