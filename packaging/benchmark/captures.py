"""Durable captures a second beside servers that keep nothing; a burst with the window open; a stalled window."""

import argparse
import json
import subprocess
import time

from benchmark.figures import Figure, alternating, beside
from benchmark.peers import mitmdump, nginx
from benchmark.processes import Started, a_home, listen, loaded, measure, own, workbench

HELP = "durable captures a second, a burst, a stalled window, a slow disk"
BARE = "aiohttp handler, body read, nothing kept"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the load."""
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument(
        "--burst", type=int, default=100_000, help="requests with the window open (default: %(default)s)"
    )
    parser.set_defaults(rounds=3)


def run(arguments: argparse.Namespace) -> list[Figure]:
    """Measure."""
    options = {"connections": arguments.connections, "seconds": arguments.seconds}
    figures: dict[str, dict[str, float]] = {}

    def rate(name: str, words: list[str]) -> float:
        figures[name] = measure(words, **options)
        return figures[name]["per_second"]

    def kept(name: str, *words: str) -> float:
        with a_home() as home:
            return rate(name, [*own(*words, f"--home={home}")] if words else listen(home))

    with nginx() as nginx_port:
        runs = {
            BARE: lambda: rate(BARE, own("plain")),
            "the same on aiohttp's low-level server": lambda: rate("low", own("plain", "--low-level")),
            "workbench listen, durable": lambda: kept("workbench listen, durable"),
            "workbench, window open, durable": lambda: kept("workbench, window open, durable", "window"),
            "workbench listen, +5 ms a commit": lambda: kept("workbench listen, +5 ms a commit", "slow-listener"),
        }
        if nginx_port is not None:
            runs["nginx, one worker, returns 200"] = lambda: loaded(nginx_port, **options)["per_second"]
        runs["mitmdump in front of the handler"] = lambda: _through_mitmdump(options)
        medians = alternating(arguments.rounds, runs)
    made = beside({name: value for name, value in medians.items() if value}, "/s", BARE)
    for name in (name for name in medians if name.startswith("workbench")):
        made.append(Figure(f"{name}: p99", figures[name]["p99_ms"], "ms", goal="" if "+5 ms" in name else "15"))
        made.append(Figure(f"{name}: failed", figures[name]["failed"], "", goal="0"))
    return [*made, *_burst(arguments.burst), *_stalled()]


def _through_mitmdump(options: dict[str, float]) -> float:
    plain = Started(own("plain"))
    try:
        with mitmdump(plain.port) as port:
            return 0.0 if port is None else loaded(port, **options)["per_second"]
    finally:
        plain.stop()


def _burst(count: int) -> list[Figure]:
    """Many requests with the window open: none lost, and the window stays smooth."""
    with a_home() as home:
        started = Started(own("window", f"--home={home}"))
        time.sleep(1.5)
        started.tell("mark")
        figures = loaded(started.port, connections=64, seconds=120, count=count)
        started.tell("gaps")
        gaps = sorted(started.until("gaps_ms")["gaps_ms"])
        started.tell("quit")
        started.stop()
        words = workbench("captures", "list", "--limit=1", "--json", f"--home={home}")
        stored = json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)["number"]
    return [
        Figure(f"burst of {count:,}, window open", figures["per_second"], "/s"),
        Figure("burst: sent and not stored", count - stored, "", goal="0"),
        Figure("burst: the window's 10 ms timer, p99", gaps[int(len(gaps) * 0.99)], "ms", goal="25"),
        Figure("burst: the window's 10 ms timer, longest", gaps[-1], "ms", goal="35"),
    ]


def _stalled() -> list[Figure]:
    with a_home() as home:
        seen = measure(own("window", f"--home={home}", "--stall"), connections=64, seconds=8, rate=500)
    return [
        Figure("window stalled 1 s in 2, 500/s offered: answered", seen["per_second"], "/s", goal="475"),
        Figure("window stalled: p99", seen["p99_ms"], "ms", goal="30"),
    ]


def run_slow_listener(arguments: argparse.Namespace) -> None:
    """The program's own listener on a disk whose every commit takes so much longer."""
    from workbench.__main__ import main
    from workbench.storage import database

    class Slow(database.Database):
        """A database of which COMMIT takes longer: before the result is told, as a slow disk would."""

        def _commit(self, group):
            results = super()._commit(group)
            time.sleep(arguments.delay_ms / 1000)
            return results

    import workbench.cli.listen  # Whoever imports the class later gets the slow one; earlier ones are put right.

    for module in (database, *_importers(database.Database)):
        setattr(module, "Database", Slow)  # noqa: B010 - no attribute that a type checker could know
    assert workbench.cli.listen
    raise SystemExit(main(["listen", "--json", "--control", f"--home={arguments.home}", "--port=0"]))


def _importers(wanted: type) -> list:
    import sys

    return [module for module in list(sys.modules.values()) if getattr(module, "Database", None) is wanted]


def add_slow_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the slow listener."""
    parser.add_argument("--home", required=True)
    parser.add_argument("--delay-ms", type=float, default=5.0)
