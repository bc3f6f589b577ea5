"""What a page in the user's browser, or another program of this machine, can get out of a listener: nothing."""

import asyncio
import os
import re
from pathlib import Path

import pytest
from fakes import read_answer
from program import Program, listening
from torture.senders import killed, start_listener
from torture_figures import Account

from workbench.storage.paths import Paths

WORDS = b"what-only-the-sender-and-the-user-know"
_LISTENING = "0A"


async def exchange(port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    answer = await read_answer(reader)
    writer.close()
    return answer


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "rebound.attacker.test"])
async def test_nothing_stored_is_served(paths: Paths, host: str, account: Account) -> None:
    """DNS rebinding makes a page one with the listener: then there is still nothing to read."""
    figure = account.figure("requests of pages that want to read captures")
    async with listening(Program(str(paths.data))) as catching:
        head = b"POST /hook HTTP/1.1\r\nHost: a\r\nX-Key: %s\r\nContent-Length: %d\r\n\r\n" % (WORDS, len(WORDS))
        await exchange(catching.port, head + WORDS)
        for method in ("GET", "POST", "OPTIONS", "PUT", "DELETE"):
            for target in ("/", "/hook", "/1", "/captures", "/api/captures/1", "/captures.db", "/../captures.db"):
                figure.tried()
                answer = await exchange(
                    catching.port,
                    f"{method} {target} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://attacker.test\r\n"
                    "Access-Control-Request-Method: POST\r\nContent-Length: 0\r\n\r\n".encode(),
                )
                assert WORDS not in answer
                assert b"access-control-allow" not in answer.lower()
                figure.survived()


def listening_sockets(process: int) -> list[str]:
    """Return the addresses that a process listens on, as the kernel knows them."""
    inodes = {
        match[1]
        for file in Path(f"/proc/{process}/fd").iterdir()
        if (match := re.fullmatch(r"socket:\[(\d+)\]", os.readlink(file)))
    }
    rows = [
        line.split()
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/{process}/net/{table}").read_text().splitlines()[1:]
    ]
    return [row[1] for row in rows if row[3] == _LISTENING and row[9] in inodes]


async def test_one_door_and_only_to_this_machine(paths: Paths) -> None:
    process, port = await start_listener(paths)
    assert listening_sockets(process.pid) == [f"0100007F:{port:04X}"]
    await killed(process)
