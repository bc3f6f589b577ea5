"""Collections and other files of the workspace that programs beside us change while they are open.

What this process wrote itself is no change (`storage.own_writes`). Changes are told together once the disk has been
quiet for a moment: a checkout of another branch is one change of many files, not many.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from pathlib import Path

from workbench.storage.collection_files import BODIES
from workbench.storage.own_writes import is_own

QUIET_MS = 300
"""How long nothing may happen before changes are told, and how long at most they wait (five times that)."""


@dataclass(frozen=True, slots=True)
class FileChanges:
    """What others changed since the last time; paths are absolute."""

    written: frozenset[Path] = frozenset()
    """Files that are new or hold something else."""
    removed: frozenset[Path] = frozenset()

    @property
    def all(self) -> frozenset[Path]:
        """Every file that changed."""
        return self.written | self.removed


async def watch(
    folders: Iterable[Path], stop: asyncio.Event, *, quiet_ms: int = QUIET_MS
) -> AsyncIterator[FileChanges]:
    """Yield what others change in these folders, until `stop` is set.

    Told are files that collections are made of: `.yml`, `.hook.yaml`, and all below `bodies`; of a folder that was
    removed or moved away, the folder. Folders that are not there are left out; none there at all ends it.
    """
    from watchfiles import awatch  # pyright: ignore[reportUnknownVariableType]

    roots = [folder.absolute() for folder in folders if folder.is_dir()]
    if not roots:
        return
    waiting = awatch(*roots, watch_filter=None, debounce=quiet_ms * 5, step=quiet_ms, stop_event=stop)
    async for changes in waiting:
        told = _told({Path(name) for _, name in changes}, roots)
        if told.all:
            yield told


def _told(paths: set[Path], roots: list[Path]) -> FileChanges:
    """Return what of these paths is another's work, and a part of a collection."""
    shown = [path for path in paths if not _is_hidden(path, roots)]
    files = {path for path in shown if not path.is_dir()}
    for folder in (path for path in shown if path.is_dir()):
        # A folder that was moved here brings files of which no event tells.
        files |= {file for file in folder.rglob("*") if file.is_file() and not _is_hidden(file, roots)}
    others = [path for path in files if not is_own(path)]
    written = frozenset(path for path in others if path.exists() and _is_of_collections(path))
    gone = frozenset(path for path in others if not path.exists() and (_is_of_collections(path) or not path.suffix))
    return FileChanges(written, gone)


def _is_hidden(path: Path, roots: list[Path]) -> bool:
    """Return whether a path lies in a folder that is no part of a collection: git's, ours for the trash."""
    root = next((root for root in roots if path.is_relative_to(root)), None)
    return root is None or any(part.startswith(".") for part in path.relative_to(root).parts)


def _is_of_collections(path: Path) -> bool:
    return path.name.endswith((".yml", ".hook.yaml")) or BODIES in path.parts
