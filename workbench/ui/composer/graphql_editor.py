"""A GraphQL body: the query above, its variables below."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QSplitter, QVBoxLayout, QWidget

from workbench.formats import json_text
from workbench.model.collection import BodyKind
from workbench.ui.composer.body_colours import BodyColours
from workbench.ui.composer.exact_text import ExactText
from workbench.ui.variables import Variables
from workbench.ui.widgets.long_text import WrappedLabel
from workbench.ui.widgets.syntax_colours import SyntaxColours


class GraphqlEditor(QWidget):
    """Two texts."""

    edited = Signal()

    def __init__(self, variables: Variables | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.query = ExactText(variables, self)
        self.query.setAccessibleName("GraphQL query")
        self.query.setPlaceholderText("query Orders($first: Int!) {\n  orders(first: $first) { id }\n}")
        self.variables = ExactText(variables, self)
        self.variables.setAccessibleName("GraphQL variables")
        self.variables.setPlaceholderText('{"first": 10}')
        self._query_colours = BodyColours(self.query.document(), variables)
        self._colours = BodyColours(self.variables.document(), variables)
        self.problem = WrappedLabel(self)
        self.problem.setObjectName("bad")
        self.problem.hide()
        for text in (self.query, self.variables):
            text.edited.connect(self._on_edit)
        below = QWidget(self)
        rows = QVBoxLayout(below)
        rows.setContentsMargins(0, 6, 0, 0)
        rows.setSpacing(4)
        heading = QLabel("Variables, a JSON object", below)
        heading.setObjectName("heading")
        heading.setContentsMargins(12, 0, 0, 0)
        self.problem.setContentsMargins(12, 0, 12, 4)
        for widget in (heading, self.variables, self.problem):
            rows.addWidget(widget, 1 if widget is self.variables else 0)
        splitter = QSplitter(Qt.Orientation.Vertical, self)
        splitter.addWidget(self.query)
        splitter.addWidget(below)
        splitter.setSizes([300, 140])
        splitter.setHandleWidth(1)
        splitter.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(splitter)

    def set_texts(self, query: str, variables: str) -> None:
        """Edit another query."""
        for editor, text in ((self.query, query), (self.variables, variables)):
            if editor.typed() != text:
                editor.fill(text)
        self._check()

    def set_colours(self, colours: SyntaxColours) -> None:
        """Paint in these colours from now on."""
        self._colours.set_colours(colours)
        self._query_colours.set_colours(colours)
        self._colours.set_kind(BodyKind.JSON)

    def _on_edit(self) -> None:
        self._check()
        self.edited.emit()

    def _check(self) -> None:
        """Say where the variables are no JSON; with placeholders in them nobody can know yet."""
        text = self.variables.typed()
        found = json_text.problem(text.encode()) if text.strip() and "{{" not in text else None
        self.problem.setText(found.sentence if found else "")
        self.problem.setVisible(found is not None)
