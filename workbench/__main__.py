"""Chooses a face: no words or `gui` open the window, anything else is the command line. Loads only the one chosen."""

import os
import sys

PRIVATE = 0o077
"""What others may not do with files that we make: they hold webhooks and credentials, exports and downloads too."""


def main(argv: list[str] | None = None) -> int:
    """Run the program and return its exit code."""
    words = sys.argv[1:] if argv is None else argv
    os.umask(PRIVATE)
    if _wants_window(words):
        return gui(words)
    from workbench.cli.main import main as run_command_line

    return run_command_line(words)


def gui(argv: list[str] | None = None) -> int:
    """Open the window and return the exit code of the program."""
    words = sys.argv[1:] if argv is None else argv
    import gc

    os.umask(PRIVATE)
    # Nothing that starting makes is garbage: the window turns collection on again once it is furnished.
    gc.disable()
    from workbench.ui.app import main as open_window

    return open_window([word for word in words if word != "gui"])


def _wants_window(words: list[str]) -> bool:
    """True for no words, for `gui`, and where the only word before it is `--home DIR`."""
    rest = words
    while rest and (rest[0] == "--home" or rest[0].startswith("--home=")):
        rest = rest[2:] if rest[0] == "--home" else rest[1:]
    return not rest or rest[0] == "gui"


if __name__ == "__main__":
    sys.exit(main())
