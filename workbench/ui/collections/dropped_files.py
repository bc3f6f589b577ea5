"""Files that are dragged in from elsewhere."""

from PySide6.QtCore import QMimeData


def dropped_paths(data: QMimeData) -> list[str]:
    """Return the paths of files and folders that are dragged; none for anything else."""
    return [url.toLocalFile() for url in data.urls() if url.isLocalFile()]
