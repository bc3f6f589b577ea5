"""What a person chose, in a TOML file that they may edit: comments and unknown keys stay.

A value that makes no sense is left in the file and the default is used; `problems` says so.
"""

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

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
    """Where the last replay went."""
    tunnel: str = ""
    """The tunnel that was started last, by name."""
    appearance: str = "system"
    """system, light or dark."""


def load_settings(path: Path) -> tuple[Settings, list[str]]:
    """Return the settings, and a sentence for each value that was not used."""
    if not path.exists():
        return Settings(), []
    import tomllib

    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        return Settings(), [f"The settings {path} could not be read ({error}); the defaults are used."]
    defaults: dict[str, Any] = asdict(Settings())
    known: dict[str, type] = {name: type(value) for name, value in defaults.items()}
    sound = {name: value for name, value in values.items() if name in known and _is_sound(name, value, known[name])}
    problems = [
        f"{name} in {path} cannot be {value!r}; {defaults[name]!r} is used."
        for name, value in values.items()
        if name in known and name not in sound
    ]
    problems += [f"{path} has {name}, which is no setting." for name in values if name not in known]
    return replace(Settings(), **sound), problems


def _is_sound(name: str, value: Any, wanted: type) -> bool:
    if type(value) is not wanted:
        return False
    match name:
        case "port" | "https_port":
            return 0 <= value <= 65535
        case "answer_status":
            return 200 <= value <= 599
        case "body_limit_bytes":
            return value > 0
        case "appearance":
            return value in ("system", "light", "dark")
        case _:
            return True


def save_settings(path: Path, changes: dict[str, Any]) -> None:
    """Write the changed values into the file, atomically; StorageError leaves it as it was."""
    import tomlkit

    try:
        document = tomlkit.parse(path.read_text(encoding="utf-8")) if path.exists() else tomlkit.document()
    except (OSError, ValueError) as error:
        raise StorageError(f"The settings {path} cannot be read: {error}.", "Mend or remove the file.") from error
    for name, value in changes.items():
        if value != getattr(Settings(), name):
            document[name] = value
        elif name in document:
            del document[name]
    write_own_file(path, tomlkit.dumps(document).encode())


def write_own_file(path: Path, content: bytes) -> None:
    """Replace a file of ours, making its folder where there is none; StorageError leaves the file as it was."""
    from workbench.storage.durable_file import write_whole

    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(path, (content,))
    except OSError as error:
        raise StorageError(f"{path} could not be written: {error.strerror or error}.") from error
