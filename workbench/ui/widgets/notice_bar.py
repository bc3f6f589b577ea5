"""What a person should know, an error, a warning, an offer, on a card over the content; screen readers read it out.

The card takes no room: it comes and goes by itself, and nothing that a person is about to click on may move.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QFontMetrics, QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from workbench.ui.icons import coloured, icon
from workbench.ui.theme import Appearance

NEWS_SHOWN_MS = 8_000
"""What is only good to know goes by itself; what is wrong stays until it is closed."""
DISTANCE = 16
"""Between the card and the edges of what it lies over, and between two cards, in pixels."""
WIDEST = 760
"""A line of text longer than this many pixels is hard to read: it wraps."""


class Level(StrEnum):
    """How much a notice matters."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


_URGENCY = {Level.INFO: 0, Level.WARNING: 1, Level.ERROR: 2}


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence, and what can be done about it: pairs of a button's text and what it does."""

    level: Level
    text: str
    actions: tuple[tuple[str, Callable[[], object]], ...] = ()


class NoticeBar(QFrame):
    """Shows the newest notice at the bottom of `over`; closing it, or Escape in it, shows the one before."""

    def __init__(self, appearance: Appearance, over: QWidget) -> None:
        super().__init__(over)
        self._over = over
        over.installEventFilter(self)
        self.setAccessibleName("Notice")
        self._appearance = appearance
        self._notices: list[Notice] = []
        self._picture = QLabel(self)
        self._text = QLabel(self)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._buttons: list[QPushButton] = []
        self._news_timer = QTimer(self, singleShot=True, interval=NEWS_SHOWN_MS)
        self._news_timer.timeout.connect(self._close_news)
        self._close = QToolButton(self)
        self._close.setIcon(icon("close"))
        self._close.setIconSize(QSize(14, 14))
        self._close.setToolTip("Close this notice")
        self._close.setAccessibleName("Close this notice")
        self._close.clicked.connect(self.close_notice)
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(14, 8, 8, 8)
        self._layout.setSpacing(10)
        for widget in (self._picture, self._text, self._close):
            self._layout.addWidget(widget)
        self._layout.setStretchFactor(self._text, 1)
        appearance.changed.connect(self._show_newest)
        self.hide()

    def say(self, level: str, text: str) -> None:
        """Show a sentence that offers nothing to press."""
        self.show_notice(Notice(Level(level), text))

    def show_notice(self, notice: Notice) -> None:
        """Show a notice; one that says the same is replaced."""
        self._notices = [each for each in self._notices if each.text != notice.text][-20:]
        self._notices.append(notice)
        self._show_newest()
        urgent = notice.level is not Level.INFO
        if not urgent:
            self._news_timer.start()
        event = QAccessibleAnnouncementEvent(self, notice.text)
        politeness = QAccessible.AnnouncementPoliteness
        event.setPoliteness(politeness.Assertive if urgent else politeness.Polite)
        QAccessible.updateAccessibility(event)

    def close_notice(self) -> None:
        """Close the notice that is shown."""
        if self._notices:
            self._notices.remove(self._foremost())
        self._show_newest()

    def _foremost(self) -> Notice:
        """Return the newest of the most urgent: news must not hide trouble."""
        return max(reversed(self._notices), key=lambda notice: _URGENCY[notice.level])

    def _close_news(self) -> None:
        if self.underMouse() or self._holds_focus():
            self._news_timer.start()  # Somebody reads it, or is about to press something on it.
            return
        self._notices = [each for each in self._notices if each.level is not Level.INFO]
        self._show_newest()

    def forget(self, text: str) -> None:
        """Take back notices that begin so: what they said is no longer true."""
        self._notices = [each for each in self._notices if not each.text.startswith(text)]
        self._show_newest()

    @property
    def text(self) -> str:
        """What is shown, empty where nothing is."""
        return self._foremost().text if self._notices else ""

    def _show_newest(self) -> None:
        for button in self._buttons:
            self._layout.removeWidget(button)
            button.deleteLater()
        self._buttons = []
        if not self._notices:
            self._go()
            return
        notice = self._foremost()
        theme = self._appearance.theme
        background = {"info": theme.notice_info, "warning": theme.notice_warning, "error": theme.notice_error}
        colour = {"info": theme.accent, "warning": theme.warning, "error": theme.danger}[notice.level]
        border = f"border: 1px solid {theme.border}; border-radius: 8px;"
        self.setStyleSheet(f"NoticeBar {{ background: {background[notice.level]}; {border} }}")
        self._picture.setPixmap(coloured(notice.level, colour, 18, self.devicePixelRatioF()))
        others = len(self._notices) - 1
        self._text.setText(f"{notice.text}   ({others} more)" if others else notice.text)
        for text, action in notice.actions:
            self._add_button(text, action)
        self.show()
        self.raise_()
        self._place_all()

    def _go(self) -> None:
        """Hide, and give the keys back to the content, which would else be nowhere."""
        held = self._holds_focus()
        self.hide()
        if held:
            self._over.setFocus()

    def _holds_focus(self) -> bool:
        focused = QApplication.focusWidget()
        return focused is not None and self.isAncestorOf(focused)

    # Where it lies

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self._notices:
            self._place_all()
        return False

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._place_all()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._place_all()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_notice()
        else:
            super().keyPressEvent(event)

    def _place_all(self) -> None:
        """Put every card of the window where it belongs: those of two contents must not cover each other."""
        bottom = self.window().height()
        for card in self.window().findChildren(NoticeBar):
            if card.isVisible():
                bottom = card.place_above(bottom)

    def place_above(self, bottom: int) -> int:
        """Lie at the bottom of the content, but above a height of the window; return the height of its own top."""
        over, window = self._over, self.window()
        width = min(self._fitting_width(), over.width() - 2 * DISTANCE)
        height = self._layout.totalHeightForWidth(width)
        origin = over.mapTo(window, QPoint(0, 0))
        top = min(origin.y() + over.height(), bottom) - DISTANCE - height
        self.setGeometry((over.width() - width) // 2, top - origin.y(), width, height)
        return top

    def _fitting_width(self) -> int:
        """Return the width that shows the text in one line, or the widest where that is longer."""
        text = QFontMetrics(self._text.font()).horizontalAdvance(self._text.text()) + 8
        return min(self._layout.minimumSize().width() + text, WIDEST)

    def _add_button(self, text: str, action: Callable[[], object]) -> None:
        def clicked() -> None:
            self.close_notice()
            action()

        button = QPushButton(text, self)
        button.clicked.connect(clicked)
        self._layout.insertWidget(self._layout.count() - 1, button)
        self._buttons.append(button)
