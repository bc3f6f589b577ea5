"""What came back: status, times and sizes, body, headers, and the request exactly as it was sent."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QTabWidget, QVBoxLayout, QWidget

from workbench.model.delivery import Attempt, Delivery, Timings
from workbench.model.message import readable
from workbench.ui.body_pane import BodyPane
from workbench.ui.theme import Appearance
from workbench.ui.widgets.code_view import CodeView
from workbench.ui.widgets.key_value_table import KeyValueTable
from workbench.ui.widgets.lines import TextLines
from workbench.ui.widgets.syntax_colours import DARK, LIGHT
from workbench.ui.words import duration_words, size_words

RAW_LIMIT_BYTES = 4 * 1024 * 1024


class AnswerPane(QWidget):
    """Shows a delivery's last attempt, or that there is none yet."""

    save_wanted = Signal(object)

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._attempt: Attempt | None = None
        self.status = QLabel(self)
        self.status.setAccessibleName("Status of the answer")
        self.facts = QLabel(self)
        self.facts.setObjectName("muted")
        line = QHBoxLayout()
        line.setContentsMargins(12, 8, 12, 4)
        line.setSpacing(12)
        line.addWidget(self.status)
        line.addWidget(self.facts)
        line.addStretch()
        self.body = BodyPane(appearance, self)
        self.body.save_wanted.connect(self.save_wanted)
        self.headers = KeyValueTable("Headers of the answer", self)
        self.sent = CodeView(self)
        self.sent.setAccessibleName("Request as it was sent")
        self.timing = KeyValueTable("Timing", self)
        self.timing.horizontalHeader().hide()
        self.tabs = QTabWidget(self)
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        for title, widget in (
            ("Body", self.body),
            ("Headers", self.headers),
            ("Request as sent", self.sent),
            ("Timing", self.timing),
        ):
            self.tabs.addTab(widget, title)
        full = QWidget(self)
        inside = QVBoxLayout(full)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(0)
        inside.addLayout(line)
        inside.addWidget(self.tabs, 1)
        self._message = QLabel("The answer appears here.", self)
        self._message.setObjectName("muted")
        self._message.setMargin(24)
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._message.setWordWrap(True)
        self.pages = QStackedWidget(self)
        self.pages.addWidget(self._message)
        self.pages.addWidget(full)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.pages)
        appearance.changed.connect(self._on_theme)
        self._on_theme()

    def show_message(self, text: str) -> None:
        """Show a sentence instead of an answer."""
        self._message.setText(text)
        self.pages.setCurrentIndex(0)

    async def show_delivery(self, delivery: Delivery) -> None:
        """Show what came of a delivery."""
        attempt = delivery.last
        self._attempt = attempt
        response, failure = attempt.response, attempt.failure
        self.sent.set_content(TextLines(_sent(attempt)), "http")
        self.timing.set_pairs(_timing_rows(attempt.timings))
        self.pages.setCurrentIndex(1)
        took = duration_words(attempt.timings.total_us)
        if response is None:
            self.status.setText("No answer")
            self.facts.setText(took)
            self.headers.set_pairs([])
            self.body.clear(failure.message if failure else "")
            self._colour_status()
            return
        self.status.setText(f"{response.status} {response.reason}")
        self.facts.setText(f"{took}   {size_words(response.body.size)}")
        self.headers.set_pairs((name, readable(value)) for name, value in response.headers)
        self.tabs.setTabText(1, f"Headers {len(response.headers)}")
        self._colour_status()
        encoding = response.headers.get("content-encoding")
        await self.body.show_body(response.body, response.head.content_type, encoding)

    def _colour_status(self) -> None:
        theme, attempt = self._appearance.theme, self._attempt
        if attempt is None:
            return
        colour = theme.danger
        if attempt.response is not None:
            colour = theme.status_colours().get(attempt.response.status // 100, theme.text)
        self.status.setStyleSheet(f"color: {colour}; font-weight: 700;")

    def _on_theme(self) -> None:
        self.sent.set_colours(DARK if self._appearance.theme.is_dark else LIGHT)
        self._colour_status()


def _sent(attempt: Attempt) -> bytes:
    pieces: list[bytes] = []
    size = 0
    try:
        for piece in attempt.request.wire_chunks():
            pieces.append(piece)
            size += len(piece)
            if size > RAW_LIMIT_BYTES:
                break
    except FileNotFoundError:
        pieces.append(b"(the body is no longer stored)")
    return b"".join(pieces)[:RAW_LIMIT_BYTES]


def _timing_rows(timings: Timings) -> list[tuple[str, str]]:
    phases = (
        ("Finding the host", timings.resolve_us),
        ("Connecting, with TLS", timings.connect_us),
        ("Sending", timings.send_us),
        ("Waiting", timings.wait_us),
        ("Receiving", timings.receive_us),
        ("Altogether", timings.total_us),
    )
    return [(name, duration_words(taken)) for name, taken in phases if taken is not None]
