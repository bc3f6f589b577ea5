"""The captures tab: filter line, table, details; an address to send to while there is nothing to show."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QItemSelectionModel, QPoint, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.model.clock import SystemClock
from workbench.storage.capture_looks import CHOSEN_FOLLOWED
from workbench.ui.captures.chips import FilterChips
from workbench.ui.captures.detail import CaptureDetail
from workbench.ui.captures.empty import EmptyCaptures
from workbench.ui.captures.filter_line import FilterLine
from workbench.ui.captures.table import CaptureTable
from workbench.ui.captures.table_model import CaptureTableModel
from workbench.ui.command_set import CommandSet
from workbench.ui.theme import Appearance
from workbench.ui.widgets.long_text import WrappedLabel
from workbench.ui.words import count_words

MENU = (
    "replay",
    "replay_fresh",
    "replay_stale",
    "replay_to",
    "open_in_composer",
    "compare",
    None,
    "copy_curl",
    "copy_body",
    "save_body",
    None,
    "pin",
    "tag",
    "note",
    "delete",
)


class CapturesPanel(QWidget):
    """Shows captures and says which are chosen; it reads nothing itself."""

    query_changed = Signal(object)
    """The CaptureQuery of the filter line."""
    chosen = Signal(object)
    """The number of the current capture, None where there is none."""

    def __init__(self, appearance: Appearance, commands: CommandSet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._commands = commands
        self.model = CaptureTableModel(self)
        self.detail = CaptureDetail(appearance, self)
        self.empty = EmptyCaptures(appearance, self)
        self._build(appearance)
        self._follows = True
        self._is_by_arrival = True
        self.is_grouped = False
        """Whether one row may stand for several captures."""
        self._remembered: tuple[list[int], int | None] = ([], None)
        self.places: Callable[[], Mapping[int, int]] = dict
        """Tells the rows of chosen captures while other rows are put in place."""
        self._told: int | None = None
        self._total = 0

    # What it is made of

    def _build(self, appearance: Appearance) -> None:
        self.filter = self._filter_line(appearance)
        self.count = QLabel(self)
        self.count.setObjectName("muted")
        self.held = QPushButton(self)
        self.held.setProperty("primary", True)
        self.held.setToolTip("Go on showing new captures")
        self.show_held(0)
        self.table = self._table(appearance)
        self.no_match = _message(self, "No capture matches the filter.", "Press Esc in the filter line to clear it.")
        self._tables = QStackedWidget(self)
        self._tables.addWidget(self.table)
        self._tables.addWidget(self.no_match)
        self.splitter = QSplitter(Qt.Orientation.Vertical, self)
        self.splitter.addWidget(self._tables)
        self.splitter.addWidget(self.detail)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(1)
        self._pages = QStackedWidget(self)
        self._pages.addWidget(self.empty)
        self._pages.addWidget(self._full_page())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)

    def _full_page(self) -> QWidget:
        page = QWidget(self)
        bar = QFrame(page)
        bar.setObjectName("bar")
        row = QHBoxLayout(bar)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(8)
        row.addWidget(self.filter, 1)
        row.addWidget(self.count)
        row.addWidget(self.held)
        row.addSpacing(4)
        for name in ("searches", "group_delivery", "pause", "follow", "replay", "open_in_composer", "delete"):
            row.addWidget(self._commands.tool_button(name))
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self.chips = FilterChips(page)
        self.problem = WrappedLabel(page)
        self.problem.setObjectName("filter-problem")
        self.problem.hide()
        self.filter.problem_said.connect(self._show_problem)
        self.filter.query_changed.connect(lambda _: self.chips.show_line(self.filter.text()))
        self.chips.line_changed.connect(self.set_filter)
        for widget in (bar, self.problem, self.chips):
            layout.addWidget(widget)
        layout.addWidget(self.splitter, 1)
        return page

    def _filter_line(self, appearance: Appearance) -> FilterLine:
        line = FilterLine(appearance, SystemClock().now_us, self)
        line.query_changed.connect(self.query_changed)
        line.cleared.connect(lambda: self.table.setFocus())
        return line

    def _table(self, appearance: Appearance) -> CaptureTable:
        table = CaptureTable(self.model, appearance, self)
        table.customContextMenuRequested.connect(self._show_menu)
        table.doubleClicked.connect(lambda _: self._commands["open_in_composer"].trigger())
        selection = table.selectionModel()
        selection.currentRowChanged.connect(lambda *_: self._show_chosen())
        selection.selectionChanged.connect(lambda *_: self._show_chosen())
        table.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self.model.rowsInserted.connect(lambda _parent, first, _last: self._on_arrival(first))
        self.model.replacing.connect(self._remember_chosen)
        self.model.modelReset.connect(self._on_reset)
        return table

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the details beside a wide table and below a narrow one."""
        super().resizeEvent(event)
        wide = self.width() > 1500
        self.splitter.setOrientation(Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical)

    # What is chosen

    def selected_numbers(self) -> list[int]:
        """Return the chosen captures in order of arrival."""
        rows = sorted(index.row() for index in self.table.selectionModel().selectedRows())
        return [self.model.rows.number(row) for row in rows]

    @property
    def current_number(self) -> int | None:
        """The capture that is shown: the current row where it is chosen, else the last chosen one, else None."""
        index = self.table.currentIndex()
        chosen = self.table.selectionModel().selectedRows()
        if not chosen:
            return None
        row = index.row() if index.isValid() and self.table.selectionModel().isSelected(index) else chosen[-1].row()
        return self.model.rows.number(row)

    def choose(self, number: int) -> None:
        """Make a capture the current one, if it is shown."""
        row = self.model.rows.row_of(number)
        if row is not None:
            index = self.model.index(row, 0)
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self.table.selectionModel().setCurrentIndex(index, flags)
            self.table.scrollTo(index)

    def chosen_few(self) -> list[int]:
        """Return the chosen captures, none where they are many: their rows are found again wherever they go."""
        ranges = self.table.selectionModel().selection()
        if sum(ranges.at(each).height() for each in range(ranges.count())) > CHOSEN_FOLLOWED:
            return []
        return self.selected_numbers()

    def _remember_chosen(self) -> None:
        self._remembered = (self.chosen_few(), self.current_number if self.table.currentIndex().isValid() else None)

    def _choose_again(self) -> None:
        """Choose what was chosen before other rows were shown."""
        numbers, current = self._remembered
        self._remembered = ([], None)
        places, flags = self.places(), QItemSelectionModel.SelectionFlag
        rows = {number: self._row_again(number, places) for number in numbers}
        found = [row for row in rows.values() if row is not None]
        if not found:
            return
        selection = self.table.selectionModel()
        row = rows.get(current) if current is not None else None
        selection.setCurrentIndex(self.model.index(found[-1] if row is None else row, 0), flags.NoUpdate)
        for row in found:
            selection.select(self.model.index(row, 0), flags.Select | flags.Rows)

    def _row_again(self, number: int, places: Mapping[int, int]) -> int | None:
        row = places.get(number)
        if row is not None and row < len(self.model.rows) and self.model.rows.number(row) == number:
            return row
        return self.model.rows.row_of(number) if self._is_by_arrival else None

    # Filter and counts

    def set_filter(self, line: str) -> None:
        """Put a filter into the line and into force."""
        self.filter.setText(line)
        self.filter.apply()

    def _show_problem(self, text: str) -> None:
        self.problem.setText(text)
        self.problem.setVisible(bool(text))

    def show_held(self, count: int) -> None:
        """Show how many captures wait while the table is paused."""
        self.held.setText(f"{count_words(count)} new")
        self.held.setAccessibleName(f"{count} new captures; press to show them")
        self.held.setVisible(count > 0)

    def set_by_arrival(self, is_by_arrival: bool) -> None:
        """Say whether the newest capture stands last: only then is there an end to follow."""
        self._is_by_arrival = is_by_arrival
        self._commands["follow"].setEnabled(is_by_arrival)

    def show_counts(self, matching: int, total: int) -> None:
        """Show `n of m`, or the empty state while there is nothing at all."""
        self._total = total
        filtered = bool(self.filter.text().strip())
        words = f"{count_words(matching)} of {count_words(total)}" if filtered else count_words(total)
        if self.is_grouped:
            words = f"{count_words(matching)} rows for {count_words(total)}"
        self.count.setText(words)
        self.count.setAccessibleName(f"{words} captures")
        self._pages.setCurrentIndex(1 if total or filtered else 0)
        self._tables.setCurrentIndex(1 if filtered and not matching else 0)

    # Following

    @property
    def follows(self) -> bool:
        """True while the newest capture is kept in view."""
        return self._follows

    def set_follows(self, follows: bool) -> None:
        """Keep the newest in view, or stay where we are."""
        self._follows = follows
        if follows and self._is_by_arrival:
            self.table.scrollToBottom()

    def _on_scrolled(self, value: int) -> None:
        if not self._is_by_arrival:
            return
        at_end = value >= self.table.verticalScrollBar().maximum()
        if at_end != self._follows:
            self._follows = at_end
            self._commands["follow"].setChecked(at_end)

    def _on_arrival(self, first_row: int) -> None:
        if first_row == 0:
            # The very first webhook: what one has waited for is shown at once.
            self.choose(self.model.rows.number(0))
            self.table.setFocus()
        if self._follows and self._is_by_arrival:
            self.table.scrollToBottom()

    def _on_reset(self) -> None:
        self._choose_again()
        self._show_chosen()
        if self._follows and self._is_by_arrival:
            self.table.scrollToBottom()

    def _show_chosen(self) -> None:
        """Tell which capture is to be shown, once for each change: always one that the actions take."""
        self._enable_commands()
        number = self.current_number
        if number != self._told:
            self._told = number
            self.chosen.emit(number)

    def _enable_commands(self) -> None:
        some = self.table.selectionModel().hasSelection()
        for name in MENU:
            if name is not None:
                self._commands[name].setEnabled(some)

    def _show_menu(self, position: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for name in MENU:
            if name is None:
                menu.addSeparator()
            else:
                menu.addAction(self._commands[name])
        menu.popup(self.table.viewport().mapToGlobal(position))


def _message(parent: QWidget, text: str, hint: str) -> QWidget:
    page = QWidget(parent)
    title, line = QLabel(text, page), QLabel(hint, page)
    title.setObjectName("empty-title")
    line.setObjectName("muted")
    layout = QVBoxLayout(page)
    layout.addStretch()
    layout.addWidget(title, alignment=Qt.AlignmentFlag.AlignCenter)
    layout.addWidget(line, alignment=Qt.AlignmentFlag.AlignCenter)
    layout.addStretch()
    return page
