"""The window with a million captures: interactive, any page, filter, full text, sort, frames while more come in."""

import argparse
import shutil
import statistics
from collections import defaultdict
from pathlib import Path

from benchmark.figures import Figure
from benchmark.filled_home import filled_home
from benchmark.processes import Started, a_home, loaded, own

HELP = "the window with a million captures"
GOALS = {
    "interactive, from the process's start": "1,500",
    "a page anywhere is there, longest of five": "20",
    "filter by an indexed field": "50",
    "full text, a rare word": "300",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the table."""
    parser.add_argument("--captures", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=5, help="how long captures come in (default: %(default)s)")
    parser.set_defaults(rounds=3)


def run(arguments: argparse.Namespace) -> list[Figure]:
    """Measure a large home and, in turn, one of a thousand captures, beside which the size is to cost nothing."""
    seen: dict[tuple[int, str], list[float]] = defaultdict(list)
    frames: dict[str, list[float]] = defaultdict(list)
    for _ in range(arguments.rounds):
        for count in (1000, arguments.captures):
            _once(filled_home(count), count, arguments.seconds, seen, frames)
    medians = {key: statistics.median(values) for key, values in seen.items()}
    made: list[Figure] = []
    for (count, name), value in medians.items():
        small = medians.get((1000, name))
        if count != 1000:
            beside = "the same with 1,000" if small else ""
            made.append(
                Figure(
                    f"{count:,}: {name}", value, "ms", beside, value / small if small else None, GOALS.get(name, "")
                )
            )
    for name, values in frames.items():
        made.append(
            Figure(
                name,
                statistics.median(values),
                "ms" if "timer" in name else "/s",
                goal="50" if "longest" in name else "",
            )
        )
    return made


def _once(filled: Path, count: int, seconds: float, seen: dict, frames: dict) -> None:
    with a_home() as home:
        _copy(filled, Path(home))
        started = Started(own("window", f"--home={home}"))
        try:
            started.tell("table")
            for name, took in started.until("table")["table"].items():
                seen[count, name].append(took)
            if count == 1000:
                return
            started.tell("mark")
            figures = loaded(started.port, connections=64, seconds=seconds)
            started.tell("gaps")
            gaps = sorted(started.until("gaps_ms")["gaps_ms"])
            frames["inserting at full rate meanwhile"].append(figures["per_second"])
            frames["10 ms timer while inserting, p99"].append(gaps[int(len(gaps) * 0.99)])
            frames["10 ms timer while inserting, longest"].append(gaps[-1])
        finally:
            started.tell("quit")
            started.stop()


def _copy(filled: Path, home: Path) -> None:
    """Copy it: what is measured writes into it. A file system that can shares the blocks."""
    for file in filled.iterdir():
        if file.is_file() and file.name != "complete":
            shutil.copy2(file, home / file.name)
