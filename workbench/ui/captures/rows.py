"""The rows of the table as plain data: which captures are shown, and what was fetched of them so far.

Of what matches only numbers are held, eight bytes each; of all captures of a store without gaps not even these.
Summaries are kept by number, of what was looked at last, so that they stay when rows change places.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence

from workbench.model.arrangement import Group
from workbench.model.capture import CaptureSummary

PAGE_ROWS = 256
SUMMARIES_KEPT = 64 * PAGE_ROWS


class CaptureRows:
    """Captures in the order they are shown."""

    def __init__(self) -> None:
        self._numbers: Sequence[int] = range(0)
        self._is_sorted = True
        self._known: dict[int, CaptureSummary] = {}
        self.values: dict[int, tuple[str, ...]] = {}
        """What columns of one's own say, by number."""
        self.several: Mapping[int, Group] = {}
        """Groups of more than one capture, by the capture that stands for them."""
        self.opened: dict[int, list[int]] = {}
        """The other captures of groups that are open, by leader; they stand below it."""
        self._members: set[int] = set()

    def __len__(self) -> int:
        return len(self._numbers)

    @property
    def numbers(self) -> Sequence[int]:
        """What is shown, in order; not to be changed."""
        return self._numbers

    def number(self, row: int) -> int:
        return self._numbers[row]

    def row_of(self, number: int) -> int | None:
        """Return the row of a capture, or None where it is not shown."""
        if self._is_sorted:
            row = bisect_left(self._numbers, number)
            return row if row < len(self._numbers) and self._numbers[row] == number else None
        try:
            return self._numbers.index(number)
        except ValueError:
            return None

    def summary(self, row: int) -> CaptureSummary | None:
        """Return what was fetched of this row; None until its page came."""
        return self._known.get(self._numbers[row])

    def is_member(self, row: int) -> bool:
        """Return whether a row stands below the leader of its group."""
        return self._numbers[row] in self._members

    def page_of(self, row: int) -> int:
        return row // PAGE_ROWS

    def page_numbers(self, page: int) -> list[int]:
        """Return the numbers that a page holds, to fetch them."""
        return list(self._numbers[page * PAGE_ROWS : (page + 1) * PAGE_ROWS])

    def put(self, summaries: Iterable[CaptureSummary]) -> tuple[int, int] | None:
        """Keep summaries; return the first and the last row that they may have changed, None for none."""
        numbers: list[int] = []
        for summary in summaries:
            self._known.pop(summary.number, None)
            self._known[summary.number] = summary
            numbers.append(summary.number)
        while len(self._known) > SUMMARIES_KEPT:
            self._known.pop(next(iter(self._known)))
        if not self._is_sorted:
            return (0, len(self) - 1) if numbers and len(self) else None
        rows = [row for number in numbers if (row := self.row_of(number)) is not None]
        return (min(rows), max(rows)) if rows else None

    def put_values(self, values: Mapping[int, tuple[str, ...]]) -> None:
        """Keep what columns of one's own say."""
        if len(self.values) > SUMMARIES_KEPT:
            self.values.clear()
        self.values.update(values)

    def known(self, after: int, up_to: int) -> list[int]:
        """Return the numbers in (after, up_to] of which something was fetched, in order."""
        return sorted(number for number in self._known if after < number <= up_to)

    def forget(self, numbers: Iterable[int]) -> None:
        """Drop what was fetched of these captures: it is fetched anew when it is looked at."""
        for number in numbers:
            self._known.pop(number, None)

    def append(self, numbers: Sequence[int]) -> None:
        """Add numbers that are all larger than those held."""
        held = self._numbers
        if (
            isinstance(held, range)
            and held
            and numbers[0] == held.stop
            and numbers[-1] == held.stop + len(numbers) - 1
        ):
            self._numbers = range(held.start, numbers[-1] + 1)
            return
        if not isinstance(held, array):
            held = self._numbers = array("q", held)
        held.extend(numbers)

    def replace(self, numbers: Sequence[int], *, is_sorted: bool = True) -> None:
        """Show these numbers instead, without groups; `is_sorted` says that they are in order of arrival."""
        self._numbers, self._is_sorted = numbers, is_sorted
        self.several, self.opened, self._members = {}, {}, set()

    def group(self, several: Mapping[int, Group], opened: dict[int, list[int]]) -> None:
        """Say which of the numbers lead groups, and which stand below them."""
        self.several, self.opened = several, opened
        self._members = {number for members in opened.values() for number in members}

    def is_open(self, leader: int) -> bool:
        return leader in self.opened
