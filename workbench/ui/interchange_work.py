"""Collections in and out: imports with their report, exports, and files that are dropped on the window."""

import asyncio
from dataclasses import replace
from pathlib import Path

from workbench.formats.interchange.exporting import FORMATS, export
from workbench.formats.interchange.imported import Imported
from workbench.model.collection import CollectionTree
from workbench.model.errors import UsageError, WorkbenchError
from workbench.storage.collection_identities import Identities
from workbench.storage.environment_secrets import without_secret_values
from workbench.storage.secrets import Secrets
from workbench.ui.collection_work import CollectionWork
from workbench.ui.collections.export_dialog import ExportDialog
from workbench.ui.collections.import_dialog import ImportDialog, summary
from workbench.ui.composing_part import ComposingPart, Desk
from workbench.ui.dialogs import ask, choose_file, choose_folder, choose_new_file, finished
from workbench.ui.signature_work import SignatureWork
from workbench.ui.words import error_words

_SUFFIXES = {
    "postman": ".postman_collection.json",
    "postman-environment": ".postman_environment.json",
    "opencollection": ".yml",
    "insomnia": ".yaml",
    "har": ".har",
    "http": ".http",
    "curl": ".sh",
}


class InterchangeWork(ComposingPart):
    """Everything behind Import and Export."""

    def __init__(self, desk: Desk, collections: CollectionWork, signing: SignatureWork) -> None:
        super().__init__(desk)
        self._collections = collections
        self._signing = signing
        desk.window.commands.connect(
            {"import": lambda: self._start_import(""), "export": lambda: self._start_export("")}
        )
        desk.window.sidebar.export_wanted.connect(self._start_export)
        desk.window.files_dropped.connect(lambda paths: self._start_import(paths[0]))

    def _start_import(self, path: str) -> None:
        self._jobs.start(self._import(path), "import a collection")

    async def _import(self, path: str) -> None:
        chosen = self._collections.root_of(self._collections.chosen_folder)
        dialog = ImportDialog(self._collections.trees, self._window, chosen=chosen)

        async def read(path: str | None, text: str = "") -> None:
            if path is None:
                return
            try:
                imported = await asyncio.to_thread(_read, path, text)
            except WorkbenchError as error:
                dialog.show_problem(error_words(error))
            else:
                dialog.show_report(imported)

        async def choose(chooser, title: str) -> None:
            await read(await chooser(dialog, title, str(Path.home())))

        start = self._jobs.start
        dialog.file_wanted.connect(lambda: start(choose(choose_file, "Import a file"), "choose an import"))
        dialog.folder_wanted.connect(lambda: start(choose(choose_folder, "Import a folder"), "choose an import"))
        dialog.path_given.connect(lambda path: start(read(path), "read an import"))
        dialog.text_given.connect(lambda text: start(read("", text), "read an import"))
        if path:
            start(read(path), "read an import")
        accepted = await finished(dialog) == ImportDialog.DialogCode.Accepted
        if accepted and dialog.imported is not None:
            await self._write(replace(dialog.imported.tree, name=dialog.name.text().strip()), dialog.target)

    # Out

    def _start_export(self, path: str) -> None:
        chosen = path or self._collections.chosen_folder
        if chosen:
            self._jobs.start(self._export(chosen), "export a collection")
        else:
            self._window.show_info("There is no collection to export. Open or import one first.")

    async def _export(self, path: str) -> None:
        root = self._collections.root_of(path)
        tree = await asyncio.to_thread(_loaded, Path(root), path)
        dialog = ExportDialog(tree.name, FORMATS, [each.name for each in tree.environments], self._window)

        async def preview() -> None:
            wanted = (dialog.format_name, dialog.options)
            try:
                exported = await asyncio.to_thread(export, tree, *wanted)
            except WorkbenchError as error:
                dialog.show_problem(error_words(error))
            else:
                if wanted == (dialog.format_name, dialog.options):
                    dialog.show_exported(exported)

        dialog.preview_wanted.connect(lambda: self._jobs.start(preview(), "look at an export"))
        await asyncio.gather(preview(), self._finish_export(dialog, tree.name))

    async def _finish_export(self, dialog: ExportDialog, name: str) -> None:
        if await finished(dialog) != ExportDialog.DialogCode.Accepted or dialog.exported is None:
            return
        content, suffix = dialog.exported.content, _SUFFIXES.get(dialog.format_name, ".txt")
        suggested = str(Path.home() / (name.replace("/", "-") + suffix))
        file = await choose_new_file(self._window, "Export", suggested)
        if file is not None:
            await asyncio.to_thread(_write_file, Path(file), content)
            self._window.show_info(f"{name} is written to {file}.")

    # In

    async def _write(self, tree: CollectionTree, target: str) -> None:
        """Write a tree as a new collection of the workspace, or into one that is open, and show it."""
        secrets = self._workbench.signatures.secrets
        hidden = any(each.secret and each.value for one in tree.environments for each in one.variables)
        if hidden and secrets.is_locked and not await self._signing.unlock():
            text, hint = "Import without the values of secrets?", "They can be typed in its environments later."
            if await ask(self._window, "Import", text, hint, {"Import without them": False}) is None:
                return
            tree = replace(tree, environments=tuple(without_secret_values(each) for each in tree.environments))
        if target:
            said = await asyncio.to_thread(_join, Path(target), tree, secrets)
            await self._collections.show()
            self._window.sidebar.collections.choose(target)
            place = f" into {self._collections.name_of(target)}"
        else:
            folder, said = await asyncio.to_thread(_save, self._workbench.paths.workspace, tree, secrets)
            await self._collections.add_collection(folder)
            self._window.sidebar.collections.choose(str(folder))
            place = ""
        self._window.show_info(f"Imported {tree.name}{place}: {summary(tree)}.{said}")


