"""Files that items name: their paths, or their text as a value."""

from pathlib import Path

from workbench.formats.httpie.items import Item
from workbench.model.errors import UsageError


def file_path(name: str, word: str) -> Path:
    """Return the file an item names, absolute; UsageError where it cannot be read."""
    try:
        path = Path(name).expanduser().absolute()
        with path.open("rb"):
            return path
    except (OSError, RuntimeError) as error:  # `~nobody` has no home.
        reason = (error.strerror if isinstance(error, OSError) else "") or error
        raise UsageError(f"{word!r}: the file cannot be read: {reason}.") from error


def file_text(item: Item) -> str:
    """Return the text of the file an item names; UsageError where it is no UTF-8."""
    content = file_path(item.value, item.word).read_bytes()
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{item.word!r}: the file is no UTF-8 text, so it cannot be a value.",
            "Send it as the whole body with @FILE, or as a file of a form with field@FILE.",
        ) from error
