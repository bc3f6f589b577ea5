"""Turns: who came first goes first, however long each takes to get ready."""

import asyncio
from collections import deque


class Turns:
    """Gives turns in the order they are taken."""

    def __init__(self) -> None:
        self._open: deque[Turn] = deque()

    def take(self) -> "Turn":
        """Return a turn behind all that were taken before; it must be ended."""
        turn = Turn(self)
        self._open.append(turn)
        return turn

    def is_first(self, turn: "Turn") -> bool:
        return self._open[0] is turn

    def advance(self) -> None:
        """Let the next one go, now that one has ended."""
        while self._open and self._open[0].is_over:
            self._open.popleft()
        if self._open:
            self._open[0].wake()


class Turn:
    """One's place among others."""

    __slots__ = ("_came", "_turns", "is_over")

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._came: asyncio.Future[None] | None = None
        self.is_over = False

    async def come(self) -> None:
        """Return once all earlier turns have ended."""
        if not self.is_over and not self._turns.is_first(self):
            self._came = asyncio.get_running_loop().create_future()
            await self._came

    def wake(self) -> None:
        if self._came is not None and not self._came.done():
            self._came.set_result(None)

    def end(self) -> None:
        """Let the next one go; may be said again."""
        if not self.is_over:
            self.is_over = True
            self._turns.advance()
