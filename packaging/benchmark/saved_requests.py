"""Collections: three thousand requests, listed, read and shown in the window, beside reading the bytes."""

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmark.figures import Figure, alternating, beside
from benchmark.processes import a_home

HELP = "three thousand saved requests: listed, read, shown, and the window's memory"

REQUESTS = 3000
FOLDERS = 30
BODY = json.dumps({f"field_{number}": "a value of some length, as payloads have" for number in range(24)}, indent=2)

WINDOW = """
import json, os, sys, time
began = float(sys.argv.pop(1))
from workbench.ui.app import main

def resident_mb():
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    except OSError:
        return 0.0

def watch(application, window):
    from PySide6.QtCore import QTimer
    marks = {}

    def count(item):
        return sum(1 + count(item.child(row)) for row in range(item.childCount()))

    def look():
        tree = window.sidebar.tree if hasattr(window, "sidebar") else None
        items = count(tree.invisibleRootItem()) if tree is not None else 0
        if items > %d:
            print(json.dumps({"s": time.time() - began, "mb": resident_mb()}), flush=True)
            timer.stop()
            window.close()

    timer = QTimer(application, interval=10)
    timer.timeout.connect(look)
    timer.start()

main(sys.argv[1:], watch, port=0)
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Nothing but the rounds."""
    parser.set_defaults(rounds=5)


def run(arguments: argparse.Namespace) -> list[Figure]:
    """Measure the times to list, to read whole, and until the window shows them; and its memory."""
    from workbench.storage.collection_listing import read_tree
    from workbench.storage.whole_collections import load_tree

    with a_home() as home:
        folder = Path(home, "workspace", "bench")
        write(folder)
        memory: list[float] = []

        def timed(read: Callable[[Path], object]) -> float:
            began = time.perf_counter()
            read(folder)
            return (time.perf_counter() - began) * 1000

        def shown() -> float:
            seen = _window(home)
            memory.append(seen["mb"])
            return seen["s"] * 1000

        runs = {
            "files read, nothing made of them": lambda: timed(_read_files),
            "listed": lambda: timed(read_tree),
            "read whole": lambda: timed(load_tree),
            "window shows them, from its start": shown,
        }
        medians = alternating(arguments.rounds, runs)
    made = beside(medians, "ms", "files read, nothing made of them")
    return [*made, Figure("window's memory with them", statistics.median(memory), "MB")]


def _read_files(folder: Path) -> None:
    """The limit: what reading the bytes takes."""
    for file in folder.rglob("*.yml"):
        file.read_bytes()


def write(folder: Path) -> None:
    """Make the collection, by hand: saving flushes each file to the disk, which is not what is measured."""
    from workbench.storage.collections import create_collection

    create_collection(folder, "Benchmark")
    text = "".join(f"        {line}\n" for line in BODY.splitlines())
    for number in range(REQUESTS):
        place = folder / f"folder-{number % FOLDERS:02}"
        place.mkdir(exist_ok=True)
        (place / f"request-{number:04}.yml").write_text(
            f"info:\n  name: Request {number}\n  type: http\n  seq: {number}\nhttp:\n  method: POST\n"
            f"  url: https://api.example.com/v1/items/{number}?page=1\n  headers:\n    - name: X-Request\n"
            f'      value: "{number}"\n  body:\n    type: json\n    data: |-\n{text}'
        )


def _window(home: str) -> dict[str, float]:
    words = [sys.executable, "-c", WINDOW % REQUESTS, str(time.time()), f"--home={home}"]
    done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=60)
    return json.loads(next(line for line in done.stdout.splitlines() if line.startswith("{")))
