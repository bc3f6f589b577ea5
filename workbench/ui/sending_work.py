"""Sending from composer tabs, what comes of the answers, and the history of what was sent."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.engine.workbench import Workbench
from workbench.model.collection import BodyKind, ComposedBody, Field, SavedRequest
from workbench.model.delivery import Attempt, Delivery
from workbench.model.errors import UsageError, WorkbenchError
from workbench.model.message import readable
from workbench.model.variables import Scopes
from workbench.ui.composer.draft import Draft, body_kind
from workbench.ui.composer.panel import ComposerPanel, with_own
from workbench.ui.composer.preview_dialog import SHOWN_LIMIT_BYTES, PreviewDialog
from workbench.ui.composer.sign_editor import SignEditor
from workbench.ui.composer.tabs import ComposerTabs
from workbench.ui.dialogs import ask_text, finished
from workbench.ui.jobs import Jobs
from workbench.ui.signature_work import SignatureWork

if TYPE_CHECKING:
    from workbench.engine.composing import Target
    from workbench.engine.dynamic_values import Question, Sources
    from workbench.engine.signing import Signing
    from workbench.model.message import Request
    from workbench.ui.main_window import MainWindow

HISTORY_LIMIT = 200


class SendingWork:
    """Everything behind Send."""

    def __init__(
        self, window: "MainWindow", workbench: Workbench, jobs: Jobs, tabs: ComposerTabs, signing: SignatureWork
    ) -> None:
        self._window = window
        self._workbench = workbench
        self._jobs = jobs
        self._tabs = tabs
        self._signing = signing
        self.scopes_of: Callable[[ComposerPanel], Awaitable[Scopes]] = _no_scopes
        """The variables around a tab's request; whoever knows them sets this."""
        self.folder_of: Callable[[ComposerPanel], str] = lambda _panel: ""
        """Where relative names of files start: the collection's folder."""
        self.take_local: Callable[[dict[str, str]], None] = lambda _values: None
        """Takes what answers gave, for the requests that follow."""
        tabs.opened.connect(self._on_opened)
        window.sidebar.delivery_wanted.connect(self.open_delivery)
        for name, slot in {"send": self._send, "cancel": self._cancel, "preview": self._start_preview}.items():
            window.commands[name].triggered.connect(lambda *_, slot=slot: slot())

    def _on_opened(self, panel: ComposerPanel) -> None:
        panel.send_button.clicked.connect(lambda: self._cancel() if panel.is_sending else self._send())
        panel.url.returnPressed.connect(self._send)
        panel.answered.connect(lambda delivery: self._jobs.start(self._check(panel, delivery), "check an answer"))
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

    async def _deliver(self, panel: ComposerPanel) -> Delivery:
        resolved = await self.resolved(panel)
        signing = await self._signing.signing(resolved.signing)
        try:
            return await self._workbench.deliveries.send(resolved, signing=signing)
        finally:
            self._jobs.start(self.show_history(), "show the history")

    async def resolved(
        self, panel: ComposerPanel, change: Callable[[Scopes], Scopes] = lambda scopes: scopes
    ) -> SavedRequest:
        """Return a tab's request with every value in its place; MissingVariables names all that have none.

        `change` may put other values into the scopes before.
        """
        from workbench.engine.variables import resolve

        request = panel.draft.request
        scopes = change(with_own(await self.scopes_of(panel), request))
        return (await resolve(request, scopes, self._sources(panel))).request

    def _sources(self, panel: ComposerPanel) -> "Sources":
        from workbench.engine.dynamic_values import Sources

        folder = self.folder_of(panel)
        return Sources(
            self._workbench.clock,
            folder=Path(folder) if folder else None,
            ask=self._ask,
            answer_of=self._answer_of,
        )

    async def _ask(self, question: "Question") -> str | None:
        return await ask_text(self._window, "Before sending", f"{question.label}:", "", hidden=question.secret)

    async def _answer_of(self, name: str) -> Attempt | None:
        """Return the newest answer to the request of that name."""
        newest = await self._workbench.history.run(lambda reader: reader.newest(HISTORY_LIMIT))
        number = next((each.number for each in newest if each.name == name and each.status), None)
        if number is None:
            return None
        delivery = await self._workbench.history.run(lambda reader: reader.get(number))
        return delivery.last if delivery is not None else None

    # Before and after

    def _start_preview(self) -> None:
        panel = self._tabs.current()
        if panel is not None:
            self._jobs.start(self._preview(panel), "preview a request")

    async def _preview(self, panel: ComposerPanel) -> None:
        """Show the bytes that Send would write now."""
        resolved = await self.resolved(panel)
        signing = await self._signing.signing(resolved.signing)
        now_us = self._workbench.clock.now_us()
        target, request = await asyncio.to_thread(_composed, resolved, signing, now_us)
        raw = await asyncio.to_thread(
            lambda: b"".join(request.wire_chunks()) if _is_small(request) else _start(request)
        )
        notes = "" if _is_small(request) else f"Only the first {SHOWN_LIMIT_BYTES // 1024 // 1024} MiB are shown."
        dialog = PreviewDialog(target.url, raw, notes, self._window.appearance, self._window)
        if await finished(dialog) == PreviewDialog.DialogCode.Accepted:
            panel.start_sending(partial(self._deliver, panel))

    async def _check(self, panel: ComposerPanel, delivery: Delivery) -> None:
        """Show what came of the request's tests, and keep what is taken of the answer."""
        request = panel.draft.request
        if not request.assertions and not request.takings:
            return
        from workbench.engine.checking_answers import Answer, check, take

        if delivery.last.response is None:
            return
        answer = Answer.of(delivery.last)
        results, taken = await asyncio.to_thread(
            lambda: (check(answer, request.assertions), take(answer, request.takings))
        )
        panel.answer.show_results(results, taken)
        self.take_local({each.taking.name: each.value for each in taken if each.value is not None})

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
        request = await asyncio.to_thread(_request_of, delivery)
        panel = self._tabs.add(Draft(request=request, opened=request))
        await panel.answer.show_delivery(delivery)


async def _no_scopes(_: ComposerPanel) -> Scopes:
    return Scopes()


def _composed(saved: SavedRequest, signing: "Signing | None", now_us: int) -> "tuple[Target, Request]":
    from workbench.engine.composing import compose
    from workbench.engine.signing import signed

    target, request = compose(saved)
    return target, request if signing is None else signed(request, target.url, signing, now_us)


def _is_small(request: "Request") -> bool:
    return request.body.size <= SHOWN_LIMIT_BYTES


def _start(request: "Request") -> bytes:
    return request.head.raw + request.body.read(SHOWN_LIMIT_BYTES)


def _request_of(delivery: Delivery) -> SavedRequest:
    """Return what was sent as a request to compose anew; its braces were sent as they stand."""
    request = delivery.last.request
    headers = [(name, value) for name, value in request.headers if name.lower() not in ("host", "content-length")]
    kind = body_kind(request.head.content_type) if request.body.size else BodyKind.NONE
    return SavedRequest(
        name=delivery.name,
        method=request.method,
        url=delivery.url,
        headers=tuple(Field(name, readable(value)) for name, value in headers),
        body=ComposedBody(kind, request.body, literal=True) if request.body.size else ComposedBody(),
    )
