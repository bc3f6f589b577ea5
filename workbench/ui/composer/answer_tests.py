"""What came of an answer's tests, and what was taken of it."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.engine.checking_answers import Taken
from workbench.model.checks import CheckResult
from workbench.ui.composer.checks_editor import operator_words
from workbench.ui.theme import Appearance
from workbench.ui.widgets.long_text import ElidedLabel
from workbench.ui.widgets.row_table import Column, Row, RowTable

PASSED, FAILED = "✓", "✗"


class AnswerTests(QWidget):
    """A line that sums up, and a table."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self.summary = ElidedLabel(self)
        self.summary.setContentsMargins(14, 8, 14, 6)
        self.table = RowTable("Results of the tests", (Column("", 3), Column("Test", 24), Column("Found")), self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.summary)
        layout.addWidget(self.table, 1)
        appearance.changed.connect(self._colour)

    def show_results(self, results: Sequence[CheckResult], taken: Sequence[Taken]) -> None:
        """Show results."""
        held = sum(each.passed for each in results)
        words = [f"{held} of {len(results)} tests passed"] if results else []
        if taken:
            words.append(f"{sum(each.value is not None for each in taken)} of {len(taken)} values taken")
        self.summary.setText(", ".join(words))
        self.summary.setObjectName(
            "good" if held == len(results) and all(t.value is not None for t in taken) else "bad"
        )
        self.summary.style().polish(self.summary)
        checks = [Row((PASSED if each.passed else FAILED, _test(each), _found(each))) for each in results]
        values = [
            Row(
                (
                    PASSED if each.value is not None else FAILED,
                    f"take {each.taking.name}",
                    each.problem or each.value or "",
                )
            )
            for each in taken
        ]
        self.table.set_rows([*checks, *values])
        self._colour()

    def _colour(self) -> None:
        theme = self._appearance.theme
        for number in range(self.table.rowCount()):
            item = self.table.item(number, 0)
            if item is not None:
                item.setForeground(QColor(theme.success if item.text() == PASSED else theme.danger))
                item.setData(Qt.ItemDataRole.AccessibleTextRole, "passed" if item.text() == PASSED else "failed")


def _found(result: CheckResult) -> str:
    """Return what the answer had; where it could not be looked at, why."""
    return result.message if result.found is None else result.found


def _test(result: CheckResult) -> str:
    assertion = result.assertion
    return f"{assertion.expression} {operator_words(assertion.operator)} {assertion.value}".strip()
