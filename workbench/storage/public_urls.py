"""A tunnel's address as the public URL of endpoints: filled in where none is, or where an earlier tunnel's is.

What a person wrote stays. It stays filled in when the tunnel ends: signatures of what came by it cover that address.
"""

from workbench.model.errors import FormatError
from workbench.storage.endpoints import load_endpoints, set_public_url
from workbench.storage.paths import Paths
from workbench.storage.settings import write_own_file

_KEPT = 100


def fill_public_urls(paths: Paths, url: str) -> list[str]:
    """Write the address into the endpoints' files; return the names of those that changed. StorageError."""
    earlier = _earlier(paths)
    found = load_endpoints(paths)
    changed: list[str] = []
    for endpoint in found.all:
        ours = not endpoint.public_url or endpoint.public_url in earlier
        if endpoint.name in found.texts and ours and endpoint.public_url != url:
            try:
                set_public_url(paths, endpoint.name, url)
            except FormatError:
                continue  # It was changed just now, and is said elsewhere.
            changed.append(endpoint.name)
    if url not in earlier:
        lines = "\n".join([*earlier[-_KEPT:], url])
        write_own_file(paths.data / "state" / "tunnel-urls", lines.encode())
    return changed


def _earlier(paths: Paths) -> list[str]:
    try:
        return (paths.data / "state" / "tunnel-urls").read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
