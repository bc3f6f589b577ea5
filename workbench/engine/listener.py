"""The socket that webhooks come to: reads one request at a time and writes the answer it is given.

aiohttp's low-level server, without application and router, is a fifth faster and hides nothing. Answers are written
as the bytes that are on record.
"""

import asyncio
import contextlib
import logging
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter

from workbench.engine.answer_sending import send_answer
from workbench.engine.answers import AT_ONCE, plain_response
from workbench.engine.body_reading import BodyReader
from workbench.engine.capturing import Answered, CaptureService, Received
from workbench.engine.events import Event
from workbench.engine.listening_address import is_own_host, listen_error, server_context
from workbench.engine.tasks import TaskSet
from workbench.engine.tunnels.probes import ECHO_LIMIT_BYTES, PREFIX_BYTES, Probes
from workbench.engine.wire import Incoming, WireProtocol
from workbench.model.answer import UNANSWERED
from workbench.model.capture import Fault, Peer
from workbench.model.clock import Clock
from workbench.model.errors import ListenError, StorageError
from workbench.model.message import EMPTY_BODY, Body, Request, Response
from workbench.storage.certificates import CertificateFiles

log = logging.getLogger(__name__)

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8080
DEFAULT_BODY_LIMIT_BYTES = 100 * 1024 * 1024
BODY_TIMEOUT_S = 60.0
"""How long a body may stand still."""

KEEPALIVE_TIMEOUT_S = 75.0
CUT_TIMEOUT_S = 2.0
"""How long the record of what was cut off may take."""

BACKLOG = 1024
SPOOL_THREADS = 4


@dataclass(frozen=True, slots=True)
class ListenOptions:
    """Where to listen, and what to accept. Port 0 takes any free one."""

    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    body_limit_bytes: int = DEFAULT_BODY_LIMIT_BYTES
    body_timeout_s: float = BODY_TIMEOUT_S
    https_port: int | None = None
    """Where to listen for https as well; needs `certificate`."""
    certificate: CertificateFiles | None = None


class _Written(web.StreamResponse):
    """What aiohttp is told once an answer is on its way: there is nothing left to write."""

    def __init__(self, *, close: bool) -> None:
        super().__init__()
        self._keep_alive = not close

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        return None

    async def write_eof(self, data: Any = b"") -> None:
        return None


class _WireServer(web.Server):
    """Makes the protocol that keeps what it reads."""

    def __init__(self, listener: "Listener") -> None:
        super().__init__(listener.handle)
        self._listener = listener
        self._event_loop = asyncio.get_running_loop()
        self._empty = asyncio.Event()

    def __call__(self) -> WireProtocol:
        return WireProtocol(
            self,
            clock=self._listener.clock,
            on_unanswered=self._listener.record_unanswered,
            on_whole=self._listener.handle_whole,
            loop=self._event_loop,
            keepalive_timeout=KEEPALIVE_TIMEOUT_S,
            access_log=cast("Any", None),
            auto_decompress=False,
        )

    def connection_lost(self, handler: Any, exc: BaseException | None = None) -> None:
        super().connection_lost(handler, exc)
        if handler._task_handler is not None:
            handler._task_handler.add_done_callback(self._check_empty)
        else:
            self._check_empty()

    def _check_empty(self, _: object = None) -> None:
        if not self.connections:
            self._empty.set()

    async def drain(self, timeout_s: float) -> None:
        """Let requests under way finish, record what is not complete after `timeout_s`, and close all connections.

        aiohttp's own shutdown reads nothing more, so that a body on its way would be lost.
        """
        self._empty.clear()
        for protocol in self._protocols():
            protocol.drain()
        if self.connections:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(timeout_s):
                    await self._empty.wait()
        for protocol in self._protocols():
            protocol.cut("The listener stopped before the request was complete.")
        await self.shutdown(CUT_TIMEOUT_S)

    def _protocols(self) -> list[WireProtocol]:
        return [cast("WireProtocol", protocol) for protocol in self.connections]


