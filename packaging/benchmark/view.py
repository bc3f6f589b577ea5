"""The body view: from "show this body" to painted, memory, a jump, find; beside Qt's own text widget."""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from benchmark.figures import Figure
from benchmark.processes import Started, a_home, own

HELP = "JSON bodies of any size, indented and on one line, in the body view"
NEEDLE = "needle-in-the-haystack"
GOALS = {"shown and painted": "200", "first match": "1,000"}
TEXT_WIDGET = """
import sys, time
from PySide6.QtWidgets import QApplication, QPlainTextEdit
application = QApplication([])
class Painted(QPlainTextEdit):
    def paintEvent(self, event):
        super().paintEvent(event)
        if self.toPlainText()[:1]:
            print((time.perf_counter() - began) * 1000, flush=True)
            application.exit()
edit = Painted()
edit.resize(1000, 800)
edit.show()
application.processEvents()
text = open(sys.argv[1]).read()
began = time.perf_counter()
edit.setPlainText(text)
application.exec()
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the bodies."""
    parser.add_argument("--sizes", default="1,10,100", help="megabytes, with commas (default: %(default)s)")
    parser.set_defaults(rounds=3)


def run(arguments: argparse.Namespace) -> list[Figure]:
    """Measure each size, indented and minified."""
    seen: dict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for size in map(int, arguments.sizes.split(",")):
            for shape in ("indented", "one line"):
                file = Path(folder, f"{size}-{shape.replace(' ', '-')}.json")
                _write(file, size * 1_000_000, indented=shape == "indented")
                for _ in range(arguments.rounds):
                    _once(file, f"{size} MB, {shape}", seen)
                    if size <= 10:
                        seen[f"{size} MB, {shape}: QPlainTextEdit, plain"].append(_text_widget(file))
    return _figures({name: statistics.median(values) for name, values in seen.items()})


def _figures(medians: dict[str, float]) -> list[Figure]:
    made: list[Figure] = []
    for name, value in medians.items():
        body, _, what = name.partition(": ")
        size = float(body.split()[0])
        other = medians.get(f"{body}: QPlainTextEdit, plain")
        if what == "memory":
            made.append(Figure(name, value, "MB", "the body", value / size, "3 × the body"))
        elif what == "shown and painted" and other:
            made.append(Figure(name, value, "ms", "QPlainTextEdit, plain", value / other, GOALS[what]))
        else:
            made.append(Figure(name, value, "ms", goal=GOALS.get(what, "")))
    return made


def _once(file: Path, name: str, seen: dict[str, list[float]]) -> None:
    with a_home() as home:
        started = Started(own("window", f"--home={home}"))
        started.tell("mark")
        started.tell(f"view {file} {NEEDLE}")
        for what, took in started.until("view")["view"].items():
            seen[f"{name}: {what}"].append(took)
        started.tell("gaps")
        seen[f"{name}: longest gap of the window's 10 ms timer"].append(max(started.until("gaps_ms")["gaps_ms"]))
        started.tell("quit")
        started.stop()


def _text_widget(file: Path) -> float:
    words = [sys.executable, "-c", TEXT_WIDGET, str(file)]
    return float(subprocess.run(words, check=True, capture_output=True, text=True).stdout.split()[0])


def _write(file: Path, size: int, *, indented: bool) -> None:
    """Write an array of that size; the needle is at four fifths of it."""
    end, between = (",\n", ": ") if indented else (",", ":")
    written, number, hidden = 1, 0, False
    with file.open("w") as out:
        out.write("[")
        while written < size:
            number += 1
            word = "needle-in-the-haystack" if written > size * 0.8 and not hidden else "a value of some length"
            hidden = hidden or word == NEEDLE
            item = {"id": number, "name": f"item {number}", "text": word, "amount": number / 4, "flags": [True, None]}
            text = json.dumps(item, indent=2 if indented else None, separators=(",", between)) + end
            written += out.write(text)
        out.write('"end"]')
