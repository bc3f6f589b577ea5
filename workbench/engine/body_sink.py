"""Where an answer's body goes: into memory up to a limit, or to whoever takes it as it comes."""

from collections.abc import AsyncIterator, Callable
from typing import Protocol

from workbench.engine.send_failures import AnswerTooLargeError
from workbench.model.message import EMPTY_BODY, Body, Head


class BodySink(Protocol):
    """Takes an answer's body piece by piece. Called on the loop: it must be quick, or the loop's only work.

    A WorkbenchError of its own ends the sending, and is raised where that was asked for.
    """

    def begin(self, head: Head) -> bool:
        """Say whether the body of this answer is wanted; where not, it is kept in memory as usual."""
        ...

    def write(self, piece: bytes) -> None:
        """Take the next bytes, as they came: nothing is decompressed."""
        ...


async def read_body(
    pieces: AsyncIterator[bytes], head: Head, limit: int, sink: BodySink | None, going_on: Callable[[], None]
) -> tuple[Body, int]:
    """Return the body, empty where the sink took it, and its size; AnswerTooLargeError past the limit of memory.

    `going_on` is called for each piece that a sink takes: a time-out counts from there, not from the beginning.
    """
    size = 0
    if sink is not None and sink.begin(head):
        async for piece in pieces:
            going_on()
            sink.write(piece)
            size += len(piece)
        return EMPTY_BODY, size
    content = bytearray()
    async for piece in pieces:
        content += piece
        if len(content) > limit:
            raise AnswerTooLargeError(limit)
    return Body(bytes(content)), len(content)
