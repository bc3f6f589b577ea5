"""Memory: the listener idle and after a burst, the window, a large body that arrives, an export of many captures."""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmark.figures import Figure, alternating, beside
from benchmark.filled_home import filled_home
from benchmark.processes import Started, a_home, listen, loaded, memory_mb, own, workbench

HELP = "resident memory: listener, window, a large body, an export"
BARE = "bare aiohttp handler after the same load"
PEAK = """
import os, subprocess, sys
done = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
_, status, used = os.wait4(done.pid, 0)
print(status, used.ru_maxrss * 1024 / 1e6)
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the loads."""
    parser.add_argument("--count", type=int, default=50_000, help="requests of the load (default: %(default)s)")
    parser.add_argument("--exported", type=int, default=100_000, help="captures exported (default: %(default)s)")
    parser.add_argument("--body-mb", type=int, default=1000, help="size of the large body (default: %(default)s)")
    parser.set_defaults(rounds=1)


def run(arguments: argparse.Namespace) -> list[Figure]:
    """Measure; only where the system tells of other processes."""
    if memory_mb(os.getpid()) is None or not hasattr(os, "wait4"):
        print("Memory is measured on Linux only.", file=sys.stderr)
        return []
    count = arguments.count
    runs = {
        BARE: lambda: _after(own("plain"), count),
        "listener, idle": lambda: _listener(0),
        f"listener, after {count:,} captures": lambda: _listener(count),
        "window, empty": lambda: _window(0),
        f"window, after {count:,} captures": lambda: _window(count),
    }
    made = beside(alternating(arguments.rounds, runs), "MB", BARE)
    idle, grown = _large_body(arguments.body_mb)
    made.append(Figure(f"listener, more for a body of {arguments.body_mb:,} MB", grown - idle, "MB", goal="64"))
    return [*made, *_exports(arguments.exported)]


def _after(words: list[str], count: int) -> float:
    started = Started(words)
    try:
        if count:
            loaded(started.port, connections=64, seconds=600, count=count)
        return memory_mb(started.process.pid) or 0.0
    finally:
        started.stop()


def _listener(count: int) -> float:
    with a_home() as home:
        return _after(listen(home), count)


def _window(count: int) -> float:
    with a_home() as home:
        started = Started(own("window", f"--home={home}"))
        try:
            if count:
                loaded(started.port, connections=64, seconds=600, count=count)
            started.tell("memory")
            return started.until("memory_mb")["memory_mb"] or 0.0
        finally:
            started.tell("quit")
            started.stop()


def _large_body(megabytes: int) -> tuple[float, float]:
    """Return the listener's memory before, and its peak after, a body that it spools."""
    import socket

    piece = bytes(1_000_000)
    with a_home() as home:
        started = Started([*listen(home), f"--body-limit={megabytes + 1}M"])
        try:
            idle = memory_mb(started.process.pid) or 0.0
            with socket.create_connection(("127.0.0.1", started.port)) as connection:
                head = f"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {megabytes * len(piece)}\r\n\r\n"
                connection.sendall(head.encode())
                for _ in range(megabytes):
                    connection.sendall(piece)
                connection.recv(4096)
            return idle, memory_mb(started.process.pid, "VmHWM") or 0.0
        finally:
            started.stop()


def _exports(count: int) -> list[Figure]:
    """Peaks of exports of many captures, beside the same of a thousand; and of the import of one."""
    made: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, a_home() as home:
        for form in ("ndjson", "har"):
            few, many = (_export(filled_home(size), form, Path(folder, f"{size}.{form}")) for size in (1000, count))
            made.append(
                Figure(f"export of {count:,} as {form}, peak", many, "MB", "that of 1,000", many / few, "flat")
            )
            words = workbench("captures", "import", f"--home={home}", str(Path(folder, f"{count}.{form}")))
            made.append(Figure(f"import of {count:,} from {form}, peak", _peak(words), "MB"))
    return made


def _export(home: Path, form: str, file: Path) -> float:
    return _peak(workbench("captures", "export", f"--home={home}", f"--format={form}", f"--output={file}"))


def _peak(words: list[str]) -> float:
    """Return the peak of a process. Asked by a small one in between: a child's peak begins with its parent's."""
    done = subprocess.run([sys.executable, "-c", PEAK, *words], check=True, capture_output=True, text=True)
    status, peak = done.stdout.split()
    if int(status):
        raise SystemExit(f"{' '.join(words)} failed.")
    return float(peak)
