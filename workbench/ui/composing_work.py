"""Composer tabs, collections and history: opening, sending, saving, and keeping drafts."""

import asyncio
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtWidgets import QTabBar, QToolButton, QWidget

from workbench.engine.workbench import Workbench
from workbench.model.capture import Capture
from workbench.model.collection import BodyKind, ComposedBody, Field, FolderEntry, SavedRequest
from workbench.model.delivery import Delivery
from workbench.model.errors import CollectionError, CorruptStoreError, UsageError, WorkbenchError
from workbench.model.message import Body, readable
from workbench.model.signature import SigningChoice
from workbench.storage.collections import (
    create_collection,
    fingerprint,
    new_request_path,
    read_request,
    read_tree,
    save_request,
)
from workbench.storage.drafts import load_drafts
from workbench.ui.composer.draft import Draft, draft_of, draft_of_capture
from workbench.ui.composer.panel import ComposerPanel
from workbench.ui.dialogs import ask, ask_text, choose_file, choose_folder, finished
from workbench.ui.icons import icon
from workbench.ui.jobs import Jobs
from workbench.ui.listener_work import offer_new_store
from workbench.ui.widgets.notice_bar import Level, Notice

if TYPE_CHECKING:
    from workbench.ui.main_window import MainWindow
    from workbench.ui.signature_work import SignatureWork

KEEP_AFTER_MS = 700
"""How long after the last key a draft is kept: a crash costs less than a second of typing."""

HISTORY_LIMIT = 200
ON_CAPTURES = ("replay", "replay_fresh", "replay_stale", "open_in_composer", "confirm", "pin", "delete")


