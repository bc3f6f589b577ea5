"""Certificates and keys that were fetched, a file each: looked at without any network, fetched anew by nobody."""

import hashlib
from pathlib import Path

from workbench.storage.paths import Paths
from workbench.storage.settings import write_own_file

SIZE_LIMIT_BYTES = 64 * 1024


def kept_key(paths: Paths, url: str) -> str | None:
    """Return what was fetched from this address, or None."""
    try:
        return _file(paths, url).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return None


def keep_key(paths: Paths, url: str, text: str) -> None:
    """Keep what was fetched from this address."""
    write_own_file(_file(paths, url), text.encode("ascii"))


def _file(paths: Paths, url: str) -> Path:
    return paths.data / "keys" / f"{hashlib.sha256(url.encode()).hexdigest()}.pem"
