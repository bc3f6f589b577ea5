"""Sending from composer tabs, what comes of the answers, and the history of what was sent."""

import asyncio
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from workbench.model.errors import NotTrusted, UsageError, WorkbenchError
from workbench.model.masking import masked_head, masked_request, secret_ranges
from workbench.model.signature import SigningChoice, SignMode
from workbench.storage.trusted_collections import trust
from workbench.ui.composer.draft import Draft
from workbench.ui.composer.panel import ComposerPanel
from workbench.ui.composer.preview_dialog import SHOWN_LIMIT_BYTES, PreviewDialog
from workbench.ui.composer.sent_again import sent_again
from workbench.ui.composer.sign_editor import SignEditor
from workbench.ui.composing_part import ComposingPart, Desk
from workbench.ui.dialogs import ask_text, finished
from workbench.ui.environment_work import EnvironmentWork
from workbench.ui.signature_work import SignatureWork
from workbench.ui.widgets.notice_bar import Level, Notice

if TYPE_CHECKING:
    from workbench.engine.delivering import Sent
    from workbench.engine.dynamic_values import Question, Sources
    from workbench.engine.preparing import Prepared
    from workbench.engine.sending_context import SendingContext
    from workbench.engine.signing import Signing

HISTORY_LIMIT = 200


