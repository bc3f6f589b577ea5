"""One listener for each home: it alone writes captures and forwards them, so that nothing goes out twice."""

import contextlib
import os
from pathlib import Path
from typing import IO

from workbench.model.errors import HomeInUseError, StorageError
from workbench.storage.file_lock import lock_file
from workbench.storage.paths import Paths

_LOCK, _ADDRESS = "listener.lock", "listener.address"


class HomeLock:
    """A home that is ours until it is released."""

    def __init__(self, paths: Paths, file: IO[bytes]) -> None:
        self._address = paths.data / _ADDRESS
        self._file = file

    @classmethod
    def take(cls, paths: Paths) -> "HomeLock":
        """Make the home ours; HomeInUseError where another listener has it."""
        path = paths.data / _LOCK
        try:
            file = lock_file(path)
        except OSError as error:
            raise StorageError(f"{path} cannot be opened: {error.strerror or error}.") from error
        if file is None:
            raise _in_use(paths)
        return cls(paths, file)

    def say(self, where: str) -> None:
        """Leave word for others of where we listen."""
        with contextlib.suppress(OSError):  # It is only for a better sentence.
            self._address.write_text(f"{os.getpid()} {where}", encoding="utf-8")

    def release(self) -> None:
        """Let others have the home."""
        with contextlib.suppress(OSError):
            self._address.unlink(missing_ok=True)
        self._file.close()


def listening_at(paths: Paths) -> str:
    """Return the address that the home's listener left word of; empty where none does."""
    try:
        return Path(paths.data / _ADDRESS).read_text(encoding="utf-8").partition(" ")[2]
    except OSError:
        return ""


def _in_use(paths: Paths) -> HomeInUseError:
    try:
        process, _, where = Path(paths.data / _ADDRESS).read_text(encoding="utf-8").partition(" ")
        known = f", on {where} (process {process})"
    except OSError:
        known = ""
    return HomeInUseError(
        f"Another listener already works with {paths.data}{known}.",
        "Send to that one, stop it first, or give this one a home of its own with --home DIR.",
    )
