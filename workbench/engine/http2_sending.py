"""HTTP/2, where a request asks for it: httpx carries it, with what that costs in exactness.

HTTP/2 has no request line and no `Host`, its header names are small, and headers of the connection do not exist in
it (RFC 9113, 8.2). So what goes out cannot be what was typed to the byte: order, values and body are, and the attempt
records what httpx sent. A target that does not offer HTTP/2 in its TLS handshake is spoken to in HTTP/1.1, and the
attempt says so. Without TLS there is no HTTP/2 here: the usual sender is used then.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any, cast

import httpx

from workbench.engine.body_sink import BodySink, read_body
from workbench.engine.composing import Target
from workbench.engine.connecting import Marks
from workbench.engine.peer_security import security_of
from workbench.engine.routes import DIRECT, Route
from workbench.engine.send_failures import AnswerTooLargeError, seconds_text
from workbench.engine.sender import postpone, sizes_of
from workbench.model.clock import Clock, elapsed_s
from workbench.model.delivery import Attempt, Failure, FailureKind
from workbench.model.errors import UsageError
from workbench.model.message import Body, Head, Headers, Request, Response

ENGINE = "httpx"
_OF_THE_CONNECTION = {"connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"}
_MARKED = {
    "connect_tcp.started": "connect_from",
    "start_tls.started": "reached",
    "start_tls.complete": "connected",
    "send_request_body.complete": "sent",
}


class Http2Sender:
    """Sends single requests over TLS; needs no closing."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def attempt(
        self,
        target: Target,
        request: Request,
        timeout_s: float | None = 30.0,
        route: Route = DIRECT,
        sink: BodySink | None = None,
    ) -> Attempt:
        """Send once, as `HttpSender.attempt` does. The request in the attempt is the one of HTTP/2's words."""
        marks = Marks(started=elapsed_s())
        started_at_us = self._clock.now_us()
        exchange = _Exchange(target, request, route, marks, sink)
        failure = None
        try:
            async with asyncio.timeout(timeout_s or None) as deadline:
                await exchange.run(partial(postpone, deadline, timeout_s))
        except (httpx.HTTPError, httpx.InvalidURL, OSError, TimeoutError, ValueError, AnswerTooLargeError) as error:
            exchange.response = None
            failure = _failure(error, target, timeout_s, marks)
        marks.ended = elapsed_s()
        sent = exchange.sent()
        return Attempt(
            sent,
            started_at_us,
            marks.timings(secure=True),
            exchange.response,
            failure,
            url=target.url + request.target,
            engine=ENGINE,
            protocol=exchange.protocol,
            security=await security_of(marks.tls, route.verified),
            sizes=await sizes_of(sent, exchange.response, None, marks.body_bytes),
        )


class _Exchange:
    """One request on its way, and what is known of it so far."""

    def __init__(self, target: Target, request: Request, route: Route, marks: Marks, sink: BodySink | None) -> None:
        self._sink = sink
        self._target = target
        self._request = request
        self._route = route
        self._marks = marks
        self.protocol = ""
        self.response: Response | None = None

    async def run(self, going_on: Callable[[], None]) -> None:
        """Send and read; whatever goes wrong is raised."""
        async with httpx.AsyncClient(
            http2=True, verify=_tls(self._route), proxy=_proxy(self._route), timeout=None, trust_env=False
        ) as client:
            request = httpx.Request(
                self._request.method,
                f"{self._target.url}/",
                headers=_headers(self._request),
                content=_content(self._request.body) if self._request.body.size else None,
                extensions={"trace": self._trace},
            )
            request.url = _ExactUrl(f"{self._target.url}/", self._request.target.encode("latin-1"))
            answer = await client.send(request, stream=True)
            try:
                self._marks.answered = elapsed_s()
                self.protocol = answer.http_version
                head, limit = _head(answer), self._route.response_limit_bytes
                body, self._marks.body_bytes = await read_body(answer.aiter_raw(), head, limit, self._sink, going_on)
                self.response = Response(head, body)
            finally:
                await answer.aclose()

    async def _trace(self, event: str, info: Any) -> None:
        step = event.partition(".")[2]
        if step in _MARKED:
            setattr(self._marks, _MARKED[step], elapsed_s())
        if step == "start_tls.complete":
            self._marks.tls = info["return_value"].get_extra_info("ssl_object")

    def sent(self) -> Request:
        """Return the request in the words of the protocol that was spoken; `host` stands for `:authority`."""
        version = self.protocol or "HTTP/2"
        pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in _headers(self._request)]
        host = [each for each in pairs if each[0].lower() == "host"] or [("Host", self._target.authority)]
        ordered = (*host, *(each for each in pairs if each[0].lower() != "host"))
        if version == "HTTP/2":
            ordered = tuple((name.lower(), value) for name, value in ordered)
        start = f"{self._request.method} {self._request.target} {version}"
        return Request(Head.build(start, Headers(ordered)), self._request.body)


