"""The filter line: completes fields and values, underlines the word at fault, keeps the last good filter in force."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QPen, QShortcut
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QStyle, QStyleOptionFrame, QWidget

from workbench.model.errors import QueryError
from workbench.model.query import CaptureQuery
from workbench.ui.captures.filter_words import offers_at
from workbench.ui.icons import icon
from workbench.ui.theme import Appearance
from workbench.ui.words import error_words

FILTER_DELAY_MS = 150
TIP = (
    "Words must occur, -word must not. Fields: status:>=400 provider:stripe event:invoice.* since:2h size:>1mb\n"
    'body:"text" header:x-id=ab* json:data.id=in_1; OR and ( ) combine them (Ctrl+F)'
)
_TAKES = (Qt.Key.Key_Tab, Qt.Key.Key_Return, Qt.Key.Key_Enter)
_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class FilterLine(QLineEdit):
    """Says what is to be shown, a moment after the last key."""

    query_changed = Signal(object)
    """A CaptureQuery that can be read."""
    focused = Signal()
    """Values to complete with may be asked for."""
    problem_said = Signal(str)
    """What is wrong with the line, empty once nothing is."""
    cleared = Signal()
    """Escape was pressed: the line is empty."""

    def __init__(self, appearance: Appearance, now_us: Callable[[], int], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._now_us = now_us
        self.known: Mapping[str, Sequence[str]] = {}
        """Values that occur, by field, to complete with."""
        self._wrong: QueryError | None = None
        self.setPlaceholderText("Filter: words, status:>=400, provider:stripe, event:invoice.*, since:2h, #12")
        self.setAccessibleName("Filter captures")
        self.setToolTip(TIP)
        self.setClearButtonEnabled(True)
        self.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self.offers = _OfferList(self)
        self.offers.itemClicked.connect(lambda item: self._take(item))
        self._timer = QTimer(self, singleShot=True, interval=FILTER_DELAY_MS)
        self._timer.timeout.connect(self.apply)
        self.textChanged.connect(lambda _: self._timer.start())
        self.textEdited.connect(lambda _: self._offer())
        self.returnPressed.connect(self.apply)
        clear = QShortcut(QKeySequence(Qt.Key.Key_Escape), self, context=Qt.ShortcutContext.WidgetShortcut)
        clear.activated.connect(self._escape)

    def apply(self) -> None:
        """Read the line; a line that cannot be read is underlined, and what was shown stays."""
        self._timer.stop()
        try:
            query = CaptureQuery.parse(self.text(), self._now_us())
        except QueryError as error:
            self._say(error)
            return
        self._say(None)
        self.query_changed.emit(query)

    @property
    def problem(self) -> str:
        """What is wrong with the line, empty where it can be read."""
        return error_words(self._wrong) if self._wrong else ""

    def _say(self, wrong: QueryError | None) -> None:
        self._wrong = wrong
        self.setToolTip(self.problem or TIP)
        self.setAccessibleDescription(self.problem)
        self.setProperty("wrong", wrong is not None)
        self.style().polish(self)
        self.update()
        self.problem_said.emit(self.problem)

    def _escape(self) -> None:
        if self.offers.isVisible():
            self.offers.hide()
            return
        self.clear()
        self.apply()
        self.cleared.emit()

    # Completion

    def _offer(self) -> None:
        offers = offers_at(self.text(), self.cursorPosition(), self.known)
        self.offers.fill([(each.text, each.meaning) for each in offers.all])
        if not offers.all:
            self.offers.hide()
            return
        left = self.cursorRect().left() - self.fontMetrics().horizontalAdvance(
            self.text()[offers.start : self.cursorPosition()]
        )
        self.offers.show_below(self, max(0, left))

    def _take(self, item: QListWidgetItem) -> None:
        offers = offers_at(self.text(), self.cursorPosition(), self.known)
        chosen = item.data(Qt.ItemDataRole.UserRole)
        rest = self.text()[offers.end :]
        gap = "" if chosen.endswith(":") or rest.startswith(" ") else " "
        self.setText(self.text()[: offers.start] + chosen + gap + rest)
        self.setCursorPosition(offers.start + len(chosen) + len(gap))
        self.offers.hide()
        if chosen.endswith(":"):
            self._offer()

    def event(self, event: QEvent) -> bool:
        """Take Tab for a completion before it moves the focus."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and self._completes(event):
            return True
        return super().event(event)

    def _completes(self, event: QKeyEvent) -> bool:
        if not self.offers.isVisible():
            return False
        if event.key() in _MOVES:
            self.offers.move_by(-1 if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_PageUp) else 1)
            return True
        item = self.offers.currentItem()
        if event.key() in _TAKES and (item is not None or event.key() == Qt.Key.Key_Tab):
            self._take(item or self.offers.item(0))
            return True
        return False

    def focusInEvent(self, event) -> None:
        super().focusInEvent(event)
        self.focused.emit()

    def focusOutEvent(self, event) -> None:
        self.offers.hide()
        super().focusOutEvent(event)

    # The word at fault

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._wrong is None or not self.text():
            return
        metrics, text = self.fontMetrics(), self.text()
        origin = self.cursorRect().left() - metrics.horizontalAdvance(text[: self.cursorPosition()])
        option = QStyleOptionFrame()
        self.initStyleOption(option)
        inside = self.style().subElementRect(QStyle.SubElement.SE_LineEditContents, option, self)
        left = origin + metrics.horizontalAdvance(text[: self._wrong.start]) + self.cursorRect().width() // 2
        right = left + max(6, metrics.horizontalAdvance(text[self._wrong.start : self._wrong.end]))
        y = inside.center().y() + metrics.height() // 2 + 1
        painter = QPainter(self)
        painter.setClipRect(inside.adjusted(0, 0, 0, 2))
        painter.setPen(QPen(QColor(self._appearance.theme.danger), 1.5))
        for x in range(left, right, 4):
            painter.drawLine(QPoint(x, y + (x - left) // 4 % 2 * 2), QPoint(x + 4, y + ((x - left) // 4 + 1) % 2 * 2))
        painter.end()


class _OfferList(QListWidget):
    """The list below the line; the line keeps the focus."""

    def __init__(self, line: QLineEdit) -> None:
        super().__init__(line)
        self.setWindowFlags(Qt.WindowType.ToolTip | Qt.WindowType.FramelessWindowHint)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAccessibleName("Completions of the filter")
        self.setObjectName("popup")
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        line.window().installEventFilter(self)

    def fill(self, offers: Sequence[tuple[str, str]]) -> None:
        self.clear()
        for text, meaning in offers:
            item = QListWidgetItem(f"{text}    {meaning}", self)
            item.setData(Qt.ItemDataRole.UserRole, text)
            item.setToolTip(meaning)

    def show_below(self, line: QLineEdit, left: int) -> None:
        width = max(360, max(self.sizeHintForColumn(0), 0) + 24)
        height = self.sizeHintForRow(0) * self.count() + 2 * self.frameWidth() + 4
        self.resize(min(width, 640), height)
        self.move(line.mapToGlobal(QPoint(left, line.height() + 2)))
        self.show()

    def move_by(self, by: int) -> None:
        self.setCurrentRow((self.currentRow() + by) % self.count() if self.currentRow() >= 0 or by > 0 else 0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Go when the window moves, shrinks or goes."""
        if event.type() in (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Hide, QEvent.Type.WindowDeactivate):
            self.hide()
        return super().eventFilter(watched, event)
