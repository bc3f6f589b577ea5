"""`workbench log`: everything that was refused, answered otherwise than usual, or changed, with time and reason."""

import argparse
import re
from contextlib import closing
from typing import Any

from workbench.cli.console import Console
from workbench.model.clock import SystemClock, rfc3339
from workbench.model.errors import UsageError
from workbench.model.log_entry import LogEntry
from workbench.storage.paths import Paths

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the words of `log`."""
    parser.add_argument(
        "--since", metavar="TIME", help="no older entries: 30m, 2h, 7d, or a time such as 2026-03-01T12:00:00Z"
    )
    parser.add_argument("--limit", type=int, metavar="N", help="only the newest N")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.set_defaults(run=run_log)


def run_log(arguments: argparse.Namespace, console: Console) -> int:
    """Show the log, oldest first."""
    from workbench.storage.log import LogReader

    since_us = 0 if arguments.since is None else _instant(arguments.since)
    if arguments.limit is not None and arguments.limit < 1:
        raise UsageError(f"{arguments.limit} is no number of entries.", "Use 1 or more.")
    path = Paths.of_home(arguments.home).captures
    if not path.exists():
        return 0
    with closing(LogReader(path)) as reader:
        for entry in reader.entries(since_us, arguments.limit):
            if arguments.json:
                console.json(_json(entry))
            else:
                console.line(_line(entry))
    return 0


def _instant(text: str) -> int:
    """Return the microsecond that a time, or a span before now, means."""
    from datetime import datetime

    span = re.fullmatch(r"(\d{1,9})([smhd])", text.strip())
    if span is not None:
        return SystemClock().now_us() - int(span[1]) * _SECONDS[span[2]] * 1_000_000
    try:
        return round(datetime.fromisoformat(text.strip()).astimezone().timestamp() * 1_000_000)
    except (ValueError, OverflowError, OSError) as error:
        raise UsageError(f"{text!r} is no time.", "Write 30m, 2h, 7d or 2026-03-01T12:00:00Z.") from error


def _json(entry: LogEntry) -> dict[str, Any]:
    return {
        "at": rfc3339(entry.at_us),
        "kind": entry.kind,
        "endpoint": entry.subject or None,
        "capture": entry.capture_number,
        "status": entry.status,
        "refused_by": entry.guard or None,
        "message": entry.message,
    }


def _line(entry: LogEntry) -> str:
    from workbench.cli.render import local_time, printable

    what = f"#{entry.capture_number} {entry.status or '-'}" if entry.capture_number is not None else ""
    about = " ".join(filter(None, (what, entry.subject, f"({entry.guard})" if entry.guard else "")))
    words = [local_time(entry.at_us), f"{entry.kind:9}", printable(about), printable(entry.message)]
    return "  ".join(filter(None, words))
