"""Fills the table: all that matches at first, then what arrives, and the pages that are looked at.

Everything is read in the reader's thread; one look at a time, and looks that were asked for meanwhile become one.
"""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from workbench.engine.reading import Reading
from workbench.model.capture import CaptureSummary
from workbench.model.query import CaptureQuery
from workbench.storage.captures import CaptureReader
from workbench.ui.captures.table_model import CaptureTableModel
from workbench.ui.jobs import Jobs

ANSWERS_AFTER_MS = 400
VERDICTS_AFTER_MS = 100
"""When an answer was written is noted a moment after the capture: then the newest rows are read once more."""

REST_S = 1 / 15
"""Between looks: in a burst the table moves fifteen times a second, and the window has time for its user."""

NEWEST_ROWS = 64
"""How many summaries come with news: a screen of them. In a burst most rows pass by unseen; who scrolls up asks."""

UNANSWERED_KEPT = 512

OTHERS_EVERY_MS = 1000
"""How often we look whether another program wrote: its captures bring no bell with them."""


@dataclass(frozen=True, slots=True)
class _News:
    """What a look found: matching numbers, the newest summaries, and where the store stands."""

    numbers: list[int]
    summaries: list[CaptureSummary]
    last_number: int
    deleted: int


def _look(reader: CaptureReader, query: CaptureQuery, after: int, hidden: frozenset[int]) -> _News:
    last, deleted = reader.position()
    found = reader.numbers(query, after=after, before=last + 1) if last > after else ()
    numbers = [number for number in found if number not in hidden] if hidden else list(found)
    return _News(numbers, reader.summaries(numbers[-NEWEST_ROWS:]), last, deleted)


class CaptureFeed(QObject):
    """Keeps a table model up to date with the store."""

    counted = Signal(int, int)
    """How many captures match, and how many there are."""
    loaded = Signal()
    """A new filter's rows are shown."""

    def __init__(
        self, model: CaptureTableModel, reading: Reading[CaptureReader], jobs: Jobs, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._reading = reading
        self._jobs = jobs
        self._query = CaptureQuery()
        self._seen = 0
        self._deleted = -1
        self._looking = False
        self._look_again = False
        self._stopped = False
        self._version = 0
        self._hidden: frozenset[int] = frozenset()
        self._leaving = 0
        """How many of those that are hidden are being deleted: rows stay as they are when they are gone."""
        model.pages_wanted.connect(self._fetch_pages)
        self._others = QTimer(self, interval=OTHERS_EVERY_MS)
        self._others.timeout.connect(lambda: self._jobs.start(self._look_for_others(), "look for other writers"))
        self._others.start()
        self._judged = self._judged_to = 0
        self._show_verdicts = QTimer(self, singleShot=True, interval=VERDICTS_AFTER_MS)
        self._show_verdicts.timeout.connect(lambda: self._jobs.start(self._refresh_judged(), "show verdicts"))
        self._unanswered: set[int] = set()
        self._ask_again = QTimer(self, singleShot=True, interval=ANSWERS_AFTER_MS)
        self._ask_again.timeout.connect(lambda: self._jobs.start(self._show_answers(), "show how long answers took"))

    def stop(self) -> None:
        """Look no more: the store is about to be closed."""
        self._stopped = True
        self._others.stop()
        self._ask_again.stop()
        self._show_verdicts.stop()

    @property
    def last_number(self) -> int:
        """The number given last, as far as was looked."""
        return self._seen

    def show_matching(self, query: CaptureQuery) -> None:
        """Show the captures that match, from the beginning."""
        self._query = query
        self._deleted = -1
        self.look()

    def look(self) -> None:
        """Show what arrived."""
        self._look_again = True
        if not self._looking and not self._stopped:
            self._looking = True
            self._jobs.start(self._keep_looking(), "show captures")

    def hide(self, numbers: Collection[int]) -> None:
        """Leave captures out, as if they were not there any more."""
        self._hidden |= frozenset(numbers)
        self.reload()

    def reveal(self, numbers: Collection[int]) -> None:
        """Show captures again that were left out, those of them that are still there."""
        self._hidden -= frozenset(numbers)
        self.reload()

    def let_go(self, count: int) -> None:
        """Know that so many of the hidden captures are about to be deleted."""
        self._leaving += count

    def forget(self, numbers: Collection[int]) -> None:
        """Know that hidden captures are deleted."""
        self._hidden -= frozenset(numbers)
        self.look()

    def reload(self) -> None:
        """Show everything anew: rows were deleted."""
        self.show_matching(self._query)

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
        newest, others = numbers[-NEWEST_ROWS:], numbers[:-NEWEST_ROWS]
        self._model.rows.forget(others)
        if newest:
            self._model.update(await self._reading.run(lambda reader: reader.summaries(newest)))
        if others:
            self._model.layoutChanged.emit()

    async def refresh(self, number: int) -> None:
        """Show what changed of one capture."""
        self._model.update(await self._reading.run(lambda reader: reader.summaries([number])))

    async def _keep_looking(self) -> None:
        try:
            while self._look_again:
                self._look_again = False
                query, hidden, fresh = self._query, self._hidden, self._deleted < 0
                after = 0 if fresh else self._seen
                news = await self._reading.run(
                    lambda reader, query=query, after=after, hidden=hidden: _look(reader, query, after, hidden)
                )
                if query is self._query and hidden is self._hidden:
                    self._take(news, fresh=fresh)
                await asyncio.sleep(REST_S)
        finally:
            self._looking = False

    def _take(self, news: _News, *, fresh: bool) -> None:
        gone = news.deleted - self._deleted
        if not fresh and gone and not 0 < gone <= self._leaving:
            self.reload()
            return
        if gone:
            self._leaving = max(0, self._leaving - gone)
        self._seen, self._deleted = max(self._seen, news.last_number), news.deleted
        if fresh:
            self._seen = news.last_number
            self._model.replace(news.numbers, news.summaries)
            self.loaded.emit()
        else:
            self._model.append(news.numbers, news.summaries)
        self._note_unanswered(news.summaries)
        if self._unanswered and not self._ask_again.isActive():
            self._ask_again.start()
        self.counted.emit(self._model.rowCount(), news.last_number - news.deleted - len(self._hidden))

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

    def _fetch_pages(self, pages: list[int]) -> None:
        for page in pages:
            self._jobs.start(self._fetch(page), "fetch a page of captures")

    async def _fetch(self, page: int) -> None:
        numbers = self._model.rows.page_numbers(page)
        summaries = await self._reading.run(lambda reader: reader.summaries(numbers))
        self._model.put(page, summaries)
        self._note_unanswered(summaries)
