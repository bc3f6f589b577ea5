"""What the table asks of the store in one go: what arrived, or everything in an arrangement's order."""

from array import array
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from workbench.model.arrangement import Arrangement, Group
from workbench.model.capture import CaptureSummary
from workbench.model.query import CaptureQuery
from workbench.storage.capture_arranging import arranged, groups, members
from workbench.storage.captures import CaptureReader

NEWEST_ROWS = 64
"""How many summaries come with news: a screen of them. In a burst most rows pass by unseen; who scrolls up asks."""

CHOSEN_FOLLOWED = 200
"""How many chosen rows are found again among others; more are no longer chosen."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a look found, and where the store stands."""

    numbers: Sequence[int]
    summaries: list[CaptureSummary]
    last_number: int
    deleted: int
    unread: int
    several: Mapping[int, Group] = field(default_factory=dict[int, Group])
    opened: dict[int, list[int]] = field(default_factory=dict[int, list[int]])
    """The other captures of groups that are open, by leader."""
    places: Mapping[int, int] = field(default_factory=dict[int, int])
    """The rows of chosen captures."""


def look_for_new(reader: CaptureReader, query: CaptureQuery, after: int, hidden: Collection[int] = ()) -> Look:
    """Return what matches and came after a number, in order of arrival, without those that are `hidden`."""
    last, deleted = reader.position()
    found = list(reader.numbers(query, after=after, before=last + 1)) if last > after else []
    numbers = _without(found, hidden)
    return Look(numbers, reader.summaries(numbers[-NEWEST_ROWS:]), last, deleted, reader.unread())


def look_at_all(
    reader: CaptureReader,
    arrangement: Arrangement,
    opened: Collection[str],
    chosen: Collection[int],
    hidden: Collection[int] = (),
    limit: int | None = None,
) -> Look:
    """Return all that an arrangement shows but what is `hidden`, or the first so many.

    `opened` are names of groups that are open.
    """
    last, deleted = reader.position()
    if arrangement.group is None:
        numbers = _without(arranged(reader, arrangement, last, limit), hidden)
        shown = numbers[-NEWEST_ROWS:] if arrangement.is_by_arrival else numbers[:NEWEST_ROWS]
        places = _places(numbers, chosen)
        return Look(numbers, reader.summaries(shown), last, deleted, reader.unread(), places=places)
    found = groups(reader, arrangement, last)
    below: dict[int, list[int]] = {}
    for leader, group in found.several.items() if opened else ():
        if group.name.casefold() in opened:
            below[leader] = [number for number in members(reader, arrangement, leader, last) if number != leader]
    numbers = _without(_with_members(found.leaders, below), hidden)
    summaries = reader.summaries(numbers[:NEWEST_ROWS])
    places = _places(numbers, chosen)
    return Look(numbers, summaries, last, deleted, reader.unread(), found.several, below, places)


def _without(numbers: Sequence[int], hidden: Collection[int]) -> Sequence[int]:
    return array("q", [number for number in numbers if number not in hidden]) if hidden else numbers


def _with_members(leaders: Sequence[int], below: Mapping[int, list[int]]) -> Sequence[int]:
    if not below:
        return leaders
    numbers = array("q")
    for leader in leaders:
        numbers.append(leader)
        numbers.extend(below.get(leader, ()))
    return numbers


def _places(numbers: Sequence[int], chosen: Collection[int]) -> dict[int, int]:
    """Return where chosen captures stand: looked for here, since a window has no time to look through a million."""
    wanted = set(chosen)
    if not wanted or len(wanted) > CHOSEN_FOLLOWED:
        return {}
    if isinstance(numbers, range):
        return {number: numbers.index(number) for number in wanted if number in numbers}
    return {number: row for row, number in enumerate(numbers) if number in wanted}