class Listener:
    """Listens on one address; `start` and `stop` may alternate, `move` changes the port without a gap."""

    def __init__(self, captures: CaptureService, spool: Path, clock: Clock, options: ListenOptions) -> None:
        self._captures = captures
        self._spool = spool
        self.clock = clock
        self._options = options
        self._socket: asyncio.Server | None = None
        self._server: _WireServer | None = None
        self._secure: tuple[asyncio.Server | None, _WireServer | None] = (None, None)
        self._tasks = TaskSet()
        self._spooling = ThreadPoolExecutor(SPOOL_THREADS, "spool")
        self.probes: Probes | None = None
        """Answers our own probes, which are not captured; without it everything is."""
        self.moved: Event[str] = Event()
        """The address, each time that it is another one than at the start."""
        self.port = 0
        self.https_port: int | None = None

    @property
    def url(self) -> str:
        """The address to send webhooks to; an address of all interfaces is shown as this machine."""
        return f"http://{self._shown_host}:{self.port}"

    @property
    def https_url(self) -> str | None:
        """The address for https, by the name its certificate has; None where that is not listened for."""
        if self.https_port is None:
            return None
        host = "localhost" if self._shown_host in ("127.0.0.1", "[::1]") else self._shown_host
        return f"https://{host}:{self.https_port}"

    @property
    def _shown_host(self) -> str:
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self._options.host, self._options.host)
        return f"[{host}]" if ":" in host and host[0] != "[" else host

    def is_own(self, host: str, port: int) -> bool:
        """Return whether an address is one that we listen on."""
        return port in (self.port, self.https_port) and is_own_host(host, self._options.host)

    async def start(self) -> None:
        """Listen; ListenError says why not, and names a free port where the port is taken."""
        self._socket, self._server, self.port = await self._open(self._options.port, None)
        log.info("listening on %s", self.url)
        options = self._options
        if options.https_port is None or options.certificate is None:
            return
        try:
            await self.listen_for_https(options.https_port, options.certificate)
        except ListenError:
            await self.stop(timeout_s=0)
            raise

    async def listen_for_https(self, port: int, certificate: CertificateFiles) -> None:
        """Listen for https too, or on another port for it; ListenError says why not, and leaves all as it was."""
        if port and port == self.https_port:
            return
        before = self._secure
        opened, server, self.https_port = await self._open(port, server_context(certificate))
        self._secure = opened, server
        log.info("listening on %s", self.https_url)
        await _close(*before, timeout_s=5)

    async def stop_https(self) -> None:
        """Listen for https no more; connections under way finish."""
        before, self._secure, self.https_port = self._secure, (None, None), None
        await _close(*before, timeout_s=5)

    async def move(self, port: int) -> None:
        """Listen on another port, then let the connections of the old one finish.

        On ListenError the old port is still served.
        """
        before = self._socket, self._server
        self._socket, self._server, self.port = await self._open(port, None)
        log.info("listening on %s", self.url)
        self.moved.emit(self.url)
        await _close(*before, timeout_s=5)

    async def stop(self, timeout_s: float = 5) -> None:
        """Refuse new connections, let requests under way finish, then cut off what is left and record it."""
        before, secure = (self._socket, self._server), self._secure
        self._socket = self._server = None
        self._secure = (None, None)
        await asyncio.gather(_close(*before, timeout_s=timeout_s), _close(*secure, timeout_s=timeout_s))
        await self._tasks.finish(timeout_s=0)

    async def _open(self, port: int, tls: ssl.SSLContext | None) -> tuple[asyncio.Server, _WireServer, int]:
        server = _WireServer(self)
        loop = asyncio.get_running_loop()
        try:
            if self._options.host == "::" and socket.has_dualstack_ipv6():
                # asyncio would leave IPv4 out; who writes :: means every address of this machine.
                both = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True)
                opened = await loop.create_server(server, sock=both, backlog=BACKLOG, ssl=tls)
            else:
                opened = await loop.create_server(server, self._options.host, port, backlog=BACKLOG, ssl=tls)
        except (OSError, OverflowError) as error:
            raise listen_error(self._options.host, port, error) from error
        return opened, server, opened.sockets[0].getsockname()[1]

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Read, capture and answer one request."""
        protocol = cast("WireProtocol", request.protocol)
        incoming = protocol.incoming.popleft()
        try:
            body = await self._read_body(request, incoming)
        except OSError as error:
            refusal = StorageError(
                f"A large body could not be written to {self._spool}: {error.strerror or error}.",
                "Make room on that disk, or make the folder writable.",
            )
            return _write(request.transport, self._captures.refuse(refusal), close=True)
        answered = self._probed(incoming, body)
        if answered is None:
            answered = await self._captures.receive(_received(incoming, body, protocol.peer))
        keep = await self._answer(protocol, answered, head_only=request.method == "HEAD")
        return _WRITTEN[not keep or incoming.fault is not None or not request.keep_alive or protocol.draining]

    def handle_whole(self, protocol: WireProtocol, incoming: Incoming, body: bytes, keep: bool) -> None:
        """Capture and answer a request that is here whole."""
        received = _received(incoming, Body(body) if body else EMPTY_BODY, protocol.peer)

        head_only = incoming.head.method == "HEAD"
        probed = self._probed(incoming, received.request.body)
        if probed is not None:
            self._write_whole(protocol, probed, head_only=head_only)
            protocol.answered(keep=keep)
            return

        def answer(answered: Answered) -> None:
            if answered.sending is not AT_ONCE:
                self._tasks.start(answer_in_its_way(answered), "answer in a way of its own")
                return
            self._write_whole(protocol, answered, head_only=head_only)
            protocol.answered(keep=keep)

        async def answer_in_its_way(answered: Answered) -> None:
            kept = await self._answer(protocol, answered, head_only=head_only)
            protocol.answered(keep=keep and kept)

        self._captures.receive_soon(received, answer)

    def _probed(self, incoming: Incoming, body: Body) -> Answered | None:
        """Return the answer to a probe of our own, None for all that is to be captured."""
        if PREFIX_BYTES not in incoming.head.raw or self.probes is None or incoming.fault is not None:
            return None
        if body.path is not None or body.size > ECHO_LIMIT_BYTES:
            return None
        text = self.probes.answer(incoming.head, body.content)
        if text is None:
            return None
        second = self.clock.now_us() // 1_000_000
        return Answered(plain_response(200, text, second, (("Cache-Control", "no-store"),)), None)

    async def _answer(self, protocol: WireProtocol, answered: Answered, *, head_only: bool) -> bool:
        """Write an answer in its way; return whether the connection may be kept."""
        sending = answered.sending
        if sending is AT_ONCE:
            self._write_whole(protocol, answered, head_only=head_only)
            return True
        if (
            await send_answer(protocol, answered.response, sending, head_only=head_only)
            and answered.number is not None
        ):
            self._captures.answered(answered.number)
        return not sending.closes and sending.way not in UNANSWERED

    def _write_whole(self, protocol: WireProtocol, answered: Answered, *, head_only: bool) -> None:
        transport, response = protocol.transport, answered.response
        if transport is None or transport.is_closing():
            return  # The sender has gone.
        transport.write(response.head.raw if head_only else response.head.raw + response.body.content)
        if answered.number is not None:
            self._captures.answered(answered.number)

    async def _read_body(self, request: web.BaseRequest, incoming: Incoming) -> Body:
        """Read to the end, or to what went wrong; that is noted in `incoming`."""
        if incoming.fault is not None or (incoming.chunks is None and incoming.content_length == 0):
            return EMPTY_BODY
        if incoming.content_length > self._options.body_limit_bytes:
            incoming.fail(Fault.TOO_LARGE, self._too_large(f"{incoming.content_length:,} bytes"))
            return EMPTY_BODY
        if incoming.expects_continue and not incoming.completed_at_us and request.transport is not None:
            request.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        incoming.content = request.content
        return await BodyReader(
            self._spool, self._spooling, self._options.body_limit_bytes, self._options.body_timeout_s
        ).read(request, incoming, self._too_large)

    def _too_large(self, size: str) -> str:
        return f"The body of {size} is over the limit of {self._options.body_limit_bytes:,} bytes."

    def record_unanswered(self, protocol: WireProtocol, incoming: Incoming) -> web.StreamResponse:
        """Capture a request that the handler will never see; return the answer on its record."""
        transport = protocol.transport
        connected = transport is not None and not transport.is_closing()
        received = _received(incoming, EMPTY_BODY, protocol.peer)
        response = self._captures.receive_unanswered(received, connected=connected)
        return _write(transport, response, close=True)


def _received(incoming: Incoming, body: Body, peer: Peer) -> Received:
    return Received(
        request=Request(incoming.head, body, incoming.framing),
        peer=peer,
        received_at_us=incoming.received_at_us,
        completed_at_us=incoming.completed_at_us or incoming.received_at_us,
        fault=incoming.fault,
        fault_message=incoming.fault_message,
    )


_WRITTEN = {close: _Written(close=close) for close in (True, False)}


def _write(transport: asyncio.Transport | None, response: Response, *, close: bool) -> web.StreamResponse:
    """Write the recorded bytes of an answer, and nothing else; a sender that has gone is passed over."""
    if transport is not None and not transport.is_closing():
        transport.write(response.head.raw + response.body.content)
    return _WRITTEN[close]


async def _close(opened: asyncio.Server | None, server: _WireServer | None, *, timeout_s: float) -> None:
    if opened is not None:
        opened.close()
    if server is not None:
        await server.drain(timeout_s)
