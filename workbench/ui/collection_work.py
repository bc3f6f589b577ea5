"""Collections in the window: opened, shown, changed in the tree, saved to, and watched for other programs' edits."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QTimer

from workbench.model.collection import FolderEntry, SavedRequest
from workbench.model.errors import ChangedOutside, WorkbenchError
from workbench.storage.collection_files import COLLECTION_FILE
from workbench.storage.collections import (
    create_collection,
    fingerprint,
    new_request_path,
    read_request,
    read_tree,
    save_request,
)
from workbench.ui.collections.moved_bodies import follow_body
from workbench.ui.collections.outside_edits import OutsideEdits
from workbench.ui.collections.save_dialog import SaveDialog
from workbench.ui.collections.tree_work import TreeWork
from workbench.ui.composer.draft import Draft
from workbench.ui.composer.panel import ComposerPanel
from workbench.ui.composing_part import ComposingPart, Desk
from workbench.ui.dialogs import ask, choose_folder, finished

MARK_AFTER_MS = 150
OWN_NAME = "Requests"
"""What the home's own collection is called when it is made."""


class CollectionWork(ComposingPart):
    """Everything behind the branch of collections."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._trees: list[FolderEntry] = []
        self._watching: asyncio.Task[None] | None = None
        self._outside = OutsideEdits(desk.tabs, desk.jobs)
        self._tree = TreeWork(desk, self)
        self.open_collections: list[str] = []
        self._closed: set[str] = set()
        self.environments_of: Callable[[str], list[str]] = lambda _collection: []
        """The names of a collection's environments; whoever knows them sets this."""
        self.shown: list[Callable[[], Awaitable[None]]] = []
        """Called whenever the collections were read anew."""
        self._marks = QTimer(desk.window, singleShot=True, interval=MARK_AFTER_MS)
        self._marks.timeout.connect(self._mark)
        desk.tabs.changed.connect(lambda _: self._marks.start())
        sidebar, commands = desk.window.sidebar, desk.window.commands
        sidebar.request_wanted.connect(self._open_request)
        sidebar.collection_wanted.connect(commands["open_collection"].trigger)
        sidebar.collection_closed.connect(self._close_collection)
        commands.connect(
            {
                "open_collection": lambda: self._jobs.start(self._open_collection(), "open a collection"),
                "save": lambda: self._save_current(under_new_name=False),
                "save_as": lambda: self._save_current(under_new_name=True),
            }
        )

    async def begin(self) -> None:
        """Show what was open, and always what lies in the home's own workspace."""
        own = sorted(self._workbench.paths.workspace.glob(f"*/{COLLECTION_FILE}"))
        for folder in [*self._window.state.collections, *(str(file.parent) for file in own)]:
            if folder not in self.open_collections and Path(folder).is_dir():
                self.open_collections.append(folder)
        await self.show()
        self._watch()

    def end(self) -> None:
        """Watch no longer."""
        if self._watching is not None:
            self._watching.cancel()

    @property
    def trees(self) -> list[FolderEntry]:
        """The open collections as they were last read."""
        return self._trees

    def root_of(self, path: str) -> str:
        """Return the open collection that a file or folder is in; empty where it is in none.

        What is in none gets nothing from any: a collection's credentials must not go where a capture is sent.
        """
        return next((folder for folder in self.open_collections if path and Path(path).is_relative_to(folder)), "")

    @property
    def chosen_folder(self) -> str:
        """The folder chosen in the tree, else the first open collection: for what is done to collections."""
        return self._window.sidebar.chosen_folder or next(iter(self.open_collections), "")

    def name_of(self, path: str) -> str:
        """Return what people call a folder or a collection; its folder's name where it is in no open one."""
        below = list(self._trees)
        while below:
            entry = below.pop()
            if entry.path == path:
                return entry.name
            below += entry.folders
        return OWN_NAME if Path(path) == self.own_folder else Path(path).name

    # Showing

    async def show(self) -> None:
        """Read the open collections and show them."""
        trees: list[FolderEntry] = []
        environments: dict[str, list[str]] = {}
        for folder in self.open_collections:
            try:
                tree = await asyncio.to_thread(read_tree, Path(folder))
                environments[tree.path] = await asyncio.to_thread(self.environments_of, tree.path)
                trees.append(tree)
            except WorkbenchError as error:
                self._window.show_error(error)
        self._trees = trees
        self._window.sidebar.show_collections(trees, environments)
        for after in self.shown:
            await after()

    def _mark(self) -> None:
        self._window.sidebar.collections.set_dirty(
            {panel.draft.file for panel in self._tabs if panel.draft.file and panel.draft.is_dirty}
        )

    # Opening

    def _open_request(self, file: str, goes: bool) -> None:
        self._jobs.start(self.open_file(Path(file), goes=goes), "open a saved request")

    async def open_file(self, file: Path, *, goes: bool = True) -> None:
        """Show a saved request in a tab; a person goes there, or stays where they are: in the tree."""
        panel = self._tabs.of_file(str(file))
        if panel is not None:
            self._tabs.show(panel, goes=goes)
            return
        known = await asyncio.to_thread(fingerprint, file)
        request = await asyncio.to_thread(read_request, file)
        if self._tabs.of_file(str(file)) is None:
            self._tabs.add(Draft(request=request, file=str(file), saved=request, fingerprint=known), goes=goes)

    async def _open_collection(self) -> None:
        start = self._workbench.paths.workspace
        title = "Open a collection's folder"
        folder = await choose_folder(self._window, title, str(start if start.exists() else Path.home()))
        if folder is not None:
            await self.add_collection(Path(folder))

    async def add_collection(self, folder: Path) -> None:
        """Show a folder as a collection; one that is none yet is made one, if a person agrees."""
        if not (folder / COLLECTION_FILE).exists():
            hint = "A file opencollection.yml is written into it; nothing else changes."
            text = f"{folder.name} is no collection yet. Make it one?"
            if await ask(self._window, "New collection", text, hint, {"Make it a collection": False}) is None:
                return
            await asyncio.to_thread(create_collection, folder, folder.name)
        self._closed.discard(str(folder))
        if str(folder) not in self.open_collections:
            self.open_collections.append(str(folder))
        self._window.keep_state(self.open_collections)
        await self.show()
        self._watch()

    def _close_collection(self, folder: str) -> None:
        self.open_collections = [each for each in self.open_collections if each != folder]
        self._closed.add(folder)
        self._window.keep_state(self.open_collections)
        self._jobs.start(self.show(), "show collections")
        self._watch()

    # Watching

    def _watch(self) -> None:
        self.end()
        workspace = self._workbench.paths.workspace
        elsewhere = [Path(each) for each in self.open_collections if not Path(each).is_relative_to(workspace)]
        self._watching = self._jobs.start(self._follow([workspace, *elsewhere]), "watch collections")

    async def _follow(self, folders: list[Path]) -> None:
        from workbench.engine.watching import watch

        with suppress(OSError):
            await asyncio.to_thread(folders[0].mkdir, parents=True, exist_ok=True)
        async for changes in watch(folders, asyncio.Event()):
            self._take_up(changes.written)
            await self._outside.look(changes.all)
            await self.show()

    def _take_up(self, written: Collection[Path]) -> None:
        """Open the collections that others made in the home's workspace; those that were closed here stay closed."""
        made = {str(each.parent) for each in written if each.name == COLLECTION_FILE}
        new = [each for each in sorted(made) if Path(each).parent == self._workbench.paths.workspace.absolute()]
        new = [each for each in new if each not in self.open_collections and each not in self._closed]
        if new:
            self.open_collections += new
            self._window.keep_state(self.open_collections)

    async def look(self) -> None:
        """Look whether the files of open tabs are still what the tabs think."""
        await self._outside.look()

    # Saving

    def _save_current(self, *, under_new_name: bool) -> None:
        panel = self._tabs.current()
        if panel is not None:
            self._jobs.start(self.save(panel, under_new_name=under_new_name), "save a request")

    async def save(self, panel: ComposerPanel, *, under_new_name: bool = False) -> bool:
        """Write the tab's request; False where a person thought better of it, or it could not be."""
        draft = panel.draft
        if not draft.file or under_new_name:
            return await self._save_new(panel)
        try:
            await self._write(panel, Path(draft.file), expected=draft.fingerprint)
        except ChangedOutside:
            await self._outside.look([Path(draft.file)])
            return False
        except WorkbenchError as error:
            self._window.show_error(error)
            return False
        return True

    async def _save_new(self, panel: ComposerPanel) -> bool:
        chosen = await self._ask_where(panel.draft)
        if chosen is None:
            return False
        folder, name = chosen
        try:
            file = await asyncio.to_thread(new_request_path, Path(folder), name)
            await self._write(panel, file, expected=None, name=name)
        except WorkbenchError as error:
            self._window.show_error(error)
            return False
        return True

    async def _write(self, panel: ComposerPanel, file: Path, *, expected, name: str | None = None) -> None:
        """Write a tab's request; it has another name only once that is in a file."""
        request: SavedRequest = panel.draft.request
        request = request if name is None else replace(request, name=name)
        saved = await asyncio.to_thread(save_request, file, request, expected=expected)
        if name is not None:
            panel.draft.change(name=name)
        panel.draft.file, panel.draft.saved, panel.draft.fingerprint = str(file), request, saved
        self._tabs.note_change(panel)
        await follow_body(panel, request.body.content)
        await self.show()
        self._window.sidebar.collections.choose(str(file))

    @property
    def own_folder(self) -> Path:
        """Where the home's own collection is, or will be."""
        return self._workbench.paths.workspace / "requests"

    async def make_own(self) -> str:
        """Show the home's own collection, made where it is not there yet, and return its folder."""
        folder = self.own_folder
        if not (folder / COLLECTION_FILE).exists():
            await asyncio.to_thread(create_collection, folder, OWN_NAME)
        await self.add_collection(folder)
        return str(folder)

    async def _ask_where(self, draft: Draft) -> tuple[str, str] | None:
        """Ask for name and folder; the home's own collection is offered where none is open."""
        if not self._trees:
            await self.make_own()
        chosen = str(Path(draft.file).parent) if draft.file else draft.folder or self._window.sidebar.chosen_folder
        dialog = SaveDialog(draft.title, self._trees, chosen, self._window)

        async def add_folder(parent: str) -> None:
            made = await self._tree.ask_new_folder(parent)
            if made is not None:
                dialog.show_folders(self._trees, str(made))
            dialog.tree.setFocus()

        dialog.folder_wanted.connect(lambda parent: self._jobs.start(add_folder(parent), "make a folder"))
        if await finished(dialog) != SaveDialog.DialogCode.Accepted:
            return None
        return dialog.folder, dialog.name.text().strip()
