"""The key by which the listener knows our own probes: one for each home, made once, for its user alone."""

import os
import secrets
from pathlib import Path

from workbench.model.errors import StorageError
from workbench.storage.paths import Paths

SIZE = 32


def probe_key(paths: Paths) -> bytes:
    """Return the home's key, making it where there is none; StorageError. Two processes get the same."""
    path = paths.data / "state" / "probe.key"
    try:
        key = _read(path)
        if len(key) != SIZE:
            _make(path)
            key = _read(path)
    except OSError as error:
        raise StorageError(f"The key {path} cannot be used: {error.strerror or error}.") from error
    if len(key) != SIZE:
        raise StorageError(f"{path} is no key of ours.", "Remove it; a new one is made.")
    return key


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def _make(path: Path) -> None:
    """Put a whole key in place, or leave the one that another process put there first."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(SIZE))
    try:
        os.link(made, path)
    except FileExistsError:
        pass
    except OSError:
        os.replace(made, path)  # A file system without links.
        return
    made.unlink()
