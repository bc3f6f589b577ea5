"""Kill -9 at the worst moments: what was acknowledged is there to the byte, and the next start goes on."""

import asyncio
import sqlite3
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

from program import Program
from torture.senders import Acknowledged, killed, lost, post, start_listener, stored
from torture_figures import Account

from workbench.storage.database import open_connection
from workbench.storage.migrations import CAPTURES
from workbench.storage.paths import Paths

CONNECTIONS = 64
LARGE = b"x" * (3 * 1024 * 1024)


def is_sound(paths: Paths) -> bool:
    with closing(sqlite3.connect(paths.captures)) as connection:
        return connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


async def test_in_a_burst(paths: Paths, account: Account) -> None:
    figure, acknowledged = account.figure("kill -9 in a burst of webhooks"), Acknowledged()
    for _ in range(3 * account.rounds):
        process, port = await start_listener(paths)
        posts = [asyncio.ensure_future(post(port, b"{}", acknowledged)) for _ in range(CONNECTIONS)]
        await acknowledged.until(len(acknowledged.digests) + account.chance.randrange(1, 600))
        await killed(process)
        await asyncio.gather(*posts)
        figure.tried()
    found = await asyncio.to_thread(stored, paths)
    figure.lost(lost(acknowledged, found))
    figure.note(f"{len(acknowledged.digests)} acknowledged")
    assert lost(acknowledged, found) == 0
    assert found.numbers == list(range(1, found.ledger.last_number + 1))
    assert found.ledger.lost == 0
    assert is_sound(paths)
    figure.survived(3 * account.rounds)


async def until(holds: Callable[[], bool]) -> None:
    """Return as soon as something that another process does can be seen."""
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110 - nobody tells us
            await asyncio.sleep(0)


async def until_checkpoint(database: Path) -> None:
    """Return when the journal is being taken into the database: nothing else writes to that file."""
    before = database.stat().st_mtime_ns
    await until(lambda: database.stat().st_mtime_ns != before)


async def test_while_the_journal_is_taken_in(paths: Paths, account: Account) -> None:
    figure, acknowledged = account.figure("kill -9 while the journal is taken in"), Acknowledged()
    for _ in range(2 * account.rounds):
        process, port = await start_listener(paths)
        await post(port, b"{}", acknowledged, 1)
        posts = [asyncio.ensure_future(post(port, b"y" * 30_000, acknowledged)) for _ in range(16)]
        await until_checkpoint(paths.captures)
        await killed(process)
        await asyncio.gather(*posts)
        figure.tried()
        found = await asyncio.to_thread(stored, paths)
        figure.lost(lost(acknowledged, found))
        assert lost(acknowledged, found) == 0
        assert is_sound(paths)
        figure.survived()


async def test_in_large_uploads(paths: Paths, account: Account) -> None:
    figure, acknowledged = account.figure("kill -9 while large bodies are spooled"), Acknowledged()
    for _ in range(2 * account.rounds):
        process, port = await start_listener(paths)
        posts = [asyncio.ensure_future(post(port, LARGE, acknowledged)) for _ in range(4)]
        await acknowledged.until(len(acknowledged.digests) + account.chance.randrange(1, 12))
        await killed(process)
        await asyncio.gather(*posts)
        figure.tried()
    found = await asyncio.to_thread(stored, paths)
    figure.lost(lost(acknowledged, found))
    assert lost(acknowledged, found) == 0
    assert found.ledger.lost == 0
    figure.survived(2 * account.rounds)


async def test_in_a_deletion(paths: Paths, account: Account) -> None:
    """A row is there with its body, or gone; never one without the other."""
    figure, acknowledged = account.figure("kill -9 in a deletion"), Acknowledged()
    process, port = await start_listener(paths)
    await asyncio.gather(*(post(port, b"z" * 2_000, acknowledged, 60) for _ in range(25)))
    await asyncio.gather(*(post(port, b"x" * 1_100_000, acknowledged, 5) for _ in range(2)))
    for _ in range(account.rounds):
        before = await asyncio.to_thread(stored, paths)
        deletion = await Program(str(paths.data)).start("captures", "delete", "POST", "--yes")
        await until(partial(has_begun, paths, deletion, before.ledger.deleted))
        await killed(deletion)
        figure.tried()
        found = await asyncio.to_thread(stored, paths)
        assert found.ledger.lost == 0
        assert found.digests.items() <= before.digests.items()
        assert is_sound(paths)
        figure.survived()
        await post(port, b"again", acknowledged, 200)
    process.stdin.close()  # type: ignore[union-attr]
    await process.communicate()


def has_begun(paths: Paths, deletion: Process, deleted_before: int) -> bool:
    with closing(sqlite3.connect(paths.captures)) as connection:
        (deleted,) = connection.execute("SELECT deleted FROM ledger").fetchone()
    return deleted > deleted_before or deletion.returncode is not None


OPENING = """
import sys
from pathlib import Path
from workbench.storage.database import open_connection
from workbench.storage.migrations import CAPTURES
print("now", flush=True)
open_connection(Path(sys.argv[1]), CAPTURES).close()
"""


def make_old(path: Path, rows: int) -> None:
    """Make a database as the first version left it, with this many captures."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(f"BEGIN; {CAPTURES.steps[0]} COMMIT;")
        connection.execute(f"PRAGMA application_id = {CAPTURES.application_id}")
        connection.execute("PRAGMA user_version = 1")
        connection.execute("BEGIN")
        connection.executemany(
            "INSERT INTO capture VALUES (?, 1, 2, 3, 'catch-all', 'POST', '/', '', 2, 200, '', 1, '', 2,"
            " NULL, NULL, NULL, NULL, NULL, NULL, 0, 0)",
            [(number,) for number in range(1, rows + 1)],
        )
        connection.executemany(
            "INSERT INTO payload VALUES (?, ?, NULL, ?, NULL, ?, ?)",
            [
                (number, b"POST / HTTP/1.1\r\n\r\n", b"b" * 1000, b"HTTP/1.1 200 OK\r\n\r\n", b"")
                for number in range(1, rows + 1)
            ],
        )
        connection.execute("UPDATE ledger SET last_number = ?", (rows,))
        connection.execute("COMMIT")


async def test_in_a_migration(paths: Paths, account: Account) -> None:
    figure = account.figure("kill -9 while an older database is brought up to date")
    rows = 4_000
    await asyncio.to_thread(make_old, paths.captures, rows)
    for _ in range(4 * account.rounds):
        opening = await asyncio.create_subprocess_exec(
            sys.executable, "-c", OPENING, str(paths.captures), stdout=PIPE
        )
        assert opening.stdout is not None
        await opening.stdout.readline()
        await asyncio.sleep(account.chance.uniform(0, 0.03))
        await killed(opening)
        figure.tried()
        with closing(sqlite3.connect(paths.captures)) as connection:
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            assert version in (1, len(CAPTURES.steps))
            assert connection.execute("SELECT count(*) FROM capture").fetchone()[0] == rows
        figure.survived()
    open_connection(paths.captures, CAPTURES).close()
    backup = paths.captures.with_name(f"captures.db.before-{len(CAPTURES.steps)}")
    with closing(sqlite3.connect(backup)) as connection:
        assert connection.execute("SELECT count(*) FROM payload").fetchone()[0] == rows
    assert len(await asyncio.to_thread(lambda: stored(paths).numbers)) == rows
