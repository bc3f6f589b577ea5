"""Fills the table: what is to be shown at first, then what arrives, and the pages that are looked at.

Numbers are looked for by a reader of the feed's own, so that a slow filter or order holds up nothing else; it is
stopped when another is asked for. One look at a time: looks that were asked for meanwhile become one.
"""

import asyncio
import contextlib
from collections.abc import Callable, Collection
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from workbench.engine.reading import Reading
from workbench.model.arrangement import Arrangement
from workbench.model.capture import CaptureSummary
from workbench.model.errors import StorageError
from workbench.model.query import CaptureQuery
from workbench.storage.capture_arranging import column_values
from workbench.storage.capture_looks import NEWEST_ROWS, Look, look_at_all, look_for_new
from workbench.storage.captures import CaptureReader
from workbench.ui.captures.rows import PAGE_ROWS
from workbench.ui.captures.table_model import CaptureTableModel
from workbench.ui.jobs import Jobs

ANSWERS_AFTER_MS = 400
VERDICTS_AFTER_MS = 100
"""When an answer was written is noted a moment after the capture: then the newest rows are read once more."""

REST_S = 1 / 15
"""Between looks: in a burst the table moves fifteen times a second, and the window has time for its user."""

REST_SHARE = 3
"""Everything is looked through anew no more often than this many times as long as that takes."""

UNANSWERED_KEPT = 512

VALUES_AT_ONCE = 32
"""Captures whose bodies are read for columns of one's own in one go: the first are shown before the last are read."""

OTHERS_EVERY_MS = 1000
"""How often we look whether another program wrote: its captures bring no bell with them."""


