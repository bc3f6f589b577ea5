"""Variables in the window: environments chosen and edited, words for every tab's fields, values put in."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from workbench.model.collection import SavedRequest
from workbench.model.variables import Scopes
from workbench.ui.collection_work import CollectionWork
from workbench.ui.collections.environment_writing import set_in_collection, set_in_environment
from workbench.ui.collections.surroundings import Surroundings, environment_names, surroundings
from workbench.ui.composer.panel import ComposerPanel
from workbench.ui.composer.value_picker import ValuePicker
from workbench.ui.composing_part import ComposingPart, Desk
from workbench.ui.taken_values import Place, TakenValues
from workbench.ui.variable_line import VariableLine, VariableText
from workbench.ui.variable_words import DynamicValue, VariableWords

if TYPE_CHECKING:
    from workbench.engine.checking_answers import Taken
    from workbench.engine.sending_context import SendingContext


class EnvironmentWork(ComposingPart):
    """Everything behind the environment's box and `{{`."""

    def __init__(self, desk: Desk, collections: CollectionWork) -> None:
        super().__init__(desk)
        self._collections = collections
        self._secrets = desk.workbench.signatures.secrets
        self._chosen: dict[str, str] = dict(desk.window.state.environments)
        self._dynamic: dict[str, DynamicValue] = {}
        self.taken = TakenValues()
        collections.environments_of = lambda path: environment_names(Path(path))
        collections.shown.append(self._after_show)
        desk.tabs.opened.connect(self._on_opened)
        desk.window.sidebar.environment_chosen.connect(self._choose)
        desk.window.commands.connect(
            {
                "switch_environment": self._open_box,
                "insert_value": self._open_picker,
                "forget_taken": self._forget_taken,
            }
        )
        self._soon = QTimer(desk.window, singleShot=True, interval=0)
        self._soon.timeout.connect(lambda: self._jobs.start(self._refresh_all(), "look up variables"))

    # What a tab sees

    def root_of(self, panel: ComposerPanel) -> str:
        """Return the collection that a tab's request belongs to; empty where it is in none."""
        return self._collections.root_of(panel.draft.file or panel.draft.folder)

    def chosen_of(self, root: str) -> str:
        """Return the name of the environment in force in a collection; empty for none."""
        return self._chosen.get(root, "")

    def renamed(self, root: str, now: str) -> None:
        """Note what the environment in force is called now, with what was taken in it; empty where it is gone."""
        if now:
            self.taken.follow(Place(root, self.chosen_of(root)), Place(root, now))
        self._choose(root, now)

    def environment_of(self, panel: ComposerPanel) -> str:
        """Return the name of the environment in force in a tab; empty for none."""
        return self.chosen_of(self.root_of(panel))

    def place_of(self, panel: ComposerPanel) -> Place:
        """Return where a tab's request would be sent from now."""
        return Place(self.root_of(panel), self.environment_of(panel))

    def scopes_for(self, request: SavedRequest, context: "SendingContext", place: Place) -> Scopes:
        """Return all scopes of a request that is sent from a place.

        Nobody has said whether what an answer gave is a credential, so all of it is masked, as in a run.
        """
        taken = self.taken.at(place)
        return context.scopes_for(request, taken, frozenset(taken))

    def look_up(self) -> None:
        """Look up anew what every tab sees, soon."""
        self._soon.start()

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
        taken = self.taken.at(self.place_of(panel))
        scopes = found.context.scopes
        scopes = scopes.with_local(taken, frozenset(taken)) if taken else scopes
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


def _dynamic_values() -> dict[str, DynamicValue]:
    from workbench.engine.dynamic_values import DYNAMIC_VALUES

    return {
        each.name: DynamicValue(each.name, each.words, each.makes, each.example, group=each.group)
        for each in DYNAMIC_VALUES
    }
