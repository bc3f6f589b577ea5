"""Reports of our own bugs, kept on this machine and never sent.

A report says what failed and where: kinds of errors, our source lines, versions. It never says what was worked on.
The words of an error may hold a body, a header or a secret, so they are left out, except for kinds whose words only
ever name things of the program; local variables are not looked at.
"""

import os
import platform
import re
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

from workbench.model.clock import rfc3339
from workbench.storage.paths import FAULT_FILE
from workbench.storage.settings import write_own_file

KEPT = 20
_NEW = "new-"
_LONGEST_WORDS = 200
_FRAMES = 40
_OF_THE_PROGRAM = (
    AttributeError,
    NameError,
    ImportError,
    IndexError,
    NotImplementedError,
    OverflowError,
    RecursionError,
    TypeError,
    ZeroDivisionError,
)
"""Their words name attributes, types and arguments, not data."""

_QT_WORDS = ("Internal C++ object", "libshiboken:")
_LAST_LINE = re.compile(r"^([A-Za-z_][\w.]*(?:Error|Exception|Warning|Interrupt|Exit)): .+")


def report_of(error: BaseException, now_us: int, where: str = "") -> str:
    """Return the report of an error; `where` is what was being done, in our own words."""
    lines = [
        f"Webhook Workbench {_version('webhook-workbench')}",
        f"{rfc3339(now_us)}",
        f"Python {platform.python_version()}, PySide6 {_version('PySide6-Essentials')}, {platform.platform()}",
    ]
    if where:
        lines.append(f"While: {where}")
    return "\n".join([*lines, "", *trace_lines(error), ""])


def trace_lines(error: BaseException) -> Iterator[str]:
    """Yield where an error came from, outermost first, with its causes before it; nothing of what it was about."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None and cause is not error:
        yield from trace_lines(cause)
        yield "which led to"
    frames = traceback.extract_tb(error.__traceback__)
    for frame in frames[-_FRAMES:]:
        yield f"  {_short(frame.filename)}:{frame.lineno} in {frame.name}"
        if frame.line:
            yield f"    {frame.line}"
    yield _words(error)
    for inner in getattr(error, "exceptions", ()):
        yield "and within it"
        yield from trace_lines(inner)


def kind_of(error: BaseException) -> str:
    """Return what tells one bug from another: the error's kind and its innermost line."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{_short(frames[-1].filename)}:{frames[-1].lineno}" if frames else "nowhere"
    return f"{type(error).__name__} at {place}"


def without_words(line: str) -> str:
    """Return a line of another process's traceback without what its error says."""
    return _LAST_LINE.sub(r"\1: (its words are left out)", line)


def _words(error: BaseException) -> str:
    name, said = type(error).__name__, str(error)
    if isinstance(error, OSError) and error.errno is not None:
        return f"{name}: {os.strerror(error.errno)}"
    if isinstance(error, _OF_THE_PROGRAM) or said.startswith(_QT_WORDS):
        return f"{name}: {said[:_LONGEST_WORDS]}"
    return f"{name} (what it says is left out: it may hold what was received)" if said else name


def _short(path: str) -> str:
    """Return a source file without the folders of this machine."""
    parts = Path(path).parts
    for root in ("workbench", "site-packages"):
        if root in parts:
            place = len(parts) - 1 - parts[::-1].index(root)
            return "/".join(parts[place if root == "workbench" else place + 1 :])
    return Path(path).name


def _version(package: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except PackageNotFoundError:
        return "of unknown version"


class CrashFolder:
    """The reports of one home. A failure to keep one is passed over: it must not make things worse."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._fault_file = folder / FAULT_FILE

    def keep(self, text: str, now_us: int) -> Path | None:
        """Write a report that nobody has seen; return its file, None where it could not be written."""
        file = self.folder / f"{_NEW}{rfc3339(now_us).replace(':', '-')}.txt"
        try:
            write_own_file(file, text.encode("utf-8", "replace"))
            file.chmod(0o600)
            self._make_room()
        except Exception:
            return None
        return file

    def take_up_fault(self, now_us: int) -> None:
        """Make a report of what the interpreter wrote when the last session ended by itself."""
        try:
            written = self._fault_file.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return
        if written.strip():
            head = f"The program ended by itself. Python {platform.python_version()}, {sys.platform}\n\n"
            self.keep(head + re.sub(r'File "([^"]*)"', lambda found: _short(found[1]), written), now_us)
            self._fault_file.unlink(missing_ok=True)

    def all(self) -> list[Path]:
        """Return the reports, newest first."""
        files = [file for file in self.folder.glob("*.txt") if file != self._fault_file]
        return sorted(files, key=lambda file: file.name.removeprefix(_NEW), reverse=True)

    def unseen(self) -> list[Path]:
        """Return those that were not shown yet, newest first."""
        return [file for file in self.all() if file.name.startswith(_NEW)]

    def mark_seen(self) -> None:
        """Note that all were shown."""
        for file in self.unseen():
            file.replace(file.with_name(file.name.removeprefix(_NEW)))

    def delete_all(self) -> None:
        """Delete every report."""
        for file in self.all():
            file.unlink(missing_ok=True)

    def _make_room(self) -> None:
        for file in self.all()[KEPT:]:
            file.unlink(missing_ok=True)
