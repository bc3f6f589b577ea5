"""What the window does: joins its panels, its commands, the listener and the stores. One `Work` for each window."""

import asyncio
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from workbench.engine.workbench import Workbench
from workbench.formats.curl import to_curl
from workbench.model.capture import Capture
from workbench.model.collection import BodyKind, ComposedBody, Field, SavedRequest
from workbench.model.delivery import Delivery, ForwardState, StoredForward
from workbench.model.errors import UsageError
from workbench.model.message import Body
from workbench.model.signature import SignMode
from workbench.storage.captures import CaptureReader
from workbench.storage.resources import resource_path
from workbench.ui.captures.feed import CaptureFeed
from workbench.ui.captures_transfer_work import CapturesTransferWork
from workbench.ui.composing_work import ComposingWork
from workbench.ui.confirming_work import ConfirmingWork
from workbench.ui.desktop.desktop_work import DesktopWork
from workbench.ui.dialogs import ask, ask_text, choose_new_file
from workbench.ui.doctor_work import DoctorWork
from workbench.ui.endpoint_work import EndpointWork
from workbench.ui.jobs import Jobs
from workbench.ui.listener_work import ListenerWork
from workbench.ui.marks_work import MarksWork
from workbench.ui.searches_work import SearchesWork
from workbench.ui.signature_work import SignatureWork
from workbench.ui.table_work import TableWork
from workbench.ui.tunnel_work import TunnelWork

if TYPE_CHECKING:
    from workbench.ui.main_window import MainWindow

TEXT_COPY_LIMIT_BYTES = 16 * 1024 * 1024


