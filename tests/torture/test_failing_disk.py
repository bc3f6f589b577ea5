"""A disk that is full, read-only or broken: 503 and never a false 200, and all is well once it is."""

import asyncio

from program import Inside, Program
from torture.disks import Disk, allow_writes, fail_writes
from torture.senders import Acknowledged, killed, lost, post, start_listener, stored
from torture_figures import Account, Figure

from workbench.storage.paths import Paths

SMALL = b"x" * 20_000
LARGE = b"x" * 1_500_000


async def refused_until_mended(port: int, acknowledged: Acknowledged, body: bytes) -> None:
    """Post while the disk fails, until some are refused: each of them with a 503, none with a false 200."""
    before = acknowledged.refused
    for _ in range(50):
        await asyncio.gather(*(post(port, body, acknowledged, 8) for _ in range(4)))
        if acknowledged.refused >= before + 8:
            return
    raise AssertionError("nothing was refused on a disk that takes nothing")


async def taken_again(port: int, acknowledged: Acknowledged, body: bytes) -> None:
    before = len(acknowledged.digests)
    await post(port, body, acknowledged, 3)
    assert len(acknowledged.digests) == before + 3


async def nothing_lost(paths: Paths, acknowledged: Acknowledged, figure: Figure) -> None:
    found = await asyncio.to_thread(stored, paths)
    figure.lost(lost(acknowledged, found))
    assert lost(acknowledged, found) == 0
    assert found.ledger.lost == 0


async def test_full_disk(disk: Disk, small_home: Paths, account: Account) -> None:
    figure, acknowledged = account.figure("disk full, then room again"), Acknowledged()
    process, port = await start_listener(small_home)
    for body in [SMALL, LARGE] * account.rounds:
        figure.tried()
        await post(port, SMALL, acknowledged, 3)
        disk.fill(process.pid)
        await refused_until_mended(port, acknowledged, body)
        await nothing_lost(small_home, acknowledged, figure)
        disk.free(process.pid)
        await taken_again(port, acknowledged, SMALL)
        figure.survived()
    await killed(process)
    await nothing_lost(small_home, acknowledged, figure)


async def test_writes_that_fail(paths: Paths, account: Account) -> None:
    figure, acknowledged = account.figure("writes that fail, then work again"), Acknowledged()
    process, port = await start_listener(paths)
    for body in [SMALL, LARGE] * account.rounds:
        figure.tried()
        await taken_again(port, acknowledged, body)
        fail_writes(process.pid)
        await refused_until_mended(port, acknowledged, body)
        allow_writes(process.pid)
        await taken_again(port, acknowledged, body)
        figure.survived()
    await killed(process)
    await nothing_lost(paths, acknowledged, figure)


async def test_full_disk_at_the_start(disk: Disk, small_home: Paths, account: Account) -> None:
    figure = account.figure("disk full at the start")
    disk.fill(0) if disk.is_mounted else disk.make_read_only()
    for words in (
        ["listen", "--port=0", "--for=1"],
        ["captures", "list"],
        ["send", "127.0.0.1:9/", "--ignore-stdin"],
    ):
        figure.tried()
        ran = await (Program if words[0] == "listen" else Inside)(str(small_home.data))(*words)
        assert ran.code in (3, 4), ran
        assert ran.err.startswith("workbench: ")
        figure.survived()
    disk.free(0) if disk.is_mounted else disk.make_writable()
    assert (await Program(str(small_home.data))("listen", "--port=0", "--for=0.1")).code == 0


async def test_read_only_disk(disk: Disk, small_home: Paths, account: Account) -> None:
    figure, acknowledged = account.figure("read-only disk at the start"), Acknowledged()
    process, port = await start_listener(small_home)
    await post(port, SMALL, acknowledged, 3)
    await killed(process)
    disk.make_read_only()
    for words in (
        ["listen", "--port=0", "--for=1"],
        ["captures", "list"],
        ["captures", "delete", "1", "--yes"],
        ["endpoints", "add", "a", "--path=/a"],
        ["endpoints", "list"],
        ["log"],
    ):
        figure.tried()
        ran = await (Program if words[0] == "listen" else Inside)(str(small_home.data))(*words)
        assert ran.code in (0, 4), ran
        assert ran.code == 0 or ran.err.startswith("workbench: "), ran
        figure.survived()
    disk.make_writable()
    await nothing_lost(small_home, acknowledged, figure)
