"""The body of an answer, and a line that looks into it by JSONPath or JMESPath."""

import asyncio

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from workbench.formats.encoding import decoded
from workbench.model.errors import WorkbenchError
from workbench.model.message import EMPTY_BODY, Body, Response
from workbench.ui.body_pane import BodyPane
from workbench.ui.jobs import Jobs
from workbench.ui.theme import Appearance
from workbench.ui.widgets.long_text import WrappedLabel
from workbench.ui.words import error_words

FILTER_AFTER_MS = 250


class AnswerBody(QWidget):
    """The whole body, or what an expression finds in it."""

    save_wanted = Signal(object)

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._body, self._encoding = EMPTY_BODY, ""
        self.whole = BodyPane(appearance, self)
        self.found = BodyPane(appearance, self)
        for pane in (self.whole, self.found):
            pane.save_wanted.connect(self.save_wanted)
        self.stack = QStackedWidget(self)
        self.stack.addWidget(self.whole)
        self.stack.addWidget(self.found)
        self.filter = QLineEdit(self)
        self.filter.setPlaceholderText("Filter: $.items[*].id is JSONPath, items[].id is JMESPath")
        self.filter.setAccessibleName("Filter the body")
        self.filter.setToolTip("Show only what this finds in a JSON body; the body itself stays as it is")
        self.filter.setClearButtonEnabled(True)
        self.problem = WrappedLabel(self)
        self.problem.setObjectName("bad")
        self.problem.hide()
        self.line = QWidget(self)
        row = QHBoxLayout(self.line)
        row.setContentsMargins(12, 6, 12, 8)
        row.addWidget(self.filter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.stack, 1)
        self.problem.setContentsMargins(14, 4, 14, 0)
        layout.addWidget(self.problem)
        layout.addWidget(self.line)
        self._jobs = Jobs(self, lambda error: self._say(error.message))
        self._timer = QTimer(self, singleShot=True, interval=FILTER_AFTER_MS)
        self._timer.timeout.connect(lambda: self._jobs.start(self._filter(), "filter an answer"))
        self.filter.textChanged.connect(lambda _: self._timer.start())
        self.line.hide()

    async def show_response(self, response: Response) -> None:
        """Show another body; the expression stays, and is used on it."""
        self._body, self._encoding = response.body, response.headers.get("content-encoding")
        await self.whole.show_body(response.body, response.head.content_type, self._encoding)
        is_json = "json" in response.head.content_type.lower() or self.whole.code_language == "json"
        self.line.setVisible(is_json)
        await self._filter()

    def clear(self, message: str) -> None:
        """Show a sentence and no body."""
        self._body = EMPTY_BODY
        self.whole.clear(message)
        self.line.hide()
        self.stack.setCurrentIndex(0)
        self._say("")

    async def _filter(self) -> None:
        expression, body = self.filter.text().strip(), self._body
        if not expression or not self.line.isVisibleTo(self):
            self.stack.setCurrentIndex(0)
            self._say("")
            return
        try:
            found = await asyncio.to_thread(_found, body, self._encoding, expression)
        except WorkbenchError as error:
            if expression == self.filter.text().strip():
                self._say(error_words(error))
            return
        if expression == self.filter.text().strip() and body is self._body:
            self._say("")
            await self.found.show_body(Body(found.encode()), "application/json", "")
            self.stack.setCurrentIndex(1)

    def _say(self, problem: str) -> None:
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))


def _found(body: Body, encoding: str, expression: str) -> str:
    from workbench.formats.json_query import filter_body

    return filter_body(decoded(body.read(), encoding).content, expression)
