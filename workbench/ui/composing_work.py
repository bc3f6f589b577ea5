"""Composer tabs: opened, edited and closed. Sending, drafts and collections are beside it, by subject."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.engine.workbench import Workbench
from workbench.model.capture import Capture
from workbench.model.collection import BodyKind, ComposedBody, SavedRequest
from workbench.model.errors import UsageError
from workbench.model.message import Body
from workbench.ui.code_work import CodeWork
from workbench.ui.collection_work import CollectionWork
from workbench.ui.composer.draft import Draft, draft_of_capture
from workbench.ui.composer.panel import ComposerPanel
from workbench.ui.composer.settings_editor import SettingsEditor
from workbench.ui.composer.tabs import ComposerTabs
from workbench.ui.composing_part import Desk
from workbench.ui.defaults_work import DefaultsWork
from workbench.ui.dialogs import ask, choose_file, choose_files, choose_new_file
from workbench.ui.drafts_work import DraftsWork
from workbench.ui.environment_editing_work import EnvironmentEditingWork
from workbench.ui.environment_work import EnvironmentWork
from workbench.ui.examples_work import ExamplesWork
from workbench.ui.interchange_work import InterchangeWork
from workbench.ui.jobs import Jobs
from workbench.ui.pasting_work import PastingWork
from workbench.ui.run_work import RunWork
from workbench.ui.sample_work import SampleWork
from workbench.ui.sending_work import SendingWork

if TYPE_CHECKING:
    from workbench.ui.main_window import MainWindow
    from workbench.ui.signature_work import SignatureWork

ON_CAPTURES = ("replay", "replay_fresh", "replay_stale", "open_in_composer", "confirm", "pin", "delete")
ON_REQUEST = (
    "save",
    "save_as",
    "close_tab",
    "beautify",
    "undo_request",
    "redo_request",
    "preview",
    "insert_value",
    "code",
)


class ComposingWork:
    """Everything behind composer tabs."""

    def __init__(self, window: "MainWindow", workbench: Workbench, jobs: Jobs, signing: "SignatureWork") -> None:
        self._window = window
        self._jobs = jobs
        self._tabs = ComposerTabs(window.tabs, window.appearance, jobs)
        self._tabs.opened.connect(self._on_opened)
        self._tabs.wanted.connect(window.commands["new_request"].trigger)
        self._tabs.closing.connect(lambda panel: jobs.start(self._close(panel), "close a tab"))
        desk = Desk(window, workbench, jobs, self._tabs)
        self._drafts = DraftsWork(desk)
        self._collections = CollectionWork(desk)
        environments = EnvironmentWork(desk, self._collections)
        self._sending = SendingWork(desk, signing, environments)
        # Qt holds slots of plain objects weakly: who is not kept here hears nothing.
        self._beside = (
            EnvironmentEditingWork(desk, self._collections, environments, signing),
            ExamplesWork(desk, environments),
            PastingWork(desk, environments),
            DefaultsWork(desk, self._collections),
            InterchangeWork(desk, self._collections, signing),
            CodeWork(desk, signing, self._sending),
            SampleWork(desk, signing),
            RunWork(desk, self._collections, self._sending),
        )
        self._tabs.enabled_changed.connect(self._enable_commands)
        window.commands.connect(
            {
                "new_request": lambda: self._tabs.add(Draft(folder=self._folder_for_new())),
                "close_tab": lambda: self._with_panel(self._tabs.closing.emit),
                "beautify": lambda: self._with_panel(lambda panel: panel.body.beautify()),
                "undo_request": lambda: self._with_panel(lambda panel: panel.undo()),
                "redo_request": lambda: self._with_panel(lambda panel: panel.redo()),
                "find_request": self._find_request,
            }
        )
        self._enable_commands()

    @property
    def open_collections(self) -> list[str]:
        return self._collections.open_collections

    async def begin(self) -> None:
        """Bring back collections, drafts and history; the window works without what cannot be read."""
        await self._collections.begin()
        await self._drafts.begin()
        await self._collections.look()
        await self._sending.begin()

    async def end(self) -> None:
        """Keep every draft."""
        self._collections.end()
        await self._drafts.end()

    # What others open

    def open_capture(self, capture: Capture, target: str) -> None:
        """Open a copy of a capture in a tab; its body stays the captured bytes until it is edited."""
        self._tabs.add(draft_of_capture(capture, target))

    def open_command(self, text: str) -> None:
        """Open a tab with the request of a command, as if it was pasted there."""
        self._tabs.add(Draft()).url.command_pasted.emit(text)

    def open_address(self, url: str) -> None:
        """Open a tab with a request to an address."""
        self._tabs.add(Draft(request=SavedRequest(url=url)))

    def open_delivery(self, number: int) -> None:
        """Open what was sent, with what came back."""
        self._sending.open_delivery(number)

    async def show_history(self) -> None:
        """Show what was sent."""
        await self._sending.show_history()

    # Tabs

    def _with_panel(self, work: Callable[[ComposerPanel], object]) -> None:
        panel = self._tabs.current()
        if panel is not None:
            work(panel)

    def _folder_for_new(self) -> str:
        """Return the folder chosen in the tree, else that of the tab in front, else the home's own collection.

        That one may not be there yet: the request is in it as soon as it is made.
        """
        panel = self._tabs.current()
        beside = "" if panel is None else panel.draft.folder
        if panel is not None and panel.draft.file:
            beside = str(Path(panel.draft.file).parent)
        return self._window.sidebar.chosen_folder or beside or str(self._collections.own_folder)

    def _on_opened(self, panel: ComposerPanel) -> None:
        start = self._jobs.start
        panel.body.file_wanted.connect(lambda: start(self._body_from_file(panel), "read a body"))
        panel.body.files_wanted.connect(lambda row: start(self._files_for_part(panel, row), "choose files"))
        panel.sections.made.connect(self._on_made)
        panel.answer.save_wanted.connect(self._save_answer)
        for name in ("save",):
            panel.add_button(self._window.commands.tool_button(name))

    def _on_made(self, editor: object) -> None:
        if isinstance(editor, SettingsEditor):
            editor.file_wanted.connect(lambda line: self._jobs.start(self._file_for(line), "choose a file"))

    def _enable_commands(self) -> None:
        panel, commands = self._tabs.current(), self._window.commands
        for name in ON_REQUEST:
            commands[name].setEnabled(panel is not None)
        commands["send"].setEnabled(panel is not None and not panel.is_sending)
        commands["cancel"].setEnabled(panel is not None and panel.is_sending)
        on_captures = panel is None
        for name in (*ON_CAPTURES, "next_capture", "previous_capture"):
            chosen = self._window.captures.table.selectionModel().hasSelection()
            commands[name].setEnabled(on_captures and (chosen or name.endswith("_capture")))

    async def _close(self, panel: ComposerPanel) -> None:
        if panel.draft.holds_work:
            choices = {"Save": False, "Discard": True}
            hint = "What was changed is in no file yet."
            choice = await ask(self._window, "Close tab", f"Save {panel.draft.title}?", hint, choices)
            if choice is None or (choice == "Save" and not await self._collections.save(panel)):
                return
        self._tabs.remove(panel)
        await self._drafts.forget(panel)

    def _find_request(self) -> None:
        self._window.commands["toggle_sidebar"].setChecked(True)
        self._window.sidebar.setVisible(True)
        self._window.sidebar.search.setFocus()
        self._window.sidebar.search.selectAll()

    # Files

    async def _body_from_file(self, panel: ComposerPanel) -> None:
        name = await choose_file(self._window, "Send a file's bytes", str(Path.home()))
        if name is not None:
            panel.body.set_body(ComposedBody(BodyKind.BYTES, Body.of_file(name)))
            panel.body.edited.emit()

    async def _files_for_part(self, panel: ComposerPanel, row: int) -> None:
        names = await choose_files(self._window, "Send files", str(Path.home()))
        if names:
            panel.body.multipart.table.set_files(row, names)

    async def _file_for(self, line) -> None:
        name = await choose_file(self._window, "Choose a file", str(Path.home()))
        if name is not None:
            line.setText(name)

    def _save_answer(self, body: Body) -> None:
        self._jobs.start(self.write_body(body, "answer", choose_new_file), "save an answer")

    async def write_body(self, body: Body, name: str, choose) -> None:
        """Write exactly a body's bytes to a file that a person names."""
        path = await choose(self._window, "Save body", str(Path.home() / name))
        if path is not None:
            await asyncio.to_thread(_write, Path(path), body)
            self._window.show_info(f"{body.size:,} bytes written to {path}.")


def _write(path: Path, body: Body) -> None:
    try:
        with path.open("wb") as file:
            file.writelines(body.chunks())
    except OSError as error:
        raise UsageError(f"{path} could not be written: {error.strerror or error}.") from error
