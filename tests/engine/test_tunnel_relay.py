"""A relay and localtunnel, by servers in this process that speak what smee.io's and localtunnel's servers do."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from fakes import read_answer
from followed_tunnel import captured, listening, running, works

from workbench.engine.tunnels import proving
from workbench.engine.tunnels.probes import Probes
from workbench.engine.tunnels.relay import relayed_request
from workbench.engine.tunnels.round_trip import round_trip
from workbench.model.clock import SystemClock
from workbench.model.round_trip import Aspect
from workbench.model.tunnel import Part, ProofState, Tunnel, TunnelKind, TunnelState
from workbench.storage.captures import CaptureReader
from workbench.storage.packs import load_packs
from workbench.storage.paths import Paths
from workbench.storage.probe_key import probe_key


class Smee:
    """smee.io's server as its source has it: JSON is parsed, and given on as an event with the headers beside it."""

    def __init__(self) -> None:
        self.url = ""
        self.is_deaf = False
        self._readers: list[web.StreamResponse] = []

    async def new(self, _: web.Request) -> web.StreamResponse:
        raise web.HTTPFound(f"{self.url}/abcDEF123")

    async def read(self, request: web.Request) -> web.StreamResponse:
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await stream.prepare(request)
        await stream.write(b"event: ready\ndata: {}\n\n")
        self._readers.append(stream)
        await asyncio.Event().wait()
        return stream

    async def post(self, request: web.Request) -> web.StreamResponse:
        if request.content_type != "application/json":
            return web.Response(status=415)
        body = json.loads(await request.read())
        told = {name.lower(): value for name, value in request.headers.items()}
        told |= {"body": body, "query": dict(request.query), "timestamp": 1}
        data = json.dumps(told, separators=(",", ":"), ensure_ascii=False)
        for stream in [] if self.is_deaf else self._readers:
            await stream.write(f"id: 1\ndata: {data}\n\n".encode())
        return web.Response()


@asynccontextmanager
async def smee() -> AsyncIterator[Smee]:
    server = Smee()
    application = web.Application()
    application.router.add_get("/new", server.new)
    application.router.add_get("/{channel}", server.read)
    application.router.add_post("/{channel}", server.post)
    runner = web.AppRunner(application, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"  # type: ignore[union-attr]
    try:
        yield server
    finally:
        await runner.cleanup()


async def post(url: str, body: bytes, headers: str = "Content-Type: application/json\r\n") -> bytes:
    where, _, path = url.removeprefix("http://").partition("/")
    reader, writer = await asyncio.open_connection("127.0.0.1", int(where.rpartition(":")[2]))
    writer.write(
        f"POST /{path} HTTP/1.1\r\nHost: {where}\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body
    )
    answer = await read_answer(reader)
    writer.close()
    return answer


async def test_a_relay_delivers_is_proven_by_its_channel_and_says_what_it_changes(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proving, "RELAY_TIMEOUT_S", 1.0)
    async with smee() as server, listening(paths) as served:
        tunnel = Tunnel("smee", TunnelKind.RELAY, server=server.url, probe_every_s=1.0)
        async with running(paths, tunnel, served.listener.port) as followed:
            status = await followed.until(works)
            assert status.url == f"{server.url}/abcDEF123"
            stored = asyncio.Event()
            served.captures.stored.subscribe(lambda _: stored.set())
            await post(f"{status.url}?a=1", b'{"a": 1.0,  "b":"\\u00e9"}')
            async with asyncio.timeout(5):
                await stored.wait()
            reader = CaptureReader(paths.captures, paths.spool)
            capture = reader.get(1)
            reader.close()
            assert capture is not None
            assert capture.request.target == "/?a=1"
            assert "written anew" in capture.request.headers.get("x-workbench-relayed")
            launched = followed.service.launched
            assert launched is not None
            clock = SystemClock()
            packs = load_packs(paths).all
            result = await round_trip(tunnel, status.url, Probes(probe_key(paths), clock), clock, packs, launched)
            assert not result.is_exact
            assert {"stripe", "github"} <= {item.provider for item in result.broken}
            assert "415" in next(trip.failure for trip in result.trips if trip.title == "form")
            assert any(item.aspect is Aspect.BODY for item in result.trips[0].differences)
            assert captured(paths) == 1
            server.is_deaf = True
            status = await followed.until(lambda status: status.proof.state is ProofState.BROKEN)
            assert status.proof.part is Part.TUNNEL
            server.is_deaf = False
            await followed.until(works)


def test_a_relays_event_becomes_a_request_and_cannot_smuggle_headers() -> None:
    told = {"body": {"a": 1}, "query": {}, "timestamp": 1, "x-a": "1\r\nX-Evil: 2", "host": "smee.io", "x-b": "é"}
    request = relayed_request(told, "http://127.0.0.1:8080")
    assert [name for name, _ in request.headers] == ["Host", "x-b", "X-Workbench-Relayed", "Content-Length"]
    assert request.body.read() == b'{"a":1}'
    exact = relayed_request({"body": {}, "bodyB": "eyJhIjogMS4wfQ=="}, "http://127.0.0.1:8080")
    assert exact.body.read() == b'{"a": 1.0}'
    with pytest.raises(ValueError, match="base64"):
        relayed_request({"body": {}, "bodyB": "*"}, "http://127.0.0.1:8080")


class LocaltunnelServer:
    """localtunnel's server: an address on request, a port for the client's connections, a request on each."""

    def __init__(self) -> None:
        self.waiting: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
        self.url = ""
        self.port = 0
        self.tunnels: asyncio.Server | None = None

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self.waiting.put((reader, writer))

    async def public(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if head.startswith((b"GET /?new ", b"GET /mine ")):
            told = json.dumps({"id": "mine", "port": self.port, "max_conn_count": 3, "url": self.url}).encode()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(told) + told)
        else:
            client_reader, client_writer = await self.waiting.get()
            client_writer.write(head)
            writer.write(await read_answer(client_reader))
            client_writer.close()
        await writer.drain()
        writer.close()


@asynccontextmanager
async def localtunnel() -> AsyncIterator[LocaltunnelServer]:
    server = LocaltunnelServer()
    server.tunnels = await asyncio.start_server(server.connect, "127.0.0.1", 0)
    public = await asyncio.start_server(server.public, "127.0.0.1", 0)
    server.port = server.tunnels.sockets[0].getsockname()[1]
    server.url = f"http://127.0.0.1:{public.sockets[0].getsockname()[1]}"
    try:
        yield server
    finally:
        for each in (server.tunnels, public):
            each.close()
        while not server.waiting.empty():
            server.waiting.get_nowait()[1].close()


async def test_localtunnel_is_spoken_by_ourselves(paths: Paths) -> None:
    async with localtunnel() as server, listening(paths) as served:
        tunnel = Tunnel("localtunnel", TunnelKind.LOCALTUNNEL, server=server.url, subdomain="mine", probe_every_s=1.0)
        async with running(paths, tunnel, served.listener.port) as followed:
            status = await followed.until(works)
            assert status.url == server.url
            for _ in range(5):  # More than it has connections: they are made anew.
                proof = followed.service.status.proof.at_us
                followed.service.check_now()
                await followed.until(lambda status, proof=proof: works(status) and status.proof.at_us != proof)
            assert server.tunnels is not None
            server.tunnels.close()
            while not server.waiting.empty():
                server.waiting.get_nowait()[1].close()
            status = await followed.until(lambda status: status.state is TunnelState.WAITING)
            assert "localtunnel ended" in status.reason
