"""Messages as text for people: one line, or a whole message, with colours on a terminal."""

from collections.abc import Iterable
from typing import Any, cast

from workbench.model.capture import Capture, CaptureSummary
from workbench.model.clock import as_datetime
from workbench.model.delivery import StoredForward
from workbench.model.message import Head, readable

RESET = "\x1b[0m"
DIM = "\x1b[2m"
BOLD = "\x1b[1m"
_STATUS_COLOURS = {2: "\x1b[32m", 3: "\x1b[36m", 4: "\x1b[33m", 5: "\x1b[31m"}
_CONTROL = dict.fromkeys((*range(32), *range(0x7F, 0xA0)), "\ufffd")
LEAST_TARGET, PIPED_TARGET = 20, 60
"""Characters of a target that are shown at least; and the width that shorter ones are filled up to in a pipe."""
NOTE_ROOM = 36
"""Characters that are kept free for what is said behind the columns, where anything is."""
BESIDE_TARGET = 70
"""Characters of all columns but the target."""
PRETTY_LIMIT_BYTES = 4 * 1024 * 1024


def printable(text: str) -> str:
    """Return text that cannot steer a terminal."""
    return text.translate(_CONTROL)


def local_time(instant_us: int) -> str:
    return as_datetime(instant_us).astimezone().strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


