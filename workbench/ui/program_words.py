"""How this program is started once more."""

import sys


def program_words() -> list[str]:
    """Return the command and its first words: the interpreter with our package, or the bundle's own program."""
    return [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "workbench"]
