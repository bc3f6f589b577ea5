"""A figure and what it stands beside; printed as a table, kept for the README, or written as JSON."""

import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured, in `unit`; `ratio` is to `beside`, which was measured in the same run."""

    name: str
    value: float
    unit: str
    beside: str = ""
    ratio: float | None = None
    goal: str = ""
    """What it is to reach, in words; empty for none."""


def cache_folder() -> Path:
    """Return where made data and the last results are kept between runs; `BENCH_CACHE` chooses another place."""
    from platformdirs import user_cache_dir

    folder = Path(os.environ.get("BENCH_CACHE") or user_cache_dir("webhook-workbench-bench"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def alternating(rounds: int, runs: Mapping[str, Callable[[], float]]) -> dict[str, float]:
    """Run each in turn, so many rounds; return the medians. What the machine does meanwhile is shared by all."""
    values: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, measure in runs.items():
            values[name].append(measure())
    return {name: statistics.median(found) for name, found in values.items()}


def beside(
    medians: Mapping[str, float], unit: str, limit: str, goals: Mapping[str, str] | None = None
) -> list[Figure]:
    """Return a figure for each median, with its ratio to the one named `limit`."""
    yardstick = medians.get(limit)
    return [
        Figure(
            name,
            value,
            unit,
            "" if name == limit or not yardstick else limit,
            None if name == limit or not yardstick else value / yardstick,
            (goals or {}).get(name, ""),
        )
        for name, value in medians.items()
    ]


def show(subject: str, figures: Sequence[Figure]) -> None:
    """Print the figures as a table."""
    print(f"\n{subject}")
    for figure in figures:
        ratio = f"{figure.ratio:8.2f} × {figure.beside}" if figure.ratio is not None else ""
        goal = f"  (goal: {figure.goal})" if figure.goal else ""
        print(f"  {figure.name:52}{number_words(figure.value):>12} {figure.unit:6}{ratio}{goal}")


def number_words(value: float) -> str:
    """Return a figure with as many digits as mean something."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.2f}" if abs(value) >= 1 else f"{value:,.3f}"


def machine() -> str:
    """Return what the figures were measured on, in a line."""
    memory = ""
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        memory = f", {os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.0f} GiB"
    system = f"{platform.platform(terse=True)}, Python {platform.python_version()}"
    return f"{_processor()}, {os.cpu_count()} cores{memory}, {system}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())


def keep(subject: str, figures: Sequence[Figure], rounds: int) -> dict[str, object]:
    """Keep the results of a run for the README; return them as JSON has them."""
    result: dict[str, object] = {
        "subject": subject,
        "machine": machine(),
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "rounds": rounds,
        "figures": [asdict(figure) for figure in figures],
    }
    folder = cache_folder() / "results"
    folder.mkdir(exist_ok=True)
    (folder / f"{subject}.json").write_text(json.dumps(result, indent=2))
    return result
