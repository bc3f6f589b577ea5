"""The words of `captures export` and `captures import`."""

import argparse
from typing import Any


def add_transfers(actions: Any) -> None:
    """Describe both actions; they run in `capture_files`, which is loaded then."""
    from workbench.cli.captures import run_export, run_import
    from workbench.storage.capture_export import FORMATS

    add: argparse.ArgumentParser = actions.add_parser("export", help="write captures to a file of another program")
    add.add_argument("query", nargs="*", help="numbers or a filter line; all without it")
    add.add_argument(
        "--format",
        choices=tuple(FORMATS),
        required=True,
        help="; ".join(f"{name}: {words}" for name, words in FORMATS.items()),
    )
    add.add_argument("-o", "--output", metavar="FILE", help="file to write (default: standard output)")
    add.add_argument("--force", action="store_true", help="replace the file if it exists")
    add.add_argument(
        "--with-credentials",
        action="store_true",
        help="keep Authorization, cookies, keys and tokens of heads, which are hidden otherwise",
    )
    add.set_defaults(run=run_export, takes_filter=True)
    add = actions.add_parser("import", help="bring in captures of an NDJSON export or an HTTP archive (HAR)")
    add.add_argument("file", help="the file; - for standard input")
    add.add_argument("--json", action="store_true", help="what was imported as one JSON object")
    add.set_defaults(run=run_import)
