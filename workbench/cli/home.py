"""`--home`: the one option of all commands."""

import argparse
from typing import Any


def add_home(to: argparse.ArgumentParser, default: Any = argparse.SUPPRESS) -> None:
    """Let `--home` stand here; only the outermost parser has a default, so that none overwrites what was said."""
    to.add_argument(
        "--home",
        metavar="DIR",
        default=default,
        help="keep everything in this folder (default: $WORKBENCH_HOME, else the platform's data folder)",
    )
