"""A payload to read, select, search and copy: a view over bytes, not over a document.

Only what is in view is decoded, lexed and laid out, so 10 MB cost as little as 10 KB, and what is copied are the
bytes that were sent: a QTextDocument changes line endings, no-break spaces and marks, and needs 3 s for 10 MB.
"""

from collections.abc import Callable

from PySide6.QtCore import QBasicTimer, QElapsedTimer, QMimeData, QPointF, Qt, QTimerEvent, Signal
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QMenu, QWidget

from workbench.model.errors import UsageError
from workbench.ui.widgets.code_painting import Marks
from workbench.ui.widgets.finding import Finding
from workbench.ui.widgets.lexing import Lexer, tokens
from workbench.ui.widgets.lines import LineSource
from workbench.ui.widgets.motions import Motions
from workbench.ui.widgets.rows_area import RowsArea
from workbench.ui.widgets.searching import FindResult
from workbench.ui.widgets.syntax_colours import DARK, LIGHT, SyntaxColours

__all__ = ["DARK", "LIGHT", "CodeView", "FindResult", "SyntaxColours"]

_DRAG_INTERVAL_MS = 40

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


class CodeView(RowsArea):
    """Content to work with. Places are byte offsets; the selection lies between an anchor and a caret."""

    find_requested = Signal()
    """Someone asked to search; a find bar listens."""

    found = Signal(object)
    """A `FindResult`, after each `find` and while a long search goes on."""

    content_changed = Signal()

    def __init__(self, parent: QWidget | None = None, *, lex: Lexer = tokens) -> None:
        self._anchor = self._caret = 0
        self._wanted_x: float | None = None
        self._pressed = (0, 0)
        self._unit_at: Callable[[int], tuple[int, int]] | None = None
        self._pointer = QPointF()
        super().__init__(lex, parent)
        self._since_double_click = QElapsedTimer()
        self._drag_timer = QBasicTimer()
        self._finding = Finding(self)
        self._finding.reached.connect(self._on_reached)
        self._finding.told.connect(self.found)
        self.setAccessibleName(self.tr("Payload"))
        self._make_actions()

    def set_content(self, lines: LineSource, language: str | None) -> None:
        self._finding.stop()
        self._drag_timer.stop()
        self._unit_at = None
        self._anchor = self._caret = 0
        super().set_content(lines, language)
        self.content_changed.emit()

    @property
    def selection(self) -> tuple[int, int]:
        """The first selected byte and the byte after the last; equal where nothing is selected."""
        return min(self._anchor, self._caret), max(self._anchor, self._caret)

    @property
    def caret(self) -> int:
        """The place that keys move."""
        return self._caret

    def selected_bytes(self) -> bytes:
        """Return exactly the bytes that are selected, line endings and broken characters as they came."""
        start, end = self.selection
        return self._lines.content[start:end]

    def select(self, anchor: int, caret: int) -> None:
        """Select the bytes between two places and bring the second into view."""
        self._anchor, self._caret = anchor, caret
        self._wanted_x = None
        self.reveal(caret)
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
        words, exact = self._lines.copied(start, end), self.selected_bytes()
        copied = QMimeData()
        copied.setText(words)
        if words.encode() != exact:
            copied.setData("application/octet-stream", exact)
        QGuiApplication.clipboard().setMimeData(copied)

    # Hides QWidget.find, which looks widgets up by window id, as QPlainTextEdit.find does.
    def find(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, text: str, backwards: bool = False, case_sensitive: bool = False, is_pattern: bool = False
    ) -> FindResult:
        """Select the next match, around the end if need be; a new text is sought from the selection's start on.

        Large content is searched while the window lives on: the result then comes with `found`.
        """
        if not text:
            self.clear_find()
            return FindResult(0, 0)
        start, end = self.selection
        try:
            is_new = self._finding.start(self._lines.content, text, case_sensitive, is_pattern)
        except UsageError as error:
            self.clear_find()
            return FindResult(0, 0, error.message)
        self.viewport().update()
        return self._finding.go(start if backwards or is_new else end, backwards=backwards)

    def clear_find(self) -> None:
        """Forget the search and its marks; the selection stays."""
        self._finding.stop()
        self.viewport().update()

    def _on_reached(self, match: tuple[int, int]) -> None:
        self.select(*match)

    def _marks(self) -> Marks:
        return Marks(self.selection, self._caret, self._finding.search)

    def _set_rows(self) -> None:
        super()._set_rows()
        self._motions = Motions(self._lines, self._typesetter)
        self._wanted_x = None

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
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions([self._copy_action, self._select_all_action])
        menu.addSeparator()
        menu.addAction(self._find_action)
        menu.popup(event.globalPos())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the match in view: a find bar that opens takes room."""
        super().resizeEvent(event)
        if self._finding.search is not None:
            self.reveal(self._caret)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        for move, select, motion in _MOTIONS:
            if event.matches(move) or event.matches(select):
                self._go(motion(self._motions, self._caret), extend=event.matches(select))
                return
        for move, select, rows, page in _ROW_MOTIONS:
            if event.matches(move) or event.matches(select):
                self._go_rows(rows * (self.page_rows() if page else 1), extend=event.matches(select))
                return
        super().keyPressEvent(event)

    def _go(self, offset: int, *, extend: bool) -> None:
        self.select(self._anchor if extend else offset, offset)

    def _go_rows(self, rows: int, *, extend: bool) -> None:
        """Go up or down in the column where that began."""
        if not self._lines.count:
            return
        row = self._lines.row_at(self._caret)
        x = self._typesetter.x_of(row, self._caret) if self._wanted_x is None else self._wanted_x
        self._go(self._motions.vertical(self._caret, rows, x), extend=extend)
        self._wanted_x = x

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or not self._lines.count:
            super().mousePressEvent(event)
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._unit_at, self._pressed = self._motions.character_range, (self._anchor, self._anchor)
            self._drag_to(event.position())
        else:
            unit_at = self._motions.row_range if self._is_third_click() else self._motions.character_range
            self._press(event.position(), unit_at)
        self._since_double_click.invalidate()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._lines.count:
            self._since_double_click.start()
            self._press(event.position(), self._motions.word_range)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._unit_at is not None:
            self._drag_to(event.position())
            if not self.viewport().rect().contains(event.position().toPoint()):
                self._drag_timer.start(_DRAG_INTERVAL_MS, self)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._unit_at = None
        self._drag_timer.stop()

    def timerEvent(self, event: QTimerEvent) -> None:
        """Go on selecting while the pointer is held outside."""
        if event.timerId() == self._drag_timer.timerId():
            self._drag_to(self._pointer)
        else:
            super().timerEvent(event)

    def _is_third_click(self) -> bool:
        interval_ms = QGuiApplication.styleHints().mouseDoubleClickInterval()
        return self._since_double_click.isValid() and not self._since_double_click.hasExpired(interval_ms)

    def _press(self, point: QPointF, unit_at: Callable[[int], tuple[int, int]]) -> None:
        self._unit_at = unit_at
        self._pressed = self._anchor, self._caret = unit_at(self.offset_at(point))
        self._wanted_x = None
        self.viewport().update()

    def _drag_to(self, point: QPointF) -> None:
        """Select whole units (characters, words, rows) from where the button was pressed to here."""
        self._pointer = point
        if self._unit_at is None:
            return
        start, end = self._unit_at(self.offset_at(point))
        if start < self._pressed[0]:
            self.select(self._pressed[1], start)
        else:
            self.select(self._pressed[0], max(end, self._pressed[1]))
