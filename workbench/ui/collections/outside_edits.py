"""Files that other programs change while they are open: taken up at once, or asked about, never written over."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from workbench.model.collection import SavedRequest
from workbench.model.errors import WorkbenchError
from workbench.storage.collections import NO_FILE, Fingerprint, fingerprint, read_request
from workbench.ui.composer.panel import ComposerPanel
from workbench.ui.composer.request_words import request_words
from workbench.ui.composer.tabs import ComposerTabs
from workbench.ui.diff_dialog import DiffDialog
from workbench.ui.jobs import Jobs
from workbench.ui.widgets.notice_bar import Level, Notice

CHANGED = "This request was changed by another program"
GONE = "The file of this request is gone. Saving writes it anew."


@dataclass(frozen=True, slots=True)
class Theirs:
    """What a file holds now."""

    request: SavedRequest
    fingerprint: Fingerprint


class OutsideEdits:
    """Looks at the tabs of changed files."""

    def __init__(self, tabs: ComposerTabs, jobs: Jobs) -> None:
        self._tabs = tabs
        self._jobs = jobs

    async def look(self, files: Collection[Path] | None = None) -> None:
        """Look at the tabs of these files, or at all."""
        for panel in list(self._tabs):
            if panel.draft.file and (files is None or Path(panel.draft.file) in files):
                await self._look_at(panel)

    async def _look_at(self, panel: ComposerPanel) -> None:
        file, known = Path(panel.draft.file), panel.draft.fingerprint
        try:
            theirs = await asyncio.to_thread(_read, file)
        except WorkbenchError as error:
            panel.notices.forget(CHANGED)
            panel.notices.say("warning", f"{CHANGED}, and cannot be read now. {error.message}")
            return
        draft = panel.draft
        if theirs is None:
            self._note_gone(panel)
            return
        if theirs.fingerprint in (known, draft.fingerprint):
            self._note_same(panel, theirs)
            return
        if theirs.request == draft.request or not draft.is_dirty:
            self._take(panel, theirs)
        else:
            self._ask(panel, theirs)

    def _note_gone(self, panel: ComposerPanel) -> None:
        """Let the tab be the only place of its request, and say so."""
        if panel.draft.fingerprint != NO_FILE:
            panel.draft.saved, panel.draft.fingerprint = None, NO_FILE
            panel.notices.say("warning", GONE)
            self._tabs.note_change(panel)

    def _note_same(self, panel: ComposerPanel, theirs: Theirs) -> None:
        """Learn what the file holds where only its fingerprint was known: after a restart."""
        if panel.draft.saved is None:
            panel.draft.saved = theirs.request
            self._tabs.note_change(panel)

    def _ask(self, panel: ComposerPanel, theirs: Theirs) -> None:
        choices = (
            ("Keep mine", lambda: self._keep(panel, theirs)),
            ("Take theirs", lambda: self._take(panel, theirs)),
            ("Compare", lambda: self._compare(panel, theirs)),
        )
        text = f"{CHANGED}, and here too."
        panel.notices.forget(CHANGED)
        panel.notices.show_notice(Notice(Level.WARNING, text, choices))

    def _keep(self, panel: ComposerPanel, theirs: Theirs) -> None:
        """Let the next save write over theirs: that is what was chosen."""
        panel.draft.saved, panel.draft.fingerprint = theirs.request, theirs.fingerprint
        self._tabs.note_change(panel)

    def _take(self, panel: ComposerPanel, theirs: Theirs) -> None:
        panel.draft.saved, panel.draft.fingerprint = theirs.request, theirs.fingerprint
        panel.notices.forget(CHANGED)
        panel.notices.forget(GONE)
        panel.replace_request(theirs.request)

    def _compare(self, panel: ComposerPanel, theirs: Theirs) -> None:
        dialog = DiffDialog("Mine and theirs", panel.appearance, panel)
        dialog.show_texts(request_words(panel.draft.request), request_words(theirs.request), "mine", "theirs")
        dialog.open()
        self._ask(panel, theirs)


def _read(file: Path) -> Theirs | None:
    """Return what a file holds; None where it is gone: the tab keeps what it has."""
    if not file.exists():
        return None
    known = fingerprint(file)
    return Theirs(read_request(file), known)