class SendingWork(ComposingPart):
    """Everything behind Send."""

    def __init__(self, desk: Desk, signing: SignatureWork, environments: EnvironmentWork) -> None:
        super().__init__(desk)
        self._signing = signing
        self._environments = environments
        desk.tabs.opened.connect(self._on_opened)
        desk.window.sidebar.delivery_wanted.connect(self.open_delivery)
        desk.window.commands.connect({"send": self._send, "cancel": self._cancel, "preview": self._start_preview})

    def _on_opened(self, panel: ComposerPanel) -> None:
        panel.send_button.clicked.connect(lambda: self._cancel() if panel.is_sending else self._send())
        panel.url.returnPressed.connect(self._send)
        panel.sections.made.connect(lambda editor: self._on_made(panel, editor))
        panel.add_button(self._window.commands.tool_button("preview"))

    def _on_made(self, panel: ComposerPanel, editor: object) -> None:
        if isinstance(editor, SignEditor):
            editor.preview_wanted.connect(
                lambda: self._jobs.start(self._signing.preview(panel), "preview a signature")
            )
            self._jobs.start(self._signing.furnish(panel), "offer providers")

    def _send(self) -> None:
        panel = self._tabs.current()
        if panel is not None:
            panel.start_sending(partial(self._deliver, panel))

    def _cancel(self) -> None:
        panel = self._tabs.current()
        if panel is not None:
            panel.cancel_sending()

    async def _deliver(self, panel: ComposerPanel) -> "Sent":
        """Send a tab's request with all that surrounds it."""
        request, place = panel.draft.request, self._environments.place_of(panel)
        context = await self._unlocked_context(panel)
        for problem in context.problems:
            panel.notices.say("warning", problem)
        deliveries = self._workbench.deliveries
        deliveries.tokens.open_browser = _open_browser
        try:
            sent = await deliveries.send_and_check(
                request,
                scopes=self._environments.scopes_for(request, context, place),
                inherited=context.inherited,
                signing=self._signing_of,
                sources=self._sources(context),
            )
        except NotTrusted as error:
            self._offer_trust(panel, error)
            raise
        finally:
            self._jobs.start(self.show_history(), "show the history")
        taken = [each for each in sent.taken if each.value is not None]
        if taken:
            self._jobs.start(self._environments.take(place, taken), "keep what an answer gave")
        return sent

    async def _unlocked_context(self, panel: ComposerPanel) -> "SendingContext":
        """Return what surrounds a tab's request, with the secrets it needs; UsageError where they stay locked."""
        from workbench.engine.unlocking import waits_for_secrets

        request, taken = panel.draft.request, self._environments.taken.at(self._environments.place_of(panel))
        context = (await self._environments.surroundings(panel)).context
        secrets = self._signing.signatures.secrets
        if not await asyncio.to_thread(waits_for_secrets, request, context, secrets, taken):
            return context
        if not await self._signing.unlock():
            raise UsageError(
                "The request was not sent: it needs secrets, and they are locked.", "Send to unlock them."
            )
        self._environments.look_up()
        return (await self._environments.surroundings(panel)).context

    async def unlocked_for(self, folder: Path, environment: str) -> bool:
        """Unlock what requests of a folder may need; False where they stay locked."""
        from workbench.engine.sending_context import sending_context

        secrets = self._signing.signatures.secrets
        context = await asyncio.to_thread(sending_context, folder / "new.yml", environment, secrets)
        return not context.locked or await self._signing.unlock()

    def _offer_trust(self, panel: ComposerPanel, error: NotTrusted) -> None:
        """Ask whether a collection may have what it reached for; nothing is sent until its user sends again."""

        def allow() -> None:
            folder = Path(error.folder)
            self._jobs.start(asyncio.to_thread(trust, self._workbench.paths, folder), "trust a collection")

        action = ("Trust this collection", allow)
        panel.notices.show_notice(Notice(Level.WARNING, error.message, (action,)))

    async def prepared(self, panel: ComposerPanel) -> "Prepared":
        """Return what Send would send now."""
        request, place = panel.draft.request, self._environments.place_of(panel)
        context = await self._unlocked_context(panel)
        return await self._workbench.deliveries.prepare(
            request,
            scopes=self._environments.scopes_for(request, context, place),
            inherited=context.inherited,
            signing=self._signing_of,
            sources=self._sources(context),
        )

    async def prepared_to_show(self, panel: ComposerPanel) -> "Prepared":
        """Return the request not signed, with words for secrets, as programs of it have it."""
        from workbench.engine.request_programs import prepare_for_program

        request, place = panel.draft.request, self._environments.place_of(panel)
        context = (await self._environments.surroundings(panel)).context
        scopes = self._environments.scopes_for(request, context, place)
        return await prepare_for_program(self._workbench.deliveries, request, context, scopes, self._sources(context))

    def _signing_of(self, choice: SigningChoice) -> "Signing | None":
        """Return how a request of that choice is signed; None for headers kept as they stand."""
        return None if choice.mode is SignMode.KEEP else self._signing.signatures.signing_of(choice)

    def _sources(self, context: "SendingContext") -> "Sources":
        from workbench.engine.dynamic_values import Sources

        return Sources(self._workbench.clock, folder=context.folder, ask=self.ask)

    async def ask(self, question: "Question") -> str | None:
        """Ask a person for a value; None where they would rather not send."""
        return await ask_text(self._window, "Before sending", f"{question.label}:", "", hidden=question.secret)

    # Before and after

    def _start_preview(self) -> None:
        panel = self._tabs.current()
        if panel is not None:
            self._jobs.start(self._preview(panel), "preview a request")

    async def _preview(self, panel: ComposerPanel) -> None:
        """Show the bytes that Send would write now, but for secrets."""
        prepared = await self.prepared(panel)
        raw, notes = await asyncio.to_thread(_shown, prepared)
        dialog = PreviewDialog(prepared.target.url, raw, notes, self._window.appearance, self._window)
        if await finished(dialog) == PreviewDialog.DialogCode.Accepted:
            panel.start_sending(partial(self._deliver, panel))

    # The history

    async def begin(self) -> None:
        """Show what was sent; the window works where that cannot be read."""
        try:
            await self.show_history()
        except WorkbenchError as error:
            self._window.show_error(error)

    async def show_history(self) -> None:
        """Show what was sent."""
        self._window.sidebar.show_history(
            await self._workbench.history.run(lambda reader: reader.newest(HISTORY_LIMIT))
        )

    def open_delivery(self, number: int) -> None:
        """Open what was sent, with what came back."""
        self._jobs.start(self._open_delivery(number), "open a delivery")

    async def _open_delivery(self, number: int) -> None:
        delivery = await self._workbench.history.run(lambda reader: reader.get(number))
        if delivery is None:
            raise UsageError("This delivery is no longer in the history.")
        found = await asyncio.to_thread(sent_again, delivery)
        panel = self._tabs.of_delivery(number)
        if panel is not None:
            self._tabs.show(panel)
        else:
            panel = self._tabs.add(Draft(request=found.request, opened=found.request, delivery_number=number))
            if found.notes:
                panel.notices.say("warning", "\n".join(found.notes))
        if not panel.is_sending:
            await panel.answer.show_delivery(delivery)


async def _open_browser(url: str) -> None:
    QDesktopServices.openUrl(QUrl(url))


def _shown(prepared: "Prepared") -> tuple[bytes, str]:
    """Return the start of a request's bytes with its secrets masked, and what is to be said of that."""
    request = prepared.request
    ranges = secret_ranges(request, prepared.secrets)
    notes = ["Secrets are masked here."] if ranges else []
    raw = masked_head(request.head, ranges).raw
    if request.body.size <= SHOWN_LIMIT_BYTES:
        raw = b"".join(masked_request(request, ranges).wire_chunks())
    elif not ranges or ranges[-1][1] <= len(request.head.raw):
        raw += request.body.read(SHOWN_LIMIT_BYTES)
        notes.append(f"Only the first {SHOWN_LIMIT_BYTES // 1024 // 1024} MiB are shown.")
    else:
        notes.append("The body is too large to be shown with its secrets masked.")
    return raw, " ".join(notes)
