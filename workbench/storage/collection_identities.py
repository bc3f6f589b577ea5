"""Which collection a secret's value belongs to: an id for each collection's folder, known in this home alone.

Nothing of it stands in the collection's files. So a collection that came from someone else is never taken for one of
ours, whatever it is called, and git shows no ids. `collections.json` of the home maps absolute paths to ids.

Formerly a collection's name was its id. Collections that lay in the home's workspace when the list was first made
keep theirs, for values are there under it; all others get one with random digits.
"""

import json
import os
import re
import secrets
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import cast

from workbench.model.errors import CollectionError, StorageError
from workbench.storage.collection_files import COLLECTION_FILE
from workbench.storage.collection_listing import collection_name
from workbench.storage.paths import Paths

_RANDOM_BYTES = 8
_RANDOM_END = re.compile(rf"-[0-9a-f]{{{2 * _RANDOM_BYTES}}}\Z")


class Identities:
    """The ids of one home's collections; read anew at each call, as the window and the command line both write."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths

    def known(self, root: Path) -> str:
        """Return a collection's id; empty where it has none yet. StorageError."""
        return self._read().get(_key(root), "")

    def made(self, root: Path) -> str:
        """Return a collection's id, a new one where it has none yet; StorageError."""
        return self.known(root) or self.renew(root)

    def renew(self, root: Path) -> str:
        """Give a collection a new id: it was just written, and what lay there before is not its own. StorageError."""
        identity = f"{name_component(collection_name(root))}-{secrets.token_hex(_RANDOM_BYTES)}"
        self._write({**self._read(), _key(root): identity})
        return identity

    def move(self, former: Path, now: Path) -> None:
        """Give the id of a collection that was moved to where it lies now.

        CollectionError where the former place has none, or still is a collection: two would share their secrets.
        """
        if (former / COLLECTION_FILE).exists():
            raise CollectionError(f"{former} is still there.", "Give the copy its secrets of its own.")
        if not (now / COLLECTION_FILE).exists():
            raise CollectionError(f"{now} is no collection.", f"Choose the folder that has an {COLLECTION_FILE}.")
        known = self._read()
        if _key(former) not in known:
            raise CollectionError(f"No secrets are known of a collection in {former}.", "Check the path.")
        identity = known.pop(_key(former))
        self._write({**known, _key(now): identity})

    def former_places(self, root: Path) -> tuple[str, ...]:
        """Return where a collection may have lain before: no longer one, and its id begins with the same name."""
        name = name_component(collection_name(root))
        return tuple(
            path
            for path, identity in self._read().items()
            if _RANDOM_END.sub("", identity) == name and not Path(path, COLLECTION_FILE).exists()
        )

    def _read(self) -> dict[str, str]:
        file = self._paths.collection_ids
        try:
            known = json.loads(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return self._first()
        except (OSError, ValueError, RecursionError) as error:
            raise _unreadable(file, str(error)) from error
        if not isinstance(known, dict):
            raise _unreadable(file, "it is no object")
        entries = cast("dict[str, object]", known)
        if not all(isinstance(identity, str) and identity for identity in entries.values()):
            raise _unreadable(file, "an id is no text")
        return cast("dict[str, str]", entries)

    def _first(self) -> dict[str, str]:
        """Keep and return the names that collections may have secrets under; one that two share is nobody's."""
        roots = [file.parent for file in sorted(self._paths.workspace.glob(f"*/{COLLECTION_FILE}"))]
        names = {_key(root): name_component(collection_name(root)) for root in roots}
        times = Counter(names.values())
        known = {path: name for path, name in names.items() if times[name] == 1 and name != "globals"}
        with suppress(StorageError):  # A home that cannot be written takes no import either.
            self._write(known)
        return known

    def _write(self, known: dict[str, str]) -> None:
        from workbench.storage.settings import write_own_file

        text = json.dumps(known, ensure_ascii=True, indent=1, sort_keys=True)
        write_own_file(self._paths.collection_ids, f"{text}\n".encode())


def name_component(name: str) -> str:
    """Return a name without what would divide it from the next, and without what a secret's name may not have."""
    plain = name.replace("%", "%25").replace("/", "%2F").strip()
    return "".join(mark if mark.isprintable() else "-" for mark in plain) or "-"


def _key(root: Path) -> str:
    return os.path.normcase(os.path.realpath(root))


def _unreadable(file: Path, why: str) -> StorageError:
    return StorageError(
        f"The list of collections {file} cannot be read: {why}.",
        "Mend it; without it the secrets of all environments have to be given again.",
    )
