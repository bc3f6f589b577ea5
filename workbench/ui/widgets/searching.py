"""Where words occur in bytes, found slice by slice so that a window stays alive meanwhile. No Qt."""

import re
from array import array
from bisect import bisect_left
from dataclasses import dataclass

from workbench.ui.widgets.lines import Content

SLICE_BYTES = 1 << 20
"""Some 8 ms of searching."""


@dataclass(frozen=True, slots=True)
class FindResult:
    """Which match is shown, counted from 1; `index` 0: none, or none yet. `count` None: still counting."""

    index: int
    count: int | None


class Search:
    """All matches of a text in content, in order and without overlap; eight bytes of memory a match."""

    def __init__(self, content: Content, text: str, case_sensitive: bool) -> None:
        self._content = content
        self._pattern = re.compile(_pattern(text, case_sensitive), re.DOTALL)
        self._longest = 4 * len(text)
        self._at = 0
        self.starts: array[int] = array("q")
        """The first bytes of the matches found so far."""

    @property
    def done(self) -> bool:
        return self._at >= len(self._content)

    @property
    def count(self) -> int | None:
        return len(self.starts) if self.done else None

    def advance(self) -> None:
        """Search the next slice."""
        end = self._at + SLICE_BYTES
        at = self._at
        for found in self._pattern.finditer(self._content, at, min(end + self._longest, len(self._content))):
            if found.start() >= end:
                break
            self.starts.append(found.start())
            at = found.end()
        self._at = max(at, end)

    def end_of(self, start: int) -> int:
        """Return the place after the match that starts here."""
        found = self._pattern.match(self._content, start)
        return start if found is None else found.end()

    def following(self, offset: int) -> int | None:
        """Return the number of the first match at or after a place, from the top if there is none; None: not yet."""
        index = bisect_left(self.starts, offset)
        if index < len(self.starts):
            return index
        return 0 if self.done and self.starts else None

    def preceding(self, offset: int) -> int | None:
        """Return the number of the last match that starts before a place, from the end if there is none."""
        index = bisect_left(self.starts, offset)
        if index and (self.done or self._at >= offset):
            return index - 1
        return len(self.starts) - 1 if self.done and self.starts else None

    def between(self, start: int, end: int) -> list[tuple[int, int]]:
        """Return first byte and end of the matches that show between two places."""
        first = bisect_left(self.starts, start - self._longest)
        found = ((at, self.end_of(at)) for at in self.starts[first : bisect_left(self.starts, end)])
        return [(at, to) for at, to in found if to > start]


def _pattern(text: str, case_sensitive: bool) -> bytes:
    if case_sensitive:
        return re.escape(text.encode())
    return b"".join(_either_case(character) for character in text)


def _either_case(character: str) -> bytes:
    # A letter whose other case is two (ß, SS) is only found as it is written.
    cases = sorted({case.encode() for case in (character, character.lower(), character.upper()) if len(case) == 1})
    return b"(?:" + b"|".join(map(re.escape, cases)) + b")" if len(cases) > 1 else re.escape(cases[0])
