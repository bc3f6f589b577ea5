"""Outside changes of collections, as they really happen: by files written, moved and removed in another's name."""

import asyncio
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from workbench.engine.watching import FileChanges, watch
from workbench.model.collection import CollectionTree, SavedRequest
from workbench.storage.collection_editing import move_into, rename_folder
from workbench.storage.collection_trash import delete, undo_delete
from workbench.storage.collections import save_request
from workbench.storage.whole_collections import save_tree

TREE = CollectionTree(
    "A", folders=(CollectionTree("stripe", requests=(SavedRequest("inner"),)),), requests=(SavedRequest("paid"),)
)


class Watched:
    """A collection that is watched, and all that was told of it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.told: asyncio.Queue[FileChanges] = asyncio.Queue()
        self.stop = asyncio.Event()

    async def run(self) -> None:
        async for changes in watch([self.root, self.root / "gone"], self.stop, quiet_ms=60):
            self.told.put_nowait(changes)

    async def next(self) -> FileChanges:
        async with asyncio.timeout(10):
            return await self.told.get()

    async def settle(self) -> FileChanges:
        """Return what is told up to a file that another program writes last."""
        marker = self.root / "marker.yml"
        marker.write_text(f"{id(object())}")
        seen: FileChanges = FileChanges()
        while marker not in seen.written:
            told = await self.next()
            seen = FileChanges(seen.written | told.written, seen.removed | told.removed)
        return FileChanges(seen.written - {marker}, seen.removed)


@pytest.fixture
async def watched(tmp_path: Path) -> AsyncIterator[Watched]:
    save_tree(tmp_path / "a", TREE)
    watched = Watched(tmp_path / "a")
    task = asyncio.ensure_future(watched.run())
    # The watch begins some time after it is asked for; a file written until then may go untold.
    for number in range(200):
        (watched.root / "begin.yml").write_text(str(number))
        try:
            await asyncio.wait_for(watched.told.get(), 0.2)
        except TimeoutError:
            continue
        break
    await watched.settle()
    yield watched
    watched.stop.set()
    async with asyncio.timeout(10):
        await task


async def test_what_another_program_writes_is_told_once(watched: Watched) -> None:
    file = watched.root / "paid.yml"
    script = "import sys; f = open(sys.argv[1], 'a'); f.write('# theirs\\n'); f.close()"
    await asyncio.to_thread(subprocess.run, [sys.executable, "-c", script, str(file)], check=True)
    assert await watched.next() == FileChanges(frozenset([file]))


async def test_what_we_write_is_not_told(watched: Watched) -> None:
    save_request(watched.root / "paid.yml", SavedRequest("paid", docs="ours"))
    save_request(watched.root / "new.yml", SavedRequest("new", url="a"))
    undo_delete(delete(watched.root / "new.yml"))
    moved = rename_folder(watched.root / "stripe", "Billing")
    move_into(watched.root / "new.yml", moved)
    assert await watched.settle() == FileChanges()


async def test_a_change_after_our_own_is_told(watched: Watched) -> None:
    file = watched.root / "paid.yml"
    save_request(file, SavedRequest("paid", docs="ours"))
    file.write_text(file.read_text() + "# theirs\n")
    assert (await watched.settle()).written == {file}


async def test_files_that_go_or_come_with_a_folder_are_told(watched: Watched, tmp_path: Path) -> None:
    shutil.move(watched.root / "stripe", tmp_path / "away")
    assert watched.root / "stripe" in (await watched.settle()).removed
    shutil.move(tmp_path / "away", watched.root / "back")
    assert watched.root / "back" / "inner.yml" in (await watched.settle()).written
    (watched.root / "paid.yml").unlink()
    assert (await watched.settle()).removed == {watched.root / "paid.yml"}


async def test_what_is_no_part_of_a_collection_is_not_told(watched: Watched) -> None:
    (watched.root / ".git").mkdir()
    for name in (".git/index.yml", "notes.md", ".paid.yml.swp", "a.yaml"):
        (watched.root / name).write_text("x")
    assert await watched.settle() == FileChanges()


async def test_a_hook_file_and_a_body_are_told(watched: Watched) -> None:
    (watched.root / "bodies").mkdir()
    files = {watched.root / "paid.hook.yaml", watched.root / "bodies" / "paid.json"}
    for file in files:
        file.write_text("{}")
    assert (await watched.settle()).written == files


async def test_nothing_to_watch_ends_at_once(tmp_path: Path) -> None:
    assert [changes async for changes in watch([tmp_path / "gone"], asyncio.Event())] == []
