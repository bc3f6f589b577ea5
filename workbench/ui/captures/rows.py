"""The rows of the table as plain data: which captures match, and the summaries fetched so far.

All matching numbers are held (eight bytes each), summaries by page around what was looked at. Rows are only ever
appended, so a page keeps its place; a deletion starts anew.
"""

from array import array
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Iterable, Sequence

from workbench.model.capture import CaptureSummary

PAGE_ROWS = 256
PAGES_KEPT = 64


class CaptureRows:
    """Matching captures in order of arrival."""

    def __init__(self) -> None:
        self._numbers: array[int] = array("q")
        self._pages: OrderedDict[int, dict[int, CaptureSummary]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._numbers)

    @property
    def last_number(self) -> int:
        """The newest matching number, 0 where nothing matches."""
        return self._numbers[-1] if self._numbers else 0

    def number(self, row: int) -> int:
        return self._numbers[row]

    def row_of(self, number: int) -> int | None:
        """Return the row of a capture, or None where it does not match."""
        row = bisect_left(self._numbers, number)
        return row if row < len(self._numbers) and self._numbers[row] == number else None

    def summary(self, row: int) -> CaptureSummary | None:
        """Return what was fetched of this row; None until its page came."""
        page = self._pages.get(row // PAGE_ROWS)
        return None if page is None else page.get(self._numbers[row])

    def page_of(self, row: int) -> int:
        return row // PAGE_ROWS

    def page_numbers(self, page: int) -> list[int]:
        """Return the numbers that a page holds, to fetch them."""
        return list(self._numbers[page * PAGE_ROWS : (page + 1) * PAGE_ROWS])

    def put(self, summaries: Iterable[CaptureSummary]) -> list[int]:
        """Keep summaries; return the rows they belong to. Those that match no row are passed over."""
        rows: list[int] = []
        for summary in summaries:
            row = self.row_of(summary.number)
            if row is not None:
                page = row // PAGE_ROWS
                self._pages.setdefault(page, {})[summary.number] = summary
                self._pages.move_to_end(page)
                rows.append(row)
        while len(self._pages) > PAGES_KEPT:
            self._pages.popitem(last=False)
        return rows

    def known(self, after: int, up_to: int) -> list[int]:
        """Return the numbers in (after, up_to] of which something was fetched, in order."""
        return sorted(number for page in self._pages.values() for number in page if after < number <= up_to)

    def forget(self, numbers: Iterable[int]) -> None:
        """Drop what was fetched of these captures: it is fetched anew when it is looked at."""
        for number in numbers:
            row = self.row_of(number)
            if row is not None and (page := self._pages.get(row // PAGE_ROWS)) is not None:
                page.pop(number, None)

    def append(self, numbers: Sequence[int]) -> None:
        """Add numbers that are all larger than those held."""
        self._numbers.extend(numbers)

    def replace(self, numbers: Iterable[int]) -> None:
        """Start anew with these numbers."""
        self._numbers = array("q", numbers)
        self._pages.clear()
