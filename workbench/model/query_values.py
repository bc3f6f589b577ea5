"""Values of the filter line's fields: numbers, sizes, durations, instants; and ranges of them."""

import re
from collections.abc import Callable

from workbench.model.clock import parse_instant

_SIZES = {
    "": 1,
    "b": 1,
    "k": 1000,
    "kb": 1000,
    "m": 1000**2,
    "mb": 1000**2,
    "g": 1000**3,
    "gb": 1000**3,
    "kib": 1024,
    "mib": 1024**2,
    "gib": 1024**3,
}
_DURATIONS_US = {
    "us": 1,
    "ms": 1000,
    "s": 1_000_000,
    "m": 60_000_000,
    "min": 60_000_000,
    "h": 3_600_000_000,
    "d": 86_400_000_000,
    "w": 7 * 86_400_000_000,
}
_QUANTITY = re.compile(r"(\d{1,15}(?:\.\d{1,6})?)\s*([a-z]*)")
LARGEST = 2**63 - 1

ReadValue = Callable[[str], tuple[int, int] | None]
"""Returns the first and the last number that a text may mean, None where it means none."""


def read_number(text: str) -> tuple[int, int] | None:
    """Read a whole number; `4xx` is 400 to 499."""
    if re.fullmatch(r"\d{1,18}", text):
        return int(text), int(text)
    if match := re.fullmatch(r"([1-5])xx", text.lower()):
        return int(match[1]) * 100, int(match[1]) * 100 + 99
    return None


def read_size(text: str) -> tuple[int, int] | None:
    """Read a number of bytes."""
    return _quantity(text, _SIZES)


def read_duration(text: str) -> tuple[int, int] | None:
    """Read a duration in microseconds; a bare number is milliseconds."""
    return _quantity(text if not text.isdigit() else f"{text}ms", _DURATIONS_US)


def read_time(text: str, now_us: int) -> tuple[int, int] | None:
    """Read an instant in microseconds: a date with or without a time, or how long ago; a date is its whole day."""
    words = {"now": 0, "today": now_us % 86_400_000_000, "yesterday": now_us % 86_400_000_000 + 86_400_000_000}
    if text.lower() in words:
        instant = now_us - words[text.lower()]
        return instant, instant
    if ago := _quantity(text, _DURATIONS_US):
        return now_us - ago[0], now_us - ago[0]
    if text.isdigit() or (instant := parse_instant(text)) is None:
        return None
    is_day = re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) is not None
    return instant, instant + (86_400_000_000 - 1 if is_day else 0)


def _quantity(text: str, units: dict[str, int]) -> tuple[int, int] | None:
    match = _QUANTITY.fullmatch(text.lower())
    if match is None or match[2] not in units:
        return None
    number = min(LARGEST, round(float(match[1]) * units[match[2]]))
    return number, number


def read_range(text: str, read: ReadValue) -> tuple[int | None, int | None] | None:
    """Read `5`, `>5`, `>=5`, `<5`, `<=5`, `5..9`, `5..`, `..9` as bounds, both included; None where it is none."""
    if ".." in text:
        low, _, high = text.partition("..")
        first, last = (read(part) if part else None for part in (low, high))
        if (low and first is None) or (high and last is None) or not (low or high):
            return None
        return (first[0] if first else None), (last[1] if last else None)
    match = re.match(r"(>=|<=|>|<|=)?(.+)", text)
    value = read(match[2]) if match else None
    if match is None or value is None:
        return None
    match match[1]:
        case ">":
            return value[1] + 1, None
        case ">=":
            return value[0], None
        case "<":
            return None, value[0] - 1
        case "<=":
            return None, value[1]
        case _:
            return value
