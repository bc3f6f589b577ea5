"""The captures tab: filter line, table, details; an address to send to while there is nothing to show."""

from PySide6.QtCore import QItemSelectionModel, QPoint, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.model.clock import SystemClock
from workbench.ui.captures.detail import CaptureDetail
from workbench.ui.captures.empty import EmptyCaptures
from workbench.ui.captures.filter_line import FilterLine
from workbench.ui.captures.table import CaptureTable
from workbench.ui.captures.table_model import CaptureTableModel
from workbench.ui.commands import CommandSet
from workbench.ui.theme import Appearance
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
        self._told: int | None = None
        self._total = 0

    # What it is made of

    def _build(self, appearance: Appearance) -> None:
        self.filter = self._filter_line(appearance)
        self.count = QLabel(self)
        self.count.setObjectName("muted")
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
        row.addSpacing(4)
        for name in ("follow", "replay", "open_in_composer", "delete"):
            row.addWidget(self._commands.tool_button(name))
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(bar)
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

    # Filter and counts

    def show_counts(self, matching: int, total: int) -> None:
        """Show `n of m`, or the empty state while there is nothing at all."""
        self._total = total
        filtered = bool(self.filter.text().strip())
        words = f"{count_words(matching)} of {count_words(total)}" if filtered else count_words(total)
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
        if follows:
            self.table.scrollToBottom()

    def _on_scrolled(self, value: int) -> None:
        at_end = value >= self.table.verticalScrollBar().maximum()
        if at_end != self._follows:
            self._follows = at_end
            self._commands["follow"].setChecked(at_end)

    def _on_arrival(self, first_row: int) -> None:
        if first_row == 0:
            # The very first webhook: what one has waited for is shown at once.
            self.choose(self.model.rows.number(0))
            self.table.setFocus()
        if self._follows:
            self.table.scrollToBottom()

    def _on_reset(self) -> None:
        self._show_chosen()
        if self._follows:
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
