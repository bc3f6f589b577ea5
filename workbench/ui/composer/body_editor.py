"""The body of a request being composed.

The bytes are the truth; the editors are ways to change them. A text editor of Qt's alters what it holds (CRLF, U+2028
and more), so the bytes are replaced only by a real edit, line ends are put back as they were, and a body that would
still not survive is shown read-only until a person asks to edit it as text.
"""

from dataclasses import replace
from functools import cached_property

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from workbench.formats import json_text, xml_text
from workbench.model.collection import BodyKind, ComposedBody
from workbench.model.message import Body
from workbench.ui.composer.body_bar import KINDS, BodyBar
from workbench.ui.composer.body_colours import BodyColours
from workbench.ui.composer.body_pages import ExactPage, message_page
from workbench.ui.composer.draft import EDITABLE_LIMIT_BYTES, editable_text
from workbench.ui.composer.exact_text import ExactText
from workbench.ui.composer.form_text import form_text, read_form
from workbench.ui.composer.graphql_editor import GraphqlEditor
from workbench.ui.composer.multipart_editor import MultipartEditor
from workbench.ui.theme import Appearance
from workbench.ui.variables import Variables
from workbench.ui.widgets.key_value_table import KeyValueTable
from workbench.ui.widgets.syntax_colours import DARK, LIGHT, SyntaxColours
from workbench.ui.words import size_words

__all__ = ["KINDS", "BodyEditor"]


