"""Which columns the table of captures shows: a TOML file of the workspace, a line each, in order.

columns = [
    {show = "number", width = 70},
    {show = "header:x-request-id", width = 180},
]
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from workbench.storage.paths import Paths
from workbench.storage.settings import write_own_file

log = logging.getLogger(__name__)

WIDEST = 4000
MOST = 60


@dataclass(frozen=True, slots=True)
class ShownColumn:
    """A column by its id, or as a column of one's own is written; a width of 0 is what is left over."""

    column: str
    width: int = 0


def load_columns(paths: Paths) -> tuple[ShownColumn, ...]:
    """Return the columns that were chosen; none where nobody did, or the file makes no sense."""
    import tomllib

    try:
        values = tomllib.loads(paths.table_columns.read_text(encoding="utf-8"))
        found = [_column(each) for each in values["columns"][:MOST]]
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        log.warning("the columns %s could not be read: %s", paths.table_columns, error)
        return ()
    return tuple({each.column: each for each in found if each is not None}.values())


def _column(value: dict[str, Any]) -> ShownColumn | None:
    name, width = value["show"], value.get("width", 0)
    sound = isinstance(name, str) and type(width) is int and 0 <= width <= WIDEST
    return ShownColumn(name, width) if sound else None


def save_columns(paths: Paths, columns: Sequence[ShownColumn]) -> None:
    """Write the columns; none removes the file. StorageError leaves it as it was."""
    if not columns:
        paths.table_columns.unlink(missing_ok=True)
        return
    import json  # Its strings are TOML's too.

    lines = [
        f"    {{show = {json.dumps(each.column)}" + (f", width = {each.width}" if each.width else "") + "},"
        for each in columns
    ]
    write_own_file(paths.table_columns, "\n".join(["columns = [", *lines, "]", ""]).encode())
