"""What this process wrote, so that whoever watches files does not take it for another program's work.

Writers say what they did, after it was done; a watcher compares the file as it is. Only the newest few thousand are
kept: what was written longer ago has been reported since.
"""

import os
from pathlib import Path

_KEPT = 8192
_Stamp = tuple[int, int, int]

_written: dict[str, _Stamp | None] = {}


def wrote(file: Path) -> None:
    """Say that this process has put the file there as it is now."""
    _remember(file, _stamp(file))


def removed(file: Path) -> None:
    """Say that this process has removed the file."""
    _remember(file, None)


def is_own(file: Path) -> bool:
    """Return whether the file, or its absence, is as this process left it."""
    known = str(file)
    return known in _written and _written[known] == _stamp(file)


def _remember(file: Path, stamp: _Stamp | None) -> None:
    known = str(file)
    _written.pop(known, None)
    _written[known] = stamp
    while len(_written) > _KEPT:
        del _written[next(iter(_written))]


def _stamp(file: Path) -> _Stamp | None:
    try:
        status = os.lstat(file)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
