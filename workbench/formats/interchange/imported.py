"""What comes of an import: a tree, and a sentence for everything that is not in it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count

from workbench.model.collection import CollectionTree
from workbench.model.errors import FormatError

LIMIT_BYTES = 32 * 1024 * 1024
"""The largest file that is read unless somebody asks for more."""

REQUESTS_LIMIT = 20_000
"""More requests than that in one import are a log, or mean harm: each becomes a file of the collection."""

Beside = Callable[[str], bytes | None]
"""Returns a file by its path from the imported file's folder; None where there is none, or none that may be read."""


def nothing_beside(path: str) -> bytes | None:
    """Return no file: what a reader gets where the import is bytes alone."""
    del path
    return None


def too_many_requests() -> FormatError:
    """Return what is said of an import with more than `REQUESTS_LIMIT` requests."""
    return FormatError(
        f"There are more than {REQUESTS_LIMIT:,} requests in it, which is too many for one collection.",
        "Export less at a time.",
    )


@dataclass(frozen=True, slots=True)
class Loss:
    """One thing that was not carried over, or that means something else now: where it was, and a sentence."""

    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Imported:
    """A collection, and all that it lacks."""

    tree: CollectionTree
    losses: tuple[Loss, ...] = ()


@dataclass(slots=True)
class Losses:
    """Collects losses while a reader or a writer works; `at` goes down to a folder or a request."""

    where: str = ""
    _found: dict[Loss, None] = field(default_factory=dict[Loss, None])
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def at(self, name: str) -> "Losses":
        """Return the same collection of losses, one level deeper."""
        return Losses(f"{self.where} / {name}" if self.where else name, self._found, self._numbers)

    def at_request(self, name: str) -> "Losses":
        """Return `at` for one more request; FormatError where the import has more than `REQUESTS_LIMIT`."""
        if next(self._numbers) > REQUESTS_LIMIT:
            raise too_many_requests()
        return self.at(name)

    def add(self, what: str) -> None:
        """Keep a sentence; the same one at the same place counts once."""
        self._found[Loss(self.where, what)] = None

    def add_all(self, losses: Iterable[Loss]) -> None:
        """Keep losses that another reader found, below this place."""
        for loss in losses:
            (self.at(loss.where) if loss.where else self).add(loss.what)

    def all(self) -> tuple[Loss, ...]:
        """Return every loss in the order they were met."""
        return tuple(self._found)
