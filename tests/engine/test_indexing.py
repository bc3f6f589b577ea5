"""Words of bodies become findable behind the captures."""

import sqlite3
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, closing

from engine.conftest import Served, request, status_of

Serve = Callable[..., AbstractAsyncContextManager[Served]]


def found(listener: Served, word: str) -> list[int]:
    """Return whose bodies have a word, as another program sees it; nothing while the index is being made."""
    try:
        with closing(sqlite3.connect(f"file:{listener.paths.search_index}?mode=ro", uri=True)) as index:
            return [row for (row,) in index.execute("SELECT rowid FROM words WHERE words MATCH ?", (word,))]
    except sqlite3.OperationalError:
        return []


async def test_bodies_are_indexed_after_they_came_and_after_a_restart(served: Serve) -> None:
    async with served() as listener:
        for text in (b"the first haystack", b"a needle in it"):
            assert status_of(await listener.exchange(request("POST", "/", body=text))) == 200
        await listener.until(lambda: found(listener, "needle") == [2])
    listener.paths.search_index.unlink()
    async with served() as again:
        await again.until(lambda: found(again, "haystack") == [1])
