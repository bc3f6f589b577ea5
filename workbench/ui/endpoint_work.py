"""Endpoints in the window: the list at the left, new ones in a click, the editor, and whether targets are there."""

import asyncio
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog

from workbench.engine.endpoint_trial import add_endpoint, taken_endpoint_names, try_endpoint
from workbench.engine.workbench import Workbench
from workbench.model.endpoint import CATCH_ALL
from workbench.model.errors import ChangedOutside, WorkbenchError
from workbench.model.message import Request
from workbench.storage.endpoints import read_endpoint_text, remove_endpoint, write_endpoint_text
from workbench.storage.packs import load_packs
from workbench.ui.dialogs import ask, finished
from workbench.ui.endpoint_dialog import EndpointDialog
from workbench.ui.jobs import Jobs
from workbench.ui.provider_dialog import ProviderDialog

REPLACE = "Replace"

if TYPE_CHECKING:
    from workbench.ui.main_window import MainWindow

TRIED_BODY_LIMIT_BYTES = 1024 * 1024


class EndpointWork:
    """Everything behind the branch of endpoints."""

    def __init__(self, window: "MainWindow", workbench: Workbench, jobs: Jobs) -> None:
        self._window = window
        self._workbench = workbench
        self._jobs = jobs
        self._paths = workbench.paths
        self._made = ""
        """The endpoint that was made last in this window."""
        listener, sidebar = window.listener, window.sidebar
        window.commands["new_endpoint"].triggered.connect(lambda *_: jobs.start(self._new(), "add an endpoint"))
        window.commands["edit_endpoint"].triggered.connect(
            lambda *_: jobs.start(self._edit_meant(), "edit an endpoint")
        )
        sidebar.endpoint_wanted.connect(lambda name: jobs.start(self._edit(name), "edit an endpoint"))
        sidebar.endpoint_copied.connect(self._copy_address)
        sidebar.endpoint_removed.connect(lambda name: jobs.start(self._remove(name), "remove an endpoint"))
        sidebar.new_endpoint_wanted.connect(window.commands["new_endpoint"].trigger)
        listener.endpoints.connect(sidebar.show_endpoints)
        listener.target_changed.connect(self._on_target)
        sidebar.show_endpoints(listener.known_endpoints)

    async def _edit_meant(self) -> None:
        """Edit the endpoint that a person means without naming it: the one that was just made, or is chosen where the
        keys are; else the capture's."""
        chosen = self._window.sidebar.chosen_endpoint
        if not chosen or not (chosen == self._made or self._window.sidebar.tree.hasFocus()):
            chosen = await self._endpoint_of_capture() or chosen
        await self._edit(chosen or CATCH_ALL)

    async def _endpoint_of_capture(self) -> str:
        number = self._window.captures.current_number
        if number is None:
            return ""
        capture = await self._workbench.captures.run(lambda reader: reader.get(number))
        known = [each["name"] for each in self._window.listener.known_endpoints]
        return capture.endpoint if capture is not None and capture.endpoint in known else ""

    def _address(self, path: str) -> str:
        return (self._window.public_url or self._window.listener.url) + path.removesuffix("/*").removesuffix("*")

    def _copy_address(self, path: str) -> None:
        address = self._address(path)
        QGuiApplication.clipboard().setText(address)
        self._window.show_info(f"{address} is on the clipboard.")

    async def _new(self) -> None:
        """Ask whose webhooks come; the rest is made, and its address is on the clipboard."""
        packs = await asyncio.to_thread(load_packs, self._paths)
        taken = await asyncio.to_thread(taken_endpoint_names, self._paths)
        dialog = ProviderDialog(await asyncio.to_thread(packs.by_name), taken, self._window)
        if await finished(dialog) == QDialog.DialogCode.Accepted:
            await self.add(dialog.chosen, dialog.name.text().strip(), dialog.path.text().strip())

    async def add(self, provider: str, name: str = "", path: str = "") -> None:
        """Make an endpoint for a provider, empty for anyone, and copy its address."""
        endpoint = await asyncio.to_thread(add_endpoint, self._paths, provider, name, path)
        self._made = endpoint.name
        self._window.sidebar.choose_endpoint(endpoint.name)
        address = self._address(endpoint.path)
        QGuiApplication.clipboard().setText(address)
        self._window.show_info(
            f"Endpoint {endpoint.name} is there. Its address {address} is on the clipboard: give it to the provider."
        )

    async def _edit(self, name: str, typed: str = "") -> None:
        """Edit an endpoint's file; `typed` is what a person has typed before, which is still to be saved."""
        text = await asyncio.to_thread(read_endpoint_text, self._paths, name)
        self._window.sidebar.choose_endpoint(name)
        dialog = EndpointDialog(name, text, self._window.appearance, self._window)
        if typed:
            dialog.show_typed(typed)
        request = await self._request()

        async def try_it(typed: str) -> None:
            now_us = self._window.clock_us()
            trial = await asyncio.to_thread(try_endpoint, self._paths, name, typed, request, now_us)
            if dialog.text.toPlainText() == typed:
                dialog.show_trial(trial)

        dialog.try_wanted.connect(lambda typed: self._jobs.start(try_it(typed), "try an endpoint"))
        await try_it(dialog.text.toPlainText())
        dialog.accepted.connect(
            lambda: self._jobs.start(self._save(name, dialog.changed_text, dialog.loaded), "save an endpoint")
        )
        await finished(dialog)

    async def _save(self, name: str, text: str | None, loaded: str) -> None:
        """Write what was edited; what another program wrote meanwhile is replaced only after a yes."""
        if text is None:
            return
        try:
            await asyncio.to_thread(write_endpoint_text, self._paths, name, text, loaded)
        except ChangedOutside as error:
            hint = "Replacing it loses what the other program wrote. Cancel to look at both."
            if await ask(self._window, "Changed outside", error.message, hint, {REPLACE: True}) != REPLACE:
                await self._edit(name, text)
                return
            await asyncio.to_thread(write_endpoint_text, self._paths, name, text)
        self._window.show_info(f"Endpoint {name} is saved; the listener takes it up within a second.")

    async def _request(self) -> Request | None:
        """Return the chosen capture's request, to try answers with; None where none is chosen or it is large."""
        number = self._window.captures.current_number
        if number is None:
            return None
        capture = await self._workbench.captures.run(lambda reader: reader.get(number))
        if capture is None or capture.request.body.size > TRIED_BODY_LIMIT_BYTES:
            return None
        return capture.request

    async def _remove(self, name: str) -> None:
        hint = "Its file is deleted. Its captures stay; what comes to its path goes to the catch-all from now on."
        if await ask(self._window, "Remove endpoint", f"Remove the endpoint {name}?", hint, {"Remove": True}) is None:
            return
        try:
            await asyncio.to_thread(remove_endpoint, self._paths, name)
        except WorkbenchError as error:
            self._window.show_error(error)

    def _on_target(self, url: str, is_up: bool, reason: str) -> None:
        self._window.notices.forget(f"Forwarding to {url}")
        if is_up:
            self._window.show_info(f"Forwarding to {url} works again.")
        else:
            self._window.show_warning(f"Forwarding to {url} does not work now: {reason}")