def _read(path: str, text: str) -> Imported:
    from workbench.formats.interchange.importing import import_bytes, import_folder
    from workbench.storage.interchange_files import open_import

    if not path:
        return import_bytes(text.encode("utf-8", "surrogatepass"))
    source = open_import(Path(path))
    if source.raw is None:
        return import_folder(source.files, source.name, read=source.read)
    return import_bytes(source.raw, source.name, read=source.read)


def _loaded(root: Path, path: str) -> CollectionTree:
    """Return a collection, or the part of it that a folder is."""
    from workbench.storage.collections import read_tree
    from workbench.storage.whole_collections import load_tree

    tree, entry = load_tree(root), read_tree(root)
    while entry.path != str(Path(path).absolute()):
        below = [Path(path).absolute().is_relative_to(folder.path) for folder in entry.folders]
        if True not in below:
            break
        position = below.index(True)
        tree, entry = tree.folders[position], entry.folders[position]
    return tree


def _write_file(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        raise UsageError(f"{file} could not be written: {error.strerror or error}.") from error


def _join(root: Path, tree: CollectionTree, secrets: Secrets) -> str:
    """Put a tree into a collection; return what is to be said of it: other names, secrets that were not kept."""
    from workbench.storage.collection_imports import add_to_collection, keep_imported_secrets, with_free_names

    free = with_free_names(root, tree)
    folder = add_to_collection(root, free)
    lost = "".join(f" {what}" for _, what in keep_imported_secrets(secrets, root, folder, free))
    names = [(each.name, now.name) for each, now in zip(tree.environments, free.environments, strict=True)]
    return lost + "".join(f" {name} is called {now} here: the name was taken." for name, now in names if name != now)


def _save(workspace: Path, tree: CollectionTree, secrets: Secrets) -> tuple[Path, str]:
    """Write a tree as a new collection; return its folder, and what is to be said of secrets that were not kept."""
    from workbench.storage.collection_files import new_folder_path
    from workbench.storage.collection_imports import keep_imported_secrets
    from workbench.storage.whole_collections import save_tree

    workspace.mkdir(parents=True, exist_ok=True)
    folder = new_folder_path(workspace, tree.name)
    Identities(secrets.paths).known(folder)  # A list that cannot be read is said before anything is written.
    save_tree(folder, tree)
    Identities(secrets.paths).renew(folder)
    return folder, "".join(f" {what}" for _, what in keep_imported_secrets(secrets, folder, folder, tree))
