"""The part of the benchmark about collections: three thousand requests, listed, read and shown in the window."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

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


def collections(rounds: int) -> None:
    """Print the times to list, to read whole, and until the window shows them; and its memory."""
    from workbench.storage.collection_listing import read_tree
    from workbench.storage.whole_collections import load_tree

    with tempfile.TemporaryDirectory(prefix="bench-", dir=os.environ.get("BENCH_DIR")) as home:
        folder = Path(home, "workspace", "bench")
        write(folder)
        times: dict[str, list[float]] = {}
        for _ in range(rounds):
            for name, read in (("listed", read_tree), ("read whole", load_tree)):
                began = time.perf_counter()
                read(folder)
                times.setdefault(name, []).append(time.perf_counter() - began)
            shown = _window(home)
            times.setdefault("window shows them", []).append(shown["s"])
            times.setdefault("window's memory, MB", []).append(shown["mb"])
    print(f"{REQUESTS:,} requests in {FOLDERS} folders, {len(BODY):,} bytes of body each; medians of {rounds}")
    for name, values in times.items():
        figure = statistics.median(values)
        text = f"{figure:8.0f}" if name.endswith("MB") else f"{figure * 1000:8.0f} ms"
        print(f"{name:40}{text}  (min {min(values):.3g}, max {max(values):.3g})")


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
