"""The dialog of environments: opened, asked about, and what was changed in it written."""

import asyncio
from functools import partial
from pathlib import Path

from workbench.model.errors import WorkbenchError
from workbench.model.variables import Environment
from workbench.storage.environments import delete_environment, environment_fingerprint
from workbench.ui.collection_work import CollectionWork
from workbench.ui.collections.environment_dialog import EnvironmentDialog
from workbench.ui.collections.environment_list import EnvironmentList
from workbench.ui.collections.environment_writing import Fingerprints, read_environments, write_environment
from workbench.ui.composer.panel import ComposerPanel
from workbench.ui.composing_part import ComposingPart, Desk
from workbench.ui.dialogs import ask, finished
from workbench.ui.environment_work import EnvironmentWork
from workbench.ui.signature_work import SignatureWork
from workbench.ui.words import error_words


class EnvironmentEditingWork(ComposingPart):
    """Everything behind "Edit environments…"."""

    def __init__(
        self, desk: Desk, collections: CollectionWork, environments: EnvironmentWork, signing: SignatureWork
    ) -> None:
        super().__init__(desk)
        self._collections = collections
        self._environments = environments
        self._signing = signing
        self._secrets = signing.signatures.secrets
        desk.tabs.opened.connect(self._on_opened)
        desk.window.sidebar.environments_wanted.connect(self._start)
        desk.window.commands.connect({"edit_environments": lambda: self._start(self._current_root())})

    def _on_opened(self, panel: ComposerPanel) -> None:
        panel.bar.environments_wanted.connect(lambda: self._start(self._environments.root_of(panel)))

    def _start(self, root: str) -> None:
        self._jobs.start(self._edit(root), "edit environments")

    def _current_root(self) -> str:
        """Return the collection whose environments are to be edited: the tab's, else the one that is chosen."""
        panel = self._tabs.current()
        own = self._environments.root_of(panel) if panel is not None else ""
        return own or self._collections.root_of(self._collections.chosen_folder)

    async def _edit(self, root: str) -> None:
        """Let a person edit; what cannot be written, or waits for a passphrase, is shown again as it was typed.

        Where there is no collection yet, the home's own is made once there is an environment to be kept in it.
        """
        folder = Path(root) if root else self._collections.own_folder
        found, problems, known = await asyncio.to_thread(read_environments, folder)
        for problem in problems:
            self._window.show_warning(problem)
        state = EnvironmentList(found)
        shown, trouble = self._environments.chosen_of(root), ""
        while True:
            dialog = EnvironmentDialog(state, shown, self._window, of=self._collections.name_of(str(folder)))
            dialog.show_trouble(trouble)
            if await finished(dialog) != EnvironmentDialog.DialogCode.Accepted or not state.is_changed:
                return
            shown, trouble = dialog.name.text(), ""
            if state.needs_secrets and self._secrets.is_locked and not await self._signing.unlock():
                continue
            if not root:
                await self._collections.make_own()
            trouble = await self._save(folder, state, known)
            if not trouble:
                if not root:
                    self._say_where(folder)
                return

    def _say_where(self, folder: Path) -> None:
        """Say which collection has the environments: nobody asked for it."""
        self._window.show_info(f"Environments are kept in the collection {self._collections.name_of(str(folder))}.")

    async def _save(self, root: Path, state: EnvironmentList, known: Fingerprints) -> str:
        """Write what was changed, all that can be; return why the rest could not, empty where there is none.

        Where none was in force, the first new one is now.
        """
        before = {each.path: each.name for each in state.read}
        chosen = self._environments.chosen_of(str(root))
        position = next((n for n, each in enumerate(state.now) if before.get(each.path, "") == chosen), None)
        theirs = await self._left_to_others(state, known)
        # A new name is written into others' files, too, so those come first.
        changed = sorted(state.changed(), key=lambda each: before.get(each.path, each.name) != each.name)
        troubles = [
            *[await self._delete(root, each, state) for each in state.removed() if each.path not in theirs],
            *[await self._write(root, each, state, known) for each in changed if each.path not in theirs],
        ]
        now = state.now[position] if position is not None else None
        self._environments.renamed(str(root), "" if now is None else now.name if now in state.read else chosen)
        await self._collections.show()
        return "\n".join(filter(None, troubles))

    async def _delete(self, root: Path, environment: Environment, state: EnvironmentList) -> str:
        try:
            said = (await asyncio.to_thread(delete_environment, root, environment, self._secrets))[1]
        except WorkbenchError as error:
            return error_words(error)
        state.note_removed(environment)
        if said:
            self._window.show_info(said)
        return ""

    async def _write(self, root: Path, environment: Environment, state: EnvironmentList, known: Fingerprints) -> str:
        former = next((each.name for each in state.read if each.path == environment.path), environment.name)
        try:
            write = partial(write_environment, root, environment, former, self._secrets, known)
            saved = await asyncio.to_thread(write)
        except WorkbenchError as error:
            return error_words(error)
        state.note_written(environment, saved)
        return ""

    async def _left_to_others(self, state: EnvironmentList, known: Fingerprints) -> set[str]:
        """Return the files that others changed since they were read, but for those a person writes over."""
        left: set[str] = set()
        removed = state.removed()
        for environment in (*removed, *state.changed()):
            path = environment.path
            now = await asyncio.to_thread(environment_fingerprint, Path(path)) if path else None
            if now == known.get(path):
                continue
            choice = "Delete it" if environment in removed else "Write over it"
            text = f"{environment.name} was changed by another program meanwhile. {choice}?"
            hint = "Without that its file stays as it is now, and what you changed in it is lost."
            if await ask(self._window, "Environments", text, hint, {choice: True}) is None:
                left.add(path)
            elif now is not None:
                known[path] = now
        return left
