"""Steps back and forth through what a request was in a tab. No Qt.

Typing in one text is one step, since the text's own Ctrl+Z takes back its keys; everything else is a step each time:
a row taken away, another kind of body, a pasted command that became the request.
"""

from dataclasses import fields

from workbench.model.collection import SavedRequest
from workbench.model.message import Body
from workbench.ui.composer.draft import with_body

STEPS_KEPT = 200
_TYPED = frozenset({"url", "body", "docs", "method", "name"})


class RequestUndo:
    """The steps of one tab."""

    def __init__(self, request: SavedRequest) -> None:
        self._now = request
        self._before: list[SavedRequest] = []
        self._after: list[SavedRequest] = []
        self._typing: frozenset[str] = frozenset()

    def note(self, request: SavedRequest, *, whole: bool = False) -> None:
        """Take up what the request is now; `whole` where it was replaced at once."""
        changed = _changed(self._now, request)
        if not changed:
            return
        same_text = not whole and changed <= _TYPED and changed == self._typing
        if not same_text:
            self._before = [*self._before[-STEPS_KEPT:], self._now]
        self._after = []
        self._now = request
        self._typing = frozenset() if whole else changed

    @property
    def can_undo(self) -> bool:
        return bool(self._before)

    @property
    def can_redo(self) -> bool:
        return bool(self._after)

    def undo(self) -> SavedRequest:
        """Go a step back; the same request where there is none."""
        return self._step(self._before, self._after)

    def redo(self) -> SavedRequest:
        """Go a step forth again."""
        return self._step(self._after, self._before)

    def body_moved(self, before: Body, after: Body) -> None:
        """Let every step read a body that is a file from where it is now."""
        self._now = with_body(self._now, before, after)
        self._before = [with_body(each, before, after) for each in self._before]
        self._after = [with_body(each, before, after) for each in self._after]

    def _step(self, source: list[SavedRequest], target: list[SavedRequest]) -> SavedRequest:
        if source:
            target.append(self._now)
            self._now = source.pop()
            self._typing = frozenset()
        return self._now


def _changed(before: SavedRequest, after: SavedRequest) -> frozenset[str]:
    return frozenset(
        field.name for field in fields(after) if getattr(before, field.name) != getattr(after, field.name)
    )
