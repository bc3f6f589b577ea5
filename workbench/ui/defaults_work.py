"""What folders and collections give to their requests: read, edited, written."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.engine.workbench import Workbench
from workbench.storage.collection_defaults import defaults_fingerprint, read_defaults, save_defaults
from workbench.storage.collection_files import COLLECTION_FILE
from workbench.ui.collection_work import CollectionWork
from workbench.ui.collections.defaults_dialog import DefaultsDialog
from workbench.ui.collections.surroundings import surroundings
from workbench.ui.dialogs import choose_file, finished
from workbench.ui.jobs import Jobs
from workbench.ui.variable_words import VariableWords
from workbench.ui.variables import Variables

if TYPE_CHECKING:
    from workbench.ui.main_window import MainWindow


class DefaultsWork:
    """Everything behind "What its requests share"."""

    def __init__(self, window: "MainWindow", workbench: Workbench, jobs: Jobs, collections: CollectionWork) -> None:
        self._window = window
        self._jobs = jobs
        self._collections = collections
        self._secrets = workbench.signatures.secrets
        window.sidebar.defaults_wanted.connect(lambda path: jobs.start(self._edit(Path(path)), "edit a folder"))
        window.commands["edit_defaults"].triggered.connect(lambda *_: self._edit_chosen())

    def _edit_chosen(self) -> None:
        folder = self._collections.chosen_folder
        if folder:
            self._jobs.start(self._edit(Path(folder)), "edit a folder")

    async def _edit(self, folder: Path) -> None:
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
        dialog.settings.file_wanted.connect(lambda line: self._jobs.start(self._choose(line), "choose a file"))
        if await finished(dialog) == DefaultsDialog.DialogCode.Accepted:
            await asyncio.to_thread(save_defaults, folder, dialog.defaults, expected=known)
            await self._collections.show()
        variables.deleteLater()

    async def _choose(self, line) -> None:
        name = await choose_file(self._window, "Choose a file", str(Path.home()))
        if name is not None:
            line.setText(name)
