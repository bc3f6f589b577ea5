"""Which captures are meant: numbers such as `3`, `#3`, `3-9` or `1-3,7`, or else a filter line."""

import re
from collections.abc import Collection, Sequence

from workbench.model.capture import Capture
from workbench.model.clock import SystemClock
from workbench.model.errors import UsageError
from workbench.model.query import CaptureQuery
from workbench.storage.captures import CaptureReader

_NUMBERS = re.compile(r"#?(\d{1,18})(?:-#?(\d{1,18}))?")


def numbers_of(words: Sequence[str]) -> list[int] | None:
    """Return the numbers these words name, in their order; None where a word is no number."""
    numbers: list[int] = []
    for word in ",".join(words).split(","):
        match = _NUMBERS.fullmatch(word)
        if match is None:
            return None
        first, last = int(match[1]), int(match[2] or match[1])
        if last < first:
            raise UsageError(f"{word} goes backwards.", f"Write {last}-{first}.")
        if last - first > 1_000_000:
            raise UsageError(f"{word} names too many captures.", "Use a filter line instead.")
        numbers.extend(range(first, last + 1))
    return numbers


def chosen(reader: CaptureReader, words: Sequence[str]) -> list[int]:
    """Return the captures that the words choose and that are there, in the order asked for; no word chooses all."""
    if words and not any(word.strip() for word in words):
        raise UsageError("An empty word chooses nothing.", "Name captures by number, or by words that occur in them.")
    numbers = numbers_of(words) if words else None
    if numbers is None:
        return list(reader.numbers(CaptureQuery.parse(" ".join(words), SystemClock().now_us())))
    if len(numbers) == 1:
        existing(reader, numbers[0])
    there: set[int] = set()
    for start in range(0, len(numbers), 500):
        there.update(summary.number for summary in reader.summaries(numbers[start : start + 500]))
    return [number for number in numbers if number in there]


def existing(reader: CaptureReader, number: int) -> Capture:
    """Return a capture; UsageError where there is none of that number."""
    capture = reader.get(number)
    if capture is None:
        last = reader.ledger().last_number
        hint = f"The newest is {last}." if last else "Nothing was captured yet: try `workbench listen`."
        raise UsageError(f"There is no capture {number}.", hint)
    return capture


def counted(numbers: Collection[int]) -> str:
    """Return `1 capture`, `12 captures`."""
    return f"{len(numbers):,} capture{'' if len(numbers) == 1 else 's'}"
