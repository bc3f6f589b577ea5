"""The signature tab, the composer's signing section, samples and signed replays, in the window."""

import hashlib
import hmac
import time

import pytest
from fakes import RawTarget
from PySide6.QtWidgets import QDialog, QLineEdit, QTreeWidget, QTreeWidgetItemIterator
from test_window import opened_dialog
from ui.conftest import until

from workbench.model.endpoint import Endpoint, SecretUse
from workbench.model.signature import SigningChoice, SignMode
from workbench.storage.endpoints import remove_endpoint, save_endpoint
from workbench.storage.paths import Paths
from workbench.storage.secrets import Secrets
from workbench.ui.composer.panel import ComposerPanel
from workbench.ui.main_window import MainWindow
from workbench.ui.sample_dialog import SampleDialog
from workbench.ui.signature_work import SecretDialog

KEY = "whsec_of_the_window"
EVENT = b'{"id":"evt_1","object":"event","type":"invoice.paid"}'


def stripe_header(body: bytes, at_s: int) -> str:
    digest = hmac.new(KEY.encode(), b"%d." % at_s + body, hashlib.sha256).hexdigest()
    return f"t={at_s},v1={digest}"


async def deliver(port: int, body: bytes, signature: str) -> None:
    import asyncio

    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = (
        "POST /stripe HTTP/1.1\r\nHost: a\r\nUser-Agent: Stripe/1.0 (+https://stripe.com/docs/webhooks)\r\n"
        f"Content-Type: application/json\r\nStripe-Signature: {signature}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    writer.write(head.encode() + body)
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
    writer.close()


@pytest.fixture(autouse=True)
def encrypted_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_NO_KEYRING", "1")
    monkeypatch.setenv("WORKBENCH_PASSPHRASE", "a passphrase for the tests")


async def chosen(window: MainWindow) -> None:
    """Choose the first capture and open its signature tab, once it is judged."""

    def judged() -> bool:
        summary = window.captures.model.summary(0)
        return summary is not None and summary.provider == "stripe"

    await until(lambda: window.captures.model.rowCount() == 1)
    await until(judged)
    window.captures.choose(1)
    window.captures.detail.setCurrentWidget(window.captures.detail.signature)


async def test_a_secret_added_in_the_window_turns_the_verdict(window: MainWindow) -> None:
    await deliver(window.listener.port, EVENT, stripe_header(EVENT, int(time.time())))
    await chosen(window)
    pane = window.captures.detail.signature
    await until(lambda: "secret" in pane.reason.text())
    pane.add_secret.click()
    dialog = await opened_dialog(window)
    assert isinstance(dialog, SecretDialog)
    dialog.value.setText(KEY)
    dialog.accept()
    await until(lambda: "✓" in pane.verdict.text(), seconds=20)

    def verdict() -> str:
        summary = window.captures.model.summary(0)
        return summary.verification if summary is not None else ""

    await until(lambda: verdict() == "valid", seconds=20)
    assert KEY not in pane.facts.accessibleName() + pane.reason.text() + pane.signed.toPlainText()


async def test_an_endpoint_written_while_the_window_is_open_counts_in_the_tab_too(
    window: MainWindow, paths: Paths
) -> None:
    save_endpoint(paths, Endpoint("shop", "/stripe", "stripe"))
    await until(lambda: any(each["name"] == "shop" for each in window.listener.known_endpoints))
    await deliver(window.listener.port, EVENT, stripe_header(EVENT, int(time.time())))
    await chosen(window)
    pane = window.captures.detail.signature
    await until(lambda: "No secret" in pane.verdict.text())
    Secrets(paths).put("stripe/shop", KEY)
    save_endpoint(paths, Endpoint("shop", "/stripe", "stripe", (SecretUse("keyring:stripe/shop"),)))
    await until(lambda: "✓" in pane.verdict.text())
    await until(lambda: getattr(window.captures.model.summary(0), "verification", "") == "valid")
    remove_endpoint(paths, "shop")
    save_endpoint(paths, Endpoint("other", "/other", "stripe"))
    await until(lambda: "No secret" in pane.verdict.text())


async def test_a_capture_is_signed_anew_by_an_endpoint_written_while_the_window_is_open(
    window: MainWindow, paths: Paths
) -> None:
    await deliver(window.listener.port, EVENT, stripe_header(EVENT, int(time.time()) - 3600))
    await chosen(window)
    pane = window.captures.detail.signature
    await until(lambda: "No secret" in pane.verdict.text())
    save_endpoint(paths, Endpoint("shop", "/stripe", "stripe"))
    await until(lambda: any(each["name"] == "shop" for each in window.listener.known_endpoints))
    await deliver(window.listener.port, EVENT, stripe_header(EVENT, int(time.time()) - 3600))
    await until(lambda: window.captures.model.rowCount() == 2)
    window.captures.choose(2)
    await until(lambda: window.captures.detail.overview.rowCount() and window.captures.current_number == 2)
    async with RawTarget() as target:
        window.change_settings(replay_target=target.url)
        window.commands["replay_fresh"].trigger()
        await until(lambda: "no secret for Stripe at the endpoint shop." in window.notices.text)
        assert "--" not in window.notices.text
        Secrets(paths).put("stripe/shop", KEY)
        save_endpoint(paths, Endpoint("shop", "/stripe", "stripe", (SecretUse("keyring:stripe/shop"),)))
        window.commands["replay_fresh"].trigger()
        await until(lambda: target.received and target.received[0])


async def test_the_cause_of_a_wrong_signature_is_named(window: MainWindow, paths: Paths) -> None:
    compact, spaced = EVENT, EVENT.replace(b":", b": ").replace(b",", b", ")
    await deliver(window.listener.port, spaced, stripe_header(compact, int(time.time())))
    await chosen(window)
    pane = window.captures.detail.signature
    await until(lambda: pane.add_secret.isVisible())
    pane.add_secret.click()
    dialog = await opened_dialog(window)
    assert isinstance(dialog, SecretDialog)
    dialog.value.setText(KEY)
    dialog.accept()
    await until(lambda: pane.cause.text().startswith("Cause: "), seconds=20)
    assert "JSON" in pane.cause.text()
    assert pane.advice.text()


@pytest.fixture
def billing(paths: Paths) -> None:
    """Endpoints that are there before the window is."""
    secret = SecretUse("env:STRIPE_OF_THE_TEST")
    save_endpoint(paths, Endpoint("billing", "/billing/*", "stripe", (SecretUse("env:OTHER", "github"), secret)))
    save_endpoint(paths, Endpoint("code", "/code/*", "github", (SecretUse("env:OTHER"),)))


async def test_a_sample_is_signed_as_its_endpoint_checks_it_and_goes_there(billing: None, window: MainWindow) -> None:
    window.commands["new_sample"].trigger()
    dialog = await opened_dialog(window)
    assert isinstance(dialog, SampleDialog)
    dialog.line.setText("stripe invoice.paid")
    dialog.accept()
    await until(lambda: isinstance(window.tabs.currentWidget(), ComposerPanel))
    panel = window.tabs.currentWidget()
    assert isinstance(panel, ComposerPanel)
    assert panel.draft.request.url == f"{window.listener.url}/billing"
    assert panel.draft.request.signing == SigningChoice("stripe", secret="env:STRIPE_OF_THE_TEST")
    await until(lambda: panel.sign.provider.currentData() == "stripe")
    assert panel.sign.secret.currentText() == "env:STRIPE_OF_THE_TEST"


async def test_composer_previews_and_sends_a_signature(window: MainWindow) -> None:
    async with RawTarget() as target:
        window.commands["new_sample"].trigger()
        dialog = await opened_dialog(window)
        assert isinstance(dialog, SampleDialog)
        dialog.line.setText("invoice.paid")
        tree = dialog.findChild(QTreeWidget)
        iterator = QTreeWidgetItemIterator(tree, QTreeWidgetItemIterator.IteratorFlag.NotHidden)
        leaves = []
        while (item := iterator.value()) is not None:
            if not item.childCount():
                leaves.append(item)
            iterator += 1
        tree.setCurrentItem(leaves[0])
        dialog.accept()
        await until(lambda: isinstance(window.tabs.currentWidget(), ComposerPanel))
        panel = window.tabs.currentWidget()
        assert isinstance(panel, ComposerPanel)
        panel.url.setText(target.url)
        await until(lambda: panel.sign.provider.count() > 50)
        panel.sign.set_choice(SigningChoice("stripe", secret=f"text:{KEY}", mode=SignMode.FRESH))
        panel.sign.edited.emit()
        panel.sign.preview_wanted.emit()
        await until(lambda: "Stripe-Signature: t=" in panel.sign.preview.text())
        window.commands["send"].trigger()
        await until(lambda: target.received and target.received[0])
    head, _, body = target.received[0].partition(b"\r\n\r\n")
    sent = next(line for line in head.split(b"\r\n") if line.startswith(b"Stripe-Signature: ")).decode()
    at_s = int(sent.split("t=")[1].split(",")[0])
    assert sent == f"Stripe-Signature: {stripe_header(body, at_s)}"


async def test_replay_signed_anew_shows_old_and_new(window: MainWindow, paths: Paths) -> None:
    Secrets(paths).put("stripe/test", KEY)
    save_endpoint(paths, Endpoint("catch-all", "/*", "stripe", (SecretUse("keyring:stripe/test"),)))
    old = stripe_header(EVENT, int(time.time()) - 3600)
    await deliver(window.listener.port, EVENT, old)
    await chosen(window)
    async with RawTarget() as target:
        window.commands["replay_fresh"].trigger()
        dialog = await opened_dialog(window)
        assert isinstance(dialog, QDialog)
        dialog.findChild(QLineEdit).setText(target.url)
        dialog.accept()
        await until(lambda: target.received and target.received[0])
    sent = next(line for line in target.received[0].split(b"\r\n") if line.startswith(b"Stripe-Signature: "))
    at_s = int(sent.split(b"t=")[1].split(b",")[0])
    assert abs(at_s - time.time()) < 60
    assert sent.decode() == f"Stripe-Signature: {stripe_header(EVENT, at_s)}"
    await until(lambda: "Replayed #1" in window.notices.text)
