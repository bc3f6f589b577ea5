"""A search that goes on while the window lives, and the match that it has come to."""

from PySide6.QtCore import QObject, QTimer, Signal

from workbench.ui.widgets.lines import Content
from workbench.ui.widgets.searching import FindResult, PatternSearch, Search

AT_ONCE_BYTES = 2 << 20
"""Content up to this size is searched within the call: some 16 ms."""


class Finding(QObject):
    """One search at a time over one content."""

    reached = Signal(object)
    """A match was come to: its first byte and its end."""

    told = Signal(object)
    """A `FindResult`, after each step and while the search goes on."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.search: Search | None = None
        self._sought: tuple[str, bool, bool] | None = None
        self._target: tuple[int, bool] | None = None
        self._match = -1
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._go_on)

    def start(self, content: Content, text: str, case_sensitive: bool, is_pattern: bool) -> bool:
        """Search for a text or a pattern; return False where it is the one already sought.

        UsageError where the pattern is none.
        """
        sought = (text, case_sensitive, is_pattern)
        if self._sought == sought:
            return False
        self.search = (PatternSearch if is_pattern else Search)(content, text, case_sensitive)
        self._sought = sought
        self._match = -1
        self.search.advance()
        while not self.search.done and len(content) <= AT_ONCE_BYTES and not is_pattern:
            self.search.advance()
        if not self.search.done:
            self._timer.start()
        return True

    def go(self, offset: int, *, backwards: bool) -> FindResult:
        """Come to the next match from a place, now or when it is found."""
        self._target = (offset, backwards)
        return self._step()

    def stop(self) -> None:
        """Forget the search."""
        self._timer.stop()
        self.search = self._sought = self._target = None
        self._match = -1

    def _go_on(self) -> None:
        if self.search is not None:
            self.search.advance()
            if self.search.done:
                self._timer.stop()
            self._step()

    def _step(self) -> FindResult:
        if self.search is None:
            return FindResult(0, 0)
        if self._target is not None:
            self._reach(self.search, *self._target)
        result = FindResult(self._match + 1, self.search.count)
        self.told.emit(result)
        return result

    def _reach(self, search: Search, offset: int, backwards: bool) -> None:
        match = search.preceding(offset) if backwards else search.following(offset)
        if match is not None:
            self._match, self._target = match, None
            start = search.starts[match]
            self.reached.emit((start, search.end_of(start)))
