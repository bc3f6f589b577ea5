"""Ten minutes at a thousand webhooks a second: what was sent is stored, and memory does not grow."""

import argparse
import json
import statistics
import subprocess
import sys
import threading

from benchmark.figures import Figure
from benchmark.processes import Started, a_home, listen, loaded, memory_mb, workbench

HELP = "ten minutes at a thousand a second: stored = sent, memory flat"
SAMPLES = 60


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the load."""
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--rate", type=float, default=1000)
    parser.set_defaults(rounds=1)


def run(arguments: argparse.Namespace) -> list[Figure]:
    """Measure once; rounds would only repeat it."""
    with a_home() as home:
        started = Started(listen(home))
        try:
            samples, seen = _sampled(started, arguments)
        finally:
            started.stop()
        words = workbench("captures", "list", "--limit=1", "--json", f"--home={home}")
        stored = json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)["number"]
    made = [
        Figure(f"{arguments.seconds:,.0f} s at {arguments.rate:,.0f}/s: answered", seen["per_second"], "/s"),
        Figure("answered and not stored", seen["answered"] - stored, "", goal="0"),
        Figure("failed", seen["failed"], "", goal="0"),
        Figure("p99", seen["p99_ms"], "ms", goal="10"),
        Figure("longest", seen["max_ms"], "ms"),
    ]
    if len(samples) < 4:
        print("Memory was not sampled: the system does not tell, or the soak was too short.", file=sys.stderr)
        return made
    quarter = max(1, len(samples) // 4)
    early, late = statistics.median(samples[quarter : 2 * quarter]), statistics.median(samples[-quarter:])
    return [*made, Figure("memory, last quarter", late, "MB", "the second quarter", late / early, "flat")]


def _sampled(started: Started, arguments: argparse.Namespace) -> tuple[list[float], dict[str, float]]:
    samples: list[float] = []
    over = threading.Event()
    drained = threading.Thread(target=_drain, args=(started,), daemon=True)
    drained.start()

    def sample() -> None:
        while not over.wait(arguments.seconds / SAMPLES):
            used = memory_mb(started.process.pid)
            if used is not None:
                samples.append(used)

    sampler = threading.Thread(target=sample)
    sampler.start()
    try:
        seen = loaded(started.port, connections=64, seconds=arguments.seconds, rate=arguments.rate)
    finally:
        over.set()
        sampler.join()
    return samples, seen


def _drain(started: Started) -> None:
    """Read what the listener says, as its window would; else the pipe fills and it waits."""
    assert started.process.stdout is not None
    for _ in started.process.stdout:
        pass
