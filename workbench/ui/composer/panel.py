"""A composer tab: method, URL, parameters, headers, body; Send; the answer beside it."""

import asyncio
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.model.collection import Field, SavedRequest
from workbench.model.errors import WorkbenchError
from workbench.ui.composer.answer import AnswerPane
from workbench.ui.composer.body_editor import BodyEditor
from workbench.ui.composer.draft import Draft, join_url, split_url
from workbench.ui.composer.sign_editor import SignEditor
from workbench.ui.jobs import Jobs
from workbench.ui.theme import Appearance
from workbench.ui.widgets.key_value_table import KeyValueTable

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
HEADER_NAMES = (
    "Accept",
    "Authorization",
    "Cache-Control",
    "Content-Encoding",
    "Content-Type",
    "Cookie",
    "Idempotency-Key",
    "Stripe-Signature",
    "User-Agent",
    "X-GitHub-Delivery",
    "X-GitHub-Event",
    "X-Hub-Signature-256",
    "X-Request-Id",
    "X-Shopify-Hmac-Sha256",
    "X-Shopify-Topic",
    "X-Slack-Request-Timestamp",
    "X-Slack-Signature",
    "X-Twilio-Signature",
)


class ComposerPanel(QWidget):
    """Edits a draft and sends it by `send`, which the window hands in."""

    changed = Signal()
    """The draft is another one now: its title or mark may be, and it is to be kept."""
    sending_changed = Signal(bool)

    def __init__(self, draft: Draft, appearance: Appearance, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.draft = draft
        self._jobs = jobs
        self._filling = False
        self._sending: asyncio.Task[object] | None = None
        self.answer = AnswerPane(appearance, self)
        self._build(appearance)
        self.show_request(draft.request)

    def _build(self, appearance: Appearance) -> None:
        bar = QFrame(self)
        bar.setObjectName("bar")
        self.method = QComboBox(bar)
        self.method.setEditable(True)
        self.method.addItems(METHODS)
        self.method.setAccessibleName("Method")
        self.method.setToolTip("The method; any word will do")
        self.method.setMinimumContentsLength(7)
        self.method.currentTextChanged.connect(self._on_edit)
        self.url = QLineEdit(bar)
        self.url.setPlaceholderText("http://localhost:3000/hooks")
        self.url.setAccessibleName("URL")
        self.url.setToolTip("Where to send; the query stands in the Params table too")
        self.url.textChanged.connect(self._on_url)
        self.send_button = QPushButton("Send", bar)
        self.send_button.setProperty("primary", True)
        self.send_button.setToolTip("Send the request (Ctrl+Return)")
        self.send_button.setMinimumWidth(90)
        row = QHBoxLayout(bar)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(8)
        row.addWidget(self.method)
        row.addWidget(self.url, 1)
        row.addWidget(self.send_button)
        self._buttons = row
        self.params = KeyValueTable("Query parameters", self, editable=True)
        self.params.edited.connect(self._on_params)
        self.headers = KeyValueTable("Headers", self, editable=True, completions=HEADER_NAMES)
        self.headers.edited.connect(self._on_edit)
        self.body = BodyEditor(appearance, self)
        self.body.edited.connect(self._on_edit)
        self.tabs = QTabWidget(self)
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.sign = SignEditor(self)
        self.sign.edited.connect(self._on_sign)
        for title, widget in (
            ("Body", self.body),
            ("Headers", self.headers),
            ("Params", self.params),
            ("Sign", self.sign),
        ):
            self.tabs.addTab(widget, title)
        self.splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self.splitter.addWidget(self.tabs)
        self.splitter.addWidget(self.answer)
        self.splitter.setSizes([500, 500])
        self.splitter.setHandleWidth(1)
        self.splitter.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(bar)
        layout.addWidget(self.splitter, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the answer beside the request, or below it where there is no room."""
        super().resizeEvent(event)
        wide = self.width() >= 900
        self.splitter.setOrientation(Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical)

    def add_button(self, button: QWidget) -> None:
        """Put a button beside Send."""
        self._buttons.addWidget(button)

    # The form and the draft

    def show_request(self, request: SavedRequest) -> None:
        """Fill the form; the draft is not changed by it."""
        self._filling = True
        self.method.setCurrentText(request.method)
        self.url.setText(request.url)
        self.params.set_fields([*split_url(request.url)[1], *request.disabled_params])
        self.headers.set_fields(request.headers)
        self.body.set_body(request.body)
        self._filling = False
        self._show_counts()

    def _on_edit(self) -> None:
        if self._filling:
            return
        self.draft.request = replace(
            self.draft.request,
            method=self.method.currentText(),
            url=self.url.text(),
            headers=self.headers.fields(),
            disabled_params=tuple(param for param in self.params.fields() if not param.enabled),
            body=self.body.body,
        )
        self._show_counts()
        self.sign.request_changed()
        self.changed.emit()

    def _on_sign(self) -> None:
        self.draft.signing = self.sign.choice
        self._show_counts()

    def _on_url(self) -> None:
        if self._filling:
            return
        disabled: list[Field] = [param for param in self.params.fields() if not param.enabled]
        self.params.set_fields([*split_url(self.url.text())[1], *disabled])
        self._on_edit()

    def _on_params(self) -> None:
        if self._filling:
            return
        self._filling = True
        self.url.setText(join_url(self.url.text(), self.params.fields()))
        self._filling = False
        self._on_edit()

    def _show_counts(self) -> None:
        for position, (title, table) in enumerate((("Headers", self.headers), ("Params", self.params)), start=1):
            count = sum(field.enabled for field in table.fields())
            self.tabs.setTabText(position, f"{title} {count}" if count else title)
        self.tabs.setTabText(3, f"Sign: {self.draft.signing.provider}" if self.draft.signing.provider else "Sign")

    # Sending

    @property
    def is_sending(self) -> bool:
        return self._sending is not None

    def start_sending(self, deliver) -> None:
        """Send the draft; a second call while it is under way is passed over."""
        if self._sending is None:
            self._sending = self._jobs.start(self._send(deliver), "send a request")
            self._show_sending()

    def cancel_sending(self) -> None:
        """Stop waiting for the answer."""
        if self._sending is not None:
            self._sending.cancel()

    async def _send(self, deliver) -> None:
        self.answer.show_message("Waiting for the answer…")
        try:
            delivery = await deliver(self.draft.request)
            await self.answer.show_delivery(delivery)
        except asyncio.CancelledError:
            self.answer.show_message("Cancelled. The attempt is in the history.")
        except WorkbenchError as error:
            self.answer.show_message(f"{error.message} {error.hint or ''}")
        finally:
            self._sending = None
            self._show_sending()

    def _show_sending(self) -> None:
        sending = self._sending is not None
        self.send_button.setText("Cancel" if sending else "Send")
        self.send_button.setToolTip("Stop waiting (Ctrl+.)" if sending else "Send the request (Ctrl+Return)")
        self.sending_changed.emit(sending)
