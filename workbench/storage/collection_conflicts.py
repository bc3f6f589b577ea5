"""A saved request that two sides changed: what it was, what we have, what is in its file now."""

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from workbench.model.collection import SavedRequest
from workbench.storage.collection_reading import NO_FILE, Fingerprint, fingerprint, read_request


@dataclass(frozen=True, slots=True)
class Conflict:
    """The three versions of a request; `theirs` is None where its file is gone."""

    base: SavedRequest
    ours: SavedRequest
    theirs: SavedRequest | None
    fingerprint: Fingerprint
    """Of `theirs`: what `save_request` has to expect when the conflict is settled."""

    @property
    def differing(self) -> tuple[str, ...]:
        """The fields that both sides changed, each its own way; what only one side changed is no conflict."""
        if self.theirs is None:
            return ()
        return tuple(name for name in _names() if _is_contested(self.base, self.ours, self.theirs, name))

    @property
    def merged(self) -> SavedRequest:
        """Both sides' changes together; ours in the fields that differ."""
        if self.theirs is None:
            return self.ours
        changed = {name: getattr(self.ours, name) for name in _names() if _changed(self.base, self.ours, name)}
        return replace(self.theirs, **changed)


def conflict(file: Path, base: SavedRequest, ours: SavedRequest) -> Conflict:
    """Return the versions of a request after `ChangedOutside`; CollectionError where the file cannot be read.

    `base` is what was read or written last, `ours` what is to be saved.
    """
    seen = fingerprint(file)
    theirs = None if seen == NO_FILE else read_request(file)
    return Conflict(base, ours, theirs, seen)


def _names() -> list[str]:
    return [field.name for field in fields(SavedRequest)]


def _changed(base: SavedRequest, side: SavedRequest, name: str) -> bool:
    return _value(base, name) != _value(side, name)


def _is_contested(base: SavedRequest, ours: SavedRequest, theirs: SavedRequest, name: str) -> bool:
    both = _changed(base, ours, name) and _changed(base, theirs, name)
    return both and _value(ours, name) != _value(theirs, name)


def _value(request: SavedRequest, name: str) -> Any:
    """Return a field to compare; a body by what it holds, wherever that lies."""
    value = getattr(request, name)
    if name != "body":
        return value
    return request.body.content.sha256(), replace(request.body, content=SavedRequest().body.content)
