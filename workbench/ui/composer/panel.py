"""A composer tab: the request's line, its parts, Send; the answer beside it."""

import asyncio
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from workbench.model.collection import SavedRequest
from workbench.model.errors import WorkbenchError
from workbench.model.message import Body
from workbench.model.variables import Scope, ScopeKind, Scopes
from workbench.ui.composer.answer import AnswerPane
from workbench.ui.composer.body_editor import BodyEditor
from workbench.ui.composer.draft import Draft
from workbench.ui.composer.request_bar import RequestBar
from workbench.ui.composer.request_undo import RequestUndo
from workbench.ui.composer.sections import Sections
from workbench.ui.composer.sign_editor import SignEditor
from workbench.ui.jobs import Jobs
from workbench.ui.theme import Appearance
from workbench.ui.variable_words import VariableWords
from workbench.ui.variables import Variables
from workbench.ui.widgets.key_value_table import KeyValueTable
from workbench.ui.widgets.notice_bar import NoticeBar
from workbench.ui.words import error_words

BESIDE_FROM_WIDTH = 900
PART_WIDTH = 260
"""The least that the request, or the answer beside it, can be used in, in pixels."""


def with_own(scopes: Scopes, request: SavedRequest) -> Scopes:
    """Return what surrounds a request with its own variables in their place: nearer than all but the local ones."""
    own = {each.name: each.value for each in request.variables if each.enabled and each.name}
    local = [each for each in scopes.all if each.kind is ScopeKind.LOCAL]
    outer = [each for each in scopes.all if each.kind is not ScopeKind.LOCAL]
    return Scopes((*outer, Scope(ScopeKind.REQUEST, "this request", own), *local))


class ComposerPanel(QWidget):
    """Edits a draft; how it is sent, the window hands in."""

    changed = Signal()
    """The draft is another one now: its title or mark may be, and it is to be kept."""
    sending_changed = Signal(bool)

    def __init__(self, draft: Draft, appearance: Appearance, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.draft = draft
        self.appearance = appearance
        self._jobs = jobs
        self._filling = False
        self._sending: asyncio.Task[object] | None = None
        self._around = VariableWords()
        self.undo_steps = RequestUndo(draft.request)
        self.variables = Variables(appearance, self)
        self.bar = RequestBar(self.variables, self)
        self.notices = NoticeBar(appearance, self)
        self.sections = Sections(appearance, self.variables, self)
        self.answer = AnswerPane(appearance, self)
        self.method, self.url, self.send_button = self.bar.method, self.bar.url, self.bar.send
        self._lay_out()
        self.method.currentTextChanged.connect(self._on_line)
        self.url.textChanged.connect(self._on_line)
        self.sections.edited.connect(self._on_sections)
        self.sections.url_changed.connect(self._on_url_of_params)
        self.show_request(draft.request)
        self.sections.show_first(draft.request)

    def _lay_out(self) -> None:
        self.splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self.splitter.addWidget(self.sections)
        self.splitter.addWidget(self.answer)
        for part in (self.sections, self.answer):
            part.setMinimumWidth(PART_WIDTH)
        self.splitter.setSizes([580, 420])
        self.splitter.setHandleWidth(1)
        self.splitter.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.bar)
        layout.addWidget(self.splitter, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the answer beside the request, or below it where there is no room."""
        super().resizeEvent(event)
        wide = self.width() >= BESIDE_FROM_WIDTH
        self.splitter.setOrientation(Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical)

    def add_button(self, button: QWidget) -> None:
        """Put a button beside Send."""
        self.bar.add_button(button)

    # The form and the draft

    def show_request(self, request: SavedRequest) -> None:
        """Fill the form; the draft is not changed by it."""
        self._filling = True
        self.method.setCurrentText(request.method)
        if self.url.text() != request.url:
            self.url.setText(request.url)
        self.sections.show_request(request)
        self._filling = False
        self._show_words()

    def replace_request(self, request: SavedRequest) -> None:
        """Put another request in the place of all this, as one step that can be undone."""
        self.undo_steps.note(request, whole=True)
        self._show_step(request)

    def body_moved(self, before: Body, after: Body) -> None:
        """Read a body that is a file from where it is now; nothing counts as edited."""
        self.undo_steps.body_moved(before, after)
        self.draft.body_moved(before, after)
        self.show_request(self.draft.request)
        self.changed.emit()

    def undo(self) -> None:
        """Take the last step back."""
        self._show_step(self.undo_steps.undo())

    def redo(self) -> None:
        """Take a step forth again."""
        self._show_step(self.undo_steps.redo())

    def _show_step(self, request: SavedRequest) -> None:
        self.draft.request = request
        self.show_request(request)
        self.changed.emit()

    def _on_line(self) -> None:
        if self._filling:
            return
        url = self.url.text()
        same_url = url == self.draft.request.url
        self.draft.request = replace(self.draft.request, method=self.method.currentText(), url=url)
        if not same_url:
            self.sections.show_url(self.draft.request)
        self._edited()

    def _on_url_of_params(self, url: str) -> None:
        self._filling = True
        self.url.setText(url)
        self._filling = False

    def _on_sections(self) -> None:
        line = replace(self.draft.request, method=self.method.currentText(), url=self.url.text())
        self.draft.request = self.sections.taken(line)
        self._edited()

    def _edited(self) -> None:
        self.undo_steps.note(self.draft.request)
        if self.sections.if_made("Sign") is not None:
            self.sign.request_changed()
        self._show_words()
        self.changed.emit()

    # Parts of the form, made when they are first asked for

    @property
    def params(self) -> KeyValueTable:
        """The table of the query."""
        return self.sections.editor("Params").query.table

    @property
    def headers(self) -> KeyValueTable:
        """The table of headers."""
        return self.sections.editor("Headers").table

    @property
    def body(self) -> BodyEditor:
        return self.sections.editor("Body")

    @property
    def sign(self) -> SignEditor:
        return self.sections.editor("Sign")

    # Variables

    def set_words(self, words: VariableWords) -> None:
        """Take the names that the request's surroundings give; its own come on top."""
        self._around = words
        self._show_words()

    def _show_words(self) -> None:
        scopes = with_own(self._around.scopes, self.draft.request)
        self.variables.set_words(replace(self._around, scopes=scopes))

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
            sent = await deliver()
            await self.answer.show_delivery(sent.delivery)
            self.answer.show_results(sent.checks, sent.taken)
        except asyncio.CancelledError:
            self.answer.show_message("Cancelled. The attempt is in the history.")
        except WorkbenchError as error:
            self.answer.show_message(error_words(error), wrong=True)
        finally:
            self._sending = None
            self._show_sending()

    def _show_sending(self) -> None:
        self.bar.show_sending(sending=self.is_sending)
        self.sending_changed.emit(self.is_sending)
