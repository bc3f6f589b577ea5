"""What came back: status, times, sizes, body, headers, cookies, tests, redirects; and the request as it was sent."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QTabWidget, QToolButton, QVBoxLayout, QWidget

from workbench.engine.checking_answers import Taken
from workbench.model.checks import CheckResult
from workbench.model.delivery import Attempt, Delivery
from workbench.model.masking import masked_request
from workbench.model.message import readable
from workbench.ui.composer.answer_body import AnswerBody
from workbench.ui.composer.answer_facts import (
    certificate_rows,
    cookie_rows,
    phases,
    redirect_rows,
    size_rows,
    status_facts,
)
from workbench.ui.composer.answer_tests import AnswerTests
from workbench.ui.composer.timing_bars import TimingBars
from workbench.ui.icons import icon
from workbench.ui.jobs import Jobs
from workbench.ui.theme import Appearance
from workbench.ui.widgets.code_view import CodeView
from workbench.ui.widgets.key_value_table import KeyValueTable
from workbench.ui.widgets.lines import TextLines
from workbench.ui.widgets.long_text import ElidedLabel, WrappedLabel
from workbench.ui.widgets.row_table import Column, Row, RowTable
from workbench.ui.widgets.syntax_colours import DARK, LIGHT

RAW_LIMIT_BYTES = 4 * 1024 * 1024
COMPARED_LIMIT_BYTES = 4 * 1024 * 1024


class AnswerPane(QWidget):
    """Shows a delivery's last attempt, or that there is none yet."""

    save_wanted = Signal(object)
    example_wanted = Signal(object)
    """A Response that a person wants to keep as an example of the request."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._attempt: Attempt | None = None
        self._before: Attempt | None = None
        self._offers_examples = False
        self._jobs = Jobs(self, lambda error: self.show_message(error.message, wrong=True))
        self.status = ElidedLabel(self)
        self.status.setAccessibleName("Status of the answer")
        self._message = WrappedLabel(self)
        self._message.setText("The answer appears here.\nSend with Ctrl+Return.")
        self._message.setObjectName("muted")
        self._message.setMargin(24)
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.pages = QStackedWidget(self)
        self.pages.addWidget(self._message)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.pages)

    def offer_examples(self) -> None:
        """Let a person keep answers as examples: where there is a request whose they are."""
        self._offers_examples = True

    def _build(self) -> None:
        """Make the page of an answer: when the first one comes."""
        appearance = self._appearance
        self.body_page = AnswerBody(appearance, self)
        self.body_page.save_wanted.connect(self.save_wanted)
        self.body = self.body_page.whole
        self.headers = KeyValueTable("Headers of the answer", self)
        cookies = (Column("Name", 20), Column("Value", 24), Column("Attributes"))
        self.cookies = RowTable("Cookies that the answer sets", cookies, self)
        self.tests = AnswerTests(appearance, self)
        self.timing = TimingBars(appearance, self)
        self.sizes = KeyValueTable("Sizes", self)
        self.sizes.horizontalHeader().hide()
        self.sent = CodeView(self)
        self.sent.setAccessibleName("Request as it was sent")
        self.redirects = RowTable("Redirects", (Column("Answer", 20), Column("Where")), self)
        self.certificate = KeyValueTable("Certificate of the target", self)
        self.certificate.horizontalHeader().hide()
        self.tabs = QTabWidget(self)
        self.tabs.setObjectName("sections")
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.setAccessibleName("Parts of the answer")
        for title, widget in (
            ("Body", self.body_page),
            ("Headers", self.headers),
            ("Cookies", self.cookies),
            ("Tests", self.tests),
            ("Timing", self._timing_page()),
            ("Sent", self.sent),
            ("Redirects", self.redirects),
            ("Certificate", self.certificate),
        ):
            self.tabs.addTab(widget, title)
        self.tabs.setTabVisible(self.tabs.indexOf(self.tests), False)
        full = QWidget(self)
        inside = QVBoxLayout(full)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(0)
        inside.addLayout(self._status_line())
        inside.addWidget(self.tabs, 1)
        self.pages.addWidget(full)
        appearance.changed.connect(self._on_theme)
        self._on_theme()

    def _status_line(self) -> QHBoxLayout:
        self.facts = ElidedLabel(self)
        self.facts.setObjectName("muted")
        self.compare = QToolButton(self)
        self.compare.setIcon(icon("compare"))
        self.compare.setIconSize(QSize(16, 16))
        self.compare.setAccessibleName("Compare with the answer before")
        self.compare.setToolTip("Compare with the answer before, in this tab")
        self.compare.clicked.connect(lambda: self._jobs.start(self._compare(), "compare answers"))
        self.keep = QToolButton(self)
        self.keep.setIcon(icon("pin"))
        self.keep.setIconSize(QSize(16, 16))
        self.keep.setAccessibleName("Keep as an example")
        self.keep.setToolTip("Keep this answer as an example of the request")
        self.keep.setVisible(self._offers_examples)
        self.keep.clicked.connect(self._on_keep)
        line = QHBoxLayout()
        line.setContentsMargins(12, 6, 8, 2)
        line.setSpacing(12)
        line.addWidget(self.status)
        line.addWidget(self.facts)
        line.addStretch()
        line.addWidget(self.keep)
        line.addWidget(self.compare)
        return line

    def _on_keep(self) -> None:
        if self._attempt is not None and self._attempt.response is not None:
            self.example_wanted.emit(self._attempt.response)

    def _timing_page(self) -> QWidget:
        page = QWidget(self)
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.timing)
        layout.addWidget(self.sizes, 1)
        return page

    def show_message(self, text: str, *, wrong: bool = False) -> None:
        """Show a sentence instead of an answer; `wrong` where it says what went wrong."""
        self._message.setText(text)
        self._message.setObjectName("bad" if wrong else "muted")
        self._message.style().polish(self._message)
        self.pages.setCurrentIndex(0)

    async def show_delivery(self, delivery: Delivery) -> None:
        """Show what came of a delivery."""
        if self.pages.count() == 1:
            self._build()
        attempt = delivery.last
        if self._attempt is not None and self._attempt.response is not None:
            self._before = self._attempt
        self._attempt = attempt
        self._show_around(delivery)
        self.pages.setCurrentIndex(1)
        if attempt.response is None:
            self.status.setText("No answer")
            self.body_page.clear(attempt.failure.message if attempt.failure else "")
            return
        await self.body_page.show_response(attempt.response)

    def _show_around(self, delivery: Delivery) -> None:
        """Show everything but the body."""
        attempt, response = delivery.last, delivery.last.response
        if response is not None:
            self.status.setText(f"{response.status} {response.reason}".strip())
        self.facts.setText(status_facts(delivery))
        self._colour_status()
        self.keep.setEnabled(response is not None)
        self.compare.setEnabled(response is not None and self._before is not None)
        headers = [] if response is None else [(name, readable(value)) for name, value in response.headers]
        self.headers.set_pairs(headers)
        self._title(self.headers, "Headers", len(headers))
        cookies = [] if response is None else cookie_rows(response.headers)
        self.cookies.set_rows(Row(row) for row in cookies)
        self._title(self.cookies, "Cookies", len(cookies), hide=not cookies)
        taken = attempt.timings
        self.timing.set_phases(phases(taken, is_secure=attempt.security is not None), taken.total_us)
        self.sizes.set_pairs(size_rows(attempt))
        self.sent.set_content(TextLines(_sent(attempt)), "http")
        redirects = redirect_rows(delivery)
        self.redirects.set_rows(Row(row) for row in redirects)
        self._title(self.redirects, "Redirects", len(redirects) - 1, hide=not redirects)
        security = attempt.security
        self.certificate.set_pairs(certificate_rows(security) if security else [])
        self._title(self.certificate, "Certificate", 0, hide=security is None)
        self.tests.show_results((), ())

    def show_results(self, results: Sequence[CheckResult], taken: Sequence[Taken]) -> None:
        """Show what came of the tests of the answer that is shown; they come after it."""
        self.tests.show_results(results, taken)
        failed = sum(not each.passed for each in results) + sum(each.value is None for each in taken)
        title = f"Tests {failed} ✗" if failed else "Tests ✓"
        position = self.tabs.indexOf(self.tests)
        self.tabs.setTabText(position, title)
        self._show_tab(self.tests, shown=bool(results or taken))

    def _title(self, page: QWidget, title: str, count: int, *, hide: bool = False) -> None:
        position = self.tabs.indexOf(page)
        self.tabs.setTabText(position, f"{title} {count}" if count > 0 else title)
        self._show_tab(page, shown=not hide)

    def _show_tab(self, page: QWidget, *, shown: bool) -> None:
        """Show or hide a tab; where it was the one in front, the body is, and not what happens to stand beside it."""
        if not shown and self.tabs.currentWidget() is page:
            self.tabs.setCurrentWidget(self.body_page)
        self.tabs.setTabVisible(self.tabs.indexOf(page), shown)

    async def _compare(self) -> None:
        """Show what differs between this answer and the one before it."""
        before, now = self._before, self._attempt
        if before is None or now is None or before.response is None or now.response is None:
            return
        from workbench.ui.comparing_work import show_comparison

        await show_comparison(before.response, now.response, ("before", "now"), self._appearance, self)

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
        for piece in masked_request(attempt.request, attempt.secret_ranges).wire_chunks():
            pieces.append(piece)
            size += len(piece)
            if size > RAW_LIMIT_BYTES:
                break
    except FileNotFoundError:
        pieces.append(b"(the body is no longer stored)")
    return b"".join(pieces)[:RAW_LIMIT_BYTES]
