"""What a person chose, in a TOML file that they may edit: comments and unknown keys stay.

A value that makes no sense is left in the file and the default is used; `problems` says so.
"""

from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from workbench.model.errors import StorageError


@dataclass(frozen=True, slots=True)
class Settings:
    """Each field is a key of the file; a value equal to its default is not written."""

    host: str = "127.0.0.1"
    port: int = 8080
    body_limit_bytes: int = 100 * 1024 * 1024
    answer_status: int = 200
    https_port: int = 0
    """Where to listen for https too; 0 is nowhere."""
    certificate: str = ""
    """PEM file for https, with its chain; empty: one of this home's own."""
    key: str = ""
    """PEM file of the certificate's key."""
    replay_target: str = ""
    """Where the window's last replay went; a replay of the command line does not change it."""
    command_line_target: str = ""
    """Where the command line's last replay went."""
    keep_days: int = 0
    """Captures older than this many days are deleted; 0 keeps them. Pinned, tagged and noted ones always stay."""
    keep_count: int = 0
    """How many captures are kept; 0 is any number."""
    keep_megabytes: int = 0
    """How much their bodies may take together; 0 is any amount."""
    keep_by_endpoint: str = ""
    """Narrower limits for some endpoints: `billing: 7d 1000; test: 1h 500mb`."""
    tunnel: str = ""
    """The tunnel that was started last, by name."""
    appearance: str = "system"
    """system, light or dark."""
    text_font: str = ""
    """The family of the window's words; empty: a clear one that is installed."""
    code_font: str = ""
    """The family of payloads; empty: a monospaced one that is installed."""
    text_size: int = 0
    """In points; 0 is the system's."""
    restore_session: bool = True
    """Whether the window begins with the filter, the capture and the tab that it ended with."""
    confirm_delete: bool = False
    """Whether deleting captures is asked about, though it can be undone."""
    confirm_replay_over: int = 20
    """How many captures are replayed without asking; 0: it is never asked."""
    undo_s: int = 10
    """How long deleted captures can be brought back."""
    tray: bool = False
    """Whether the program has an icon in the system's tray."""
    notify_listener_down: bool = True
    notify_forward_failed: bool = False
    notify_endpoints: tuple[str, ...] = ()
    """Endpoints whose captures are told on the desktop; `*` is all."""
    shortcuts: dict[str, str] = field(default_factory=dict[str, str])
    """Keys by the names of commands, in the portable form, several with `; ` between; empty: no keys."""


_RANGES = {
    "port": (0, 65535),
    "https_port": (0, 65535),
    "answer_status": (200, 599),
    "body_limit_bytes": (1, 1 << 40),
    "text_size": (0, 40),
    "confirm_replay_over": (0, 1_000_000),
    "undo_s": (2, 300),
    "keep_days": (0, 2**31 - 1),
    "keep_count": (0, 2**31 - 1),
    "keep_megabytes": (0, 2**31 - 1),
}
_CHOICES = {"appearance": ("system", "light", "dark")}


def is_sound(name: str, value: Any) -> bool:
    """True for what a setting may be; numbers have a range, see `range_of`."""
    if name == "text_size" and value in range(1, 6):
        return False
    if type(value) is not type(getattr(Settings(), name)):
        return False
    if name == "notify_endpoints":
        return all(type(each) is str for each in value)
    if name == "shortcuts":
        return all(type(each) is str for each in value.values())
    if name == "keep_by_endpoint":
        return _is_read(value)
    if name in _RANGES:
        least, most = _RANGES[name]
        return least <= value <= most
    return name not in _CHOICES or value in _CHOICES[name]


def range_of(name: str) -> tuple[int, int]:
    """Return the least and the largest that a setting may be."""
    return _RANGES[name]


def load_settings(path: Path) -> tuple[Settings, list[str]]:
    """Return the settings, and a sentence for each value that was not used."""
    if not path.exists():
        return Settings(), []
    import tomllib

    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        return Settings(), [f"The settings {path} could not be read ({error}); the defaults are used."]
    values = {name: _as_ours(value) for name, value in values.items()}
    defaults: dict[str, Any] = asdict(Settings())
    sound = {name: value for name, value in values.items() if name in defaults and is_sound(name, value)}
    problems = [
        f"{name} in {path} cannot be {value!r}; {defaults[name]!r} is used."
        for name, value in values.items()
        if name in defaults and name not in sound
    ]
    problems += [f"{path} has {name}, which is no setting." for name in values if name not in defaults]
    return replace(Settings(), **sound), problems


def _as_ours(value: Any) -> Any:
    """Return lists as the tuples that they are here."""
    return tuple(cast("list[Any]", value)) if isinstance(value, list) else value


def _is_read(limits: str) -> bool:
    from workbench.model.errors import UsageError
    from workbench.model.retention import read_endpoint_limits

    try:
        read_endpoint_limits(limits)
    except UsageError:
        return False
    return True


def save_settings(path: Path, changes: dict[str, Any]) -> None:
    """Write the changed values into the file, atomically; StorageError leaves it as it was.

    Comments stay, also those within a table whose other keys change.
    """
    import tomlkit

    try:
        document: Any = tomlkit.parse(path.read_text(encoding="utf-8")) if path.exists() else tomlkit.document()
    except (OSError, ValueError) as error:
        raise StorageError(f"The settings {path} cannot be read: {error}.", "Mend or remove the file.") from error
    for name, value in changes.items():
        if value == getattr(Settings(), name):
            document.pop(name, None)
        elif isinstance(value, dict) and isinstance(document.get(name), dict):
            _change_table(document[name], cast("dict[str, str]", value))
        else:
            document[name] = list(cast("tuple[str, ...]", value)) if isinstance(value, tuple) else value
    write_own_file(path, tomlkit.dumps(document).encode())


def _change_table(table: Any, wanted: dict[str, str]) -> None:
    for key in [key for key in table if key not in wanted]:
        del table[key]
    for key, value in wanted.items():
        if table.get(key) != value:
            table[key] = value


def write_own_file(path: Path, content: bytes) -> None:
    """Replace a file of ours, making its folder where there is none; StorageError leaves the file as it was."""
    from workbench.storage.durable_file import write_whole

    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(path, (content,))
    except OSError as error:
        raise StorageError(f"{path} could not be written: {error.strerror or error}.") from error