class CaptureFeed(QObject):
    """Keeps a table model up to date with the store."""

    counted = Signal(int, int)
    """How many captures match, and how many there are."""
    unread_counted = Signal(int)
    """How many captures were not looked at."""
    held = Signal(int)
    """How many captures came while the table is paused."""
    loaded = Signal()
    """A new filter's rows are shown."""
    busy = Signal(bool)
    """A look that takes its time begins, or is over."""

    def __init__(
        self, model: CaptureTableModel, reading: Reading[CaptureReader], jobs: Jobs, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._reading = reading
        self._jobs = jobs
        self._arrangement = Arrangement()
        self._opened: frozenset[str] = frozenset()
        self.chosen: Callable[[], Collection[int]] = tuple
        """Tells which captures are chosen: their rows are found again wherever they go."""
        self.places: dict[int, int] = {}
        """The rows of chosen captures, while others are put in place."""
        self._seen = 0
        self._deleted = -1
        self._looking = False
        self._look_again = False
        self._all_again = False
        self._stopped = False
        self._paused = False
        self._asked = asyncio.Event()
        """Set when a person asks for other rows: they are not made to wait."""
        self._version = 0
        self._hidden: frozenset[int] = frozenset()
        self._leaving = 0
        """How many of those that are hidden are being deleted: rows stay as they are when they are gone."""
        self._searching: Reading[CaptureReader] | None = None
        self._searcher: CaptureReader | None = None
        model.pages_wanted.connect(self._fetch_pages)
        model.values_wanted.connect(lambda numbers: self._jobs.start(self._fetch_values(numbers), "read columns"))
        self._others = QTimer(self, interval=OTHERS_EVERY_MS)
        self._others.timeout.connect(lambda: self._jobs.start(self._look_for_others(), "look for other writers"))
        self._others.start()
        self._judged = self._judged_to = 0
        self._show_verdicts = QTimer(self, singleShot=True, interval=VERDICTS_AFTER_MS)
        self._show_verdicts.timeout.connect(lambda: self._jobs.start(self._refresh_judged(), "show verdicts"))
        self._unanswered: set[int] = set()
        self._ask_again = QTimer(self, singleShot=True, interval=ANSWERS_AFTER_MS)
        self._ask_again.timeout.connect(lambda: self._jobs.start(self._show_answers(), "show how long answers took"))

    def search_with(self, open_reader: Callable[[], CaptureReader]) -> None:
        """Look for numbers with a reader of this feed's own."""

        def opened() -> CaptureReader:
            self._searcher = open_reader()
            return self._searcher

        self._searching = Reading(opened, "table")

    async def stop(self) -> None:
        """Look no more: the store is about to be closed."""
        self._stopped = True
        self._asked.set()
        for timer in (self._others, self._ask_again, self._show_verdicts):
            timer.stop()
        if self._searching is not None:
            self._interrupt()
            await asyncio.to_thread(self._searching.close)

    # What is shown

    @property
    def last_number(self) -> int:
        """The number given last, as far as was looked."""
        return self._seen

    @property
    def arrangement(self) -> Arrangement:
        """What is shown, in which order."""
        return self._arrangement

    def show_matching(self, query: CaptureQuery) -> None:
        """Show the captures that match, in the order in force."""
        self.arrange(replace(self._arrangement, query=query))

    def arrange(self, arrangement: Arrangement) -> None:
        """Show an arrangement from the beginning; what was still looked for is given up."""
        if arrangement.group is not self._arrangement.group:
            self._opened = frozenset()
        self._arrangement = arrangement
        self._deleted = -1
        self._interrupt()
        self._asked.set()
        self._start_looking()

    def toggle_group(self, leader: int) -> None:
        """Open a group, or close it."""
        group = self._model.rows.several.get(leader)
        if group is not None:
            self._opened = self._opened ^ {group.name.casefold()}
            self._all_again = True
            self._asked.set()
            self._start_looking()

    def set_paused(self, paused: bool) -> None:
        """Show nothing new until told otherwise; it is counted meanwhile."""
        self._paused = paused
        if not paused:
            self.held.emit(0)
        self.look()

    def look(self) -> None:
        """Show what arrived, or count it while paused."""
        if self._paused and not self._stopped:
            self._jobs.start(self._count_held(), "count new captures")
            return
        self._start_looking()

    def reload(self) -> None:
        """Show everything anew: rows were deleted, or changed what they are sorted by."""
        self._all_again = True
        self._start_looking()

    def _start_looking(self) -> None:
        self._look_again = True
        if not self._looking and not self._stopped:
            self._looking = True
            self._jobs.start(self._keep_looking(), "show captures")

    def hide(self, numbers: Collection[int]) -> None:
        """Leave captures out, as if they were not there any more."""
        self._hidden |= frozenset(numbers)
        self.arrange(self._arrangement)

    def reveal(self, numbers: Collection[int]) -> None:
        """Show captures again that were left out, those of them that are still there."""
        self._hidden -= frozenset(numbers)
        self.arrange(self._arrangement)

    def let_go(self, count: int) -> None:
        """Know that so many of the hidden captures are about to be deleted."""
        self._leaving += count

    def forget(self, numbers: Collection[int]) -> None:
        """Know that hidden captures are deleted."""
        self._hidden -= frozenset(numbers)
        self.look()

    def _interrupt(self) -> None:
        if self._looking and self._searcher is not None:
            self._searcher.interrupt()

    async def _count_held(self) -> None:
        last, _ = await self._reading.run(CaptureReader.position)
        if self._paused:
            self.held.emit(max(0, last - self._seen))

    async def _keep_looking(self) -> None:
        try:
            while self._look_again and not self._stopped:
                self._look_again = False
                loop = asyncio.get_running_loop()
                began = loop.time()
                await self._look_once()
                # By arrival only what is new is read; all else is read whole, and rests accordingly.
                is_light = self._arrangement.is_by_arrival and not self._all_again
                await self._rest(REST_S if is_light else max(REST_S, REST_SHARE * (loop.time() - began)))
        finally:
            self._looking = False

    async def _rest(self, seconds: float) -> None:
        """Leave the store and the window alone for a while, unless a person asks for something."""
        self._asked.clear()
        if self._deleted >= 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._asked.wait(), seconds)

    async def _look_once(self) -> None:
        arrangement, fresh = self._arrangement, self._deleted < 0
        whole = fresh or self._all_again or not arrangement.is_by_arrival
        self._all_again = False
        try:
            if not whole:
                after = self._seen
                hidden = self._hidden
                news = await self._search(lambda reader: look_for_new(reader, arrangement.query, after, hidden))
                if arrangement is self._arrangement:
                    self._take_news(news)
                return
            if fresh and not arrangement.is_by_arrival and arrangement.group is None:
                self._take_all(arrangement, await self._whole(arrangement, PAGE_ROWS), fresh=False)
            self._take_all(arrangement, await self._whole(arrangement), fresh=fresh)
        except StorageError:
            if arrangement is self._arrangement and not self._stopped:
                raise

    async def _search(self, look: Callable[[CaptureReader], Look]) -> Look:
        return await (self._searching or self._reading).run(look)

    async def _whole(self, arrangement: Arrangement, limit: int | None = None) -> Look:
        opened, chosen, hidden = self._opened, self.chosen(), self._hidden
        self.busy.emit(True)
        try:
            return await self._search(lambda reader: look_at_all(reader, arrangement, opened, chosen, hidden, limit))
        finally:
            self.busy.emit(False)

    def _take_all(self, arrangement: Arrangement, look: Look, *, fresh: bool) -> None:
        if arrangement is not self._arrangement:
            return
        self._seen, self._deleted = look.last_number, look.deleted
        self.places = dict(look.places)
        groups = (look.several, look.opened)
        self._model.replace(look.numbers, look.summaries, is_sorted=arrangement.is_by_arrival, groups=groups)
        self.places = {}
        if fresh:
            self.loaded.emit()
        self._tell(look)

    def _take_news(self, news: Look) -> None:
        gone = news.deleted - self._deleted
        if gone and not 0 < gone <= self._leaving:
            self.reload()
            return
        self._leaving = max(0, self._leaving - gone)
        self._deleted = news.deleted
        self._seen = max(self._seen, news.last_number)
        self._model.append(list(news.numbers), news.summaries)
        self._tell(news)

    def _tell(self, look: Look) -> None:
        self._note_unanswered(look.summaries)
        if self._unanswered and not self._ask_again.isActive():
            self._ask_again.start()
        self.counted.emit(self._model.rowCount(), look.last_number - look.deleted - len(self._hidden))
        self.unread_counted.emit(look.unread)

    # What changes of captures that are shown

    def show_judged(self, up_to: int) -> None:
        """Show what was found out about captures up to this number.

        A number that is not larger than before says that something older changed: all of it is shown anew.
        """
        if self._stopped:
            return
        if up_to <= self._judged:
            self._judged = 0
        self._judged_to = max(up_to, self._judged)
        if not self._show_verdicts.isActive():
            self._show_verdicts.start()

    async def _refresh_judged(self) -> None:
        numbers = self._model.rows.known(self._judged, self._judged_to)
        self._judged = self._judged_to
        if not (self._arrangement.is_by_arrival and self._arrangement.query.matches_all) and not self._paused:
            self.reload()  # Only now it is known whether they match, and where they stand.
        newest, others = numbers[-NEWEST_ROWS:], numbers[:-NEWEST_ROWS]
        self._model.rows.forget(others)
        if newest:
            self._model.update(await self._reading.run(lambda reader: reader.summaries(newest)))
        if others:
            self._model.layoutChanged.emit()

    async def refresh(self, number: int) -> None:
        """Show what changed of one capture."""
        summaries, unread = await self._reading.run(lambda reader: (reader.summaries([number]), reader.unread()))
        self._model.update(summaries)
        self.unread_counted.emit(unread)

    async def refresh_all(self) -> None:
        """Show what changed of any captures: all that is known of them is read anew when it is looked at."""
        self._model.rows.forget(self._model.rows.known(0, self._seen))
        self._model.layoutChanged.emit()
        self.unread_counted.emit(await self._reading.run(CaptureReader.unread))

    def _note_unanswered(self, summaries: list[CaptureSummary]) -> None:
        """Remember whose answers are still to be shown: the newest, so that a long burst costs no memory."""
        self._unanswered.update(each.number for each in summaries if each.duration_us is None)
        if len(self._unanswered) > UNANSWERED_KEPT:
            self._unanswered = set(sorted(self._unanswered)[-UNANSWERED_KEPT:])

    async def _show_answers(self) -> None:
        numbers = sorted(self._unanswered)
        self._unanswered.clear()
        newest, others = numbers[-NEWEST_ROWS:], numbers[:-NEWEST_ROWS]
        self._model.rows.forget(others)
        summaries = await self._reading.run(lambda reader: reader.summaries(newest))
        self._model.update(summaries)
        # Some answers take their time: they are looked for again when something was written.
        self._note_unanswered(summaries)

    async def _look_for_others(self) -> None:
        version = await self._reading.run(CaptureReader.version)
        if version != self._version:
            self._version = version
            self.look()
            if self._unanswered:
                await self._show_answers()

    # Pages that are looked at

    def _fetch_pages(self, pages: list[int]) -> None:
        for page in pages:
            self._jobs.start(self._fetch(page), "fetch a page of captures")

    async def _fetch(self, page: int) -> None:
        numbers = self._model.rows.page_numbers(page)
        summaries = await self._reading.run(lambda reader: reader.summaries(numbers))
        self._model.put(page, summaries)
        self._note_unanswered(summaries)

    async def _fetch_values(self, numbers: list[int]) -> None:
        own = self._model.own
        for start in range(0, len(numbers), VALUES_AT_ONCE):
            part = numbers[start : start + VALUES_AT_ONCE]
            values = await self._reading.run(lambda reader, part=part: column_values(reader, part, own))
            self._model.put_values({number: values.get(number, ("",) * len(own)) for number in part}, own)