class Work:
    """Everything behind the window's actions, from the first paint to the close."""

    def __init__(self, window: "MainWindow", workbench: Workbench) -> None:
        self._window = window
        self._workbench = workbench
        self._jobs = Jobs(window, window.show_error)
        self._panel = window.captures
        self._feed = CaptureFeed(self._panel.model, workbench.captures, self._jobs, window)
        self._feed.search_with(lambda: CaptureReader(workbench.paths.captures, workbench.paths.spool))
        self._table = TableWork(window, workbench, self._jobs, self._feed)
        self._marks = MarksWork(window, workbench, self._jobs, self._feed)
        self._searches = SearchesWork(window, workbench, self._jobs)
        self._listener = ListenerWork(window, self._jobs, self._feed)
        self._signing = SignatureWork(window, workbench, self._jobs)
        self._composing = ComposingWork(window, workbench, self._jobs, self._signing)
        self._endpoints = EndpointWork(window, workbench, self._jobs)
        self._confirming = ConfirmingWork(window, workbench, self._jobs)
        self._desktop = DesktopWork(window, workbench, self._jobs, self._feed, self._composing)
        self._transfers = CapturesTransferWork(window, workbench, self._jobs)
        self._tunnels = TunnelWork(window, workbench, self._jobs)
        self._doctor = DoctorWork(window, workbench, self._jobs)
        self._shown: Capture | None = None
        self._waits = False
        """Whether forwards of the capture that is shown are not finished."""
        self._connect()
        self._say_target()

    @property
    def open_collections(self) -> list[str]:
        return self._composing.open_collections

    @property
    def _target(self) -> str:
        return self._window.settings.replay_target

    async def begin(self) -> None:
        """Show what is stored, and bring back drafts."""
        self._feed.loaded.connect(self._panel.table.setFocus, Qt.ConnectionType.SingleShotConnection)
        self._feed.look()
        await self._composing.begin()
        await self._desktop.begin()

    async def end(self) -> None:
        """Keep what is not kept yet; cancel what still runs."""
        await self._feed.stop()
        self._table.keep_columns()
        await self._tunnels.end()
        await self._desktop.end()
        await self._composing.end()
        self._jobs.cancel_all()

    def _connect(self) -> None:
        window, commands, panel = self._window, self._window.commands, self._panel
        window.settings_changed.connect(lambda names: "replay_target" in names and self._say_target())
        self._feed.counted.connect(panel.show_counts)
        panel.query_changed.connect(self._feed.show_matching)
        panel.filter.focused.connect(lambda: self._jobs.start(self._offer_values(), "read values to complete with"))
        panel.chosen.connect(lambda number: self._jobs.start(self._show(number), "show a capture"))
        panel.detail.body.save_wanted.connect(self._save_body_of)
        panel.detail.delivery_wanted.connect(self._composing.open_delivery)
        panel.detail.replay_chosen.connect(
            lambda number: self._jobs.start(self._show_answer(number), "show an answer")
        )
        panel.detail.replay_answer.save_wanted.connect(self._save_body_of)
        window.listener.forwarded.connect(lambda: self._jobs.start(self._look_at_forwards(), "look at forwards"))
        panel.empty.copy_address.connect(commands["copy_address"].trigger)
        panel.empty.send_test.connect(commands["send_test"].trigger)
        panel.empty.copy_command.connect(self._copy)
        window.sidebar.endpoint_captures_wanted.connect(self._show_captures_of)
        for name, slot in {
            "filter": self._focus_filter,
            "follow": lambda: panel.set_follows(commands["follow"].isChecked()),
            "replay": lambda: self._start_replay(ask_first=False),
            "replay_to": lambda: self._start_replay(ask_first=True),
            "replay_fresh": lambda: self._start_replay(ask_first=False, mode=SignMode.FRESH),
            "replay_stale": lambda: self._start_replay(ask_first=False, mode=SignMode.STALE),
            "open_in_composer": lambda: self._with_current(self._open_in_composer),
            "compare": lambda: self._jobs.start(self._compare(), "compare captures"),
            "copy_curl": lambda: self._with_current(self._copy_curl),
            "copy_body": lambda: self._with_current(self._copy_body),
            "save_body": lambda: self._with_current(self._save_body),
            "pin": lambda: self._jobs.start(self._pin(), "pin captures"),
            "next_capture": lambda: self._step(1),
            "previous_capture": lambda: self._step(-1),
            "send_test": lambda: self._jobs.start(self._send_test(), "send a test webhook"),
            "show_captures": lambda: window.tabs.setCurrentIndex(0),
            "toggle_sidebar": lambda: window.side.setVisible(commands["toggle_sidebar"].isChecked()),
            "quit": window.close,
        }.items():
            commands[name].triggered.connect(lambda *_, slot=slot: slot())

    # Looking

    def _show_captures_of(self, endpoint: str) -> None:
        """Show an endpoint's captures only; Escape in the filter line shows all again."""
        self._window.commands["show_captures"].trigger()
        self._panel.set_filter(f"endpoint:{endpoint}")

    async def _show(self, number: int | None) -> None:
        if number is None:
            self._shown = None
            self._panel.detail.clear_capture()
            self._signing.show(None)
            return
        capture = await self._workbench.captures.run(lambda reader: reader.get(number))
        if capture is None or number != self._panel.current_number:
            return
        self._shown, self._waits = capture, True
        forwards = await self._workbench.forwards.run(lambda reader: reader.of_capture(number))
        await self._panel.detail.show_capture(capture, forwards)
        await self._show_forwards(number, forwards)
        self._signing.show(capture)
        replays = await self._workbench.history.run(lambda reader: reader.replays_of(number))
        self._panel.detail.show_replays(replays)
        await self._workbench.mark_seen(number)
        await self._feed.refresh(number)

    async def _show_forwards(self, number: int, forwards: list[StoredForward]) -> None:
        self._waits = any(item.state is ForwardState.PENDING for item in forwards)
        comparison = await self._comparison(forwards)
        if number == self._panel.current_number:
            self._panel.detail.show_forwards(forwards, comparison)

    async def _look_at_forwards(self) -> None:
        """Show how far the forwards of the capture that is shown have come."""
        capture = self._shown
        if capture is not None and self._waits:
            number = capture.number
            await self._show_forwards(
                number, await self._workbench.forwards.run(lambda reader: reader.of_capture(number))
            )

    async def _comparison(self, forwards: list[StoredForward]) -> str:
        """Return whether several targets answered alike; empty where there are not several."""
        if len(forwards) < 2:
            return ""
        from workbench.engine.comparing import compare_forwards

        return await self._workbench.history.run(lambda reader: compare_forwards(forwards, reader.get))

    async def _show_answer(self, delivery_number: int) -> None:
        delivery = await self._workbench.history.run(lambda reader: reader.get(delivery_number))
        if delivery is not None:
            await self._panel.detail.replay_answer.show_delivery(delivery)

    def _with_current(self, work) -> None:
        if self._shown is not None:
            self._jobs.start(work(self._shown), f"work on capture {self._shown.number}")

    def _step(self, by: int) -> None:
        table, model = self._panel.table, self._panel.model
        row = table.currentIndex().row() + by
        if 0 <= row < model.rowCount():
            self._panel.choose(model.rows.number(row))

    def _focus_filter(self) -> None:
        self._window.tabs.setCurrentIndex(0)
        self._panel.filter.setFocus()
        self._panel.filter.selectAll()

    async def _offer_values(self) -> None:
        columns = ("provider", "event", "endpoint", "method", "guard", "delivery_id", "peer_address")
        fields = {"delivery_id": "delivery", "peer_address": "source"}
        self._panel.filter.known = await self._workbench.captures.run(
            lambda reader: {fields.get(column, column): reader.values(column) for column in columns}
        )

    # Replaying

    def _say_target(self) -> None:
        """Say where a replay would go before anything is sent: at the commands, and where replays are listed."""
        target = self._target
        for name, what in {
            "replay": "Send the chosen captures again",
            "replay_fresh": "Send with a fresh signature of its provider",
            "replay_stale": "Send with a signature that is too old",
        }.items():
            self._window.commands.describe(name, f"{what}, to {target}" if target else f"{what}; asks where to")
        self._panel.detail.show_target(target)

    def _start_replay(self, *, ask_first: bool, mode: SignMode = SignMode.KEEP) -> None:
        numbers = self._panel.selected_numbers()
        if numbers:
            self._jobs.start(self._replay(numbers, mode, ask_first=ask_first), "replay captures")

    async def _replay(self, numbers: list[int], mode: SignMode, *, ask_first: bool) -> None:
        asked = ask_first or not self._target
        if asked:
            target = await self._ask_target(len(numbers))
            if target is None:
                return
            self._window.change_settings(replay_target=target)
        if not asked and not await self._meant(len(numbers)):
            return
        target = self._target  # As it was said: it may be changed while many are sent.
        self._window.show_info(f"Replaying {_captures_words(numbers)} to {target}…")
        try:
            outcomes, changed = await self._send_again(numbers, target, mode)
        finally:
            self._window.notices.forget("Replaying ")
        await self._composing.show_history()
        await self._say_replayed(numbers, target, outcomes, changed)

    async def _send_again(self, numbers: list[int], target: str, mode: SignMode) -> tuple[dict[str, int], str]:
        """Send captures in order; return how often each outcome came, and what the last one's signing changed."""
        outcomes: dict[str, int] = {}
        signer = None
        if mode is not SignMode.KEEP:
            signer = await asyncio.to_thread(self._signing.signatures.signer, mode)
        changed = ""
        for number in numbers:
            capture = await self._workbench.captures.run(lambda reader, number=number: reader.get(number))
            if capture is None:
                continue
            signing = await asyncio.to_thread(signer.signing_for, capture) if signer else None
            delivery = await self._workbench.deliveries.replay(capture, target, signing=signing)
            changed = _signature_changes(capture, delivery) if signing else ""
            failure = delivery.last.failure
            outcome = failure.message if failure else str(delivery.status)
            outcomes[outcome] = outcomes.get(outcome, 0) + 1
        return outcomes, changed

    async def _meant(self, count: int) -> bool:
        """Ask whether so many are to be sent, where that is more than a person sends without a thought."""
        most = self._window.settings.confirm_replay_over
        if not most or count <= most:
            return True
        hint = "The preferences say from how many on this is asked."
        text = f"Replay {count} captures to {self._target}?"
        return await ask(self._window, "Replay", text, hint, {"Replay": False}) is not None

    async def _say_replayed(self, numbers: list[int], target: str, outcomes: dict[str, int], changed: str) -> None:
        said = ", ".join(
            outcome if count == len(numbers) else f"{count} × {outcome}" for outcome, count in outcomes.items()
        )
        text = f"Replayed {_captures_words(numbers)} to {target}: {said}"
        if changed and len(numbers) == 1:
            text += f"\n{changed}"
        good = all(outcome.startswith("2") for outcome in outcomes)
        self._window.notices.forget("Replayed ")
        (self._window.show_info if good else self._window.show_warning)(text)
        if self._shown is not None and self._shown.number in numbers:
            number = self._shown.number
            self._panel.detail.show_replays(
                await self._workbench.history.run(lambda reader: reader.replays_of(number))
            )
            if len(numbers) == 1:
                self._panel.detail.setCurrentWidget(self._panel.detail.replay_page)

    async def _ask_target(self, count: int) -> str | None:
        what = "this capture" if count == 1 else f"these {count} captures"
        return await ask_text(
            self._window,
            "Replay",
            f"Send {what} to (without a path, the captured path is used):",
            self._target or "http://localhost:3000",
            _target_problem,
            word="Replay",
        )

    # What is done with a capture

    async def _open_in_composer(self, capture: Capture) -> None:
        self._composing.open_capture(capture, self._target)

    async def _compare(self) -> None:
        from workbench.ui.comparing_work import compare_captures

        numbers = self._panel.selected_numbers()
        await compare_captures(self._workbench, numbers, self._window.appearance, self._window)

    async def _copy_curl(self, capture: Capture) -> None:
        if capture.request.body.size > TEXT_COPY_LIMIT_BYTES:
            raise UsageError("The body is too large for a command line.", "Replay the capture, or save its body.")
        base = self._target or self._window.listener.url or "http://localhost"
        self._copy(to_curl(capture.request.head, capture.request.body.read(), base))
        self._window.show_info(f"A curl command for #{capture.number} is on the clipboard.")

    async def _copy_body(self, capture: Capture) -> None:
        if capture.request.body.size > TEXT_COPY_LIMIT_BYTES:
            raise UsageError("The body is too large for the clipboard.", "Save it to a file instead.")
        self._copy(capture.request.body.read().decode("utf-8", "replace"))

    async def _save_body(self, capture: Capture) -> None:
        await self._write_body(capture.request.body, f"capture-{capture.number}.body")

    def _save_body_of(self, body: Body) -> None:
        self._jobs.start(self._write_body(body, "body"), "save a body")

    async def _write_body(self, body: Body, name: str) -> None:
        await self._composing.write_body(body, name, choose_new_file)

    async def _pin(self) -> None:
        numbers = self._panel.selected_numbers()
        if not numbers:
            return
        summary = self._panel.model.rows.summary(self._panel.model.rows.row_of(numbers[0]) or 0)
        pinned = not (summary is not None and summary.pinned)
        for number in numbers:
            await self._workbench.set_pinned(number, pinned)
            await self._feed.refresh(number)

    async def _send_test(self) -> None:
        """Post a sample to our own listener by the way that every send goes."""
        body = resource_path("samples", "test-webhook.json").read_bytes()
        saved = SavedRequest(
            name="Test webhook",
            method="POST",
            url=f"{self._window.listener.url}/test",
            headers=(Field("X-Workbench-Event", "workbench.test"),),
            body=ComposedBody(BodyKind.JSON, Body(body)),
        )
        await self._workbench.deliveries.send(saved)
        await self._composing.show_history()

    # The window itself

    def _copy(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)


def _captures_words(numbers: list[int]) -> str:
    return f"#{numbers[0]}" if len(numbers) == 1 else f"{len(numbers)} captures"


def _signature_changes(capture: Capture, delivery: Delivery) -> str:
    """Return old and new of each header that signing changed."""
    sent = delivery.last.request.headers
    old = {name.lower(): value for name, value in capture.request.headers}
    lines = [
        f"{name}: {_short(old.get(name.lower(), 'none'))} → {_short(value)}"
        for name, value in sent
        if old.get(name.lower()) != value and name.lower() not in ("host", "content-length")
    ]
    return "\n".join(lines)


def _short(text: str) -> str:
    return text if len(text) <= 90 else f"{text[:89]}…"


def _target_problem(text: str) -> str:
    from workbench.engine.composing import parse_target

    try:
        parse_target(text)
    except UsageError as error:
        return error.message
    return ""
