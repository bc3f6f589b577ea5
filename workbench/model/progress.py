"""How far long work has come, and the word to stop: between the thread that works and the one that shows it."""

from workbench.model.errors import WorkbenchError


class Cancelled(WorkbenchError):
    """Somebody said stop; what was begun has been undone."""

    exit_code = 130


class Progress:
    """Counts what is done. One thread works and calls `advance`; any other may read the counts and call `cancel`.

    No lock: each attribute has one writer, and a count that is read a moment late does no harm.
    """

    __slots__ = ("cancelled", "done", "total", "what")

    def __init__(self, total: int = 0, what: str = "") -> None:
        self.total = total
        """0 while it is not known."""
        self.done = 0
        self.what = what
        """What is being done, in a word for people: `checked`, `imported`."""
        self.cancelled = False

    def begin(self, what: str, total: int = 0) -> None:
        """Start counting anew."""
        self.what, self.total, self.done = what, total, 0

    def advance(self, count: int = 1) -> None:
        """Count what was done; raises Cancelled once somebody has said stop."""
        self.done += count
        if self.cancelled:
            raise Cancelled("Cancelled.")

    def cancel(self) -> None:
        """Say stop; heard at the next `advance`."""
        self.cancelled = True
