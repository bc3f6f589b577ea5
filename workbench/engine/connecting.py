"""Connections for one attempt, with a mark at each step of making them.

aiohttp's connector does the work; it tells when a connection is there, not when TCP was and TLS began. The seams are
`_wrap_create_connection` (TCP, then TLS on the same socket), `_start_tls_connection` (TLS through a proxy) and
`_factory` (what reads the socket): tests guard them. Through SOCKS, aiohttp-socks connects and we add the TLS.
"""

import asyncio
import functools
import ssl
from dataclasses import dataclass
from typing import Any, cast

import aiohttp
from aiohttp.client_proto import ResponseHandler

from workbench.engine.routes import Route
from workbench.model.clock import elapsed_s
from workbench.model.delivery import Timings


@dataclass(slots=True)
class Marks:
    """When each phase began or ended, by `elapsed_s`, and what was seen on the way."""

    started: float = 0.0
    resolve_from: float | None = None
    resolved: float | None = None
    connect_from: float | None = None
    reached: float | None = None
    """TCP was there, TLS not yet; None where that cannot be told."""
    connected: float | None = None
    sent: float | None = None
    answered: float | None = None
    ended: float = 0.0
    received: int | None = None
    """Bytes that came since the request was begun; None where nobody counted."""
    body_bytes: int = 0
    """The size of the answer's body, wherever it went."""
    tls: ssl.SSLObject | None = None

    def timings(self, secure: bool) -> Timings:
        """Return the durations of the phases that happened."""
        connecting = self.resolved if self.resolved is not None else self.connect_from
        reached = self.reached if secure and self.reached is not None else None
        return Timings(
            resolve_us=_span(self.resolve_from, self.resolved),
            connect_us=_span(connecting, self.connected if reached is None else reached),
            send_us=_span(self.connected, self.sent),
            wait_us=_span(self.sent, self.answered),
            receive_us=_span(self.answered, self.ended),
            total_us=_span(self.started, self.ended) or 0,
            tls_us=_span(reached, self.connected),
        )


def _span(start: float | None, end: float | None) -> int | None:
    return None if start is None or end is None else max(0, round((end - start) * 1_000_000))


def connector_for(route: Route, marks: Marks) -> aiohttp.TCPConnector:
    """Return a connector for one connection; the session that uses it closes it."""
    if route.proxy is not None and route.proxy.is_socks:
        return _socks_connector(route, marks)
    return _MarkingConnector(marks)


class _CountingHandler(ResponseHandler):
    """Reads answers as aiohttp does, and counts what comes."""

    def __init__(self, marks: Marks, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        self._marks = marks

    def data_received(self, data: bytes) -> None:
        if self._marks.received is not None:
            self._marks.received += len(data)
        super().data_received(data)


class _MarkingConnector(aiohttp.TCPConnector):
    """Connects directly, or through an http or https proxy."""

    def __init__(self, marks: Marks) -> None:
        cast("Any", super()).__init__(force_close=True)
        self._marks = marks
        self._factory = functools.partial(_CountingHandler, marks, asyncio.get_running_loop())

    async def _wrap_create_connection(self, *arguments: Any, **options: Any) -> Any:
        loop = self._loop
        self._loop = cast("Any", _MarkedLoop(loop, self._marks))
        try:
            return await cast("Any", super())._wrap_create_connection(*arguments, **options)
        finally:
            self._loop = loop

    async def _start_tls_connection(self, *arguments: Any, **options: Any) -> Any:
        self._marks.reached = elapsed_s()
        return await super()._start_tls_connection(*arguments, **options)


class _MarkedLoop:
    """The loop as `_wrap_create_connection` uses it: when it asks for a protocol on a socket, TCP is there."""

    def __init__(self, loop: asyncio.AbstractEventLoop, marks: Marks) -> None:
        self._loop = loop
        self._marks = marks

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loop, name)

    async def create_connection(self, *arguments: Any, **options: Any) -> Any:
        self._marks.reached = elapsed_s()
        return await self._loop.create_connection(*arguments, **options)


def _socks_connector(route: Route, marks: Marks) -> aiohttp.TCPConnector:
    from aiohttp_socks import ProxyConnector, ProxyType

    proxy = route.proxy
    assert proxy is not None

    class MarkingProxyConnector(ProxyConnector):
        """Connects through a SOCKS proxy; TLS is ours, so that its time can be told apart."""

        async def _connect_via_proxy(self, host: str, port: int, ssl: Any = None, *rest: Any, **options: Any) -> Any:
            loop = asyncio.get_running_loop()
            transport, plain = await super()._connect_via_proxy(host, port, None, *rest, **options)
            marks.reached = elapsed_s()
            handler = _CountingHandler(marks, loop)
            # The plain protocol owns the stream that would close the transport when it is collected.
            cast("Any", handler).kept = plain
            if ssl is None:
                transport.set_protocol(handler)
            else:
                try:
                    transport = cast("Any", await loop.start_tls(transport, handler, ssl, server_hostname=host))
                except BaseException:
                    transport.close()
                    raise
            handler.connection_made(transport)
            return transport, handler

    kind = ProxyType.SOCKS4 if proxy.scheme.startswith("socks4") else ProxyType.SOCKS5
    return MarkingProxyConnector(
        host=proxy.host,
        port=proxy.port,
        proxy_type=kind,
        username=proxy.user,
        password=proxy.password or None,
        rdns=proxy.resolves,
        force_close=True,
    )
