"""First paint and command line, beside a bare PySide6 window and HTTPie."""

import argparse
import os
import subprocess
import sys
import time

from benchmark.figures import Figure, alternating, beside
from benchmark.peers import found
from benchmark.processes import a_home, workbench

HELP = "how long starting takes: first paint, listening, the command line"
BARE = """
import time
from PySide6.QtWidgets import QApplication, QMainWindow, QTableView

class Bare(QMainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        print(time.perf_counter(), flush=True)
        self.close()

application = QApplication([])
bare = Bare()
bare.setCentralWidget(QTableView())
bare.resize(1280, 800)
bare.show()
application.exec()
"""
OURS = """
import sys
import time
from workbench.ui.app import main

def watch(application, window):
    window.{signal}.connect(lambda *_: (print(time.perf_counter(), flush=True), window.close()))

main(sys.argv[1:], watch, port=0)
"""
BARE_PAINT = "bare PySide6 window, first paint"
MOMENTS = {"first paint": "first_painted", "furnished": "furnished", "listening": "listening"}
GOALS = {"workbench, first paint": "1.15 × the bare window"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Nothing but the rounds."""
    parser.set_defaults(rounds=9)


def run(arguments: argparse.Namespace) -> list[Figure]:
    """Measure, alternating; a first round leaves everything compiled and is not counted."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # An installed program is compiled.
    with a_home() as home:
        runs = {BARE_PAINT: lambda: _moment([sys.executable, "-c", BARE])}
        for what, signal in MOMENTS.items():
            words = [sys.executable, "-c", OURS.format(signal=signal), f"--home={home}"]
            runs[f"workbench, {what}"] = lambda words=words: _moment(words)
        runs["workbench --version"] = lambda: _whole(workbench("--version"))
        runs["workbench captures list"] = lambda: _whole(workbench(f"--home={home}", "captures", "list"))
        http = found("http")
        if http is not None:
            runs["http --version (HTTPie)"] = lambda: _whole([http, "--version"])
        alternating(1, runs)
        return beside(alternating(arguments.rounds, runs), "ms", BARE_PAINT, GOALS)


def _moment(words: list[str]) -> float:
    """Return how long it took to the moment that the process prints."""
    began = time.perf_counter()
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    return (float(done.stdout.split()[0]) - began) * 1000


def _whole(words: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(words, check=True, capture_output=True)
    return (time.perf_counter() - began) * 1000
