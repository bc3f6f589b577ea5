"""What a person does in the tree of collections: new, renamed, copied, moved, deleted and brought back."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.storage.collection_editing import (
    create_folder,
    duplicate,
    move_before,
    move_into,
    rename_collection,
    rename_folder,
    rename_request,
)
from workbench.storage.collection_files import COLLECTION_FILE
from workbench.storage.collection_trash import Deleted, delete, undo_delete
from workbench.storage.collections import fingerprint, read_request
from workbench.ui.collections.moved_bodies import follow_body
from workbench.ui.collections.side_tree import KIND, VALUE
from workbench.ui.composer.draft import Draft
from workbench.ui.composer.panel import ComposerPanel
from workbench.ui.composing_part import ComposingPart, Desk
from workbench.ui.dialogs import ask_text
from workbench.ui.widgets.notice_bar import Level, Notice

if TYPE_CHECKING:
    from workbench.ui.collection_work import CollectionWork


class TreeWork(ComposingPart):
    """Changes files, then has the tree read anew; tabs of what moved follow it."""

    def __init__(self, desk: Desk, collections: "CollectionWork") -> None:
        super().__init__(desk)
        jobs, tabs = desk.jobs, desk.tabs
        self._collections = collections
        self._deleted: list[tuple[str, Deleted]] = []
        sidebar, commands = desk.window.sidebar, desk.window.commands
        sidebar.new_request_wanted.connect(lambda folder: tabs.add(Draft(folder=folder)))
        sidebar.new_folder_wanted.connect(lambda folder: jobs.start(self.ask_new_folder(folder), "make a folder"))
        sidebar.duplicate_wanted.connect(lambda path: self._change(self._duplicate(path)))
        sidebar.remove_wanted.connect(lambda path: self._change(self._remove(path)))
        sidebar.tree.renamed.connect(lambda path, name: self._change(self._rename(path, name)))
        sidebar.tree.moved.connect(lambda path, folder, before: self._change(self._move(path, folder, before)))
        commands.connect(
            {
                "new_folder": lambda: jobs.start(self._new_folder(), "make a folder"),
                "duplicate": lambda: self._with_chosen(sidebar.duplicate_wanted.emit),
                "rename": sidebar.tree.rename_current,
                "bring_back": lambda: self._change(self._bring_back()),
            }
        )
        commands["bring_back"].setEnabled(False)

    def _with_chosen(self, work: Callable[[str], object]) -> None:
        item = self._window.sidebar.tree.currentItem()
        if item is not None and item.data(0, KIND) in ("folder", "request"):
            work(item.data(0, VALUE))

    def _change(self, work: Any) -> None:
        self._jobs.start(self._and_show(work), "change a collection")

    async def _and_show(self, work: Any) -> None:
        try:
            chosen = await work
        finally:
            # Also where it failed: the tree must not show a name that was typed and is nowhere.
            self._window.sidebar.collections.forget()
            await self._collections.show()
            await self._collections.look()
        if chosen is not None:
            self._window.sidebar.collections.choose(str(chosen))

    # Each returns the path that is to be chosen afterwards

    async def _new_folder(self) -> None:
        folder = self._collections.chosen_folder
        if folder:
            await self.ask_new_folder(folder)

    async def ask_new_folder(self, parent: str) -> Path | None:
        """Ask for a name and make a folder; None where a person thought better of it."""
        problem: Callable[[str], str] = lambda text: "" if text.strip() else "A name, please."  # noqa: E731
        name = await ask_text(self._window, "New folder", "Name of the folder:", "New folder", problem)
        if name is None:
            return None
        made = await asyncio.to_thread(create_folder, Path(parent), name.strip())
        await self._collections.show()
        self._window.sidebar.collections.choose(str(made))
        return made

    async def _rename(self, path: str, name: str) -> Path:
        before = Path(path)
        if not name:
            return before
        if (before / COLLECTION_FILE).exists():
            await asyncio.to_thread(rename_collection, before, name)
            return before
        panel = self._tabs.of_file(path)
        seen = panel is not None and panel.draft.fingerprint == await asyncio.to_thread(fingerprint, before)
        now = await asyncio.to_thread(lambda: (rename_folder if before.is_dir() else rename_request)(before, name))
        await self._follow_path(before, now)
        if panel is not None:
            await self._follow_file(panel, name, seen=seen)
        return now

    async def _follow_file(self, panel: ComposerPanel, name: str, *, seen: bool) -> None:
        """Let the tab of a renamed request have the new name, with what else was edited in it.

        What it was saved as has it too where the tab has `seen` the file as it was: no more was changed there.
        """
        draft, file = panel.draft, Path(panel.draft.file)
        known = await asyncio.to_thread(fingerprint, file)
        if seen and draft.saved is not None:
            draft.saved = replace(draft.saved, name=name)
        else:
            draft.saved = await asyncio.to_thread(read_request, file)
        draft.change(name=name)
        draft.fingerprint = known
        self._tabs.note_change(panel)

    async def _duplicate(self, path: str) -> Path:
        """Copy a request or a folder; the copy of a request opens: it was made to be changed."""
        made = await asyncio.to_thread(duplicate, Path(path))
        if made.is_file():
            await self._collections.open_file(made)
        return made

    async def _move(self, path: str, folder: str, before: str | None) -> Path:
        source, target = Path(path), Path(folder)
        if before is None:
            moved = await asyncio.to_thread(move_into, source, target)
        else:
            moved = await asyncio.to_thread(move_before, source, target, Path(before) if before else None)
        await self._follow_path(source, moved)
        return moved

    async def _follow_path(self, before: Path, after: Path) -> None:
        for panel in list(self._tabs):
            file = Path(panel.draft.file)
            if panel.draft.file and file.is_relative_to(before):
                panel.draft.file = str(after / file.relative_to(before)) if file != before else str(after)
                self._tabs.note_change(panel)
                await follow_body(panel)

    async def _remove(self, path: str) -> None:
        item = self._window.sidebar.collections.choose(path)
        name = item.text(0) if item is not None else Path(path).stem
        deleted = await asyncio.to_thread(delete, Path(path))
        self._deleted.append((name, deleted))
        self._window.commands["bring_back"].setEnabled(True)
        undo = ("Undo", self._window.commands["bring_back"].trigger)
        self._window.notices.show_notice(Notice(Level.INFO, f"Deleted {name}.", (undo,)))

    async def _bring_back(self) -> Path | None:
        if not self._deleted:
            return None
        name, deleted = self._deleted.pop()
        self._window.commands["bring_back"].setEnabled(bool(self._deleted))
        self._window.notices.forget(f"Deleted {name}.")
        return await asyncio.to_thread(undo_delete, deleted)
