"""Replaces files whole or not at all, so that neither a crash nor a power cut leaves half of one."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from workbench.storage.own_writes import wrote


def write_whole(file: Path, pieces: Iterable[bytes], mode: int | None = None) -> None:
    """Put a file in place in one step; after OSError the former file, or none, is there as before.

    With a `mode` no byte is ever readable by more than that; without, the former file's is kept.
    """
    import secrets
    import shutil

    temporary = file.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        with open(os.open(temporary, flags, 0o666 if mode is None else mode), "wb") as stream:
            for piece in pieces:
                stream.write(piece)
            stream.flush()
            os.fsync(stream.fileno())
        if mode is None and file.exists():
            shutil.copymode(file, temporary)
        os.replace(temporary, file)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    wrote(file)
    sync_folder(file.parent)


def sync_folder(folder: Path) -> None:
    """Make new names in a folder outlive a power cut; Windows keeps no such promise and needs no such call."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
