"""`workbench send`: bodies are written as they come, into a download's file and to standard output."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from program import Program


@asynccontextmanager
async def slow_target(first: bytes, goes_on: Callable[[], Awaitable[None]], rest: bytes) -> AsyncIterator[str]:
    """Announce both pieces, and send the second once `goes_on` returns; an empty one is never sent."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 10\r\n\r\n" + first)
        await writer.drain()
        await goes_on()
        writer.write(rest)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/file"


async def test_a_download_is_in_its_file_before_it_is_whole(workbench: Program, tmp_path: Path) -> None:
    file = tmp_path / "file"

    async def is_begun() -> None:
        while not file.exists():  # noqa: ASYNC110 - a file has no event.
            await asyncio.sleep(0.01)

    async with slow_target(b"01234", is_begun, b"56789") as url:
        assert (await workbench("send", "-d", "-o", str(file), url)).code == 0
    assert file.read_bytes() == b"0123456789"


async def test_what_came_of_a_broken_download_is_kept_and_a_former_file_is_not_harmed(
    workbench: Program, tmp_path: Path
) -> None:
    new, former = tmp_path / "new", tmp_path / "former"
    former.write_bytes(b"mine")

    async def at_once() -> None:
        return

    async with slow_target(b"01234", at_once, b"") as url:
        broken = await workbench("send", "-d", "-o", str(new), url)
        again = await workbench("send", "-d", "-o", str(former), url)
    assert (broken.code != 0, again.code != 0) == (True, True)
    assert "5 B came. Go on with" in broken.err
    assert (new.read_bytes(), former.read_bytes()) == (b"01234", b"mine")
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "home") == ["former", "new"]


async def test_stream_prints_as_it_comes(workbench: Program) -> None:
    printed = asyncio.Event()

    async def is_printed() -> None:
        await asyncio.wait_for(printed.wait(), 30)

    async with slow_target(b"01234", is_printed, b"56789") as url:
        running = await workbench.start("send", "-S", "-I", url)
        assert running.stdout is not None
        assert await running.stdout.readexactly(5) == b"01234"
        printed.set()
        assert await running.stdout.read() == b"56789"
        assert await running.wait() == 0
