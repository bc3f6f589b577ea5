"""How this program starts another of itself: the listener, or a window on another home."""

import sys
from pathlib import Path


def program_words() -> list[str]:
    """Return the command and its first words: the interpreter with our package, or the bundle's own program.

    On Windows a bundle's program for the window has no streams; the one beside it has.
    """
    if not getattr(sys, "frozen", False):
        return [sys.executable, "-m", "workbench"]
    return [str(Path(sys.executable).with_name("workbench.exe" if sys.platform == "win32" else "workbench"))]
