"""A JSON value a line (NDJSON, JSON Lines, RFC 7464 sequences), each made readable, none of them changed."""

from workbench.formats import json_text

_RECORD_SEPARATOR = b"\x1e"
SAID_LINES = 3


def is_lines(start: bytes) -> bool:
    """True where the first line is a whole object or array by the looks of it, and another follows."""
    first, feed, rest = start.lstrip().partition(b"\n")
    first, rest = first.strip(), rest.lstrip()
    return bool(feed) and (first[:1] + first[-1:]) in (b"{}", b"[]") and rest[:1] in (b"{", b"[")


def pretty_lines(content: bytes) -> tuple[bytes, str]:
    """Return all values indented, with a sentence about the lines that are no JSON, which stay as they came."""
    made: list[bytes] = []
    broken: list[int] = []
    for number, line in enumerate(content.split(b"\n"), 1):
        text = line.strip().removeprefix(_RECORD_SEPARATOR).strip()
        if not text:
            continue
        try:
            made.append(json_text.pretty(text))
        except (ValueError, RecursionError):
            made.append(line)
            broken.append(number)
    return b"\n".join(made), _problem(broken)


def _problem(broken: list[int]) -> str:
    if not broken:
        return ""
    named = ", ".join(map(str, broken[:SAID_LINES]))
    more = f" and {len(broken) - SAID_LINES:,} more" if len(broken) > SAID_LINES else ""
    return f"Not JSON and shown as it came: line {named}{more}."
