"""Words of bodies become findable behind the captures."""

import sqlite3
import tracemalloc
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, closing

from engine.conftest import Served, request, status_of

from workbench.storage.search_index import IndexWriter

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


async def test_indexing_holds_no_more_than_a_few_bodies(served: Serve) -> None:
    body = b"word " * 80_000
    async with served() as listener:
        for _ in range(60):
            assert status_of(await listener.exchange(request("POST", "/", body=body))) == 200
    listener.paths.search_index.unlink(missing_ok=True)
    indexer = IndexWriter(listener.paths.captures, listener.paths.spool, listener.paths.search_index)
    tracemalloc.start()
    try:
        while indexer.index_some():
            pass
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        indexer.close()
    assert peak < 12_000_000
    assert len(found(listener, "word")) == 60
