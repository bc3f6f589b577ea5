"""Where words occur in bytes, found slice by slice so that a window stays alive meanwhile. No Qt."""

import re
from array import array
from bisect import bisect_left
from dataclasses import dataclass
from time import perf_counter

from workbench.ui.widgets.lines import Content

SLICE_BYTES = 1 << 20
"""Some 8 ms of searching."""

PATTERN_SLICE_S = 0.008
_WINDOWS = (4_000, 4_000, 500, 250)
"""Bytes by the number of repeats in a pattern: several after one another multiply."""

_SEEN_BEFORE = 64
"""Bytes before a window that a pattern may look back at."""


@dataclass(frozen=True, slots=True)
class FindResult:
    """Which match is shown, counted from 1; `index` 0: none, or none yet. `count` None: still counting."""

    index: int
    count: int | None
    problem: str = ""
    """Why nothing can be sought: a pattern that is none, as a sentence."""


class Search:
    """All matches of a text in content, in order and without overlap; eight bytes of memory a match."""

    def __init__(self, content: Content, text: str, case_sensitive: bool) -> None:
        self._start(content, 4 * len(text))
        self._pattern = re.compile(_pattern(text, case_sensitive), re.DOTALL)

    def _start(self, content: Content, longest: int) -> None:
        """Begin with nothing found; no match is longer than so many bytes."""
        self._content, self._longest = content, longest
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


class PatternSearch(Search):
    """All matches of a regular expression, read as text in UTF-8; `^` and `$` are ends of lines.

    Content of one line may be endless, and a pattern cannot be stopped: it sees a window of the content at a time, so
    a match is at most two windows long. UsageError where the pattern is none, or could take without end.
    """

    def __init__(self, content: Content, pattern: str, case_sensitive: bool) -> None:
        from workbench.formats.bounded_patterns import refuse_endless

        repeats = sum(map(pattern.count, "*+{"))
        self._window = _WINDOWS[min(repeats, len(_WINDOWS) - 1)]
        self._start(content, 2 * self._window)
        refuse_endless(pattern, " " * self._window)
        self._words = re.compile(pattern, re.MULTILINE | (0 if case_sensitive else re.IGNORECASE))
        self._ends: array[int] = array("q")

    def advance(self) -> None:
        """Search window by window for as long as a slice takes."""
        until = perf_counter() + PATTERN_SLICE_S
        while not self.done and perf_counter() < until:
            self._search_window()

    def end_of(self, start: int) -> int:
        """Return the place after the match that starts here."""
        index = bisect_left(self.starts, start)
        return self._ends[index] if index < len(self.starts) and self.starts[index] == start else start

    def _search_window(self) -> None:
        """Find the matches that begin in the next window; what is before and after it is seen, too."""
        content, at = self._content, self._at
        end = _character_start(content, min(at + self._window, len(content)))
        before = _decoded(content[_character_start(content, max(at - _SEEN_BEFORE, 0)) : at])
        raw = content[at : _character_start(content, min(end + self._window, len(content)))]
        text = before + _decoded(raw)
        position = at
        for found in self._words.finditer(text, len(before)):
            first, last = (self._offset(raw, text, len(before), place) + at for place in found.span())
            if first >= end:
                break
            if last > first:
                self.starts.append(first)
                self._ends.append(last)
                position = last
        self._at = max(end, position)

    @staticmethod
    def _offset(raw: bytes, text: str, before: int, place: int) -> int:
        return place - before if raw.isascii() else len(text[before:place].encode("utf-8", "surrogateescape"))


def _decoded(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _character_start(content: Content, at: int) -> int:
    """Return the place of the character that a place is within."""
    first = at
    while 0 < first < len(content) and 0x80 <= content[first] < 0xC0 and at - first < 3:
        first -= 1
    return first


def _pattern(text: str, case_sensitive: bool) -> bytes:
    if case_sensitive:
        return re.escape(text.encode())
    return b"".join(_either_case(character) for character in text)


def _either_case(character: str) -> bytes:
    # A letter whose other case is two (ß, SS) is only found as it is written.
    cases = sorted({case.encode() for case in (character, character.lower(), character.upper()) if len(case) == 1})
    return b"(?:" + b"|".join(map(re.escape, cases)) + b")" if len(cases) > 1 else re.escape(cases[0])
