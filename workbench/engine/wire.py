"""A connection that keeps what it reads: the head to the byte, chunk framing, trailers and times.

aiohttp's parser (llhttp) decides what is HTTP and where a message ends, but gives back a tidied message and refuses
what it does not like: methods it has not heard of, a second Content-Type, 129 headers. So this protocol stands before
it. It cuts the stream into messages, keeps each head as it came, and lets the parser see only what decides the
framing: a plain start line and the header lines that are about framing or that do not look like header lines at all.
Whatever the parser then refuses is malformed; everything else is captured. Parsing three lines instead of fifteen
also pays for the cutting.

A request that is whole when its head is read, as most webhooks are, goes to `on_whole` at once: no task, no stream,
no request object (53 µs instead of 116, measured). All others take aiohttp's way, through its handler.

Chunk framing passes through `ChunkScanner`: the parser gets plain size lines and no trailers, which it would take
for headers of the next request.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

from aiohttp import StreamReader, web
from aiohttp.http import HttpProcessingError
from aiohttp.http_parser import RawRequestMessage

from workbench.engine.chunk_scanner import ChunkScanner
from workbench.engine.listening_address import tls_facts
from workbench.engine.wire_head import (
    START_LINE,
    bad_request_line,
    may_become_http,
    not_http,
    parser_head,
    parser_sentence,
    read_framing,
)
from workbench.model.capture import Fault, Peer
from workbench.model.clock import Clock
from workbench.model.message import Head

HEAD_LIMIT_BYTES = 256 * 1024
HEAD_TIMEOUT_S = 30.0
WHOLE_LIMIT_BYTES = 32 * 1024
"""Less than aiohttp buffers before it pauses the connection."""

REMEMBERED_HEADS = 4096
REMEMBERED_HEAD_BYTES = 1024

HELD_LIMIT_BYTES = 64 * 1024
"""What a sender may send ahead while its request is being stored."""


_CLOSING_HEAD = b"POST / HTTP/1.1\r\nHost: -\r\nConnection: close\r\n\r\n"


class Incoming:
    """What is known of one request so far; complete once its body was read."""

    __slots__ = (
        "chunks",
        "completed_at_us",
        "content",
        "content_length",
        "expects_continue",
        "fault",
        "fault_message",
        "head",
        "received_at_us",
    )

    def __init__(self, head: Head, received_at_us: int) -> None:
        self.head = head
        self.received_at_us = received_at_us
        self.completed_at_us = 0
        self.content_length = 0
        self.chunks: ChunkScanner | None = None
        self.expects_continue = False
        self.content: StreamReader | None = None
        """Where the handler reads the body from, once it does."""
        self.fault: Fault | None = None
        self.fault_message = ""

    @property
    def framing(self) -> bytes | None:
        """Size lines and trailers of a chunked body, None for another or where they were too many to keep."""
        return self.chunks.framing if self.chunks else None

    def fail(self, fault: Fault, message: str) -> None:
        """Note what is wrong; the first fault stays."""
        if self.fault is None:
            self.fault, self.fault_message = fault, message


class WireProtocol(web.RequestHandler):
    """aiohttp's server protocol behind a recorder.

    `incoming` holds the requests that the handler has yet to take, in order; `on_unanswered` is told of requests
    that never reach the handler (refused by the parser, or cut off before their head was complete) and gives the
    answer to send where there is still somebody to send it to. `on_whole` is handed a request, its body and whether
    the connection is to be kept; it calls `answered` when the answer was written.
    """

    __slots__ = (
        "_answering",
        "_buffer",
        "_clock",
        "_ended",
        "_gone",
        "_head_timer",
        "_held",
        "_is_secure",
        "_left",
        "_on_unanswered",
        "_on_whole",
        "_open",
        "_received_at_us",
        "draining",
        "incoming",
        "peer",
    )

    def __init__(
        self,
        manager: web.Server,
        *,
        clock: Clock,
        on_unanswered: "Callable[[WireProtocol, Incoming], web.StreamResponse]",
        on_whole: "Callable[[WireProtocol, Incoming, bytes, bool], None]",
        **options: Any,
    ) -> None:
        super().__init__(manager, **options)
        self._clock = clock
        self._on_unanswered = on_unanswered
        self._on_whole = on_whole
        self._answering = False
        self._ended = False
        self._is_secure = False
        self._gone: asyncio.Future[None] | None = None
        self._held = b""
        self._buffer = b""
        self._open: Incoming | None = None
        self._left = 0
        self._received_at_us = 0
        self._head_timer: asyncio.TimerHandle | None = None
        self.incoming: deque[Incoming] = deque()
        self.peer = Peer()
        self.draining = False

    def drain(self) -> None:
        """Take no further request: end with the one under way, or now where there is none."""
        self.draining = True
        self._note_gone()
        if not self._buffer and self._open is None and not self._answering:
            self._close_when_answered()

    def _close_when_answered(self) -> None:
        if self.incoming or self._request_in_progress:
            self.close()  # Answers what it has read, then closes; what still came it would not read.
        else:
            self.force_close()

    def eof_received(self) -> bool:  # pyright: ignore[reportIncompatibleMethodOverride]  # aiohttp says None.
        """A sender that says it has no more to send still gets its answers: we close, not the transport."""
        self._ended = True
        self._note_gone()
        self._lingering_time = 0.0  # aiohttp would wait for the rest of a refused body.
        if not self._answering:
            self._end()
        return not self._is_secure  # TLS knows no half-closed connection.

    def _end(self) -> None:
        """Nothing more will come: answer what is complete; what is not was aborted, as `connection_lost` records."""
        if self._open is None or self._open.completed_at_us:
            self._close_when_answered()
        elif self.transport is not None:
            self.transport.close()

    def cut(self, why: str) -> None:
        """End what is still not complete, and record it as far as it came."""
        if self._buffer:
            self._refuse_head(self._buffer, Fault.ABORTED, why)
        elif self._open is not None and not self._open.completed_at_us:
            self._open.fail(Fault.ABORTED, why)
            self._break(self._open, why)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        address = transport.get_extra_info("peername") or ("", 0)
        local = transport.get_extra_info("sockname") or ("", 0)
        self.peer = Peer(address[0], address[1], local[0], local[1], tls_facts(transport))
        self._is_secure = transport.get_extra_info("sslcontext") is not None

    def data_received(self, data: bytes) -> None:
        if not data:  # The parser had paused and goes on with what it holds.
            super().data_received(data)
        while data:
            if self._answering:
                self._hold(data)
                return
            data = self._read_head(data) if self._open is None else self._read_body(self._open, data)

    def answered(self, *, keep: bool) -> None:
        """Go on after a request that went to `on_whole`: its answer was written, or there was nobody to write to."""
        self._answering = False
        held, self._held = self._held, b""
        if not keep or self.draining or self.transport is None:
            self.force_close()
            return
        if len(held) > HELD_LIMIT_BYTES:
            self.transport.resume_reading()
        if held:
            self.data_received(held)
        if self._ended and not self._answering:
            self._end()

    def _hold(self, data: bytes) -> None:
        """Keep what came ahead of the answer."""
        was_paused = len(self._held) > HELD_LIMIT_BYTES
        self._held += data
        if self.transport is not None and not was_paused and len(self._held) > HELD_LIMIT_BYTES:
            self.transport.pause_reading()

    def _read_head(self, data: bytes) -> bytes:
        if not self._buffer:
            # Empty lines before a request are noise left by the one before (RFC 9112, 2.2).
            data = data.lstrip(b"\r\n") if data[:1] in (b"\r", b"\n") else data
            if not data:
                return b""
            self._received_at_us = self._clock.now_us()
        buffer = self._buffer + data if self._buffer else data
        end = buffer.find(b"\r\n\r\n", max(0, len(self._buffer) - 3)) + 4
        if end == 3:
            self._wait_for_head(buffer)
            return b""
        self._stop_waiting()
        if end > HEAD_LIMIT_BYTES:
            self._refuse_head(buffer[:end], Fault.TOO_LARGE, _HEAD_TOO_LARGE)
            return b""
        return self._begin(buffer[:end], buffer[end:])

    def _begin(self, raw: bytes, rest: bytes) -> bytes:
        """Announce a request to the handler; feed the head together with what there is of the body."""
        incoming = Incoming(Head(raw), self._received_at_us)
        start = START_LINE.match(raw)
        if start is None:
            self._refuse_head(raw, Fault.MALFORMED, bad_request_line(incoming.head.start_line))
            return b""
        shown = parser_head(raw, start)
        incoming.content_length, chunked, incoming.expects_continue = read_framing(shown)
        if not chunked and self._is_whole(incoming.content_length, len(rest)):
            return self._take_whole(incoming, shown, rest)
        self._left = incoming.content_length
        incoming.chunks = ChunkScanner() if chunked else None
        self.incoming.append(incoming)
        self._open = incoming
        return self._read_body(incoming, rest, shown)

    def _is_whole(self, size: int, here: int) -> bool:
        """True where all of the body is here and nothing before it waits for its answer."""
        waiter = self._waiter
        return size <= here and size <= WHOLE_LIMIT_BYTES and waiter is not None and not waiter.done()

    def _take_whole(self, incoming: Incoming, shown: bytes, rest: bytes) -> bytes:
        """Let the parser judge a request that is here whole, and hand it on; return those that follow."""
        size = incoming.content_length
        incoming.completed_at_us = self._clock.now_us()
        self._next_keepalive_close_time = self._loop.time() + self._keepalive_timeout
        keep = _verdicts.get(shown)
        if keep is None:
            try:
                keep = self._judge(shown + rest[:size])
            except HttpProcessingError as error:
                self._refuse_whole(incoming, parser_sentence(error.message))
                return b""
            _remember(shown, keep)
        self._answering = True
        self._on_whole(self, incoming, rest[:size], keep)
        return rest[size:]

    def _judge(self, request: bytes) -> bool:
        """Return whether the connection is kept after this request; HttpProcessingError where it is not HTTP."""
        parser: Any = self._parser  # Typed only where aiohttp runs without its C parts.
        if parser is None:
            return False  # The connection is gone.
        messages, upgraded, _ = parser.feed_data(request)
        if len(messages) != 1 or not messages[0][1].is_eof():
            raise HttpProcessingError(message="it is not clear where the body ends")
        parser.message_consumed()
        return not messages[0][0].should_close and not upgraded

    def _refuse_whole(self, incoming: Incoming, message: str) -> None:
        incoming.fail(Fault.MALFORMED, message)
        self._on_unanswered(self, incoming)
        self.force_close()

    def _read_body(self, incoming: Incoming, data: bytes, before: bytes = b"") -> bytes:
        """Pass body bytes on; return those of the next request."""
        if incoming.completed_at_us:
            return b""  # It was refused: what still comes is not looked at.
        if incoming.chunks is not None:
            shown, rest = incoming.chunks.feed(data)
            ended = incoming.chunks.ended
        else:
            shown, rest = data[: self._left], data[self._left :]
            self._left -= len(shown)
            ended = self._left == 0
        if ended:
            incoming.completed_at_us = self._clock.now_us()
            self._open = None
        super().data_received(before + shown if before else shown)
        refused = self._messages and not isinstance(self._messages[-1][0], RawRequestMessage)
        if refused:
            # Where the next request would begin is not known, and there will be none.
            incoming.completed_at_us = incoming.completed_at_us or self._clock.now_us()
            self._open = incoming
            return b""
        if incoming.chunks is not None and incoming.chunks.broken:
            self._break(incoming, incoming.chunks.broken)
            return b""
        return rest

    def _break(self, incoming: Incoming, why: str) -> None:
        """End a body that cannot be read on; the handler sees its reading fail."""
        incoming.completed_at_us = self._clock.now_us()
        incoming.fail(Fault.MALFORMED, f"The body is not valid HTTP: {why}.")
        if incoming.content is not None:
            incoming.content.set_exception(web.RequestPayloadError(why))

    def _wait_for_head(self, buffer: bytes) -> None:
        self._buffer = buffer
        if len(buffer) > HEAD_LIMIT_BYTES:
            self._refuse_head(buffer, Fault.TOO_LARGE, _HEAD_TOO_LARGE)
        elif not may_become_http(buffer) or b"\n\n" in buffer:
            self._refuse_head(buffer, Fault.MALFORMED, not_http(buffer))
        elif self._head_timer is None:
            loop = asyncio.get_running_loop()
            self._head_timer = loop.call_later(HEAD_TIMEOUT_S, self._head_timed_out)

    def _head_timed_out(self) -> None:
        self._head_timer = None
        message = f"The head was not complete {HEAD_TIMEOUT_S:.0f} seconds after its first byte."
        self._refuse_head(self._buffer, Fault.TIMED_OUT, message)

    def _refuse_head(self, raw: bytes, fault: Fault, message: str) -> None:
        """Let the handler answer for a head that the parser will not see, and read no further."""
        self._stop_waiting()
        incoming = Incoming(Head(raw), self._received_at_us)
        incoming.completed_at_us = self._clock.now_us()
        incoming.fail(fault, message)
        self.incoming.append(incoming)
        self._open = incoming
        super().data_received(_CLOSING_HEAD)

    def _stop_waiting(self) -> None:
        self._buffer = b""
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    async def gone(self) -> None:
        """Return when the sender has given up, or when we stop listening."""
        if self.transport is None or self.transport.is_closing() or self._ended or self.draining:
            return
        self._gone = self._loop.create_future()
        await self._gone

    def _note_gone(self) -> None:
        if self._gone is not None and not self._gone.done():
            self._gone.set_result(None)

    def connection_lost(self, exc: BaseException | None) -> None:
        self._note_gone()
        self._record_cut_head()
        super().connection_lost(exc)

    def _record_cut_head(self) -> None:
        if self._buffer:
            incoming = Incoming(Head(self._buffer), self._received_at_us)
            incoming.completed_at_us = self._clock.now_us()
            incoming.fail(Fault.ABORTED, "The sender closed the connection before the head was complete.")
            self._stop_waiting()
            self._on_unanswered(self, incoming)

    def handle_error(
        self, request: Any, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> web.StreamResponse:
        """Record what the parser refused; a failure of our own is aiohttp's to report."""
        if status != 400 or not self.incoming:
            return super().handle_error(request, status, exc, message)
        incoming = self.incoming.popleft()
        incoming.completed_at_us = incoming.completed_at_us or self._clock.now_us()
        incoming.fail(Fault.MALFORMED, parser_sentence(message or str(exc)))
        return self._on_unanswered(self, incoming)


_HEAD_TOO_LARGE = f"The head is larger than {HEAD_LIMIT_BYTES // 1024} KiB."


_verdicts: dict[bytes, bool] = {}
"""What the parser said of heads it accepted: it sees the same few over and over, and judges by nothing else."""


def _remember(shown: bytes, keep: bool) -> None:
    if len(shown) <= REMEMBERED_HEAD_BYTES:
        if len(_verdicts) >= REMEMBERED_HEADS:
            _verdicts.clear()
        _verdicts[shown] = keep
