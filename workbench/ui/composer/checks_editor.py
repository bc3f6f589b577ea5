"""What is asked of the answer, and what is taken out of it for the requests that follow."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QSplitter, QVBoxLayout, QWidget

from workbench.model.checks import Assertion, Operator, Taking
from workbench.ui.variables import Variables
from workbench.ui.widgets.row_table import Column, Row, RowTable

EXPRESSIONS = ("status", "reason", "time", "size", "body", "header.Content-Type", "$.", "$.id", "$.data[0].id")
_WORDS = {
    Operator.EQUALS: "equals",
    Operator.DIFFERS: "differs from",
    Operator.GREATER: "is more than",
    Operator.GREATER_OR_EQUAL: "is at least",
    Operator.LESS: "is less than",
    Operator.LESS_OR_EQUAL: "is at most",
    Operator.IN: "is one of",
    Operator.NOT_IN: "is none of",
    Operator.CONTAINS: "contains",
    Operator.NOT_CONTAINS: "does not contain",
    Operator.LENGTH: "has length",
    Operator.MATCHES: "matches",
    Operator.NOT_MATCHES: "does not match",
    Operator.STARTS_WITH: "starts with",
    Operator.ENDS_WITH: "ends with",
    Operator.BETWEEN: "is between",
    Operator.IS_EMPTY: "is empty",
    Operator.IS_NOT_EMPTY: "is not empty",
    Operator.IS_NULL: "is null",
    Operator.IS_UNDEFINED: "is not there",
    Operator.IS_DEFINED: "is there",
    Operator.IS_TRUTHY: "is true",
    Operator.IS_FALSY: "is false",
    Operator.IS_JSON: "is JSON",
    Operator.IS_NUMBER: "is a number",
    Operator.IS_STRING: "is text",
    Operator.IS_BOOLEAN: "is true or false",
    Operator.IS_ARRAY: "is a list",
}
_OPERATORS = {words: operator for operator, words in _WORDS.items()}
_SCOPES = ("runtime", "environment", "collection")


def operator_words(operator: str) -> str:
    """Return an operator as people read it; one that we do not know as it was written."""
    return _WORDS.get(Operator(operator), operator) if operator in set(Operator) else operator


class ChecksEditor(QWidget):
    """Two tables."""

    edited = Signal()

    def __init__(self, variables: Variables, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.assertions = RowTable(
            "What the answer must be",
            (
                Column("Part of the answer", 20, placeholder="status, $.id …"),
                Column("", 14, tuple(_OPERATORS), placeholder="equals"),
                Column("Value", placeholder="200"),
            ),
            self,
            editable=True,
            variables=variables,
        )
        self.takings = RowTable(
            "What is taken from the answer",
            (
                Column("Variable", 20, placeholder="token"),
                Column("Part of the answer", placeholder="$.access_token"),
                Column("Kept in", 12, _SCOPES, placeholder="runtime"),
            ),
            self,
            editable=True,
            variables=variables,
        )
        self.assertions.completions = lambda column, _row: EXPRESSIONS if column == 0 else ()
        self.takings.completions = lambda column, _row: EXPRESSIONS if column == 1 else ()
        splitter = QSplitter(Qt.Orientation.Vertical, self)
        for title, table in (("The answer must", self.assertions), ("Take from the answer", self.takings)):
            table.edited.connect(self.edited)
            splitter.addWidget(_titled(title, table))
        splitter.setHandleWidth(1)
        splitter.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(splitter)

    def set_checks(self, assertions: Sequence[Assertion], takings: Sequence[Taking]) -> None:
        """Show what a request asks."""
        if tuple(assertions) != self.checked():
            self.assertions.set_rows(
                Row((each.expression, operator_words(each.operator), each.value), each.enabled) for each in assertions
            )
        if tuple(takings) != self.taken():
            self.takings.set_rows(Row((each.name, each.expression, each.scope), each.enabled) for each in takings)

    def checked(self) -> tuple[Assertion, ...]:
        """Return the assertions."""
        return tuple(
            Assertion(
                row.texts[0], _OPERATORS.get(row.texts[1], row.texts[1]) or Operator.EQUALS, row.texts[2], row.enabled
            )
            for row in self.assertions.rows()
        )

    def taken(self) -> tuple[Taking, ...]:
        """Return what is taken."""
        return tuple(
            Taking(row.texts[0], row.texts[1], row.texts[2] or "runtime", row.enabled) for row in self.takings.rows()
        )


def _titled(title: str, table: QWidget) -> QWidget:
    box = QWidget()
    heading = QLabel(title, box)
    heading.setObjectName("heading")
    heading.setContentsMargins(12, 8, 12, 4)
    layout = QVBoxLayout(box)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    layout.addWidget(heading)
    layout.addWidget(table, 1)
    return box
