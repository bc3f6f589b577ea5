"""Where everything lives: one home folder, or the platform's data and config folders."""

import os
from dataclasses import dataclass
from pathlib import Path

from workbench.model.errors import StorageError

HOME_VARIABLE = "WORKBENCH_HOME"
FAULT_FILE = "fault.txt"
"""Below `crashes`: where the interpreter writes its stacks when it is killed from within."""

_APP = "webhook-workbench"


@dataclass(frozen=True, slots=True)
class Paths:
    """The folders and files of one home; nothing is created until `ensure`."""

    data: Path
    config: Path

    @classmethod
    def of_home(cls, home: str | None) -> "Paths":
        """Return the paths below `home`, else below `WORKBENCH_HOME`, else the platform's own."""
        chosen = home or os.environ.get(HOME_VARIABLE)
        if chosen:
            root = Path(chosen).expanduser().absolute()
            return cls(root, root)
        import platformdirs

        return cls(
            Path(platformdirs.user_data_dir(_APP, appauthor=False)),
            Path(platformdirs.user_config_dir(_APP, appauthor=False)),
        )

    @property
    def captures(self) -> Path:
        """The database of what came in."""
        return self.data / "captures.db"

    @property
    def history(self) -> Path:
        """The database of what was sent, and of drafts."""
        return self.data / "history.db"

    @property
    def spool(self) -> Path:
        """Bodies too large for a database, a file each."""
        return self.data / "spool"

    @property
    def search_index(self) -> Path:
        """The words of captured bodies; may be deleted."""
        return self.data / "search.db"

    @property
    def workspace(self) -> Path:
        """The folder of collections that people keep in git."""
        return self.data / "workspace"

    @property
    def saved_searches(self) -> Path:
        """Filter lines with names, to keep in git with the workspace."""
        return self.workspace / "searches.toml"

    @property
    def table_columns(self) -> Path:
        """Which columns the table of captures shows."""
        return self.workspace / "columns.toml"

    @property
    def own_packs(self) -> Path:
        """The user's provider packs, a folder each."""
        return self.data / "providers"

    @property
    def packs_cache(self) -> Path:
        """Provider packs as they were last read; may be deleted."""
        return self.data / "providers.json"

    @property
    def secrets_file(self) -> Path:
        """Secrets under a passphrase, where the system has no keyring."""
        return self.data / "secrets.enc"

    @property
    def collection_ids(self) -> Path:
        """Which collection of this machine the secrets of environments belong to."""
        return self.data / "collections.json"

    @property
    def cookies(self) -> Path:
        """Cookies of requests that keep them; only its user may read it."""
        return self.data / "cookies.json"

    @property
    def trusted_collections(self) -> Path:
        """Folders of collections outside the workspace that may read this machine's files."""
        return self.data / "trusted-collections"

    @property
    def settings(self) -> Path:
        return self.config / "settings.toml"

    @property
    def window_state(self) -> Path:
        """Geometry and open tabs; may be lost without harm."""
        return self.data / "window.json"

    @property
    def window_lock(self) -> Path:
        """Held by the one window of this home."""
        return self.data / "window.lock"

    @property
    def window_socket(self) -> Path:
        """Where that window hears that it was wanted again."""
        return self.data / "window.socket"

    @property
    def crashes(self) -> Path:
        """Reports of what went wrong inside the program, a file each."""
        return self.data / "crashes"

    @property
    def log(self) -> Path:
        return self.data / "workbench.log"

    @staticmethod
    def recent_homes() -> Path:
        """Which homes were opened on this machine: it belongs to none of them."""
        import platformdirs

        return Path(platformdirs.user_config_dir(_APP, appauthor=False)) / "recent-homes.json"

    def ensure(self) -> None:
        """Create the folders, readable by the user alone; StorageError names the folder that cannot be used."""
        for folder in dict.fromkeys((self.data, self.config)):
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            except OSError as error:
                raise _unusable(folder, error.strerror or str(error)) from error
            if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
                raise _unusable(folder, "permission denied")


def _unusable(folder: Path, why: str) -> StorageError:
    return StorageError(
        f"The home folder {folder} cannot be used: {why}.",
        f"Make it readable and writable, or choose another with --home DIR or {HOME_VARIABLE}.",
    )
