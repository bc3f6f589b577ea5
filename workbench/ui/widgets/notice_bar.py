"""One line for what a person should know: an error, a warning, an offer; read out to screen readers too."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from workbench.ui.icons import coloured, icon
from workbench.ui.theme import Appearance

NEWS_SHOWN_MS = 8_000
"""What is only good to know goes by itself; what is wrong stays until it is closed."""


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
    """Shows the newest notice; closing it shows the one before."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._notices: list[Notice] = []
        self._picture = QLabel(self)
        self._text = QLabel(self)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
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
        self._layout.setContentsMargins(12, 6, 8, 6)
        self._layout.setSpacing(10)
        for widget in (self._picture, self._text, self._close):
            self._layout.addWidget(widget)
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
            self.hide()
            return
        notice = self._foremost()
        theme = self._appearance.theme
        background = {"info": theme.notice_info, "warning": theme.notice_warning, "error": theme.notice_error}
        colour = {"info": theme.accent, "warning": theme.warning, "error": theme.danger}[notice.level]
        self.setStyleSheet(f"NoticeBar {{ background: {background[notice.level]}; border: none; }}")
        self._picture.setPixmap(coloured(notice.level, colour, 18, self.devicePixelRatioF()))
        others = len(self._notices) - 1
        self._text.setText(f"{notice.text}   ({others} more)" if others else notice.text)
        for text, action in notice.actions:
            self._add_button(text, action)
        self.show()

    def _add_button(self, text: str, action: Callable[[], object]) -> None:
        def clicked() -> None:
            self.close_notice()
            action()

        button = QPushButton(text, self)
        button.clicked.connect(clicked)
        self._layout.insertWidget(self._layout.count() - 1, button)
        self._buttons.append(button)
