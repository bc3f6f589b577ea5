"""Secrets in the window: unlocked from Send, masked with what answers gave, in no example and no pasted command."""

from pathlib import Path

import pytest
from dialog_driving import opened
from fakes import RawTarget
from PySide6.QtWidgets import QDialog
from ui.conftest import a_window, until

from workbench.model.authentication import Auth, AuthKind
from workbench.model.checks import Taking
from workbench.model.collection import Defaults, Field, SavedRequest
from workbench.model.examples import Example
from workbench.model.variables import Environment, Variable
from workbench.storage.collection_defaults import save_defaults
from workbench.storage.collections import create_collection, read_request
from workbench.storage.environments import save_with_secrets
from workbench.storage.paths import Paths
from workbench.storage.secrets import Secrets
from workbench.ui.collections.save_dialog import SaveDialog
from workbench.ui.composer.panel import ComposerPanel
from workbench.ui.main_window import MainWindow
from workbench.ui.signature_work import PassphraseDialog
from workbench.ui.theme import Appearance

PASSPHRASE = "a passphrase for the tests"
ANSWER = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 18\r\n\r\n{"token": "t0ken"}'


@pytest.fixture
def root(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A collection with a secret that a former session kept."""
    monkeypatch.setenv("WORKBENCH_NO_KEYRING", "1")
    monkeypatch.delenv("WORKBENCH_PASSPHRASE", raising=False)
    root = paths.workspace / "shop"
    create_collection(root, "Shop")
    environment = Environment("prod", (Variable("key", "k3y", secret=True), Variable("host", "open")))
    save_with_secrets(root, environment, Secrets(paths, PASSPHRASE))
    auth = Auth(AuthKind.BEARER, (("token", "of-the-collection"),))
    save_defaults(root, Defaults(auth=auth, headers=(Field("X-Team", "1"),)))
    return root


@pytest.fixture
async def tab(root: Path, paths: Paths, appearance: Appearance):
    async for window in a_window(paths, appearance):
        await until(lambda window=window: window.sidebar.collections.trees)
        window.sidebar.environment_chosen.emit(str(root), "prod")
        window.sidebar.collections.choose(str(root))
        window.commands["new_request"].trigger()
        panel = window.tabs.currentWidget()
        assert isinstance(panel, ComposerPanel)
        await until(lambda panel=panel: panel.bar.environment.currentText() == "prod")
        yield window, panel


async def test_send_unlocks_the_secrets_it_needs_and_goes_on(tab: tuple[MainWindow, ComposerPanel]) -> None:
    window, panel = tab
    async with RawTarget() as target:
        panel.replace_request(SavedRequest(url=target.url + "/{{host}}"))
        window.commands["send"].trigger()
        await until(lambda: target.received and target.received[0].startswith(b"GET /open "))
        await until(lambda: not panel.is_sending)
        panel.replace_request(SavedRequest(url=target.url + "/{{host}}", headers=(Field("X-Key", "{{key}}"),)))
        window.commands["send"].trigger()
        (await opened(window, PassphraseDialog)).reject()
        await until(lambda: not panel.is_sending)
        assert len(target.received) == 1
        window.commands["send"].trigger()
        asked = await opened(window, PassphraseDialog)
        asked.value.setText(PASSPHRASE)
        asked.accept()
        await until(lambda: len(target.received) == 2 and b"X-Key: k3y" in target.received[1])
        await until(lambda: not panel.is_sending)
    panel.answer.sent.select_all()
    assert b"k3y" not in panel.answer.sent.selected_bytes()


async def test_what_an_answer_gave_is_masked_wherever_it_goes(tab: tuple[MainWindow, ComposerPanel]) -> None:
    window, panel = tab
    async with RawTarget(ANSWER) as target:
        panel.replace_request(SavedRequest(url=target.url, takings=(Taking("session", "$.token"),)))
        window.commands["send"].trigger()
        await until(lambda: panel.variables.words.scopes.find("session"))
        panel.replace_request(SavedRequest(url=target.url, headers=(Field("X-Session", "{{session}}"),)))
        window.commands["send"].trigger()
        await until(lambda: len(target.received) == 2 and b"X-Session: t0ken" in target.received[1])
        await until(lambda: not panel.is_sending)
    panel.answer.sent.select_all()
    assert b"t0ken" not in panel.answer.sent.selected_bytes()
    assert "t0ken" not in panel.variables.words.explain("{{session}}", 3)


async def test_an_answer_is_kept_as_an_example_without_secrets(
    tab: tuple[MainWindow, ComposerPanel], root: Path
) -> None:
    window, panel = tab
    body = b'{"id": "o-1", "k": "k3y"}'
    head = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nSet-Cookie: sid=1\r\n"
    async with RawTarget(head + b"Content-Length: %d\r\n\r\n" % len(body) + body) as target:
        panel.replace_request(SavedRequest("Pay", "POST", target.url, headers=(Field("X-Key", "{{key}}"),)))
        window.commands["send"].trigger()
        asked = await opened(window, PassphraseDialog)
        asked.value.setText(PASSPHRASE)
        asked.accept()
        await until(lambda: target.received and not panel.is_sending)
    panel.answer.keep.click()
    dialog = await opened(window, QDialog, lambda each: each.windowTitle() == "Keep as an example")
    dialog.accept()
    await until(lambda: panel.draft.request.examples)
    example = Example(
        "201 Created",
        201,
        "Created",
        (("Content-Type", "application/json"),),
        '{"id": "o-1", "k": "********"}',
        "json",
    )
    assert panel.draft.request.examples == (example,)
    assert panel.sections.tabText(panel.sections.currentIndex()) == "Examples 1"
    window.commands["save"].trigger()
    (await opened(window, SaveDialog)).accept()
    await until(lambda: panel.draft.file and not panel.draft.is_dirty)
    assert read_request(Path(panel.draft.file)).examples == (example,)
    panel.sections.editor("Examples").remove.click()
    assert panel.draft.request.examples == ()
    panel.undo()
    assert panel.draft.request.examples == (example,)


async def test_a_pasted_command_takes_no_credentials_of_the_collection(tab: tuple[MainWindow, ComposerPanel]) -> None:
    window, panel = tab
    async with RawTarget() as target:
        panel.url.command_pasted.emit(f"curl {target.url}/pasted")
        await until(lambda: "X-Team, which this collection adds" in panel.notices.text)
        window.commands["send"].trigger()
        await until(lambda: target.received and target.received[0].startswith(b"GET /pasted"))
        assert b"of-the-collection" not in target.received[0]
        await until(lambda: not panel.is_sending)
