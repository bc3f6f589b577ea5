"""Columns of lists: they line up whatever is in them, are cut on a terminal, and are whole in a pipe."""

import asyncio
import os
import pty
import re
import sys

import pytest
from fakes import Catcher
from program import Program

from workbench.storage.paths import Paths

LONG = "/hooks/" + "0123456789" * 15
STATUS = re.compile(r"  200 +\d+ B")


@pytest.fixture
async def caught(catcher: Catcher) -> None:
    """Captures with short and long targets; of some a provider is known."""
    for target, agent in (("/a", "curl"), (LONG, "curl"), ("/stripe", "Stripe/1.0"), (LONG, "Stripe/1.0")):
        head = f"POST {target} HTTP/1.1\r\nHost: a\r\nUser-Agent: {agent}\r\nStripe-Signature: t=1,v1=00\r\n"
        assert (await catcher.exchange(f"{head}Content-Length: 0\r\n\r\n".encode())).startswith(b"HTTP/1.1 200 ")


async def on_a_terminal(paths: Paths, width: int, *words: str) -> str:
    """Run the program on a terminal of so many columns, and return what it wrote there, without colours."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(width), "TERM": "xterm"}
    command = [sys.executable, "-m", "workbench", f"--home={paths.data}", *words]
    program = await asyncio.create_subprocess_exec(*command, stdout=theirs, env=environment)
    os.close(theirs)
    written = b""
    try:
        while piece := await asyncio.to_thread(os.read, ours, 65_536):
            written += piece
    except OSError:
        pass  # So a terminal on Linux says that nobody writes to it any more.
    finally:
        os.close(ours)
    assert await program.wait() == 0
    return re.sub(r"\x1b\[\d*m", "", written.decode())


@pytest.mark.usefixtures("caught")
@pytest.mark.parametrize("width", [100, 160])
async def test_a_list_fits_its_terminal(paths: Paths, width: int) -> None:
    lines = (await on_a_terminal(paths, width, "captures", "list")).splitlines()
    assert len(lines) == 4
    assert len({STATUS.search(line).start() for line in lines if STATUS.search(line)}) == 1
    assert max(map(len, lines)) <= width
    assert "…" in lines[1]


@pytest.mark.usefixtures("caught")
async def test_a_pipe_gets_all_of_it(workbench: Program) -> None:
    lines = (await workbench("captures", "list")).text.splitlines()
    assert LONG in lines[1]
    assert "…" not in "".join(lines)
    short = [STATUS.search(lines[place]) for place in (0, 2)]
    assert short[0] is not None
    assert short[1] is not None
    assert short[0].start() == short[1].start()
