"""Where the window was: geometry, splitters, open collections. May be lost without harm."""

import logging
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from workbench.model.errors import StorageError
from workbench.storage.settings import write_own_file

log = logging.getLogger(__name__)


@dataclass
class WindowState:
    """Qt's own states in base64, and what was open."""

    geometry: str = ""
    splitter: str = ""
    details: str = ""
    tab: int = 0
    detail_tab: int = 0
    sidebar: bool = True
    filter: str = ""
    """What stood in the filter line of the captures."""
    capture: int = 0
    """The capture that was chosen; 0 for none."""
    collections: list[str] = field(default_factory=list)
    environments: dict[str, str] = field(default_factory=dict)
    """The environment in force, by the collection's folder."""


def load_state(path: Path) -> WindowState:
    """Return what was saved, field by field; what makes no sense is left at its default."""
    state = WindowState()
    try:
        text = path.read_text(encoding="utf-8")
        import json  # Not before there is something to read: the first paint waits for this.

        values: Any = json.loads(text)
    except (OSError, ValueError):
        return state
    for name, default in asdict(state).items():
        value = values.get(name) if isinstance(values, dict) else None
        if type(value) is type(default):
            setattr(state, name, value)
    return state


def save_state(path: Path, state: WindowState) -> None:
    """Write the state; a failure is only logged."""
    import json

    try:
        write_own_file(path, json.dumps(asdict(state), indent=1).encode())
    except StorageError as error:
        log.warning("the window's state was not kept: %s", error)
