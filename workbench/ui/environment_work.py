"""Variables in the window: environments chosen and edited, words for every tab's fields, values put in."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from workbench.engine.workbench import Workbench
from workbench.model.errors import WorkbenchError
from workbench.storage.environments import delete_environment, environment_fingerprint
from workbench.ui.collection_work import CollectionWork
from workbench.ui.collections.environment_dialog import EnvironmentDialog
from workbench.ui.collections.environment_list import EnvironmentList
from workbench.ui.collections.environment_writing import (
    Fingerprints,
    read_environments,
    set_in_collection,
    set_in_environment,
    write_environment,
)
from workbench.ui.collections.surroundings import Surroundings, environment_names, surroundings
from workbench.ui.composer.panel import ComposerPanel
from workbench.ui.composer.tabs import ComposerTabs
from workbench.ui.composer.value_picker import ValuePicker
from workbench.ui.dialogs import ask, finished
from workbench.ui.jobs import Jobs
from workbench.ui.signature_work import SignatureWork
from workbench.ui.taken_values import Place, TakenValues
from workbench.ui.variable_line import VariableLine, VariableText
from workbench.ui.variable_words import DynamicValue, VariableWords

if TYPE_CHECKING:
    from workbench.engine.checking_answers import Taken
    from workbench.ui.main_window import MainWindow


class EnvironmentWork:
    """Everything behind the environment's box and `{{`."""

    def __init__(
        self,
        window: "MainWindow",
        workbench: Workbench,
        jobs: Jobs,
        tabs: ComposerTabs,
        collections: CollectionWork,
        signing: SignatureWork,
    ) -> None:
        self._window = window
        self._jobs = jobs
        self._tabs = tabs
        self._collections = collections
        self._signing = signing
        self._secrets = workbench.signatures.secrets
        self._chosen: dict[str, str] = dict(window.state.environments)
        self._dynamic: dict[str, DynamicValue] = {}
        self.taken = TakenValues()
        collections.environments_of = lambda path: environment_names(Path(path))
        collections.shown.append(self._after_show)
        tabs.opened.connect(self._on_opened)
        sidebar = window.sidebar
        sidebar.environment_chosen.connect(self._choose)
        sidebar.environments_wanted.connect(lambda path: jobs.start(self._edit(path), "edit environments"))
        window.commands.connect(
            {
                "switch_environment": self._open_box,
                "edit_environments": lambda: jobs.start(self._edit(self._current_root()), "edit environments"),
                "insert_value": self._open_picker,
                "forget_taken": self._forget_taken,
            }
        )
        self._soon = QTimer(window, singleShot=True, interval=0)
        self._soon.timeout.connect(lambda: jobs.start(self._refresh_all(), "look up variables"))

    # What a tab sees

    def root_of(self, panel: ComposerPanel) -> str:
        """Return the collection that a tab's request belongs to; empty where it is in none."""
        return self._collections.root_of(panel.draft.file or panel.draft.folder)

    def environment_of(self, panel: ComposerPanel) -> str:
        """Return the name of the environment in force in a tab; empty for none."""
        return self._chosen.get(self.root_of(panel), "")

    def place_of(self, panel: ComposerPanel) -> Place:
        """Return where a tab's request would be sent from now."""
        return Place(self.root_of(panel), self.environment_of(panel))

    async def surroundings(self, panel: ComposerPanel) -> Surroundings:
        """Return what surrounds a tab's request now."""
        root = self.root_of(panel)
        draft = panel.draft
        file = Path(draft.file) if draft.file else Path(draft.folder) / "new.yml" if draft.folder else None
        return await asyncio.to_thread(
            surroundings, Path(root) if root else None, file, self.environment_of(panel), self._secrets
        )

    def _on_opened(self, panel: ComposerPanel) -> None:
        panel.bar.environment_chosen.connect(lambda name: self._choose(self.root_of(panel), name))
        panel.bar.environments_wanted.connect(
            lambda: self._jobs.start(self._edit(self.root_of(panel)), "edit environments")
        )
        for name in ("insert_value",):
            panel.add_button(self._window.commands.tool_button(name))
        self._jobs.start(self.refresh(panel), "look up variables")

    async def _after_show(self) -> None:
        self._window.sidebar.collections.set_chosen_environments(self._chosen)
        self._soon.start()

    async def _refresh_all(self) -> None:
        for panel in list(self._tabs):
            await self.refresh(panel)

    async def refresh(self, panel: ComposerPanel) -> None:
        """Look up anew what a tab sees."""
        root = self.root_of(panel)
        names = await asyncio.to_thread(environment_names, Path(root)) if root else []
        if not self._dynamic:
            self._dynamic = await asyncio.to_thread(_dynamic_values)
        found = await self.surroundings(panel)
        scopes, taken = found.context.scopes, self.taken.at(self.place_of(panel))
        scopes = scopes.with_local(taken) if taken else scopes
        panel.bar.set_environments(names, self.environment_of(panel))
        panel.set_words(VariableWords(scopes, self._dynamic))
        panel.sections.set_above(found.auth, found.auth_source, found.settings)

    async def take(self, place: Place, taken: "Sequence[Taken]") -> None:
        """Keep what an answer gave: in the environment or the collection where it says so, else for this session.

        `place` is where the request was sent from: another environment may have been chosen since.
        """
        root, name = place
        for each in taken:
            value = each.value or ""
            if each.taking.scope == "environment" and root and name:
                await asyncio.to_thread(set_in_environment, Path(root), name, each.taking.name, value, self._secrets)
            elif each.taking.scope == "collection" and root:
                await asyncio.to_thread(set_in_collection, Path(root), each.taking.name, value)
            else:
                self.taken.keep(place, each.taking.name, value)
        self._soon.start()

    def _forget_taken(self) -> None:
        count = self.taken.forget_all()
        self._window.show_info(f"Taken values forgotten: {count}.")
        self._soon.start()

    # Choosing

    def _choose(self, root: str, name: str) -> None:
        if not root:
            return
        before = self._chosen.get(root, "")
        if before != name:
            self.taken.forget(Place(root, before))
        self._chosen[root] = name
        self._window.state.environments = {path: chosen for path, chosen in self._chosen.items() if chosen}
        self._window.keep_state(self._collections.open_collections)
        self._window.sidebar.collections.set_chosen_environments(self._chosen)
        self._soon.start()

    def _open_box(self) -> None:
        panel = self._tabs.current()
        if panel is not None:
            panel.bar.environment.setFocus()
            panel.bar.environment.showPopup()

    def _open_picker(self) -> None:
        panel, field = self._tabs.current(), QApplication.focusWidget()
        if panel is None:
            return
        target = field if isinstance(field, (VariableLine, VariableText)) else panel.url
        picker = ValuePicker(panel.variables.words, panel)
        picker.chosen.connect(target.insert_value)
        picker.chosen.connect(lambda _: target.setFocus())
        corner = panel.bar.mapToGlobal(panel.bar.rect().bottomRight())
        picker.move(corner.x() - picker.width() - 12, corner.y() + 2)
        picker.show()
        picker.line.setFocus()

    # Editing

    def _current_root(self) -> str:
        panel = self._tabs.current()
        """Return the collection whose environments are to be edited: the tab's, else the one that is chosen."""
        own = self.root_of(panel) if panel is not None else ""
        return own or self._collections.root_of(self._collections.chosen_folder)

    async def _edit(self, root: str) -> None:
        if not root:
            root = await self._collections.make_own()
        found, problems, known = await asyncio.to_thread(read_environments, Path(root))
        for problem in problems:
            self._window.show_warning(problem)
        state = EnvironmentList(found)
        dialog = EnvironmentDialog(state, self._chosen.get(root, ""), self._window)
        if await finished(dialog) != EnvironmentDialog.DialogCode.Accepted:
            return
        if state.needs_secrets and self._secrets.is_locked and not await self._signing.unlock():
            return
        await self._save(Path(root), state, known)

    async def _save(self, root: Path, state: EnvironmentList, known: Fingerprints) -> None:
        """Write what was changed; the first that cannot be written is said, and the rest is tried all the same."""
        before = {each.path: each.name for each in state.read}
        theirs = await self._left_to_others(state, known)
        # A new name is written into others' files, too, so those come first.
        changed = sorted(state.changed(), key=lambda each: before.get(each.path, each.name) != each.name)
        for environment in state.removed():
            if environment.path not in theirs:
                await self._written(partial(delete_environment, root, environment, self._secrets))
        for environment in changed:
            if environment.path not in theirs:
                await self._written(partial(write_environment, root, environment, self._secrets, before, known))
        chosen = self._chosen.get(str(root), "")
        path = next((path for path, name in before.items() if name == chosen), None)
        now = next((each.name for each in state.now if each.path == path and path), "")
        if now:
            self.taken.follow(Place(str(root), chosen), Place(str(root), now))
        self._choose(str(root), now)
        await self._collections.show()

    async def _written(self, write: Callable[[], tuple[object, str] | None]) -> None:
        """Write one environment; say why it could not be, or what else was done."""
        try:
            done = await asyncio.to_thread(write)
        except WorkbenchError as error:
            self._window.show_error(error)
            return
        if done is not None and done[1]:
            self._window.show_info(done[1])

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


def _dynamic_values() -> dict[str, DynamicValue]:
    from workbench.engine.dynamic_values import DYNAMIC_VALUES

    return {
        each.name: DynamicValue(each.name, each.words, each.makes, each.example, group=each.group)
        for each in DYNAMIC_VALUES
    }
