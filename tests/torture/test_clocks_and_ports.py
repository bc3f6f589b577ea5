"""A clock that jumps, a port that others want: numbers go on, times are what was said, nothing is served twice."""

import asyncio
import os
import socket
import time

from fakes import Catcher
from program import Program, listening
from torture.senders import Acknowledged, post
from torture_figures import Account

from workbench.storage.paths import Paths
from workbench.storage.spool import sweep

YEAR_US = 365 * 24 * 3600 * 1_000_000


class JumpingClock:
    """Goes decades back and forth."""

    def __init__(self, account: Account) -> None:
        self._chance = account.chance

    def now_us(self) -> int:
        return time.time_ns() // 1000 + self._chance.randrange(-50, 50) * YEAR_US


async def test_clock_jumps(catcher: Catcher, account: Account) -> None:
    figure = account.figure("clock jumps by decades")
    catcher.listener.clock = JumpingClock(account)
    catcher.captures._clock = JumpingClock(account)
    for number in range(1, 101):
        figure.tried()
        answer = await catcher.exchange(b"POST /n HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}")
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert catcher.get(number).request.body.read() == b"{}"
        figure.survived()
    listed = await Program(str(catcher.paths.data))("captures", "list", "--limit=200", "--json")
    assert [each["number"] for each in listed.objects] == list(range(1, 101))
    assert (await Program(str(catcher.paths.data))("captures", "list", "since:2h")).code == 0


async def test_clock_of_the_future_sweeps_no_body_that_has_a_row(catcher: Catcher) -> None:
    await catcher.exchange(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n" + b"x" * 2_000_000)
    path = catcher.get(1).request.body.path
    assert path is not None
    swept = await asyncio.to_thread(sweep, catcher.paths.spool, [os.path.basename(path)], 2**60)
    assert swept == 0
    assert catcher.get(1).request.body.size == 2_000_000


async def test_port_taken_by_another_program(paths: Paths, account: Account) -> None:
    figure = account.figure("port taken by another program")
    for host in ("127.0.0.1", "0.0.0.0"):
        figure.tried()
        with socket.create_server((host, 0)) as other:
            port = other.getsockname()[1]
            ran = await Program(str(paths.data))("listen", f"--port={port}", "--for=1")
            assert ran.code == 3
            assert f"Port {port} on 127.0.0.1 is already in use" in ran.err
        figure.survived()


async def test_port_cannot_be_stolen_while_we_listen(paths: Paths, account: Account) -> None:
    """Another socket, even one that asks for address reuse, does not take our webhooks."""
    figure, acknowledged = account.figure("port stolen from a running listener"), Acknowledged()
    async with listening(Program(str(paths.data))) as catching:
        figure.tried()
        with socket.socket() as thief:
            thief.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            thief.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            try:
                thief.bind(("127.0.0.1", catching.port))
                thief.listen()
                is_taken = True
            except OSError:
                is_taken = False
            assert not is_taken
            await post(catching.port, b"ours", acknowledged, 5)
        assert len(acknowledged.digests) == 5
        figure.survived()


async def test_second_listener_of_a_home_is_told_where_the_first_is(paths: Paths, account: Account) -> None:
    figure = account.figure("second listener of a home")
    async with listening(Program(str(paths.data))) as catching:
        figure.tried()
        ran = await Program(str(paths.data))("listen", "--port=0", "--for=1")
        assert ran.code == 3
        assert str(catching.port) in ran.err
        figure.survived()
