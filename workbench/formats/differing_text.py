"""Where two bodies differ as lines of text or as bytes, within bounds of time and memory."""

from difflib import unified_diff
from itertools import islice

LINES_LIMIT = 5_000
"""Comparing lines takes their square in the worst case."""
LIMIT_BYTES = 2 * 1024 * 1024
_SHOWN_LINES = 20_000
_HEX_ROW = 16
_ROWS_AROUND = 2
_STEP_BYTES = 64 * 1024


def line_differences(before: bytes, after: bytes) -> list[str] | None:
    """Return the hunks of a unified diff; None where the bodies are no text or too large for it."""
    if max(len(before), len(after)) > LIMIT_BYTES or b"\0" in before or b"\0" in after:
        return None
    try:
        old, new = before.decode().split("\n"), after.decode().split("\n")
    except UnicodeDecodeError:
        return None
    if max(len(old), len(new)) > LINES_LIMIT:
        return None
    return [_visible(line) for line in islice(unified_diff(old, new, lineterm="", n=3), 2, _SHOWN_LINES)]


def _visible(line: str) -> str:
    """Show the carriage return that ends a line, else two lines look alike that are not."""
    return line[:-1] + "␍" if line.endswith("\r") else line


def first_difference(before: bytes, after: bytes) -> int | None:
    """Return the first place where two bodies differ, None where they do not."""
    if before == after:
        return None
    shorter = min(len(before), len(after))
    for start in range(0, shorter, _STEP_BYTES):
        one, other = before[start : start + _STEP_BYTES], after[start : start + _STEP_BYTES]
        if one != other:
            return start + next(
                (at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), 0
            )
    return shorter


def hex_differences(before: bytes, after: bytes) -> list[str]:
    """Return the rows around the first place that differs, as a hex dump of each."""
    at = first_difference(before, after)
    if at is None:
        return []
    first = max(at // _HEX_ROW - _ROWS_AROUND, 0) * _HEX_ROW
    rows: list[str] = [f"@@ from byte {at:,} on; {len(before):,} bytes against {len(after):,} @@"]
    for start in range(first, first + (2 * _ROWS_AROUND + 1) * _HEX_ROW, _HEX_ROW):
        one, other = before[start : start + _HEX_ROW], after[start : start + _HEX_ROW]
        if one == other:
            rows += [f" {_row(start, one)}"] if one else []
            continue
        rows += [f"{sign}{_row(start, raw)}" for sign, raw in (("-", one), ("+", other)) if raw]
    return rows


def _row(start: int, raw: bytes) -> str:
    letters = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in raw)
    return f"{start:08x}  {raw.hex(' '):47}  |{letters}|"
