"""A payload to read, select, search and copy: a view over bytes, not over a document.

Only what is in view is decoded, lexed and laid out, so 10 MB cost as little as 10 KB, and what is copied are the
bytes that were sent: a QTextDocument changes line endings, no-break spaces and marks, and needs 3 s for 10 MB.
"""

from collections.abc import Callable

from PySide6.QtCore import QBasicTimer, QElapsedTimer, QMimeData, QPointF, Qt, QTimer, QTimerEvent, Signal
from PySide6.QtGui import (
    QAction,
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QFont,
    QFontDatabase,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QMenu, QWidget

from workbench.ui.widgets.code_painting import Frame, paint_frame, paint_placeholder
from workbench.ui.widgets.lexing import Highlighter, Lexer, tokens
from workbench.ui.widgets.lines import LineSource, TextLines
from workbench.ui.widgets.motions import Motions
from workbench.ui.widgets.searching import FindResult, Search
from workbench.ui.widgets.syntax_colours import DARK, LIGHT, SyntaxColours
from workbench.ui.widgets.typesetting import Typesetter

__all__ = ["DARK", "LIGHT", "CodeView", "FindResult", "SyntaxColours"]

FOUND_AT_ONCE_BYTES = 2 << 20
"""Content up to this size is searched within the call: some 16 ms."""

_MARGIN = 12
_PADDING = 6
_TALLEST = 1 << 30
_SPOKEN_CHARACTERS = 4_000
_POINT_SIZES = (6.0, 40.0)

_Key = QKeySequence.StandardKey
_MOTIONS: tuple[tuple[_Key, _Key, Callable[[Motions, int], int]], ...] = (
    (_Key.MoveToNextChar, _Key.SelectNextChar, Motions.next_character),
    (_Key.MoveToPreviousChar, _Key.SelectPreviousChar, Motions.previous_character),
    (_Key.MoveToNextWord, _Key.SelectNextWord, Motions.next_word),
    (_Key.MoveToPreviousWord, _Key.SelectPreviousWord, Motions.previous_word),
    (_Key.MoveToStartOfLine, _Key.SelectStartOfLine, Motions.row_start),
    (_Key.MoveToEndOfLine, _Key.SelectEndOfLine, Motions.row_end),
    (_Key.MoveToStartOfDocument, _Key.SelectStartOfDocument, Motions.content_start),
    (_Key.MoveToEndOfDocument, _Key.SelectEndOfDocument, Motions.content_end),
)
_ROW_MOTIONS = (
    (_Key.MoveToNextLine, _Key.SelectNextLine, 1, False),
    (_Key.MoveToPreviousLine, _Key.SelectPreviousLine, -1, False),
    (_Key.MoveToNextPage, _Key.SelectNextPage, 1, True),
    (_Key.MoveToPreviousPage, _Key.SelectPreviousPage, -1, True),
)


class CodeView(QAbstractScrollArea):
    """Content as coloured rows. Places are byte offsets; the selection lies between an anchor and a caret."""

    find_requested = Signal()
    """Someone asked to search; the owner shows its find bar."""

    found = Signal(object)
    """A `FindResult`, after each `find` and while a long search goes on."""

    content_changed = Signal()

    def __init__(self, parent: QWidget | None = None, *, lex: Lexer = tokens) -> None:
        super().__init__(parent)
        self._lex = lex
        self._lines: LineSource = TextLines(b"")
        self._highlighter = Highlighter(self._lines, None, lex)
        self._colours = LIGHT
        self._placeholder = ""
        self._font = _fixed_font()
        self._first_point_size = self._font.pointSizeF()
        self._anchor = self._caret = 0
        self._wanted_x: float | None = None
        self._widest = 0.0
        self._search: Search | None = None
        self._sought: tuple[str, bool] | None = None
        self._seeking: tuple[int, bool] | None = None
        self._match = -1
        self._pressed = (0, 0)
        self._unit: Callable[[int], tuple[int, int]] | None = None
        self._pointer = QPointF()
        self._since_double_click = QElapsedTimer()
        self._drag_timer = QBasicTimer()
        self._search_timer = QTimer(self, interval=0)
        self._search_timer.timeout.connect(self._search_on)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Payload"))
        self.viewport().setCursor(Qt.CursorShape.IBeamCursor)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._make_actions()
        self._set_again()

    # Content and look

    @property
    def lines(self) -> LineSource:
        """What is shown."""
        return self._lines

    @property
    def colours(self) -> SyntaxColours:
        return self._colours

    def set_content(self, lines: LineSource, language: str | None) -> None:
        """Show other content from its top; one of `lexing.LANGUAGES`, None: no colours. A search ends."""
        self.clear_find()
        self._lines = lines
        self._highlighter = Highlighter(lines, language, self._lex)
        self._anchor = self._caret = 0
        self._unit = None
        self._drag_timer.stop()
        self._set_again()
        self.verticalScrollBar().setValue(0)
        self.horizontalScrollBar().setValue(0)
        self.content_changed.emit()

    def set_colours(self, colours: SyntaxColours) -> None:
        """Paint in these colours from now on."""
        self._colours = colours
        self._set_again()

    def set_placeholder(self, words: str) -> None:
        """Say this where there is no content."""
        self._placeholder = words
        self.viewport().update()

    def zoom(self, steps: int) -> None:
        """Make the text larger by points, smaller where negative; 0: as it was at first."""
        size = self._font.pointSizeF() + steps if steps else self._first_point_size
        self._font.setPointSizeF(min(max(size, _POINT_SIZES[0]), _POINT_SIZES[1]))
        self._set_again()

    # Selection

    @property
    def selection(self) -> tuple[int, int]:
        """The first selected byte and the byte after the last; equal where nothing is selected."""
        return min(self._anchor, self._caret), max(self._anchor, self._caret)

    @property
    def caret(self) -> int:
        return self._caret

    def selected_bytes(self) -> bytes:
        """Return exactly the bytes that are selected, line endings and broken characters as they came."""
        start, end = self.selection
        return self._lines.content[start:end]

    def select(self, anchor: int, caret: int) -> None:
        """Select the bytes between two places and bring the second into view."""
        self._anchor, self._caret = anchor, caret
        self._wanted_x = None
        self._reveal(caret)
        self.viewport().update()

    def select_all(self) -> None:
        """Select all content; what is in view stays."""
        self._anchor, self._caret = 0, len(self._lines.content)
        self.viewport().update()

    def copy(self) -> None:
        """Put the selection on the clipboard: as text, and as bytes where the text would not give them back."""
        start, end = self.selection
        if start == end:
            return
        words = self._lines.copied(start, end)
        copied = QMimeData()
        copied.setText(words)
        if words.encode() != self.selected_bytes():
            copied.setData("application/octet-stream", self.selected_bytes())
        QGuiApplication.clipboard().setMimeData(copied)

    # Search

    def find(self, text: str, backwards: bool = False, case_sensitive: bool = False) -> FindResult:
        """Select the next match, around the end if need be; a new text is sought from the selection's start on.

        Large content is searched while the window lives on: the result then comes with `found`.
        """
        if not text:
            self.clear_find()
            return FindResult(0, 0)
        start, end = self.selection
        if self._search is None or self._sought != (text, case_sensitive):
            self._search = Search(self._lines.content, text, case_sensitive)
            self._sought = (text, case_sensitive)
            self._match = -1
            end = start
        self._seeking = (start if backwards else end, backwards)
        self._search.advance()
        while not self._search.done and len(self._lines.content) <= FOUND_AT_ONCE_BYTES:
            self._search.advance()
        if not self._search.done:
            self._search_timer.start()
        return self._seek(self._search)

    def clear_find(self) -> None:
        """Forget the search; the selection stays."""
        self._search_timer.stop()
        self._search = self._sought = self._seeking = None
        self._match = -1
        self.viewport().update()

    def _search_on(self) -> None:
        if self._search is not None:
            self._search.advance()
            if self._search.done:
                self._search_timer.stop()
            self._seek(self._search)

    def _seek(self, search: Search) -> FindResult:
        """Go to the sought match if it was found meanwhile."""
        if self._seeking is not None:
            offset, backwards = self._seeking
            match = search.preceding(offset) if backwards else search.following(offset)
            if match is not None:
                self._match, self._seeking = match, None
                start = search.starts[match]
                self.select(start, search.end_of(start))
        self.viewport().update()
        result = FindResult(self._match + 1, search.count)
        self.found.emit(result)
        return result

    # Actions

    def _make_actions(self) -> None:
        self._copy_action = self._action(self.tr("Copy"), _Key.Copy, self.copy)
        self._select_all_action = self._action(self.tr("Select all"), _Key.SelectAll, self.select_all)
        self._find_action = self._action(self.tr("Find…"), _Key.Find, self.find_requested.emit)
        self._action(self.tr("Zoom in"), _Key.ZoomIn, self._zoom_in, "Ctrl+=")
        self._action(self.tr("Zoom out"), _Key.ZoomOut, self._zoom_out)
        self._action(self.tr("Actual size"), "Ctrl+0", self._zoom_back)

    def _action(self, words: str, key: _Key | str, slot: Callable[[], None], also: str | None = None) -> QAction:
        action = QAction(words, self)
        keys = [QKeySequence(key)] if isinstance(key, str) else QKeySequence.keyBindings(key)
        action.setShortcuts([*keys, *([QKeySequence(also)] if also else [])])
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(slot)
        self.addAction(action)
        return action

    def _zoom_in(self) -> None:
        self.zoom(1)

    def _zoom_out(self) -> None:
        self.zoom(-1)

    def _zoom_back(self) -> None:
        self.zoom(0)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        start, end = self.selection
        self._copy_action.setEnabled(start < end)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions([self._copy_action, self._select_all_action])
        menu.addSeparator()
        menu.addAction(self._find_action)
        menu.popup(event.globalPos())

    # Keys and mouse

    def keyPressEvent(self, event: QKeyEvent) -> None:
        for move, select, motion in _MOTIONS:
            if event.matches(move) or event.matches(select):
                return self._go(motion(self._motions, self._caret), extend=event.matches(select))
        for move, select, rows, page in _ROW_MOTIONS:
            if event.matches(move) or event.matches(select):
                return self._go_rows(rows * (self._page_rows() if page else 1), extend=event.matches(select))
        return super().keyPressEvent(event)

    def _go(self, offset: int, *, extend: bool) -> None:
        self.select(self._anchor if extend else offset, offset)

    def _go_rows(self, rows: int, *, extend: bool) -> None:
        if not self._lines.count:
            return
        row = self._lines.row_at(self._caret)
        x = self._typesetter.x_of(row, self._caret) if self._wanted_x is None else self._wanted_x
        self._go(self._motions.vertical(self._caret, rows, x), extend=extend)
        self._wanted_x = x

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or not self._lines.count:
            return super().mousePressEvent(event)
        offset = self._offset_at(event.position())
        thrice = self._since_double_click.isValid() and not self._since_double_click.hasExpired(
            QGuiApplication.styleHints().mouseDoubleClickInterval()
        )
        self._since_double_click.invalidate()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._unit, self._pressed = self._motions.character_range, (self._anchor, self._anchor)
            return self._drag_to(event.position())
        return self._press(offset, self._motions.row_range if thrice else self._motions.character_range)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._lines.count:
            self._since_double_click.start()
            self._press(self._offset_at(event.position()), self._motions.word_range)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._unit is not None and event.buttons() & Qt.MouseButton.LeftButton:
            self._drag_to(event.position())
            if not self.viewport().rect().contains(event.position().toPoint()):
                self._drag_timer.start(40, self)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._unit = None
        self._drag_timer.stop()

    def timerEvent(self, event: QTimerEvent) -> None:
        """Go on selecting while the pointer is held outside."""
        if event.timerId() == self._drag_timer.timerId():
            self._drag_to(self._pointer)
        else:
            super().timerEvent(event)

    def _press(self, offset: int, unit: Callable[[int], tuple[int, int]]) -> None:
        self._unit = unit
        self._pressed = unit(offset)
        self._anchor, self._caret = self._pressed
        self._wanted_x = None
        self.viewport().update()

    def _drag_to(self, point: QPointF) -> None:
        """Select whole units (characters, words, rows) from where the button was pressed to here."""
        self._pointer = point
        if self._unit is None:
            return
        start, end = self._unit(self._offset_at(point))
        if start < self._pressed[0]:
            self.select(self._pressed[1], start)
        else:
            self.select(self._pressed[0], max(end, self._pressed[1]))

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            steps = event.angleDelta().y()
            self.zoom((steps > 0) - (steps < 0) or 0) if steps else None
            event.accept()
        else:
            super().wheelEvent(event)

    # Scrolling

    def _set_again(self) -> None:
        """Set the rows anew: other content, font or colours."""
        self._typesetter = Typesetter(self._lines, self._highlighter.tokens, self._colours, self._font)
        self._motions = Motions(self._lines, self._typesetter)
        digits = max(len(str(self._lines.count)), 3)
        self._gutter = round(digits * self._typesetter.cell) + 2 * _MARGIN if self._lines.numbered else 0
        self._widest = self._lines.longest * self._typesetter.cell
        self._wanted_x = None
        self._update_ranges()
        self.viewport().update()

    def _update_ranges(self) -> None:
        height = self._lines.count * self._typesetter.row_height + 2 * _PADDING
        # Qt's scroll bars count to 2^31: what is taller is scrolled by rows.
        self._pixels = self._typesetter.row_height if height > _TALLEST else 1
        vertical, horizontal, view = self.verticalScrollBar(), self.horizontalScrollBar(), self.viewport().size()
        vertical.setRange(0, max(height - view.height(), 0) // self._pixels if self._lines.count else 0)
        vertical.setPageStep(max(view.height() // self._pixels, 1))
        vertical.setSingleStep(max(self._typesetter.row_height // self._pixels, 1))
        width = round(self._widest) + self._gutter + 2 * _MARGIN
        horizontal.setRange(0, min(max(width - view.width(), 0), 2 * _TALLEST - 1) if self._lines.count else 0)
        horizontal.setPageStep(max(view.width() - self._gutter, 1))
        horizontal.setSingleStep(round(4 * self._typesetter.cell))

    def _top(self) -> int:
        return self.verticalScrollBar().value() * self._pixels - _PADDING

    def _page_rows(self) -> int:
        return max(self.viewport().height() // self._typesetter.row_height - 1, 1)

    def _offset_at(self, point: QPointF) -> int:
        row = int((point.y() + self._top()) // self._typesetter.row_height)
        x = point.x() - self._gutter - _MARGIN + self.horizontalScrollBar().value()
        return self._typesetter.offset_at(min(max(row, 0), self._lines.count - 1), max(x, 0.0))

    def _reveal(self, offset: int) -> None:
        """Scroll as little as brings a place into view, a place far off into its middle."""
        if not self._lines.count:
            return
        row, height = self._lines.row_at(offset), self.viewport().height()
        top, row_height = row * self._typesetter.row_height, self._typesetter.row_height
        shown = self._top()
        if top < shown or top + row_height > shown + height:
            far = top < shown - height or top > shown + 2 * height
            above = height // 2 if far else (0 if top < shown else height - row_height)
            self.verticalScrollBar().setValue((top - above + _PADDING) // self._pixels)
        self._reveal_x(self._typesetter.x_of(row, offset))

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

    # Paint

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
            selected=self.selection,
            caret=self._caret,
            search=self._search,
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

    # Accessibility

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.setAccessibleDescription(self._spoken())
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def _spoken(self) -> str:
        """Return the rows in view as text for a screen reader, which has no other way into a painted view."""
        frame = self._frame()
        rows = (self._lines.piece(row, 0).text for row in frame.rows)
        return "\n".join(rows)[:_SPOKEN_CHARACTERS] or self._placeholder


def _fixed_font() -> QFont:
    """Return the system's font for code, without ligatures: `!=` is two bytes and is shown as two."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setStyleHint(QFont.StyleHint.Monospace)
    font.setFixedPitch(True)
    font.setKerning(False)
    for feature in ("calt", "liga"):
        font.setFeature(QFont.Tag(feature), 0)
    return font
