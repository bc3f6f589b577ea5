"""The homes that were opened last on this machine, newest first. May be lost without harm.

A home is remembered by its folder; the platform's usual one by nothing at all, since it is no single folder.
"""

import json
import tempfile
from pathlib import Path
from typing import Any, cast

from workbench.model.errors import StorageError
from workbench.storage.settings import write_own_file

KEPT = 12
USUAL = ""


def recent_homes(file: Path) -> list[str]:
    """Return the homes that are still there."""
    try:
        values: Any = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    if not isinstance(values, list):
        return []
    homes = [value for value in cast("list[Any]", values) if isinstance(value, str)]
    return [home for home in dict.fromkeys(homes) if home == USUAL or Path(home).is_dir()][:KEPT]


def remember_home(file: Path, home: str) -> None:
    """Put a home first. One in the folder for temporary files is not worth it; a failure is no harm."""
    if home != USUAL and Path(home).is_relative_to(tempfile.gettempdir()):
        return
    _write(file, [home, *(each for each in recent_homes(file) if each != home)][:KEPT])


def forget_homes(file: Path) -> None:
    """Forget all of them."""
    _write(file, [])


def _write(file: Path, homes: list[str]) -> None:
    try:
        write_own_file(file, json.dumps(homes, indent=1).encode())
    except StorageError:
        return
