"""Where a caret goes from a place: to the next character, word, row, or the ends of the content."""

import re

from workbench.ui.widgets.lines import LineSource
from workbench.ui.widgets.typesetting import Typesetter

_WORD = re.compile(r"\w+|\s+|[^\w\s]")
_WORD_AND_SPACE = re.compile(r"(?:\w+|[^\w\s]+)?\s*")


class Motions:
    """Motions over one content in one setting; places are byte offsets."""

    def __init__(self, lines: LineSource, typesetter: Typesetter) -> None:
        self._lines = lines
        self._typesetter = typesetter

    def next_character(self, offset: int) -> int:
        row = self._lines.row_at(offset)
        if offset >= self._lines.text_end(row):
            return self._lines.byte_range(row)[1]
        return self._typesetter.step(row, offset, forward=True)

    def previous_character(self, offset: int) -> int:
        row = self._lines.row_at(offset)
        if offset > self._lines.byte_range(row)[0]:
            return self._typesetter.step(row, offset, forward=False)
        return self._last_of_row(row - 1) if row else 0

    def next_word(self, offset: int) -> int:
        row = self._lines.row_at(offset)
        if offset >= self._lines.text_end(row):
            return self.next_character(offset)
        piece = self._lines.piece(row, self._lines.piece_at(row, offset))
        found = _WORD_AND_SPACE.match(piece.text, piece.column_of(offset))
        return max(piece.offset_of(found.end()) if found else offset, self.next_character(offset))

    def previous_word(self, offset: int) -> int:
        row = self._lines.row_at(offset)
        before = self.previous_character(offset)
        if offset <= self._lines.byte_range(row)[0]:
            return before
        piece = self._lines.piece(row, self._lines.piece_at(row, before))
        starts = (found.start() for found in _WORD_AND_SPACE.finditer(piece.text, 0, piece.column_of(offset)))
        return max((at for at in map(piece.offset_of, starts) if at < offset), default=before)

    def row_start(self, offset: int) -> int:
        return self._lines.byte_range(self._lines.row_at(offset))[0]

    def row_end(self, offset: int) -> int:
        return self._lines.text_end(self._lines.row_at(offset))

    def content_start(self, offset: int) -> int:
        return 0

    def content_end(self, offset: int) -> int:
        return len(self._lines.content)

    def vertical(self, offset: int, rows: int, x: float) -> int:
        """Return the place some rows below (above: negative) nearest to an x; the ends where there are too few."""
        row = self._lines.row_at(offset) + rows
        if row < 0:
            return 0
        if row >= self._lines.count:
            return len(self._lines.content)
        return self._typesetter.offset_at(row, x)

    def character_range(self, offset: int) -> tuple[int, int]:
        return offset, offset

    def word_range(self, offset: int) -> tuple[int, int]:
        """Return the word, the run of spaces or the sign at a place."""
        row = self._lines.row_at(offset)
        piece = self._lines.piece(row, self._lines.piece_at(row, offset))
        column = min(piece.column_of(offset), max(len(piece.text) - 1, 0))
        for found in _WORD.finditer(piece.text):
            if found.end() > column:
                return piece.offset_of(found.start()), piece.offset_of(found.end())
        return offset, offset

    def row_range(self, offset: int) -> tuple[int, int]:
        """Return a whole row, its line ending included."""
        return self._lines.byte_range(self._lines.row_at(offset))

    def _last_of_row(self, row: int) -> int:
        """Return the last place within a row that is not the next row's first."""
        end = self._lines.byte_range(row)[1]
        text_end = self._lines.text_end(row)
        return text_end if text_end < end else self._typesetter.step(row, end, forward=False)
