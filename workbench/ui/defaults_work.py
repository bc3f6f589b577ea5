"""What folders and collections give to their requests: read, edited, written."""

import asyncio
from pathlib import Path

from workbench.model.collection import Defaults
from workbench.model.errors import ChangedOutside, WorkbenchError
from workbench.storage.collection_defaults import defaults_fingerprint, read_defaults, save_defaults
from workbench.storage.collection_files import COLLECTION_FILE
from workbench.storage.collections import Fingerprint
from workbench.ui.collection_work import CollectionWork
from workbench.ui.collections.defaults_dialog import DefaultsDialog
from workbench.ui.collections.surroundings import surroundings
from workbench.ui.composing_part import ComposingPart, Desk
from workbench.ui.dialogs import ask, choose_file, finished
from workbench.ui.variable_words import VariableWords
from workbench.ui.variables import Variables


class DefaultsWork(ComposingPart):
    """Everything behind "What its requests share"."""

    def __init__(self, desk: Desk, collections: CollectionWork) -> None:
        super().__init__(desk)
        self._collections = collections
        self._secrets = desk.workbench.signatures.secrets
        desk.window.sidebar.defaults_wanted.connect(lambda path: self._start(Path(path)))
        desk.window.commands.connect({"edit_defaults": self._edit_chosen})

    def _start(self, folder: Path) -> None:
        self._jobs.start(self._edit(folder), "edit what requests share")

    def _edit_chosen(self) -> None:
        folder = self._collections.chosen_folder
        if folder:
            self._start(Path(folder))

    async def _edit(self, folder: Path, typed: Defaults | None = None) -> None:
        """Edit what a folder's requests share; `typed` was typed before, and is still to be saved."""
        known = await asyncio.to_thread(defaults_fingerprint, folder)
        defaults = await asyncio.to_thread(read_defaults, folder)
        root = Path(self._collections.root_of(str(folder)))
        found = await asyncio.to_thread(surroundings, root, folder / "new.yml", "", self._secrets)
        variables = Variables(self._window.appearance, self._window)
        variables.set_words(VariableWords(found.context.scopes))
        dialog = DefaultsDialog(self._collections.name_of(str(folder)), defaults, variables, self._window)
        if not (folder / COLLECTION_FILE).exists():
            above = await asyncio.to_thread(surroundings, root, folder.parent / "new.yml", "", self._secrets)
            dialog.set_above(above.auth, above.auth_source, above.settings)
        if typed is not None:
            dialog.show_typed(typed)
        dialog.settings.file_wanted.connect(lambda line: self._jobs.start(self._choose(line), "choose a file"))
        accepted = await finished(dialog) == DefaultsDialog.DialogCode.Accepted
        variables.deleteLater()
        if accepted and dialog.is_changed:
            await self._save(folder, dialog.defaults, known)

    async def _save(self, folder: Path, defaults: Defaults, known: Fingerprint) -> None:
        """Write what was changed; what another program wrote meanwhile is replaced only on a word."""
        try:
            await asyncio.to_thread(save_defaults, folder, defaults, expected=known)
        except ChangedOutside as error:
            hint = "Writing over it loses what the other program wrote. Cancel to go on editing."
            if await ask(self._window, "Changed outside", error.message, hint, {"Write over it": True}) is None:
                await self._edit(folder, defaults)
                return
            await asyncio.to_thread(save_defaults, folder, defaults)
        except WorkbenchError as error:
            self._window.show_error(error)
            await self._edit(folder, defaults)
            return
        await self._collections.show()

    async def _choose(self, line) -> None:
        name = await choose_file(self._window, "Choose a file", str(Path.home()))
        if name is not None:
            line.setText(name)
