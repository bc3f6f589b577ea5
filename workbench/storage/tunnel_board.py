"""What other processes see of running tunnels: a file each, locked as long as its process lives.

A file whose lock is free belongs to a process that is gone; whoever looks removes it. A tunnel is asked to stop by a
file beside its own.
"""

import contextlib
import json
import os
from pathlib import Path
from typing import IO, Any

from workbench.model.errors import StorageError, UsageError
from workbench.storage.file_lock import lock_file
from workbench.storage.paths import Paths
from workbench.storage.settings import write_own_file


class BoardEntry:
    """A running tunnel's place on the board; whoever took it publishes, and releases it at the end."""

    def __init__(self, folder: Path, name: str, lock: IO[bytes]) -> None:
        self._state, self._lock_path, self._stop = (folder / f"{name}.{kind}" for kind in ("json", "lock", "stop"))
        self._lock = lock

    def publish(self, state: dict[str, Any]) -> None:
        """Let others see how it stands now; what cannot be written is not worth the tunnel."""
        with contextlib.suppress(StorageError):
            write_own_file(self._state, json.dumps({**state, "process": os.getpid()}).encode())

    @property
    def is_asked_to_stop(self) -> bool:
        return self._stop.exists()

    def release(self) -> None:
        """Take the tunnel off the board."""
        for path in (self._state, self._stop, self._lock_path):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
        self._lock.close()


class TunnelBoard:
    """The tunnels of one home, whichever process runs them."""

    def __init__(self, paths: Paths) -> None:
        self._folder = paths.data / "state" / "tunnels"

    def take(self, name: str) -> BoardEntry:
        """Make a tunnel ours; UsageError where another process runs it, StorageError."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = lock_file(self._folder / f"{name}.lock")
        except OSError as error:
            raise StorageError(f"{self._folder} cannot be used: {error.strerror or error}.") from error
        if lock is None:
            raise UsageError(
                f"The tunnel {name} is running already.", "See it with: workbench tunnel status, or stop it first."
            )
        entry = BoardEntry(self._folder, name, lock)
        with contextlib.suppress(OSError):
            (self._folder / f"{name}.stop").unlink(missing_ok=True)
        return entry

    def running(self) -> list[dict[str, Any]]:
        """Return what each running tunnel says of itself, by name; what dead processes left is removed."""
        found: list[dict[str, Any]] = []
        for path in sorted(self._folder.glob("*.json")) if self._folder.is_dir() else []:
            if not self._is_held(path.stem):
                self._sweep(path.stem)
                continue
            with contextlib.suppress(OSError, ValueError):
                found.append(json.loads(path.read_text(encoding="utf-8")))
        return found

    def ask_to_stop(self, name: str) -> None:
        """Ask a running tunnel to stop; UsageError where it does not run."""
        if not self._is_held(name):
            self._sweep(name)
            raise UsageError(f"The tunnel {name} is not running.", "See what is: workbench tunnel status")
        write_own_file(self._folder / f"{name}.stop", b"")

    def is_running(self, name: str) -> bool:
        """Return whether some process runs this tunnel."""
        return self._is_held(name)

    def _is_held(self, name: str) -> bool:
        path = self._folder / f"{name}.lock"
        if not path.exists():
            return False
        try:
            file = lock_file(path)
        except OSError:
            return False
        if file is not None:
            file.close()
        return file is None

    def _sweep(self, name: str) -> None:
        for kind in ("json", "stop", "lock"):
            with contextlib.suppress(OSError):
                (self._folder / f"{name}.{kind}").unlink(missing_ok=True)
