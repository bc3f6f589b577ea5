"""Sending: the composer's engine with its history, one and fifty at once, beside bare aiohttp and HTTPie."""

import argparse
import asyncio
import subprocess
import time
from collections.abc import Awaitable, Callable

from benchmark.figures import Figure, alternating, beside
from benchmark.load import BODY
from benchmark.peers import found, nginx
from benchmark.processes import Started, a_home, own

HELP = "requests sent a second, with history, beside bare aiohttp"
BARE = "bare aiohttp"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the sending."""
    parser.add_argument("--count", type=int, default=3000, help="requests in a measurement (default: %(default)s)")
    parser.set_defaults(rounds=3)


def run(arguments: argparse.Namespace) -> list[Figure]:
    """Measure against nginx, or the bare handler where there is none."""
    with nginx() as port:
        if port is not None:
            return _against(port, arguments)
        plain = Started(own("plain", "--low-level"))
        try:
            return _against(plain.port, arguments)
        finally:
            plain.stop()


def _against(port: int, arguments: argparse.Namespace) -> list[Figure]:
    url = f"http://127.0.0.1:{port}/hooks"
    made: list[Figure] = []
    for at_once in (1, 50):
        runs: dict[str, Callable[[], float]] = {
            BARE: lambda n=at_once: asyncio.run(_bare(url, arguments.count, n)),
            "workbench's engine, kept in the history": lambda n=at_once: asyncio.run(_ours(url, arguments.count, n)),
        }
        http = found("http") if at_once == 1 else None
        if http is not None:
            runs["HTTPie, a process each"] = lambda http=http: _processes(
                [http, "--ignore-stdin", "POST", url, "a=1"], 5
            )
        medians = alternating(arguments.rounds, runs)
        goals = {"workbench's engine, kept in the history": "0.85 × bare aiohttp"}
        made += [
            Figure(f"{each.name}, {at_once} at once", each.value, "/s", each.beside, each.ratio, each.goal)
            for each in beside(medians, "/s", BARE, goals)
        ]
    return made


async def _many(send: Callable[[], Awaitable[object]], count: int, at_once: int) -> float:
    await send()  # Opens the history and loads the client, which is not what is measured.
    left = iter(range(count))

    async def worker() -> None:
        for _ in left:
            await send()

    began = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(at_once)))
    return count / (time.perf_counter() - began)


async def _bare(url: str, count: int, at_once: int) -> float:
    import aiohttp

    connector = aiohttp.TCPConnector(limit=at_once)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def send() -> None:
            async with session.post(url, data=BODY) as response:
                await response.read()

        return await _many(send, count, at_once)


async def _ours(url: str, count: int, at_once: int) -> float:
    from workbench.engine.workbench import open_workbench
    from workbench.model.collection import BodyKind, ComposedBody, SavedRequest
    from workbench.model.message import Body
    from workbench.storage.paths import Paths

    saved = SavedRequest(name="a", method="POST", url=url, body=ComposedBody(BodyKind.JSON, Body(BODY)))
    with a_home() as home:
        async with open_workbench(Paths.of_home(home)) as opened:
            return await _many(lambda: opened.deliveries.send(saved), count, at_once)


def _processes(words: list[str], count: int) -> float:
    began = time.perf_counter()
    for _ in range(count):
        subprocess.run(words, check=True, capture_output=True)
    return count / (time.perf_counter() - began)