class _ExactUrl(httpx.URL):
    """A URL whose path goes out as it is; httpx would quote it anew, and its `target` extension reaches proxies."""

    def __init__(self, url: str, target: bytes) -> None:
        super().__init__(url)
        self._target = target

    @property
    def raw_path(self) -> bytes:
        return self._target


def _headers(request: Request) -> list[tuple[bytes, bytes]]:
    """Return the headers for httpx, which leaves what is given and adds a length only where there is none."""
    kept = [(name, value) for name, value in request.headers if name.lower() not in _OF_THE_CONNECTION]
    if request.body.size and not request.headers.get("content-length"):
        kept.append(("Content-Length", str(request.body.size)))
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in kept]


async def _content(body: Body) -> AsyncIterator[bytes]:
    pieces = body.chunks()
    while piece := await asyncio.to_thread(next, pieces, b""):
        yield piece


def _tls(route: Route) -> ssl.SSLContext:
    """Return a context of this connection's own: httpx writes the protocols it offers into it."""
    if isinstance(route.tls, ssl.SSLContext):
        return route.tls
    context = ssl.create_default_context()
    if route.tls is False:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _proxy(route: Route) -> httpx.Proxy | None:
    proxy = route.proxy
    if proxy is None:
        return None
    if proxy.is_socks:
        raise UsageError(
            "HTTP/2 through a SOCKS proxy is not offered.", "Switch HTTP/2 off, or use an http or https proxy."
        )
    auth = None if proxy.user is None else (proxy.user, proxy.password)
    return httpx.Proxy(proxy.url, auth=auth, ssl_context=_tls(route) if proxy.scheme == "https" else None)


def _head(answer: httpx.Response) -> Head:
    pairs = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in answer.headers.raw)
    reason = cast("bytes", answer.extensions.get("reason_phrase", b"")).decode("latin-1")
    return Head.build(f"{answer.http_version} {answer.status_code} {reason}", Headers(pairs))


def _failure(error: Exception, target: Target, timeout_s: float | None, marks: Marks) -> Failure:
    where = target.authority
    tls = _tls_error(error)
    if tls is not None and not isinstance(error, TimeoutError):
        reason = tls.verify_message if isinstance(tls, ssl.SSLCertVerificationError) else (tls.reason or str(tls))
        return Failure(FailureKind.TLS, f"No trusted TLS connection to {where}: {reason.rstrip('.')}.")
    match error:
        case TimeoutError():
            what = "did not answer" if marks.connected is not None else "did not accept a connection"
            return Failure(FailureKind.TIMED_OUT, f"{where} {what} within {seconds_text(timeout_s or 0)}.")
        case AnswerTooLargeError():
            return Failure(FailureKind.BAD_RESPONSE, f"The answer of {where} is larger than {error.limit:,} bytes.")
        case httpx.ProxyError():
            return Failure(FailureKind.PROXY, f"The proxy did not lead to {where}: {_words(error)}.")
        case httpx.ConnectError() if _is_unknown_host(error):
            return Failure(FailureKind.NOT_FOUND, f"The host {where} was not found. Check its name and your network.")
        case httpx.ConnectError():
            return Failure(FailureKind.REFUSED, f"No connection to {where}: {_words(error)}.")
        case httpx.RemoteProtocolError() if marks.answered is None:
            return Failure(FailureKind.BAD_RESPONSE, f"The answer of {where} cannot be read: {_words(error)}.")
        case httpx.RemoteProtocolError() | httpx.ReadError() | httpx.WriteError() | httpx.CloseError():
            return Failure(FailureKind.DISCONNECTED, f"{where} closed the connection before its answer was complete.")
        case FileNotFoundError():
            return Failure(FailureKind.NETWORK, "The body to send is no longer stored.")
        case _:
            return Failure(FailureKind.NETWORK, f"Sending to {where} failed: {_words(error)}.")


def _causes(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found


def _tls_error(error: Exception) -> ssl.SSLError | None:
    waiting = (ssl.SSLWantReadError, ssl.SSLWantWriteError)
    found = (each for each in _causes(error) if isinstance(each, ssl.SSLError) and not isinstance(each, waiting))
    return next(found, None)


def _is_unknown_host(error: Exception) -> bool:
    import socket

    return any(isinstance(each, socket.gaierror) for each in _causes(error))


def _words(error: Exception) -> str:
    return (str(error) or type(error).__name__).rstrip(".")
