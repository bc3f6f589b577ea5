"""How the table is arranged: its order, its groups, its columns, and whether it goes on while captures arrive."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from workbench.engine.workbench import Workbench
from workbench.model.arrangement import GroupBy, Order
from workbench.model.errors import StorageError, UsageError
from workbench.model.own_column import FIELDS, NAMED, OwnColumn
from workbench.storage.table_columns import ShownColumn, load_columns, save_columns
from workbench.ui.captures.columns import COLUMNS
from workbench.ui.captures.feed import CaptureFeed
from workbench.ui.dialogs import ask_text
from workbench.ui.jobs import Jobs
from workbench.ui.words import count_words

if TYPE_CHECKING:
    from workbench.ui.main_window import MainWindow

KEPT_AFTER_MS = 1000
"""Columns are written a moment after the last change: a drag makes many."""


class TableWork:
    """Everything behind the table's header, and what groups and pauses it."""

    def __init__(self, window: "MainWindow", workbench: Workbench, jobs: Jobs, feed: CaptureFeed) -> None:
        self._window = window
        self._paths = workbench.paths
        self._jobs = jobs
        self._feed = feed
        self._panel = window.captures
        self._table, self._model = window.captures.table, window.captures.model
        self._header = self._table.horizontalHeader()
        self._keep = QTimer(window, singleShot=True, interval=KEPT_AFTER_MS)
        self._keep.timeout.connect(self.keep_columns)
        feed.chosen = self._panel.chosen_few
        self._panel.places = lambda: feed.places
        self._show_columns(load_columns(self._paths))
        self._connect()

    def _connect(self) -> None:
        commands, feed = self._window.commands, self._feed
        self._header.sectionClicked.connect(self._sort_next)
        self._header.customContextMenuRequested.connect(self._show_menu)
        self._table.columns_changed.connect(self._keep.start)
        self._table.group_toggled.connect(feed.toggle_group)
        self._panel.held.clicked.connect(commands["pause"].trigger)
        feed.held.connect(self._panel.show_held)
        feed.unread_counted.connect(self._show_unread)
        feed.busy.connect(self._show_busy)
        for name, by in (("group_delivery", GroupBy.DELIVERY), ("group_event", GroupBy.EVENT)):
            commands[name].triggered.connect(lambda _=False, by=by: self._group(by))
        commands["pause"].toggled.connect(feed.set_paused)
        commands["columns"].triggered.connect(lambda *_: self._show_menu(QPoint(0, self._header.height())))

    # Order and groups

    def _sort_next(self, position: int) -> None:
        """By this column; once more the other way round; a third time by arrival, as at first."""
        column = self._model.columns[position].id
        order = self._feed.arrangement.order
        if order.column != column:
            self._sort(Order(column))
        elif not order.descending:
            self._sort(Order(column, descending=True))
        else:
            self._sort(Order())

    def _sort(self, order: Order) -> None:
        self._feed.arrange(replace(self._feed.arrangement, order=order))
        self._show_arrangement()

    def _group(self, by: GroupBy) -> None:
        group = None if self._feed.arrangement.group is by else by
        self._feed.arrange(replace(self._feed.arrangement, group=group))
        self._show_arrangement()

    def _show_arrangement(self) -> None:
        arrangement, commands = self._feed.arrangement, self._window.commands
        commands["group_delivery"].setChecked(arrangement.group is GroupBy.DELIVERY)
        commands["group_event"].setChecked(arrangement.group is GroupBy.EVENT)
        self._panel.is_grouped = arrangement.group is not None
        self._panel.set_by_arrival(arrangement.is_by_arrival)
        order = arrangement.order
        position = self._position(order.column)
        shown = order != Order() and position is not None
        self._header.setSortIndicatorShown(shown)
        if shown and position is not None:
            ways = Qt.SortOrder
            self._header.setSortIndicator(position, ways.DescendingOrder if order.descending else ways.AscendingOrder)
        if not arrangement.is_by_arrival:
            self._table.scrollToTop()

    def _position(self, column: str) -> int | None:
        return next((place for place, each in enumerate(self._model.columns) if each.id == column), None)

    # What the panel says

    def _show_unread(self, count: int) -> None:
        tabs = self._window.tabs
        tabs.setTabText(0, f"Captures  {count_words(count)}" if count else "Captures")
        tabs.setTabToolTip(0, f"{count:,} not looked at yet" if count else "All captures were looked at")
        self._window.commands["read_all"].setEnabled(count > 0)
        self._window.commands["next_unread"].setEnabled(count > 0)

    def _show_busy(self, busy: bool) -> None:
        self._panel.count.setToolTip("Looking…" if busy else "")
        self._panel.count.setEnabled(not busy)

    # Columns

    def _show_menu(self, place: QPoint) -> None:
        position = self._header.logicalIndexAt(place)
        menu = QMenu(self._header)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if position >= 0:
            column = self._model.columns[position]
            for text, order in (
                (f"Sort by {column.title}, ascending", Order(column.id)),
                (f"Sort by {column.title}, descending", Order(column.id, descending=True)),
                ("Sort by arrival", Order()),
            ):
                self._entry(menu, text).triggered.connect(lambda _=False, order=order: self._sort(order))
            menu.addSeparator()
        for place_of, each in enumerate(self._model.columns):
            entry = self._entry(menu, each.id if place_of >= len(COLUMNS) else each.title)
            entry.setCheckable(True)
            entry.setChecked(not self._table.isColumnHidden(place_of))
            entry.triggered.connect(partial(self._show_column, each.id))
        menu.addSeparator()
        self._entry(menu, "Add a column…").triggered.connect(
            lambda *_: self._jobs.start(self._add_column(), "add a column")
        )
        for own in self._model.own:
            self._entry(menu, f"Remove {own.text}").triggered.connect(lambda _=False, own=own: self._remove(own))
        self._entry(menu, "As at first").triggered.connect(lambda *_: self._reset())
        menu.popup(self._header.mapToGlobal(place))

    def _entry(self, menu: QMenu, text: str) -> QAction:
        action = QAction(text.replace("&", "&&"), menu)
        menu.addAction(action)
        return action

    def _show_column(self, column: str, shown: bool) -> None:
        columns = [each for each in self._table.shown_columns() if each.column != column]
        if not shown and not columns:
            return  # A table without a column could not be asked for one again.
        self._show_columns((*columns, ShownColumn(column)) if shown else tuple(columns))
        self.keep_columns()

    async def _add_column(self) -> None:
        named = ", ".join(f"{name}:NAME" for name in NAMED)
        label = f"Show what each capture has of: {named}, or {', '.join(FIELDS)}"
        text = await ask_text(self._window, "Add a column", label, "header:", _column_problem)
        if text is not None:
            self._show_column(OwnColumn.parse(text).text, True)

    def _remove(self, own: OwnColumn) -> None:
        if self._feed.arrangement.order.column == own.text:
            self._sort(Order())
        self._model.set_own_columns(tuple(each for each in self._model.own if each != own))
        self._show_column(own.text, False)

    def _reset(self) -> None:
        self._model.set_own_columns(())
        self._show_columns(())
        self._keep.stop()
        save_columns(self._paths, ())

    def _show_columns(self, shown: tuple[ShownColumn, ...]) -> None:
        """Show columns; those that are none of ours are of one's own."""
        ours = {each.id for each in COLUMNS}
        own: list[OwnColumn] = list(self._model.own)
        sound: list[ShownColumn] = []
        for each in shown:
            if each.column not in ours:
                try:
                    column = OwnColumn.parse(each.column)
                except UsageError:
                    continue  # Someone edited the file: the others still count.
                own.extend([column] if column not in own else [])
            sound.append(each)
        self._model.set_own_columns(tuple(own))
        self._table.show_columns(tuple(sound))

    def keep_columns(self) -> None:
        """Write which columns are shown, if a person changed them."""
        if not self._keep.isActive() and not self._table.is_chosen:
            return
        self._keep.stop()
        try:
            save_columns(self._paths, self._table.shown_columns())
        except StorageError as error:
            self._window.show_error(error)


def _column_problem(text: str) -> str:
    try:
        OwnColumn.parse(text)
    except UsageError as error:
        return "" if text.endswith(":") else error.message
    return ""
