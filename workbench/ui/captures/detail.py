"""The details of one capture: overview, headers, query, body, raw request, our answer, replays."""

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSplitter, QTableWidgetItem, QTabWidget, QWidget

from workbench.formats.form import query_fields
from workbench.model.capture import Capture, Tls
from workbench.model.clock import as_datetime
from workbench.model.delivery import DeliverySummary, StoredForward
from workbench.model.message import Body, Response, readable
from workbench.ui.body_pane import BodyPane
from workbench.ui.captures.forwards_page import ForwardsPage, forward_words, reason_words
from workbench.ui.composer.answer import AnswerPane
from workbench.ui.signature_pane import SignaturePane
from workbench.ui.theme import Appearance
from workbench.ui.widgets.code_view import CodeView
from workbench.ui.widgets.key_value_table import KeyValueTable
from workbench.ui.widgets.lines import TextLines
from workbench.ui.widgets.syntax_colours import DARK, LIGHT
from workbench.ui.words import duration_words, size_words

RAW_LIMIT_BYTES = 4 * 1024 * 1024


class CaptureDetail(QTabWidget):
    """Shows one capture; asks for nothing."""

    delivery_wanted = Signal(int)
    """The number of a replay to open."""
    replay_chosen = Signal(int)
    """The number of a replay whose answer is to be shown beside the list."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self.setDocumentMode(True)
        self.tabBar().setDrawBase(False)
        self.setAccessibleName("Details of the capture")
        self.overview = KeyValueTable("Overview", self)
        self.overview.horizontalHeader().hide()
        self.headers = KeyValueTable("Headers", self)
        self.query = KeyValueTable("Query", self)
        self.body = BodyPane(appearance, self)
        self.raw = CodeView(self)
        self.raw.setAccessibleName("Raw request")
        self.answer = CodeView(self)
        self.answer.setAccessibleName("Our answer")
        self.signature = SignaturePane(appearance, self)
        self.forwards = ForwardsPage(self)
        self.forwards.delivery_wanted.connect(self.delivery_wanted)
        self.replays = KeyValueTable("Replays", self)
        self.replays.setHorizontalHeaderLabels(["When", "What came back"])
        self.replays.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.replays.itemDoubleClicked.connect(self._on_replay)
        self.replays.currentCellChanged.connect(lambda row, *_: self._on_replay_chosen(row))
        self.replay_page = QSplitter(Qt.Orientation.Horizontal, self)
        self.replay_page.setHandleWidth(1)
        self.replay_page.setChildrenCollapsible(False)
        self.replay_page.addWidget(self.replays)
        self._replay_numbers: list[int] = []
        self.query.set_placeholder("No query parameters")
        for title, widget in (
            ("Body", self.body),
            ("Headers", self.headers),
            ("Query", self.query),
            ("Overview", self.overview),
            ("Raw", self.raw),
            ("Answer", self.answer),
            ("Signature", self.signature),
            ("Forwards", self.forwards),
            ("Replays", self.replay_page),
        ):
            self.addTab(widget, title)
        appearance.changed.connect(self._on_theme)
        self._on_theme()
        self.show_target("")
        self.clear_capture()

    def clear_capture(self) -> None:
        """Show that nothing is chosen."""
        self.body.clear("Choose a capture to see its body.")
        for table in (self.overview, self.headers, self.query, self.replays):
            table.set_pairs([])
        for code in (self.raw, self.answer):
            code.set_content(TextLines(b""), None)
            code.set_placeholder("Nothing chosen")
        self._count("Headers", 0)
        self._count("Query", 0)
        self.forwards.show_reason("")
        self.show_forwards([])
        self.show_replays([])

    async def show_capture(self, capture: Capture, forwards: Sequence[StoredForward] = ()) -> None:
        """Show another capture; the tab that was open stays open."""
        request = capture.request
        pairs = [(name, readable(value)) for name, value in request.headers]
        self.headers.set_pairs(pairs)
        self._count("Headers", len(pairs))
        query = query_fields(request.target)
        self.query.set_pairs((field.name, field.value) for field in query)
        self._count("Query", len(query))
        self.overview.set_pairs(_overview(capture, forwards))
        self.forwards.show_reason(reason_words(capture))
        self.raw.set_content(TextLines(_raw(capture)), "http")
        self.answer.set_content(TextLines(_answer(capture.answer)), "http")
        await self.body.show_body(request.body, request.head.content_type, request.headers.get("content-encoding"))

    def show_forwards(self, forwards: Sequence[StoredForward], comparison: str = "") -> None:
        """Show what became of this capture at its targets, and whether they answered alike."""
        self.forwards.show_forwards(forwards, comparison)
        self._count("Forwards", len(forwards))

    def show_replays(self, replays: list[DeliverySummary]) -> None:
        """Show what replays of this capture brought, given oldest first, and the answer to the newest."""
        replays = replays[::-1]
        self._replay_numbers = []
        self.replays.set_pairs((_when(each.created_at_us)[11:23], _outcome(each)) for each in replays)
        self._replay_numbers = [each.number for each in replays]
        if replays or "replay_answer" in self.__dict__:
            self.replay_answer.setVisible(bool(replays))
        self.replays.setCurrentCell(0, 0)
        self._count("Replays", len(replays))

    def show_target(self, target: str) -> None:
        """Say where a replay would go; empty where it is asked for."""
        goes = f"R sends it to {target}, Shift+R asks where to" if target else "R asks where to send it"
        self.replays.set_placeholder(f"Not replayed yet: {goes}")

    def _on_replay(self, item: QTableWidgetItem) -> None:
        if item.row() < len(self._replay_numbers):
            self.delivery_wanted.emit(self._replay_numbers[item.row()])

    @cached_property
    def replay_answer(self) -> AnswerPane:
        """The answer beside the list of replays; made when it is first asked for, after the first paint."""
        made = AnswerPane(self._appearance, self)
        made.hide()
        self.replay_page.addWidget(made)
        self.replay_page.setSizes([400, 600])
        return made

    def _on_replay_chosen(self, row: int) -> None:
        if 0 <= row < len(self._replay_numbers):
            self.replay_chosen.emit(self._replay_numbers[row])

    def _count(self, title: str, count: int) -> None:
        """Say in a tab's title how much it holds."""
        for position in range(self.count()):
            if self.tabText(position).split(" ", 1)[0] == title:
                self.setTabText(position, f"{title} {count}" if count else title)

    def _on_theme(self) -> None:
        colours = DARK if self._appearance.theme.is_dark else LIGHT
        self.raw.set_colours(colours)
        self.answer.set_colours(colours)