class BodyEditor(QWidget):
    """Edits one ComposedBody."""

    edited = Signal()
    """A person changed the body or its kind."""
    file_wanted = Signal()
    """A person wants to send a file's bytes."""
    files_wanted = Signal(int)
    """A person wants files in this row of the parts."""

    def __init__(
        self, appearance: Appearance, parent: QWidget | None = None, *, variables: Variables | None = None
    ) -> None:
        super().__init__(parent)
        self._body = ComposedBody()
        self._kept = Body()
        self._appearance = appearance
        self.bar = BodyBar(self)
        self.kind = self.bar.kind
        self.text = ExactText(variables, self)
        self.text.setAccessibleName("Body")
        self.text.setPlaceholderText("Type or paste the body")
        self._colours = BodyColours(self.text.document(), variables)
        self._variables = variables
        self._none = message_page("This request has no body.", self)
        self.stack = QStackedWidget(self)
        self.stack.addWidget(self.text)
        self.stack.addWidget(self._none)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.bar)
        layout.addWidget(self.stack, 1)
        self.kind.activated.connect(self._on_kind)
        self.bar.beautify.clicked.connect(self.beautify)
        self.bar.file.clicked.connect(self.file_wanted)
        self.bar.as_text.clicked.connect(lambda: self.set_body(self._body))
        self.bar.literal.clicked.connect(self._on_literal)
        self.bar.literal_head.clicked.connect(self.edited)
        self.text.edited.connect(self._on_text)
        appearance.changed.connect(self._on_theme)
        self._on_theme()
        self.set_body(self._body)

    # Pages that most bodies do not need are made when the first one does

    @cached_property
    def exact(self) -> ExactPage:
        """Shows bytes that are sent as they are."""
        page = ExactPage(self._appearance, self)
        page.edit_anyway.clicked.connect(self._edit_anyway)
        self.stack.addWidget(page)
        return page

    @cached_property
    def form(self) -> KeyValueTable:
        """Edits a form as rows."""
        what = "Fields of the form"
        page = KeyValueTable(what, self, editable=True, variables=self._variables)
        page.edited.connect(self._on_form)
        self.stack.addWidget(page)
        return page

    @cached_property
    def multipart(self) -> MultipartEditor:
        """Edits the parts of a form."""
        page = MultipartEditor(self._variables, self)
        page.edited.connect(lambda: self._replace(replace(self._body, parts=page.table.parts())))
        page.files_wanted.connect(self.files_wanted)
        self.stack.addWidget(page)
        return page

    @cached_property
    def graphql(self) -> GraphqlEditor:
        """Edits a query and its variables."""
        page = GraphqlEditor(self._variables, self)
        page.set_colours(self._syntax_colours())
        page.edited.connect(self._on_graphql)
        self.stack.addWidget(page)
        return page

    @property
    def body(self) -> ComposedBody:
        """The body as it will be sent."""
        return self._body

    @property
    def literal_head(self) -> bool:
        """Whether braces of the URL and the headers are sent as they stand."""
        return self.bar.literal_head.isChecked()

    def set_literal_head(self, literal: bool) -> None:
        """Show whether they are; there is nothing to be said of a request that was typed here."""
        self.bar.literal_head.setChecked(literal)
        self.bar.literal_head.setVisible(literal or self.bar.literal_head.isVisibleTo(self.bar))

    def set_body(self, body: ComposedBody) -> None:
        """Edit another body."""
        self._body = body
        self._colours.set_kind(body.kind, literal=body.literal)
        self.kind.setCurrentIndex(list(KINDS).index(body.kind))
        self.stack.setCurrentWidget(self._filled(body))
        self._show_facts()

    def _filled(self, body: ComposedBody) -> QWidget:
        """Put the body into the page that suits it, and return that."""
        if body.kind is BodyKind.NONE:
            return self._none
        if body.kind is BodyKind.MULTIPART:
            if self.multipart.table.parts() != body.parts:
                self.multipart.table.set_parts(body.parts)
            return self.multipart
        text = editable_text(body.content)
        if body.kind is BodyKind.GRAPHQL and text is not None:
            self.graphql.set_texts(text, body.graphql_variables)
            return self.graphql
        if body.kind is BodyKind.FORM and text is not None and not self.bar.as_text.isChecked():
            self.form.set_fields((*read_form(text), *body.disabled_fields))
            return self.form
        if text is not None and body.kind is not BodyKind.BYTES and self.text.fill(text):
            return self.text
        self.exact.show_body(body, is_text=text is not None)
        return self.exact

    def _edit_anyway(self) -> None:
        text = editable_text(self._body.content)
        if text is not None:
            kind = BodyKind.TEXT if self._body.kind is BodyKind.BYTES else self._body.kind
            self.text.fill(text)
            self._replace(replace(self._body, kind=kind, content=Body(self.text.typed().encode())))
            self.kind.setCurrentIndex(list(KINDS).index(kind))
            self.stack.setCurrentWidget(self.text)
            self.text.setFocus()

    def _on_kind(self) -> None:
        kind = BodyKind(self.kind.currentData())
        if kind is self._body.kind:
            return
        content = self._body.content
        if kind is BodyKind.NONE:
            # Who comes back from "no body" finds what was there.
            self._kept, content = content, Body()
        elif self._body.kind is BodyKind.NONE and not content.size:
            content = self._kept
        self.set_body(replace(self._body, kind=kind, content=content))
        self.edited.emit()

    def _on_literal(self) -> None:
        self.set_body(replace(self._body, literal=self.bar.literal.isChecked()))
        self.edited.emit()

    def _on_text(self) -> None:
        self._replace(replace(self._body, content=Body(self.text.typed().encode("utf-8", "surrogatepass"))))

    def _on_form(self) -> None:
        before = editable_text(self._body.content) or ""
        fields = self.form.fields()
        off = tuple(field for field in fields if not field.enabled)
        self._replace(replace(self._body, content=Body(form_text(fields, before).encode()), disabled_fields=off))

    def _on_graphql(self) -> None:
        query, variables = self.graphql.query.typed(), self.graphql.variables.typed()
        self._replace(replace(self._body, content=Body(query.encode()), graphql_variables=variables))

    def _on_theme(self) -> None:
        self._colours.set_colours(self._syntax_colours())
        if "graphql" in self.__dict__:
            self.graphql.set_colours(self._syntax_colours())

    def _syntax_colours(self) -> SyntaxColours:
        return DARK if self._appearance.theme.is_dark else LIGHT

    def _replace(self, body: ComposedBody) -> None:
        self._body = body
        self._show_facts()
        self.edited.emit()

    def _show_facts(self) -> None:
        kind, content = self._body.kind, self._body.content
        has_text = kind not in (BodyKind.NONE, BodyKind.MULTIPART)
        self.bar.show_kind(kind, literal=self._body.literal)
        self.bar.facts.setText(size_words(content.size) if has_text else "")

    def insert_value(self, text: str) -> None:
        """Put text where the cursor of the body is, as if it was typed."""
        if self.stack.currentWidget() is self.text:
            self.text.insert_value(text)

    def beautify(self) -> None:
        """Indent the body, if it is what it says; the cursor's undo brings it back."""
        content = self._body.content
        if self._body.kind not in (BodyKind.JSON, BodyKind.XML) or content.size > EDITABLE_LIMIT_BYTES:
            return
        is_json = self._body.kind is BodyKind.JSON
        try:
            format_body = json_text.pretty if is_json else xml_text.pretty
            text = format_body(content.read()).decode()
        except (ValueError, RecursionError):
            found = json_text.problem(content.read()) if is_json else None
            self.bar.facts.setText(found.sentence if found else xml_text.problem(content.read()))
            return
        self.text.replace_all(text)
