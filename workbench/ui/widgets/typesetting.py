"""Where the characters of a row stand, and how they are painted.

Printable ASCII stands in cells, which are counted; all else (CJK, emoji, combining marks, tabs) is shaped by Qt, a
piece at a time. A long row that is not all ASCII has places that are guessed until its pieces are seen: shaping
10 MB takes seconds, so only what is left of the view and was never looked at is guessed.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from itertools import accumulate
from typing import Any, Protocol

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QTextCharFormat, QTextLayout, QTextOption

from workbench.ui.widgets.lexing import Token, TokenKind
from workbench.ui.widgets.lines import PIECE_BYTES, LineSource, Piece, estimated_columns
from workbench.ui.widgets.syntax_colours import SyntaxColours

TAB_CELLS = 4
_LINE_SPACING = 1.35
_LAYOUTS_KEPT = 512


class PieceLayout(Protocol):
    """A piece of a row, set: `x` counts pixels from its left edge, a step goes over one visible character."""

    piece: Piece
    width: float

    def x_of(self, column: int) -> float: ...

    def column_at(self, x: float) -> int: ...

    def step(self, column: int, forward: bool) -> int: ...

    def draw(self, painter: QPainter, left: float, baseline: float, shown: tuple[float, float]) -> None: ...


class EvenLayout:
    """Printable ASCII: a character a cell, drawn by `drawText` per token and only where it shows."""

    def __init__(self, piece: Piece, tokens: Sequence[Token], colours: dict[str, QColor], cell: float) -> None:
        self.piece = piece
        self._text = piece.text
        self._runs = _runs(tokens, len(self._text))
        self._colours = colours
        self._cell = cell
        self.width = len(self._text) * cell

    def x_of(self, column: int) -> float:
        return column * self._cell

    def column_at(self, x: float) -> int:
        return min(max(round(x / self._cell), 0), len(self._text))

    def step(self, column: int, forward: bool) -> int:
        return column + 1 if forward else column - 1

    def draw(self, painter: QPainter, left: float, baseline: float, shown: tuple[float, float]) -> None:
        first = max(int((shown[0] - left) / self._cell), 0)
        last = int((shown[1] - left) / self._cell) + 1
        for start, end, kind in self._runs:
            if end > first and start < last:
                start, end = max(start, first), min(end, last)
                text = self._text[start:end]
                if not text.isspace():
                    painter.setPen(self._colours[kind])
                    painter.drawText(QPointF(left + start * self._cell, baseline), text)


class ShapedLayout:
    """Any other text, shaped by Qt: what is wide is wide, what combines is one step."""

    def __init__(
        self, piece: Piece, tokens: Sequence[Token], colours: dict[str, QColor], font: QFont, cell: float
    ) -> None:
        self.piece = piece
        self._text = piece.text
        self._astral = max(self._text, default="") > "\uffff"
        self._layout = QTextLayout(self._text, font)
        # Else Qt forgets the glyphs and shapes the text again for each question.
        self._layout.setCacheEnabled(True)
        self._layout.setTextOption(_text_option(cell))
        self._layout.setFormats([self._format(start, end, colours[kind]) for start, end, kind in tokens])
        self._layout.beginLayout()
        self._line = self._layout.createLine()
        self._line.setLineWidth(1e7)
        self._layout.endLayout()
        self._foreground = colours["text"]
        self.width = self._x(self._units(len(self._text)))

    def x_of(self, column: int) -> float:
        return self._x(self._units(column))

    def column_at(self, x: float) -> int:
        return self._column(self._line.xToCursor(x))

    def step(self, column: int, forward: bool) -> int:
        units = self._units(column)
        layout = self._layout
        return self._column(layout.nextCursorPosition(units) if forward else layout.previousCursorPosition(units))

    def draw(self, painter: QPainter, left: float, baseline: float, shown: tuple[float, float]) -> None:
        painter.setPen(self._foreground)
        self._layout.draw(painter, QPointF(left, baseline - self._line.ascent()))

    def _format(self, start: int, end: int, colour: QColor) -> QTextLayout.FormatRange:
        stretch = QTextLayout.FormatRange()
        stretch.start = self._units(start)
        stretch.length = self._units(end) - stretch.start
        stretch.format = QTextCharFormat()
        stretch.format.setForeground(colour)
        return stretch

    def _x(self, units: int) -> float:
        # PySide returns what C++ writes back, the position, beside the x; its stubs do not know.
        x: Any = self._line.cursorToX(units)
        return x[0]

    def _units(self, column: int) -> int:
        """Return Qt's position, in UTF-16 units, of a column."""
        return len(self._text[:column].encode("utf-16-le")) // 2 if self._astral else column

    def _column(self, units: int) -> int:
        if not self._astral:
            return units
        return len(self._text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", "ignore"))


@dataclass(slots=True)
class Edges:
    """Where the pieces of a long row begin, in pixels; widths are guessed until told."""

    widths: list[float]
    lefts: list[float]

    @classmethod
    def of(cls, widths: list[float]) -> "Edges":
        return cls(widths, list(accumulate(widths, initial=0.0)))

    def learn(self, index: int, width: float) -> None:
        if abs(self.widths[index] - width) > 0.01:
            self.widths[index] = width
            self.lefts[index:] = accumulate(self.widths[index:], initial=self.lefts[index])


class Typesetter:
    """The rows of one content in one font and one set of colours. All x are pixels from a row's left edge."""

    def __init__(
        self,
        lines: LineSource,
        tokens: Callable[[int, int], Sequence[Token]],
        colours: SyntaxColours,
        font: QFont,
    ) -> None:
        self._lines = lines
        self._tokens = tokens
        self._font = font
        self._colours = {field.name: QColor(getattr(colours, field.name)) for field in fields(colours)}
        self._colours["text"] = self._colours["foreground"]
        metrics = QFontMetricsF(font)
        self.cell = metrics.horizontalAdvance("0" * 100) / 100
        self.row_height = round(metrics.height() * _LINE_SPACING)
        self.baseline = round((self.row_height - metrics.height()) / 2 + metrics.ascent())
        self._set = lru_cache(maxsize=_LAYOUTS_KEPT)(self._set_piece)
        self._edges = lru_cache(maxsize=64)(self._guess_edges)

    def width(self, row: int) -> float:
        """Return a row's width; a guess where it is long and not all ASCII."""
        last = self._lines.piece_count(row) - 1
        if last and self._lines.even(row):
            return (self._lines.text_end(row) - self._lines.byte_range(row)[0]) * self.cell
        return self._edges(row).lefts[-1] if last else self._layout(row, 0).width

    def x_of(self, row: int, offset: int) -> float:
        """Return where a byte of a row stands."""
        index = self._lines.piece_at(row, offset)
        layout = self._layout(row, index)
        return self._left(row, index) + layout.x_of(layout.piece.column_of(offset))

    def offset_at(self, row: int, x: float) -> int:
        """Return the place nearest to an x, always between visible characters."""
        index = self._piece_at(row, x)
        layout = self._layout(row, index)
        return layout.piece.offset_of(layout.column_at(x - self._left(row, index)))

    def step(self, row: int, offset: int, forward: bool) -> int:
        """Return the place one visible character on within a row."""
        index = self._lines.piece_at(row, offset)
        layout = self._layout(row, index)
        if not forward and offset == layout.piece.start and index:
            layout = self._layout(row, index - 1)
        piece = layout.piece
        return piece.offset_of(layout.step(piece.column_of(offset), forward))

    def spans(self, row: int, start: int, end: int, shown: tuple[float, float]) -> list[tuple[float, float]]:
        """Return the x ranges that show the bytes between two places, as far as they are in view."""
        found: list[tuple[float, float]] = []
        for index, left in self._shown_pieces(row, shown):
            layout = self._layout(row, index)
            for first, last in layout.piece.columns(start, end):
                edges = sorted((layout.x_of(first), layout.x_of(last)))
                found.append((left + edges[0], left + edges[1]))
        return found

    def shown_bytes(self, row: int, shown: tuple[float, float]) -> tuple[int, int]:
        """Return the bytes of a row that are in view, whole pieces."""
        pieces = [index for index, _ in self._shown_pieces(row, shown)]
        return self._lines.piece(row, pieces[0]).start, self._lines.piece(row, pieces[-1]).end

    def draw(self, painter: QPainter, row: int, left: float, top: float, shown: tuple[float, float]) -> None:
        """Paint what is in view of a row whose left edge is at `left`."""
        on_screen = (shown[0] + left, shown[1] + left)
        for index, piece_left in self._shown_pieces(row, shown):
            self._layout(row, index).draw(painter, left + piece_left, top + self.baseline, on_screen)

    def _shown_pieces(self, row: int, shown: tuple[float, float]) -> list[tuple[int, float]]:
        """Return the pieces in view and their left edges; what is seen is measured first."""
        index = self._piece_at(row, shown[0])
        found: list[tuple[int, float]] = []
        while index < self._lines.piece_count(row):
            left = self._left(row, index)
            if found and left >= shown[1]:
                break
            self._layout(row, index)
            found.append((index, left))
            index += 1
        return found

    def _piece_at(self, row: int, x: float) -> int:
        count = self._lines.piece_count(row)
        if count == 1:
            return 0
        if self._lines.even(row):
            index = int(x / (PIECE_BYTES * self.cell))
        else:
            index = bisect_right(self._edges(row).lefts, x) - 1
        return min(max(index, 0), count - 1)

    def _left(self, row: int, index: int) -> float:
        if index == 0:
            return 0.0
        return index * PIECE_BYTES * self.cell if self._lines.even(row) else self._edges(row).lefts[index]

    def _layout(self, row: int, index: int) -> PieceLayout:
        layout = self._set(row, index)
        if self._lines.piece_count(row) > 1 and not self._lines.even(row):
            self._edges(row).learn(index, layout.width)
        return layout

    def _set_piece(self, row: int, index: int) -> PieceLayout:
        piece = self._lines.piece(row, index)
        tokens = self._tokens(row, index)
        if piece.even:
            return EvenLayout(piece, tokens, self._colours, self.cell)
        return ShapedLayout(piece, tokens, self._colours, self._font, self.cell)

    def _guess_edges(self, row: int) -> Edges:
        start, end = self._lines.byte_range(row)[0], self._lines.text_end(row)
        raw = self._lines.content[start:end]
        pieces = (raw[at : at + PIECE_BYTES] for at in range(0, len(raw), PIECE_BYTES))
        return Edges.of([estimated_columns(piece) * self.cell for piece in pieces])


def _runs(tokens: Sequence[Token], length: int) -> list[Token]:
    """Return tokens with the plain text between them."""
    runs: list[Token] = []
    at = 0
    for start, end, kind in tokens:
        if start > at:
            runs.append((at, start, TokenKind.TEXT))
        runs.append((start, end, kind))
        at = end
    if at < length:
        runs.append((at, length, TokenKind.TEXT))
    return runs


def _text_option(cell: float) -> QTextOption:
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.NoWrap)
    option.setTabStopDistance(TAB_CELLS * cell)
    # Bytes are shown in their order: a right-to-left word is shaped, the row still runs from the left.
    option.setTextDirection(Qt.LayoutDirection.LeftToRight)
    return option
