"""Sending from composer tabs, and the history of what was sent."""

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from workbench.engine.workbench import Workbench
from workbench.model.collection import BodyKind, ComposedBody, Field, SavedRequest
from workbench.model.delivery import Delivery
from workbench.model.errors import UsageError, WorkbenchError
from workbench.model.message import readable
from workbench.ui.composer.draft import Draft, body_kind
from workbench.ui.composer.panel import ComposerPanel
from workbench.ui.composer.tabs import ComposerTabs
from workbench.ui.jobs import Jobs
from workbench.ui.signature_work import SignatureWork

if TYPE_CHECKING:
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
        tabs.opened.connect(self._on_opened)
        window.sidebar.delivery_wanted.connect(self.open_delivery)
        for name, slot in {"send": self._send, "cancel": self._cancel}.items():
            window.commands[name].triggered.connect(lambda *_, slot=slot: slot())

    def _on_opened(self, panel: ComposerPanel) -> None:
        panel.send_button.clicked.connect(lambda: self._cancel() if panel.is_sending else self._send())
        panel.url.returnPressed.connect(self._send)
        panel.sign.preview_wanted.connect(
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

    async def _deliver(self, panel: ComposerPanel, request: SavedRequest) -> Delivery:
        signing = await self._signing.signing(request.signing)
        try:
            return await self._workbench.deliveries.send(request, signing=signing)
        finally:
            self._jobs.start(self.show_history(), "show the history")

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
