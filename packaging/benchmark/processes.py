"""Starting what is measured, loading it, and asking how much memory it has."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

DOOR = Path(__file__).resolve().parent.parent / "bench.py"


class Started:
    """A process under load that printed its port; it ends when its standard input does."""

    def __init__(self, words: list[str]) -> None:
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.until("port")["port"])

    def read(self) -> dict[str, Any]:
        """Return the next JSON object that it prints."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("{"):
                return json.loads(line)
        raise SystemExit(f"{self.process.args} ended before it said anything")

    def until(self, key: str) -> dict[str, Any]:
        """Return the next object that has this key."""
        while key not in (said := self.read()):
            continue
        return said

    def tell(self, line: str) -> None:
        """Write a line to its standard input."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def stop(self) -> None:
        """End it, and wait for that."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()


def own(*words: str) -> list[str]:
    """Return the command for a process of the benchmark's own."""
    return [sys.executable, str(DOOR), *words]


def workbench(*words: str) -> list[str]:
    """Return a command of the program."""
    return [sys.executable, "-m", "workbench", *words]


def listen(home: str) -> list[str]:
    """Return the command of a headless listener that says its port."""
    return workbench("listen", "--json", "--control", f"--home={home}", "--port=0")


@contextmanager
def a_home() -> Generator[str]:
    """Give an empty home, on the disk that `BENCH_DIR` names, and take it away again."""
    with tempfile.TemporaryDirectory(prefix="bench-", dir=os.environ.get("BENCH_DIR")) as home:
        yield home


def loaded(port: int, **options: Any) -> dict[str, float]:
    """Load a port and return what the load saw."""
    words = own("load", f"--port={port}", *(f"--{name}={value}" for name, value in options.items()))
    return json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)


def measure(words: list[str], **options: Any) -> dict[str, float]:
    """Start a process, load it, stop it."""
    started = Started(words)
    try:
        return loaded(started.port, **options)
    finally:
        started.stop()


def memory_mb(process_id: int, field: str = "VmRSS") -> float | None:
    """Return resident memory (or `VmHWM`, its peak) in MB; None where the system does not say."""
    try:
        lines = Path(f"/proc/{process_id}/status").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith(f"{field}:")), None)


def print_line(value: dict[str, Any]) -> None:
    """Print one JSON object, at once."""
    print(json.dumps(value), flush=True)


def without_a_screen() -> None:
    """The window is measured all the same, drawn into memory."""
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
