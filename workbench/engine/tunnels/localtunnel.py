"""localtunnel, spoken by ourselves: no program is needed.

The protocol of its server: `GET /?new`, or `GET /NAME`, answers `{id, port, max_conn_count, url}`; whoever connects
to that port gets requests, one connection each, as plain bytes. A connection is kept waiting for each one allowed.
"""

import asyncio
import contextlib
import json
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp

from workbench.engine.send_failures import failure_of
from workbench.engine.tasks import TaskSet
from workbench.engine.tunnels.launched import START_TIMEOUT_S, LaunchError, Launching
from workbench.engine.tunnels.trust import trusted
from workbench.model.message import Request
from workbench.model.tunnel import Tunnel

CONNECTIONS_LIMIT = 10
PIECE_BYTES = 64 * 1024
TRIES = 3
"""How often in a row the server may refuse a connection before the tunnel is given up."""

AGAIN_S = 0.3


@dataclass(frozen=True, slots=True)
class _Granted:
    url: str
    host: str
    port: int
    connections: int


async def launch_localtunnel(tunnel: Tunnel, launching: Launching) -> "LocaltunnelClient":
    """Ask the server for an address and connect; LaunchError."""
    granted = await _ask(tunnel)
    client = LocaltunnelClient(granted, launching)
    launching.tell(f"your url is: {granted.url}")
    return client


async def _ask(tunnel: Tunnel) -> _Granted:
    server = tunnel.server.rstrip("/")
    where = f"{server}/{tunnel.subdomain}" if tunnel.subdomain else f"{server}/?new"
    host = urlsplit(server).hostname or ""
    timeout = aiohttp.ClientTimeout(total=START_TIMEOUT_S)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(where, ssl=trusted(tunnel)) as answer,
        ):
            text = await answer.text()
            if answer.status != 200:
                said = f": {text.strip()[:200]}" if text.strip() else ""
                raise LaunchError(
                    f"{host} gave no address, it answered {answer.status}{said}.", "Try another subdomain."
                )
            granted = json.loads(text)
            return _Granted(
                str(granted["url"]).rstrip("/"),
                str(granted.get("ip") or host),
                int(granted["port"]),
                max(1, min(int(granted.get("max_conn_count") or 1), CONNECTIONS_LIMIT)),
            )
    except TimeoutError as error:
        raise LaunchError(
            f"{host} did not answer; its public server is often overloaded.", "Try another tunnel."
        ) from error
    except (aiohttp.ClientError, OSError) as error:
        failure = failure_of(error, urlsplit(server).netloc, START_TIMEOUT_S, connected=False, answered=False)
        raise LaunchError(failure.message, "Check your network, or take another server.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise LaunchError(
            f"{host} is no localtunnel server: its answer cannot be read.", "Check `server`."
        ) from error


class LocaltunnelClient:
    """Connections that wait for requests and lead them to the listener."""

    def __init__(self, granted: _Granted, launching: Launching) -> None:
        self.url = granted.url
        self._granted = granted
        self._launching = launching
        self._failures = 0
        self._ended: asyncio.Future[LaunchError] = asyncio.get_running_loop().create_future()
        self._tasks = TaskSet()
        for number in range(granted.connections):
            self._tasks.start(self._serve(), f"localtunnel connection {number}")

    async def ended(self) -> LaunchError:
        return await asyncio.shield(self._ended)

    async def close(self) -> None:
        await self._tasks.finish(timeout_s=0)

    async def carry(self, request: Request) -> Request | None:
        return None

    async def _serve(self) -> None:
        while not self._ended.done():
            try:
                reader, writer = await asyncio.open_connection(self._granted.host, self._granted.port)
            except OSError as error:
                self._note_failure(f"the server takes no connections any more ({error.strerror or error})")
                await asyncio.sleep(AGAIN_S)
                continue
            try:
                first = await reader.read(PIECE_BYTES)
                if first:
                    self._failures = 0
                    await self._lead(first, reader, writer)
                else:
                    self._note_failure("the server closed the connections")
                    await asyncio.sleep(AGAIN_S)
            except OSError:
                await asyncio.sleep(AGAIN_S)
            finally:
                writer.close()

    async def _lead(self, first: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        local = self._launching.local
        try:
            local_reader, local_writer = await asyncio.open_connection(local.host, local.port)
        except OSError as error:
            self._launching.tell(f"the listener at {local.url} takes no connection: {error.strerror or error}")
            return
        local_writer.write(first)
        try:
            await asyncio.gather(_pipe(reader, local_writer), _pipe(local_reader, writer))
        finally:
            local_writer.close()

    def _note_failure(self, why: str) -> None:
        self._failures += 1
        if self._failures >= TRIES * self._granted.connections and not self._ended.done():
            self._ended.set_result(LaunchError(f"localtunnel ended: {why}."))


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while piece := await reader.read(PIECE_BYTES):
            writer.write(piece)
            await writer.drain()
    writer.close()  # One side that ends ends the other: nobody waits for a peer that has gone.
