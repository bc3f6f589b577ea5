"""What answers gave in this session, by where it was taken: a token of staging is never sent to production. No Qt."""

from collections.abc import Mapping
from typing import NamedTuple


class Place(NamedTuple):
    """Where a request is sent from; both are empty for a tab that is in no collection."""

    root: str
    """The collection's folder."""
    environment: str


class TakenValues:
    """The values by their place, in no file."""

    def __init__(self) -> None:
        self._values: dict[Place, dict[str, str]] = {}

    def at(self, place: Place) -> Mapping[str, str]:
        """Return what was taken there."""
        return self._values.get(place, {})

    def keep(self, place: Place, name: str, value: str) -> None:
        """Keep a value, in the place of a former one of its name."""
        self._values.setdefault(place, {})[name] = value

    def follow(self, before: Place, after: Place) -> None:
        """Let the values of an environment have its new name."""
        if before in self._values:
            self._values[after] = self._values.pop(before)

    def forget(self, place: Place) -> None:
        """Forget what was taken there."""
        self._values.pop(place, None)

    def forget_all(self) -> int:
        """Forget everything, and return how many values that were."""
        count = sum(len(values) for values in self._values.values())
        self._values.clear()
        return count
