"""A disk of a few megabytes that can be filled and freed under a program that runs, or be read-only before it does.

A real one (tmpfs) where mounting is allowed; elsewhere a folder like others, whose writes fail by a limit of the
process that works there.
"""

import contextlib
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path

SIZE_BYTES = 8 * 1024 * 1024


class Disk:
    """Where a home lies."""

    def __init__(self, folder: Path, *, is_mounted: bool) -> None:
        self.folder = folder
        self.is_mounted = is_mounted
        self._ballast = folder / "ballast"

    def fill(self, process: int) -> None:
        """Leave no byte free for anybody; `process` is whose writes are to fail."""
        if not self.is_mounted:
            fail_writes(process)
            return
        with contextlib.suppress(OSError), self._ballast.open("wb", buffering=0) as file:
            while file.write(b"\0" * 65536):
                continue

    def free(self, process: int) -> None:
        if self.is_mounted:
            self._ballast.unlink()
        else:
            allow_writes(process)

    def make_read_only(self) -> None:
        """Nobody may have a file open for writing."""
        if self.is_mounted:
            subprocess.run(["mount", "-o", "remount,ro", self.folder], check=True)
        else:
            _set_modes(self.folder, 0o500, 0o400)

    def make_writable(self) -> None:
        if self.is_mounted:
            subprocess.run(["mount", "-o", "remount,rw", self.folder], check=True)
        else:
            _set_modes(self.folder, 0o700, 0o600)


def fail_writes(process: int) -> None:
    """Let every write of a process to a file end with an error of the disk (EFBIG), as of now."""
    resource.prlimit(process, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))


def allow_writes(process: int) -> None:
    """Let a process write again."""
    resource.prlimit(process, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def _set_modes(folder: Path, folders: int, files: int) -> None:
    for path in [*folder.rglob("*"), folder]:
        path.chmod(folders if path.is_dir() else files)


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Disk]:
    """Make the disk, and take it away again."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_BYTES},mode=700", "tmpfs", folder]
    try:
        is_mounted = subprocess.run(command, capture_output=True).returncode == 0
    except OSError:
        is_mounted = False
    try:
        yield Disk(folder, is_mounted=is_mounted)
    finally:
        if is_mounted:
            subprocess.run(["umount", "-l", folder], check=True)