class ComposingWork:
    """Everything behind composer tabs."""

    signing: "SignatureWork"
    """Set by whoever makes both."""

    def __init__(self, window: "MainWindow", workbench: Workbench, jobs: Jobs) -> None:
        self._window = window
        self._workbench = workbench
        self._jobs = jobs
        self._changed: set[str] = set()
        self.open_collections: list[str] = []
        self._keep = QTimer(window, singleShot=True, interval=KEEP_AFTER_MS)
        self._keep.timeout.connect(lambda: jobs.start(self._keep_drafts(), "keep drafts"))
        commands, sidebar, tabs = window.commands, window.sidebar, window.tabs
        for name, slot in {
            "new_request": lambda: self._add_tab(Draft()),
            "new_sample": lambda: jobs.start(self._new_from_sample(), "start from a sample"),
            "open_collection": lambda: jobs.start(self._open_collection(), "open a collection"),
            "save": lambda: self._with_panel(partial(self._save, under_new_name=False)),
            "save_as": lambda: self._with_panel(partial(self._save, under_new_name=True)),
            "close_tab": lambda: self._close_tab(tabs.currentIndex()),
            "send": self._send,
            "cancel": self._cancel,
            "beautify": self._beautify,
        }.items():
            commands[name].triggered.connect(lambda *_, slot=slot: slot())
        sidebar.request_wanted.connect(self._open_request)
        sidebar.delivery_wanted.connect(self.open_delivery)
        sidebar.collection_wanted.connect(commands["open_collection"].trigger)
        sidebar.collection_closed.connect(self._close_collection)
        tabs.tabBar().tabBarDoubleClicked.connect(lambda position: position < 0 and self._add_tab(Draft()))
        tabs.currentChanged.connect(lambda _: self._enable_commands())
        self._enable_commands()

    async def begin(self) -> None:
        """Bring back drafts, collections and history; the window works without what cannot be read."""
        await self._begin_collections()
        try:
            await self._begin_history()
        except CorruptStoreError as error:
            self._jobs.start(self._offer_new_history(error), "offer a new history")
        except WorkbenchError as error:
            self._window.show_error(error)

    async def _offer_new_history(self, error: CorruptStoreError) -> None:
        aside = await offer_new_store(self._window, error.message, self._workbench.paths.history)
        if aside is None:
            again = ("Choose again", lambda: self._jobs.start(self._offer_new_history(error), "offer a new history"))
            self._window.notices.show_notice(Notice(Level.ERROR, error.message, (again,)))
            return
        self._window.show_info(f"The damaged history is now {aside}.")
        await self._begin_history()

    async def _begin_history(self) -> None:
        drafts, problems = await asyncio.to_thread(load_drafts, self._workbench.paths.history)
        for problem in problems:
            self._window.show_warning(problem)
        for stored in drafts:
            self._add_tab(draft_of(stored), current=False)
        tab = self._window.state.tab
        if 0 <= tab < self._window.tabs.count():
            self._window.tabs.setCurrentIndex(tab)
        await self.show_history()

    async def _begin_collections(self) -> None:
        """Show what was open, and always what lies in the home's own workspace."""
        own = sorted(self._workbench.paths.workspace.glob("*/opencollection.yml"))
        for folder in [*self._window.state.collections, *(str(file.parent) for file in own)]:
            if folder not in self.open_collections and Path(folder).is_dir():
                self.open_collections.append(folder)
        await self._show_collections()

    async def end(self) -> None:
        """Keep every draft."""
        self._keep.stop()
        await self._keep_drafts()

    # Tabs

    def _panels(self) -> list[ComposerPanel]:
        widgets = [self._window.tabs.widget(position) for position in range(1, self._window.tabs.count())]
        return [widget for widget in widgets if isinstance(widget, ComposerPanel)]

    def _current(self) -> ComposerPanel | None:
        widget: QWidget = self._window.tabs.currentWidget()
        return widget if isinstance(widget, ComposerPanel) else None

    def _with_panel(self, work) -> None:
        panel = self._current()
        if panel is not None:
            self._jobs.start(work(panel), "work on a request")

    def _add_tab(self, draft: Draft, *, current: bool = True) -> ComposerPanel:
        panel = ComposerPanel(draft, self._window.appearance, self._jobs, self._window)
        panel.changed.connect(partial(self._on_changed, panel))
        panel.sending_changed.connect(lambda _: self._enable_commands())
        panel.send_button.clicked.connect(lambda: self._cancel() if panel.is_sending else self._send())
        panel.url.returnPressed.connect(self._send)
        panel.body.file_wanted.connect(lambda: self._jobs.start(self._body_from_file(panel), "read a body"))
        panel.answer.save_wanted.connect(self._save_answer)
        panel.add_button(self._window.commands.tool_button("save"))
        panel.sign.preview_wanted.connect(
            lambda: self._jobs.start(self.signing.preview(panel), "preview a signature")
        )
        self._jobs.start(self.signing.furnish(panel), "offer providers")
        position = self._window.tabs.addTab(panel, "")
        side = QTabBar.ButtonPosition.RightSide
        self._window.tabs.tabBar().setTabButton(position, side, self._close_button(panel))
        self._show_title(panel)
        if current:
            self._window.tabs.setCurrentIndex(position)
            panel.url.setFocus()
        self._on_changed(panel)
        return panel

    def _close_button(self, panel: ComposerPanel) -> QToolButton:
        button = QToolButton(self._window)
        button.setIcon(icon("close"))
        button.setIconSize(QSize(12, 12))
        button.setToolTip("Close this tab (Ctrl+W)")
        button.setAccessibleName("Close this tab")
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(lambda: self._close_tab(self._window.tabs.indexOf(panel)))
        return button

    def _on_changed(self, panel: ComposerPanel) -> None:
        self._show_title(panel)
        self._changed.add(panel.draft.id)
        self._keep.start()

    def _show_title(self, panel: ComposerPanel) -> None:
        position = self._window.tabs.indexOf(panel)
        mark = " •" if panel.draft.is_dirty else ""
        title = panel.draft.title if len(panel.draft.title) < 28 else f"{panel.draft.title[:27]}…"
        self._window.tabs.setTabText(position, f"{panel.draft.request.method} {title}{mark}".replace("&", "&&"))
        self._window.tabs.setTabToolTip(position, panel.draft.file or panel.draft.request.url or "Not saved yet")

    def _enable_commands(self) -> None:
        panel, commands = self._current(), self._window.commands
        for name in ("save", "save_as", "close_tab", "beautify"):
            commands[name].setEnabled(panel is not None)
        commands["send"].setEnabled(panel is not None and not panel.is_sending)
        commands["cancel"].setEnabled(panel is not None and panel.is_sending)
        on_captures = panel is None
        for name in (*ON_CAPTURES, "next_capture", "previous_capture"):
            chosen = self._window.captures.table.selectionModel().hasSelection()
            commands[name].setEnabled(on_captures and (chosen or name.endswith("_capture")))

    def _close_tab(self, position: int) -> None:
        panel = self._window.tabs.widget(position)
        if isinstance(panel, ComposerPanel):
            self._jobs.start(self._close(panel), "close a tab")

    async def _close(self, panel: ComposerPanel) -> None:
        if panel.draft.holds_work:
            choices = {"Save": False, "Discard": True}
            hint = "What was changed is in no file yet."
            choice = await ask(self._window, "Close tab", f"Save {panel.draft.title}?", hint, choices)
            if choice is None or (choice == "Save" and not await self._save(panel, under_new_name=False)):
                return
        panel.cancel_sending()
        self._window.tabs.removeTab(self._window.tabs.indexOf(panel))
        self._changed.discard(panel.draft.id)
        await self._workbench.delete_draft(panel.draft.id)
        panel.deleteLater()

    async def _keep_drafts(self) -> None:
        """Write what changed; a failure is shown and tried again with the next change."""
        for position, panel in enumerate(self._panels()):
            if panel.draft.id in self._changed:
                await self._workbench.save_draft(panel.draft.stored(position))
                self._changed.discard(panel.draft.id)

    # Sending

    def _send(self) -> None:
        panel = self._current()
        if panel is not None:
            panel.start_sending(partial(self._deliver, panel))
            self._enable_commands()

    def _cancel(self) -> None:
        panel = self._current()
        if panel is not None:
            panel.cancel_sending()

    def _beautify(self) -> None:
        panel = self._current()
        if panel is not None:
            panel.body.beautify()

    async def _deliver(self, panel: ComposerPanel, request: SavedRequest) -> Delivery:
        signing = await self.signing.signing(panel.draft.signing)
        try:
            return await self._workbench.deliveries.send(request, signing=signing)
        finally:
            self._jobs.start(self.show_history(), "show the history")

    async def show_history(self) -> None:
        """Show what was sent."""
        self._window.sidebar.show_history(
            await self._workbench.history.run(lambda reader: reader.newest(HISTORY_LIMIT))
        )

    async def _new_from_sample(self) -> None:
        """Ask for an event and open it in a tab, ready to be signed and sent."""
        from workbench.engine.sampling import sample_request
        from workbench.ui.sample_dialog import SampleDialog

        packs = await asyncio.to_thread(self.signing.signatures.packs)
        dialog = SampleDialog(await asyncio.to_thread(lambda: packs.all), self._window)
        if await finished(dialog) != dialog.DialogCode.Accepted or dialog.chosen is None:
            return
        provider, event = packs.require(dialog.chosen[0]), dialog.chosen[1]
        target = self._window.settings.replay_target or self._window.listener.url or "http://localhost:3000"
        request = sample_request(packs, provider, event, SavedRequest(method="POST", url=target))
        draft = Draft(request=request)
        if provider.schemes:
            draft.signing = SigningChoice(provider.id, secret=await self._usual_secret(provider.id))
        self._add_tab(draft)

    async def _usual_secret(self, provider: str) -> str:
        """Return a saved secret that is named after a provider, or nothing."""
        names = await asyncio.to_thread(self.signing.signatures.names)
        return next((f"keyring:{name}" for name in names if name.startswith(provider)), "")

    # Opening

    def open_capture(self, capture: Capture, target: str) -> None:
        """Open a copy of a capture in a tab; its body stays the captured bytes until it is edited."""
        self._add_tab(draft_of_capture(capture, target))

    def open_delivery(self, number: int) -> None:
        """Open what was sent, with what came back."""
        self._jobs.start(self._open_delivery(number), "open a delivery")

    async def _open_delivery(self, number: int) -> None:
        delivery = await self._workbench.history.run(lambda reader: reader.get(number))
        if delivery is None:
            raise UsageError("This delivery is no longer in the history.")
        panel = self._add_tab(Draft(request=(request := _request_of(delivery)), opened=request))
        await panel.answer.show_delivery(delivery)

    def _open_request(self, file: str) -> None:
        for panel in self._panels():
            if panel.draft.file == file:
                self._window.tabs.setCurrentWidget(panel)
                return
        self._jobs.start(self._open_file(Path(file)), "open a saved request")

    async def _open_file(self, file: Path) -> None:
        known = await asyncio.to_thread(fingerprint, file)
        request = await asyncio.to_thread(read_request, file)
        self._add_tab(Draft(request=request, file=str(file), saved=request, fingerprint=known))

    async def _body_from_file(self, panel: ComposerPanel) -> None:
        name = await choose_file(self._window, "Send a file's bytes", str(Path.home()))
        if name is not None:
            panel.body.set_body(ComposedBody(BodyKind.BYTES, Body.of_file(name)))
            panel.body.edited.emit()

    # Collections and files

    async def _open_collection(self) -> None:
        start = self._workbench.paths.workspace
        folder = await choose_folder(
            self._window, "Open a collection's folder", str(start if start.exists() else Path.home())
        )
        if folder is not None:
            await self._add_collection(Path(folder))

    async def _add_collection(self, folder: Path) -> None:
        if not (folder / "opencollection.yml").exists():
            hint = "A file opencollection.yml is written into it; nothing else changes."
            text = f"{folder.name} is no collection yet. Make it one?"
            if await ask(self._window, "New collection", text, hint, {"Make it a collection": False}) is None:
                return
            await asyncio.to_thread(create_collection, folder, folder.name)
        if str(folder) not in self.open_collections:
            self.open_collections.append(str(folder))
        self._window.keep_state(self.open_collections)
        await self._show_collections()

    def _close_collection(self, folder: str) -> None:
        self.open_collections = [each for each in self.open_collections if each != folder]
        self._window.keep_state(self.open_collections)
        self._jobs.start(self._show_collections(), "show collections")

    async def _show_collections(self) -> None:
        trees: list[FolderEntry] = []
        for folder in self.open_collections:
            try:
                trees.append(await asyncio.to_thread(read_tree, Path(folder)))
            except WorkbenchError as error:
                self._window.show_error(error)
        self._window.sidebar.show_collections(trees)

    async def _save(self, panel: ComposerPanel, *, under_new_name: bool) -> bool:
        """Write the tab's request; False where a person thought better of it."""
        draft = panel.draft
        file = Path(draft.file) if draft.file and not under_new_name else await self._new_file(draft)
        if file is None:
            return False
        request = panel.draft.request
        expected = draft.fingerprint if draft.file and not under_new_name else None
        try:
            saved = await asyncio.to_thread(save_request, file, request, expected=expected)
        except CollectionError as error:
            self._window.show_error(error)
            return False
        draft.file, draft.saved, draft.fingerprint = str(file), request, saved
        self._on_changed(panel)
        await self._show_collections()
        return True

    async def _new_file(self, draft: Draft) -> Path | None:
        """Ask for a name and find a file for it in the first open collection, or in the home's own."""
        name = await ask_text(
            self._window,
            "Save request",
            "Name of the request:",
            draft.title,
            lambda text: "" if text.strip() else "A name, please.",
        )
        if name is None:
            return None
        if not self.open_collections:
            folder = self._workbench.paths.workspace / "requests"
            if not (folder / "opencollection.yml").exists():
                await asyncio.to_thread(create_collection, folder, "Requests")
            self.open_collections.append(str(folder))
        draft.change(name=name.strip())
        return await asyncio.to_thread(new_request_path, Path(self.open_collections[0]), name.strip())

    def _save_answer(self, body: Body) -> None:
        from workbench.ui.dialogs import choose_new_file

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


def _request_of(delivery: Delivery) -> SavedRequest:
    """Return what was sent as a request to compose anew."""
    request = delivery.last.request
    headers = [(name, value) for name, value in request.headers if name.lower() not in ("host", "content-length")]
    return SavedRequest(
        name=delivery.name,
        method=request.method,
        url=delivery.url,
        headers=tuple(Field(name, readable(value)) for name, value in headers),
        body=ComposedBody(_kind_of(request.head.content_type), request.body) if request.body.size else ComposedBody(),
    )


def _kind_of(content_type: str) -> BodyKind:
    from workbench.ui.composer.draft import body_kind

    return body_kind(content_type)
