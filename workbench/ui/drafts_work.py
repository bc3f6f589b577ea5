"""Drafts: every composer tab is kept within a second of the last key, and back after a crash."""

import asyncio

from PySide6.QtCore import QTimer

from workbench.model.errors import CorruptStoreError, WorkbenchError
from workbench.storage.drafts import load_drafts
from workbench.ui.composer.draft import draft_of
from workbench.ui.composer.panel import ComposerPanel
from workbench.ui.composing_part import ComposingPart, Desk
from workbench.ui.listener_work import offer_new_store
from workbench.ui.widgets.notice_bar import Level, Notice

KEEP_AFTER_MS = 700
"""How long after the last key a draft is kept: a crash costs less than a second of typing."""


class DraftsWork(ComposingPart):
    """Keeps the tabs of one window."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._changed: set[str] = set()
        self._keep = QTimer(desk.window, singleShot=True, interval=KEEP_AFTER_MS)
        self._keep.timeout.connect(lambda: self._jobs.start(self._keep_changed(), "keep drafts"))
        desk.tabs.changed.connect(self._on_changed)

    async def begin(self) -> None:
        """Bring back what was open; the window works without what cannot be read."""
        try:
            await self._bring_back()
        except CorruptStoreError as error:
            self._jobs.start(self._offer_new_history(error), "offer a new history")
        except WorkbenchError as error:
            self._window.show_error(error)

    async def end(self) -> None:
        """Keep every draft."""
        self._keep.stop()
        await self._keep_changed()

    async def forget(self, panel: ComposerPanel) -> None:
        """Forget the draft of a tab that is closed for good."""
        self._changed.discard(panel.draft.id)
        await self._workbench.delete_draft(panel.draft.id)

    async def _bring_back(self) -> None:
        drafts, problems = await asyncio.to_thread(load_drafts, self._workbench.paths.history)
        for problem in problems:
            self._window.show_warning(problem)
        for stored in drafts:
            self._tabs.add(draft_of(stored), current=False)
        tab = self._window.state.tab
        if 0 <= tab < self._window.tabs.count():
            self._window.tabs.setCurrentIndex(tab)

    async def _offer_new_history(self, error: CorruptStoreError) -> None:
        aside = await offer_new_store(self._window, error.message, self._workbench.paths.history)
        if aside is None:
            again = ("Choose again", lambda: self._jobs.start(self._offer_new_history(error), "offer a new history"))
            self._window.notices.show_notice(Notice(Level.ERROR, error.message, (again,)))
            return
        self._window.show_info(f"The damaged history is now {aside}.")
        await self._bring_back()

    def _on_changed(self, panel: ComposerPanel) -> None:
        self._changed.add(panel.draft.id)
        self._keep.start()

    async def _keep_changed(self) -> None:
        """Write what changed; a failure is shown and tried again with the next change."""
        for position, panel in enumerate(self._tabs):
            if panel.draft.id in self._changed:
                await self._workbench.save_draft(panel.draft.stored(position))
                self._changed.discard(panel.draft.id)