def status_text(status: int, colours: bool) -> str:
    if not status:
        return "---"  # It was not answered, on purpose.
    colour = _STATUS_COLOURS.get(status // 100, "") if colours else ""
    return f"{colour}{status}{RESET if colour else ''}"


def size_text(size: int) -> str:
    """Return `812 B`, `2.1 kB`, `5.2 MB`."""
    amount, unit = float(size), "B"
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            break
        amount /= 1000
    return f"{size} B" if unit == "B" else f"{amount:.1f} {unit}"


def column(text: str, width: int, *, cuts: bool) -> str:
    """Return text as wide as its column; a longer one is cut on a terminal, and stays whole in a file or a pipe."""
    return f"{text[: width - 1]}…" if cuts and len(text) > width else f"{text:{width}}"


def target_width(summaries: Iterable[CaptureSummary], width: int) -> int:
    """Return how wide the column of targets is on a terminal of so many characters, 0 for a pipe."""
    wide = [(len(printable(readable(each.target))), len(_note(each))) for each in summaries]
    longest = max((target for target, _ in wide), default=0)
    if not width:
        return min(longest, PIPED_TARGET)
    room = width - BESIDE_TARGET - min(max((note for _, note in wide), default=0), NOTE_ROOM)
    return min(longest, max(LEAST_TARGET, room))


def summary_line(summary: CaptureSummary, *, colours: bool, target: int, width: int = 0) -> str:
    """Return a row of `captures list`, its targets `target` wide; `width` is the terminal's, 0 leaves all whole."""
    took = "" if summary.duration_us is None else f"{summary.duration_us / 1000:.1f} ms"
    start = f"{f'#{summary.number}':>8}  {local_time(summary.received_at_us)}  {printable(summary.method):7}"
    shown = column(printable(readable(summary.target)), target, cuts=bool(width))
    note = _note(summary)
    room = max(0, width - BESIDE_TARGET - len(shown)) if width else len(note)
    note = note if len(note) <= room else f"{note[: max(0, room - 1)]}…"
    if colours:
        start = f"{DIM}{start}{RESET}"
        verdict = str(summary.verification)
        colour = _VERDICT_COLOURS.get(verdict, "")
        note = note.replace(f" {verdict}", f" {colour}{verdict}{RESET}", 1) if colour else note
    end = f"{size_text(summary.body_size):>9}  {took:>9}{note}"
    return f"{start} {shown}  {status_text(summary.status, colours)}  {end}".rstrip()


def _note(summary: CaptureSummary) -> str:
    """Return what is said of a capture behind its columns, without colours."""
    about = ""
    if summary.event or summary.provider:
        about = f"  {_about(summary.provider, summary.event, summary.verification, colours=False)}"
    return about + (f"  {summary.fault}" if summary.fault else f"  refused: {summary.guard}" if summary.guard else "")


def capture_line(capture: Capture, *, colours: bool) -> str:
    """Return the line that `listen` shows for a capture."""
    head = capture.request.head
    target, method = printable(readable(head.target)), printable(head.method)
    start = f"{f'#{capture.number}':>6}  {local_time(capture.received_at_us)[11:]}"
    start = f"{DIM}{start}{RESET}" if colours else start
    content_type = f"  {printable(head.content_type.split(';')[0])}" if head.content_type else ""
    fault = f"  {capture.fault_message}" if capture.fault else ""
    if capture.answer_reason:
        fault += f"  {printable(capture.answer_reason)}"
    if capture.provider:
        fault = f"  {_about(capture.provider, capture.event, capture.verification, colours=colours)}{fault}"
    size = size_text(capture.request.body.size)
    return f"{start}  {method:6} {target}  {status_text(capture.answer.status, colours)}  {size}{content_type}{fault}"


_VERDICT_COLOURS = {"valid": "\x1b[32m", "invalid": "\x1b[31m", "malformed": "\x1b[31m", "stale": "\x1b[33m"}


def _about(provider: str, event: str, verdict: str, *, colours: bool) -> str:
    """Return whose event it is and whether its signature is right."""
    colour = _VERDICT_COLOURS.get(verdict, "") if colours else ""
    said = f"{colour}{verdict}{RESET if colour else ''}"
    return f"{provider} {printable(event)} {said}".replace("  ", " ")


def head_text(head: Head, *, colours: bool) -> str:
    """Return a head as it was sent, readable on a terminal."""
    lines = [f"{BOLD}{printable(head.start_line)}{RESET}" if colours else printable(head.start_line)]
    for name, value in head.headers:
        shown = f"\x1b[36m{printable(name)}{RESET}" if colours else printable(name)
        lines.append(f"{shown}: {printable(readable(value))}")
    return "\n".join(lines)


def body_text(content: bytes, content_type: str, content_encoding: str, *, colours: bool) -> str:
    """Return a body for a terminal: pretty, coloured, and harmless."""
    from workbench.formats.body import view

    if len(content) > PRETTY_LIMIT_BYTES:
        return f"({size_text(len(content))}; see it with --part body)"
    seen = view(content, content_type, content_encoding)
    if seen.view == "Hex" or b"\0" in seen.text:
        return f"({size_text(len(content))} of binary data; save it with --part body > FILE)"
    text = harmless(seen.text.decode("utf-8", "replace"))
    return coloured(text, seen.language) if colours and seen.language else text


def harmless(text: str) -> str:
    """Return lines without what would steer a terminal."""
    return text.translate({**_CONTROL, 9: "\t", 10: "\n", 13: ""})


def coloured(text: str, language: str) -> str:
    """Return text in the colours of its language, for a terminal."""
    from pygments import formatters, highlight, lexers

    # pygments' types are partly unknown to the checker.
    lexer: Any = cast("Any", lexers).get_lexer_by_name(language)
    formatter: Any = cast("Any", formatters).Terminal256Formatter(style="default")
    coloured: str = cast("Any", highlight)(text, lexer, formatter)
    return coloured.rstrip("\n")


def forward_line(forward: StoredForward, *, colours: bool) -> str:
    """Return what became of a forward, in a line."""
    status = "" if forward.status is None else f"  {status_text(forward.status, colours)}"
    took = "" if forward.duration_us is None else f"  {forward.duration_us / 1000:.1f} ms"
    tries = f"  attempt {forward.attempts}" if forward.attempts > 1 else ""
    why = f"  {printable(forward.message)}" if forward.message else ""
    return f"→ {forward.url}  {forward.state}{status}{took}{tries}{why}"
