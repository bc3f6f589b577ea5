"""What people mark captures with: tags, notes, read or not."""

from typing import TYPE_CHECKING

from workbench.engine.workbench import Workbench
from workbench.model.errors import UsageError
from workbench.model.query import CaptureQuery
from workbench.storage.annotations import Tagging, note_text, tag_names
from workbench.ui.captures.feed import CaptureFeed
from workbench.ui.dialogs import ask_text
from workbench.ui.jobs import Jobs

if TYPE_CHECKING:
    from workbench.ui.main_window import MainWindow


class MarksWork:
    """Everything behind Tags, Note, Next unread and Mark all as read."""

    def __init__(self, window: "MainWindow", workbench: Workbench, jobs: Jobs, feed: CaptureFeed) -> None:
        self._window = window
        self._workbench = workbench
        self._feed = feed
        self._panel = window.captures
        for name, work in (
            ("tag", self._tag),
            ("note", self._note),
            ("next_unread", self._next_unread),
            ("read_all", self._read_all),
        ):
            window.commands[name].triggered.connect(lambda _=False, work=work, name=name: jobs.start(work(), name))

    async def _tag(self) -> None:
        """Ask for the tags of what is chosen: what all have is offered, and what is taken out there goes."""
        numbers = self._panel.selected_numbers()
        if not numbers:
            return
        summaries = await self._workbench.captures.run(lambda reader: reader.summaries(numbers[:500]))
        shared = set.intersection(*(set(each.tags) for each in summaries)) if summaries else set[str]()
        label = "Tags of this capture:" if len(numbers) == 1 else f"Tags that all {len(numbers):,} captures have:"
        text = await ask_text(self._window, "Tags", label, " ".join(sorted(shared)), _tags_problem)
        if text is None:
            return
        names = tag_names(text)
        remove = tuple(shared - set(names))
        for number in numbers:
            await self._workbench.set_tags(Tagging(number, names, remove))
        await self._show(numbers)

    async def _note(self) -> None:
        number = self._panel.current_number
        if number is None:
            return
        (summary,) = await self._workbench.captures.run(lambda reader: reader.summaries([number])) or (None,)
        if summary is None:
            raise UsageError(f"Capture {number} is no longer there.")
        text = await ask_text(self._window, "Note", f"Note of capture #{number}:", summary.note, _note_problem)
        if text is not None:
            await self._workbench.set_note(number, text)
            await self._show([number])

    async def _show(self, numbers: list[int]) -> None:
        for number in numbers[:100]:
            await self._feed.refresh(number)
        if len(numbers) > 100:
            await self._feed.refresh_all()
        if not (self._feed.arrangement.is_by_arrival and self._feed.arrangement.query.matches_all):
            self._feed.reload()

    async def _next_unread(self) -> None:
        """Choose the next unread capture after the current one, in order of arrival, or else the first."""
        unread = CaptureQuery.parse("unread:yes", 0)
        current = self._panel.current_number or 0
        for after in dict.fromkeys((current, 0)):
            found = await self._workbench.captures.run(
                lambda reader, after=after: next(iter(reader.numbers(unread, after=after)), None)
            )
            if found is not None:
                self._panel.choose(found)
                return

    async def _read_all(self) -> None:
        await self._workbench.mark_all_seen()
        await self._feed.refresh_all()


def _tags_problem(text: str) -> str:
    try:
        tag_names(text)
    except UsageError as error:
        return error.message
    return ""


def _note_problem(text: str) -> str:
    try:
        note_text(text)
    except UsageError as error:
        return error.message
    return ""
