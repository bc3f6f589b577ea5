"""`captures list`: captures in any order, with columns of one's own, or in groups."""

import argparse
import shutil
from collections.abc import Sequence
from typing import Any

from workbench.cli.console import Console
from workbench.model.arrangement import Arrangement, GroupBy, Groups, Order
from workbench.model.capture import CaptureSummary
from workbench.model.clock import SystemClock
from workbench.model.errors import UsageError
from workbench.model.own_column import OwnColumn
from workbench.model.query import CaptureQuery
from workbench.storage.capture_arranging import arranged, column_values, groups
from workbench.storage.captures import CaptureReader
from workbench.storage.paths import Paths

PAGE = 500


def add_list_arguments(add: argparse.ArgumentParser) -> None:
    """Describe the words of `captures list` beside its filter."""
    add.add_argument("--sort", metavar="COLUMN", help="order by a column, such as size; -size for the largest first")
    add.add_argument(
        "--column",
        metavar="COLUMN",
        action="append",
        default=[],
        help="show this too: header:NAME, json:PATH, query:NAME, note, … (may be repeated)",
    )
    add.add_argument(
        "--group", choices=[each.value for each in GroupBy], help="the newest of each group, and a count"
    )
    add.add_argument("--saved", metavar="NAME", help="with the filter of a saved search, beside the words given")


def filter_of(arguments: argparse.Namespace, paths: Paths) -> CaptureQuery:
    """Return the filter of the words and of a saved search; QueryError, UsageError say what is wrong."""
    words = " ".join(arguments.query)
    now_us = SystemClock().now_us()
    if arguments.saved:
        from workbench.storage.saved_searches import saved_search

        saved = saved_search(paths, arguments.saved)
        words = f"({saved}) ({words})" if words.strip() else saved
    return CaptureQuery.parse(words, now_us)


def run_list(reader: CaptureReader, arguments: argparse.Namespace, console: Console) -> int:
    """List matching captures: the newest, or the first in the order that was asked for."""
    query = filter_of(arguments, Paths.of_home(arguments.home))
    columns = [OwnColumn.parse(text) for text in arguments.column]
    order = _order(arguments.sort)
    found: Groups | None = None
    if arguments.group:
        arrangement = Arrangement(query, order or Order(), GroupBy(arguments.group))
        found = groups(reader, arrangement, reader.position()[0])
        numbers = found.leaders[: arguments.limit] if order else found.leaders[-arguments.limit :]
    elif order is None:
        numbers = reader.newest(query, arguments.limit)
    else:
        numbers = arranged(reader, Arrangement(query, order), reader.position()[0], arguments.limit)
    for start in range(0, len(numbers), PAGE):
        _show_page(reader, numbers[start : start + PAGE], columns, found, arguments, console)
    if not numbers and not arguments.json:
        filtered = arguments.query or arguments.saved
        console.note("No capture matches." if filtered else "Nothing was captured yet.")
    return 0


def _order(text: str | None) -> Order | None:
    return None if text is None else Order.parse(text)


def _show_page(
    reader: CaptureReader,
    numbers: Sequence[int],
    columns: list[OwnColumn],
    found: Groups | None,
    arguments: argparse.Namespace,
    console: Console,
) -> None:
    from workbench.cli.render import summary_line, target_width

    summaries = {summary.number: summary for summary in reader.summaries(numbers)}
    values = column_values(reader, numbers, columns)
    width = shutil.get_terminal_size().columns if console.is_terminal else 0
    target = target_width(summaries.values(), width)
    for number in numbers:
        if (summary := summaries.get(number)) is None:
            continue
        group = found.several.get(number) if found else None
        said = dict(zip((column.text for column in columns), values.get(number, ()), strict=False))
        if arguments.json:
            from workbench.formats.capture_json import summary_json

            more: dict[str, Any] = {"columns": {name: text or None for name, text in said.items()}} if columns else {}
            if found:
                more["count"] = group.count if group else 1
            console.json(summary_json(summary) | more)
        else:
            line = summary_line(summary, colours=console.colours, target=target, width=width)
            console.line(line + _more(summary, said, group.count if group else 1))


def _more(summary: CaptureSummary, said: dict[str, str], count: int) -> str:
    """Return what a person asked for, or noted, beside the columns: of any length, so it stands last."""
    from workbench.cli.render import printable

    line = f"  ×{count:,}" if count > 1 else ""
    line += "".join(f"  [{tag}]" for tag in map(printable, summary.tags))
    return line + "".join(f"  {printable(name)}={printable(text)}" for name, text in said.items() if text)


def numbers_only(words: Sequence[str], numbers: list[int] | None) -> list[int]:
    """Return the numbers that words name; UsageError where they name none."""
    if numbers is None:
        raise UsageError(f"{' '.join(words)!r} does not name captures by number.", "Use 12 or 12-15.")
    return numbers
