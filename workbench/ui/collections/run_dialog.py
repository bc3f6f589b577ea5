"""A run of a folder: what is asked of it, its results as they come, and a report to keep."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QColor
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from workbench.model.run import RequestResult, RunReport
from workbench.ui.dialogs import mark
from workbench.ui.theme import Appearance
from workbench.ui.widgets.row_table import Column, Row, RowTable
from workbench.ui.words import duration_words

PASSED, FAILED = "✓", "✗"
_MOST_ROUNDS = 100_000
_LONGEST_DELAY_MS = 600_000
_NUMBER_WIDTH = 96
_COLUMNS = (
    Column("", 3),
    Column("Round", 6),
    Column("Request", 26),
    Column("Status", 8),
    Column("Time", 9),
    Column("Why not"),
)


class RunDialog(QDialog):
    """Asks how to run, and shows what comes of it; whoever opens it runs."""

    start_wanted = Signal()
    stop_wanted = Signal()
    data_wanted = Signal()
    """A person wants to choose a file of rows."""
    report_wanted = Signal(str)
    """A person wants the report as `junit` or `html`."""
    result_chosen = Signal(int)
    """The number of the delivery whose request a person wants to see."""

    def __init__(
        self,
        name: str,
        environments: Sequence[str],
        chosen: str,
        appearance: Appearance,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._numbers: list[int] = []
        self.is_running = False
        self.setWindowTitle(f"Run {name}")
        self.resize(820, 600)
        self._make_fields(environments, chosen)
        self._make_results()
        self._make_buttons()
        self._lay_out()
        self.show_running(running=False)
        self.start.setFocus()

    def _make_fields(self, environments: Sequence[str], chosen: str) -> None:
        """Make what is asked before a run."""
        self.environment = QComboBox(self)
        self.environment.addItem("No environment", "")
        for each in environments:
            self.environment.addItem(each, each)
        self.environment.setCurrentIndex(max(0, self.environment.findData(chosen)))
        self.environment.setToolTip("Whose values the variables have")
        self.data = QLineEdit(self)
        self.data.setPlaceholderText("none: CSV with names in its first line, or a JSON list of objects")
        self.data.setToolTip("Everything is sent once for each row; its columns are variables")
        self.choose = QPushButton("Choose…", self)
        self.choose.setToolTip("Choose a file of rows")
        self.choose.setAutoDefault(False)
        self.choose.setAccessibleName("Choose a file of rows")
        self.choose.clicked.connect(self.data_wanted)
        self.rounds = self._number(1, _MOST_ROUNDS, "How often everything is sent")
        self.delay = self._number(0, _LONGEST_DELAY_MS, "Between two requests")
        self.delay.setSuffix(" ms")
        self.stop_on_failure = QCheckBox("Stop at the first failure", self)
        self.stop_on_failure.setToolTip("Send nothing more once a request did not pass")

    def _number(self, least: int, most: int, tip: str) -> QSpinBox:
        box = QSpinBox(self)
        box.setRange(least, most)
        box.setFixedWidth(_NUMBER_WIDTH)
        box.setToolTip(tip)
        box.lineEdit().setTextMargins(8, 0, 0, 0)  # A style sheet's padding does not reach it.
        return box

    def _make_results(self) -> None:
        """Make what shows how far a run is and what came of it."""
        self.table = RowTable("Results of the run", _COLUMNS, self)
        self.table.set_placeholder("Results appear here as they come.")
        self.table.cellDoubleClicked.connect(lambda row, _: self._choose_result(row))
        self.progress = QProgressBar(self)
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(4)
        self.progress.setAccessibleName("Progress of the run")
        self.summary = QLabel("Requests are sent in the order of the tree.", self)
        self.summary.setObjectName("muted")
        self.summary.setWordWrap(True)

    def _make_buttons(self) -> None:
        self.start = QPushButton("Run", self)
        mark(self.start, "primary")
        self.start.clicked.connect(lambda: (self.stop_wanted if self.is_running else self.start_wanted).emit())
        self.junit = self._report_button("Save as JUnit…", "junit", "Write the report for a build server")
        self.html = self._report_button("Save as HTML…", "html", "Write the report as one page")
        self.close_button = QPushButton("Close", self)
        self.close_button.clicked.connect(self.close)

    def _report_button(self, text: str, kind: str, tip: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setToolTip(tip)
        button.setAutoDefault(False)
        button.setEnabled(False)
        button.clicked.connect(lambda: self.report_wanted.emit(kind))
        return button

    def _lay_out(self) -> None:
        buttons = _row(self.junit, self.html, None, self.start, self.close_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(12)
        layout.addLayout(self._form())
        layout.addWidget(self.progress)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.summary)
        layout.addLayout(buttons)

    def _form(self) -> QGridLayout:
        form = QGridLayout()
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(8)
        form.setColumnStretch(1, 1)
        delay = _labelled("Delay", self.delay, self)
        rows = _row(self.data, self.choose)
        rows.setStretch(0, 1)
        form.addWidget(_labelled("Environment", self.environment, self), 0, 0)
        form.addWidget(self.environment, 0, 1, Qt.AlignmentFlag.AlignLeft)
        form.addWidget(_labelled("Rows of data", self.data, self), 1, 0)
        form.addLayout(rows, 1, 1)
        form.addWidget(_labelled("Rounds", self.rounds, self), 2, 0)
        form.addLayout(_row(self.rounds, delay, self.delay, self.stop_on_failure, None), 2, 1)
        return form

    def show_running(self, *, running: bool) -> None:
        """Let the button start, or stop; what is asked for cannot be changed meanwhile."""
        self.is_running = running
        self.start.setText("Stop" if running else "Run")
        self.start.setToolTip("End after the request that is under way" if running else "Send all requests in order")
        for widget in (self.environment, self.data, self.choose, self.rounds, self.delay, self.stop_on_failure):
            widget.setEnabled(not running)

    def begin(self) -> None:
        """Take the results of the last run away."""
        self._numbers = []
        self.table.set_rows([])
        self.progress.setRange(0, 0)
        self.show_running(running=True)

    def show_step(self, number: int, planned: int, name: str) -> None:
        """Say what is being sent."""
        self.progress.setRange(0, planned)
        self.progress.setValue(number - 1)
        self.summary.setText(f"{number} of {planned}: {name}")

    def add_result(self, result: RequestResult) -> None:
        """Show one more result, and keep it in sight."""
        number = len(self._numbers)
        self._numbers.append(result.delivery_number)
        status = str(result.status) if result.status is not None else ""
        took = duration_words(result.duration_us) if result.delivery_number else ""
        sign = PASSED if result.passed else FAILED
        self.table.add_row(Row((sign, str(result.iteration), result.name, status, took, result.reason)))
        item = self.table.item(number, 0)
        if item is not None:
            theme = self._appearance.theme
            item.setForeground(QColor(theme.success if result.passed else theme.danger))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, "passed" if result.passed else "failed")
        self.table.scrollToBottom()
        self.progress.setValue(number + 1)

    def show_report(self, report: RunReport) -> None:
        """Sum up a run that ended."""
        self.show_running(running=False)
        self.progress.setRange(0, max(1, report.planned))
        self.progress.setValue(len(report.results))
        passed = len(report.results) - report.failed_count
        words = [f"{passed} of {len(report.results)} passed in {duration_words(report.duration_us)}."]
        checks = report.checks
        if checks:
            words.append(f"{sum(check.passed for check in checks)} of {len(checks)} tests held.")
        self.summary.setText(" ".join([*words, report.ended_early, *report.problems]).strip())
        self.summary.setObjectName("good" if report.passed else "bad")
        self.summary.style().polish(self.summary)
        for button in (self.junit, self.html):
            button.setEnabled(bool(report.results))

    def show_problem(self, text: str) -> None:
        """Say why there is no run."""
        self.show_running(running=False)
        self.progress.setRange(0, 1)
        self.summary.setText(text)
        self.summary.setObjectName("bad")
        self.summary.style().polish(self.summary)

    def _choose_result(self, row: int) -> None:
        if 0 <= row < len(self._numbers) and self._numbers[row]:
            self.result_chosen.emit(self._numbers[row])

    def closeEvent(self, event: QCloseEvent) -> None:
        """End the run with the dialog."""
        if self.is_running:
            self.stop_wanted.emit()
        super().closeEvent(event)


def _labelled(text: str, widget: QWidget, parent: QWidget) -> QLabel:
    label = QLabel(text, parent)
    label.setBuddy(widget)
    widget.setAccessibleName(text)
    return label


def _row(*widgets: QWidget | None) -> QHBoxLayout:
    """Return widgets side by side; None is room that takes what is left."""
    row = QHBoxLayout()
    row.setSpacing(8)
    for widget in widgets:
        if widget is None:
            row.addStretch()
        else:
            row.addWidget(widget)
    return row
