"""Collections that the user of this machine trusts to read its files and environment when a request is sent.

Whoever opens a folder of somebody else's has not chosen what its requests send. What lies in the home's own
workspace was made or imported here and is trusted, for an import is disarmed; any other folder only once it is in
the file `trusted-collections`: one absolute path a line.
"""

import os
from pathlib import Path

from workbench.model.errors import StorageError, UsageError
from workbench.storage.durable_file import write_whole
from workbench.storage.paths import Paths


def is_trusted(paths: Paths, root: Path) -> bool:
    """Return whether a collection's folder is trusted. Blocks; StorageError where the list cannot be read."""
    folder = root.resolve()
    return folder.is_relative_to(paths.workspace.resolve()) or os.fsencode(folder) in _listed(paths)


def trust(paths: Paths, root: Path) -> None:
    """Trust a collection's folder from now on; UsageError where there is no such folder."""
    folder = _line(root)
    if not root.is_dir():
        raise UsageError(f"There is no folder {root}.", "Name the folder of a collection.")
    _write(paths, list(dict.fromkeys((*_listed(paths), folder))))


def distrust(paths: Paths, root: Path) -> None:
    """Take a folder off the list; it need not be there any more."""
    _write(paths, [each for each in _listed(paths) if each != _line(root)])


def _line(root: Path) -> bytes:
    line = os.fsencode(root.resolve())
    if b"\n" in line:
        raise UsageError("A folder with a line break in its name cannot be trusted.", "Rename it first.")
    return line


def _listed(paths: Paths) -> list[bytes]:
    try:
        return [each for each in paths.trusted_collections.read_bytes().split(b"\n") if each]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise StorageError(f"{paths.trusted_collections} cannot be read: {error.strerror or error}.") from error


def _write(paths: Paths, lines: list[bytes]) -> None:
    paths.ensure()
    try:
        write_whole(paths.trusted_collections, (b"".join(each + b"\n" for each in lines),), 0o600)
    except OSError as error:
        raise StorageError(f"{paths.trusted_collections} cannot be written: {error.strerror or error}.") from error
