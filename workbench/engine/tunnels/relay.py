"""A relay of smee's kind: senders post to a channel, and we read its events; no program is needed.

The server parses JSON and gives it on as its own JSON in Server-Sent Events: `{body, query, timestamp, NAME: value}`
with the headers' names in lower case (smee.io's source). Bodies are therefore not what was sent. gosmee's server adds
`bodyB`, the exact bytes in base64, which is used where it is.
"""

import asyncio
import base64
import binascii
import json
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

from workbench.engine.composing import parse_target
from workbench.engine.routes import Route
from workbench.engine.sender import HttpSender
from workbench.engine.tasks import TaskSet
from workbench.engine.tunnels.launched import START_TIMEOUT_S, LaunchError, Launching
from workbench.engine.tunnels.trust import trusted
from workbench.model.clock import SystemClock
from workbench.model.message import Body, Head, Headers, Request, wire_text
from workbench.model.tunnel import Tunnel

if TYPE_CHECKING:
    import httpx

SILENCE_S = 90.0
"""Servers send a ping every 30 seconds."""

MARK = "workbench_probe"
"""The member of a JSON body by which we know what we sent ourselves."""

RELAYED_HEADER = "X-Workbench-Relayed"
_NOT_PASSED_ON = {"host", "content-length", "connection", "transfer-encoding", "accept-encoding", "expect", "te"}
_NO_HEADERS = {"body", "bodyB", "query", "timestamp"}


class NotCarried(LaunchError):
    """A request that the relay does not take, and what it answered."""


async def launch_relay(tunnel: Tunnel, launching: Launching) -> "RelayChannel":
    """Take a channel, or a new one, and read it; LaunchError."""
    import httpx

    timeout = httpx.Timeout(10.0, read=SILENCE_S)
    client = httpx.AsyncClient(timeout=timeout, verify=trusted(tunnel), follow_redirects=False, trust_env=False)
    try:
        async with asyncio.timeout(START_TIMEOUT_S):
            channel = RelayChannel(tunnel.url or await _new_channel(client, tunnel.server), client, launching, tunnel)
            await channel.open()
            return channel
    except TimeoutError as error:
        await client.aclose()
        raise LaunchError(f"The relay {tunnel.url or tunnel.server} did not get ready in time.") from error
    except httpx.HTTPError as error:
        await client.aclose()
        raise LaunchError(f"The relay {tunnel.url or tunnel.server} cannot be reached: {_words(error)}.") from error
    except BaseException:
        await client.aclose()
        raise


async def _new_channel(client: "httpx.AsyncClient", server: str) -> str:
    answer = await client.get(f"{server.rstrip('/')}/new")
    where = answer.headers.get("location", "")
    if answer.status_code not in (302, 303, 307) or not where:
        raise LaunchError(f"{server} gave no channel, it answered {answer.status_code}.", "Check `server`.")
    return str(answer.url.join(where))


def _words(error: Exception) -> str:
    return (str(error) or type(error).__name__).rstrip(".")


