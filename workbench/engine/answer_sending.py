"""Sends an answer in one of the ways that rehearse failure: late, by drips, cut off, or not at all."""

import asyncio
import socket
import struct
import sys

from workbench.engine.answers import Sending
from workbench.engine.wire import WireProtocol
from workbench.model.answer import Way
from workbench.model.message import Response

DRIPS_PER_S = 100
"""No more writes than this: faster ones reach the sender together anyway."""


async def send_answer(protocol: WireProtocol, response: Response, sending: Sending, *, head_only: bool) -> bool:
    """Send an answer; return whether there was one and the sender was still there to get it."""
    if sending.delay_s:
        await asyncio.sleep(sending.delay_s)
    match sending.way:
        case Way.HANG:
            await protocol.gone()
            return False
        case Way.CLOSE:
            if protocol.transport is not None:
                protocol.transport.close()
            return False
        case Way.RESET:
            _reset(protocol.transport)
            return False
        case Way.DRIP:
            return await _drip(protocol, response, sending.over_s, head_only=head_only)
        case _:
            return _write(protocol.transport, response.head.raw + (b"" if head_only else response.body.content))


def _write(transport: asyncio.Transport | None, data: bytes) -> bool:
    if transport is None or transport.is_closing():
        return False
    transport.write(data)
    return True


async def _drip(protocol: WireProtocol, response: Response, over_s: float, *, head_only: bool) -> bool:
    """Write the head, then the body a byte at a time; without a body it is the head that drips."""
    content = b"" if head_only else response.body.content
    dripping = content or response.head.raw
    if content and not _write(protocol.transport, response.head.raw):
        return False
    drips = max(1, min(len(dripping), int(over_s * DRIPS_PER_S)))
    for number in range(drips):
        start, end = len(dripping) * number // drips, len(dripping) * (number + 1) // drips
        if not _write(protocol.transport, dripping[start:end]):
            return False
        if number + 1 < drips:
            await asyncio.sleep(over_s / drips)
    return True


def _reset(transport: asyncio.Transport | None) -> None:
    """Close without the courtesy of a last packet: the sender sees "connection reset by peer"."""
    if transport is None:
        return
    opened = transport.get_extra_info("socket")
    if opened is not None:
        # Windows has the two numbers as shorts.
        linger = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    transport.abort()