def _overview(capture: Capture, forwards: Sequence[StoredForward]) -> list[tuple[str, str]]:
    request, peer = capture.request, capture.peer
    taken = capture.completed_at_us - capture.received_at_us
    rows = [
        ("Capture", f"#{capture.number}"),
        ("Problem", capture.fault_message),
        ("Method", request.method),
        ("Target", readable(request.target)),
        ("HTTP version", request.head.http_version),
        ("Received", _when(capture.received_at_us)),
        ("Reading took", duration_words(taken)),
        ("Answered", _answered(capture)),
        ("Our answer", f"{capture.answer.status} {capture.answer.reason}" if capture.answer.status else "none"),
        ("Refused by", capture.guard.replace("-", " ")),
        ("Answered so because", capture.answer_reason),
        *((f"Forwarded to {item.url}", forward_words(item)) for item in forwards),
        ("From", f"{peer.address}:{peer.port}"),
        ("To", f"{peer.local_address}:{peer.local_port}"),
        ("TLS", _tls(peer.tls)),
        ("Endpoint", capture.endpoint),
        ("Provider", capture.provider),
        ("Event", capture.event),
        ("Delivery id", capture.delivery_id),
        ("Sent", "" if capture.sent_at_us is None else _when(capture.sent_at_us)),
        ("Attempt", str(capture.attempt or "")),
        ("Signature", f"{capture.verification}. {capture.verification_reason}" if capture.verification else ""),
        ("Content type", request.head.content_type),
        ("Body", size_words(request.body.size)),
        ("Framing", _framing(capture)),
    ]
    rows += [(f"Trailer {name}", value) for name, value in request.trailers]
    return [(name, value) for name, value in rows if value]


def _when(instant_us: int) -> str:
    local: datetime = as_datetime(instant_us).astimezone()
    return local.strftime("%Y-%m-%d %H:%M:%S.%f") + local.strftime(" %z")


def _answered(capture: Capture) -> str:
    if capture.answered_at_us is None:
        return "not known: the program ended, or the sender had gone"
    return f"{duration_words(capture.answered_at_us - capture.received_at_us)} after the first byte"


def _tls(tls: Tls | None) -> str:
    if tls is None:
        return ""
    return "  ".join(filter(None, (tls.version, tls.cipher, f"for {tls.server_name}" if tls.server_name else "")))


def _framing(capture: Capture) -> str:
    if capture.request.framing is None:
        return "" if not capture.request.body.size else "Content-Length"
    chunks = capture.request.framing.count(b"\r\n") - 2 - len(capture.request.trailers)
    return f"chunked, {max(chunks, 0)} chunks"


def _outcome(delivery: DeliverySummary) -> str:
    took = duration_words(delivery.duration_us)
    what = str(delivery.status) if delivery.status else delivery.failure_kind
    return f"{what}  in {took}  from {delivery.url}"


def _raw(capture: Capture) -> bytes:
    """Return the request as received, as much of it as is worth reading."""
    pieces: list[bytes] = []
    size = 0
    try:
        for piece in capture.request.wire_chunks():
            pieces.append(piece)
            size += len(piece)
            if size > RAW_LIMIT_BYTES:
                break
    except FileNotFoundError:
        pieces.append(b"(the body is no longer stored)")
    return b"".join(pieces)[:RAW_LIMIT_BYTES]


def _answer(answer: Response) -> bytes:
    body: Body = answer.body
    return answer.head.raw + body.read(RAW_LIMIT_BYTES)
