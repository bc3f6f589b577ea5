"""Kill -9 of the window: its listener finishes what is under way and stops, and all that it acknowledged is there."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL

from torture.senders import Acknowledged, lost, post, stored
from torture_figures import Account

from workbench.storage.home_lock import HomeLock
from workbench.storage.paths import Paths


async def address(paths: Paths) -> int:
    """Return the port of the listener that a window has started."""
    file = paths.data / "listener.address"
    async with asyncio.timeout(30):
        while not file.exists() or ":" not in file.read_text():  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.02)
    return int(file.read_text().rpartition(":")[2])


async def test_window(paths: Paths, account: Account) -> None:
    figure, acknowledged = account.figure("kill -9 of the window"), Acknowledged()
    for _ in range(account.rounds):
        window = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "workbench", "gui", f"--home={paths.data}", "--port=0",
            stdout=DEVNULL, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        )  # fmt: skip
        port = await address(paths)
        posts = [asyncio.ensure_future(post(port, b"{}", acknowledged)) for _ in range(16)]
        await acknowledged.until(len(acknowledged.digests) + account.chance.randrange(50, 300))
        window.kill()
        figure.tried()
        await window.wait()
        await asyncio.gather(*posts)  # The listener answers what it has, then closes.
        await until_free(paths)
        found = await asyncio.to_thread(stored, paths)
        figure.lost(lost(acknowledged, found))
        assert lost(acknowledged, found) == 0
        assert found.ledger.lost == 0
        figure.survived()


async def until_free(paths: Paths) -> None:
    """Return once no listener works with the home: none was left behind."""
    from workbench.model.errors import HomeInUseError

    async with asyncio.timeout(30):
        while True:
            try:
                HomeLock.take(paths).release()
                return
            except HomeInUseError:
                await asyncio.sleep(0.02)