class RelayChannel:
    """A channel that is read, and leads what it tells to the listener."""

    def __init__(self, url: str, client: "httpx.AsyncClient", launching: Launching, tunnel: Tunnel) -> None:
        self.url = url.rstrip("/")
        self._client = client
        self._launching = launching
        self._route = Route(tls=trusted(tunnel))
        self._sender = HttpSender(SystemClock())
        self._ready = asyncio.Event()
        self._tasks = TaskSet()
        self._reading: asyncio.Task[LaunchError] | None = None
        self._expected: dict[str, asyncio.Future[Request]] = {}

    async def open(self) -> None:
        """Begin to read; returns once the server says that the channel is ready. LaunchError."""
        self._reading = self._tasks.start(self._read(), "read a relay's channel")
        ready = asyncio.ensure_future(self._ready.wait())
        try:
            await asyncio.wait({self._reading, ready}, return_when=asyncio.FIRST_COMPLETED)
            if not self._ready.is_set():
                raise self._reading.result()
        except BaseException:
            await self._tasks.finish(timeout_s=0)
            raise
        finally:
            ready.cancel()

    async def ended(self) -> LaunchError:
        assert self._reading is not None
        return await asyncio.shield(self._reading)

    async def close(self) -> None:
        await self._tasks.finish(timeout_s=0)
        await self._client.aclose()

    async def carry(self, request: Request) -> Request | None:
        """Post a request to the channel and return what would reach the listener; NotCarried where it is refused."""
        mark = _mark_in(request.body.read())
        arrived: asyncio.Future[Request] = asyncio.get_running_loop().create_future()
        self._expected[mark] = arrived
        try:
            target = parse_target(self.url)
            headers = Headers(
                (("Host", target.authority), *((n, v) for n, v in request.headers if n.lower() != "host"))
            )
            posted = Request(Head.build(f"{request.method} {target.path or '/'} HTTP/1.1", headers), request.body)
            attempt = await self._sender.attempt(target, posted, 10.0, self._route)
            if attempt.failure is not None:
                raise NotCarried(attempt.failure.message)
            if attempt.response is None or not 200 <= attempt.response.status < 300:
                status = attempt.response.status if attempt.response else 0
                raise NotCarried(f"The relay refuses this request: it answered {status}.")
            return await arrived
        finally:
            del self._expected[mark]

    async def _read(self) -> LaunchError:
        import httpx
        from httpx_sse import SSEError

        try:
            async for kind, data in self._events():
                self._ready.set()
                if kind == "message":
                    self._take(data)
            return LaunchError("The relay ended the channel.")
        except SSEError as error:
            return LaunchError(f"{self.url} is no channel: {_words(error)}.", "Check `url`.")
        except httpx.HTTPError as error:
            return LaunchError(f"The relay's channel was cut: {_words(error)}.")

    async def _events(self) -> AsyncIterator[tuple[str, str]]:
        from httpx_sse import aconnect_sse

        async with aconnect_sse(self._client, "GET", self.url) as source:
            async for event in source.aiter_sse():
                yield event.event, event.data

    def _take(self, data: str) -> None:
        try:
            request = relayed_request(json.loads(data), self._launching.local.url)
        except (ValueError, KeyError, TypeError):
            self._launching.tell(f"the relay told something unreadable: {data[:200]}")
            return
        mark = _mark_in(request.body.read())
        expected = self._expected.get(mark)
        if expected is not None and not expected.done():
            expected.set_result(request)
        if expected is not None or (mark and self._launching.is_ours(mark)):
            return  # Ours: from another process, or too late.
        self._tasks.start(self._deliver(request), "deliver what a relay told")

    async def _deliver(self, request: Request) -> None:
        attempt = await self._sender.attempt(parse_target(self._launching.local.url), request, 30.0)
        if attempt.failure is not None:
            self._launching.tell(f"a webhook could not be delivered to the listener: {attempt.failure.message}")
        elif attempt.response is not None:
            self._launching.tell(f"{request.method} {request.target} - {attempt.response.status}")


def relayed_request(message: dict[str, Any], local_url: str) -> Request:
    """Return the request that an event stands for; KeyError, TypeError, ValueError where it stands for none."""
    body = _body_of(message)
    query = cast("dict[str, Any]", message.get("query") or {})
    target = f"/?{urlencode(query, doseq=True)}" if query else "/"
    passed = [
        (name, wire_text(str(value)))
        for name, value in message.items()
        if name not in _NO_HEADERS and name.lower() not in _NOT_PASSED_ON and "\n" not in str(value)
    ]
    headers = [
        ("Host", local_url.removeprefix("http://")),
        *passed,
        (RELAYED_HEADER, "body written anew by the relay"),
    ]
    headers.append(("Content-Length", str(len(body))))
    return Request(Head.build(f"POST {target} HTTP/1.1", Headers(tuple(headers))), Body(body))


def _body_of(message: dict[str, Any]) -> bytes:
    exact = message.get("bodyB")
    if isinstance(exact, str) and exact:
        try:
            return base64.b64decode(exact, validate=True)
        except binascii.Error as error:
            raise ValueError("bodyB is no base64") from error
    body = message["body"]
    return (
        body.encode()
        if isinstance(body, str)
        else json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    )


def _mark_in(body: bytes) -> str:
    if MARK.encode() not in body:
        return ""
    try:
        found = json.loads(body)
    except ValueError:
        return ""
    return str(cast("dict[str, Any]", found).get(MARK, "")) if isinstance(found, dict) else ""
