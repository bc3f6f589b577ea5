"""Secrets of environments: unlocked from Send, and masked with all that answers gave; a pasted command takes none."""

from pathlib import Path

import pytest
from conftest import a_window, until
from dialog_driving import opened
from fakes import RawTarget

from workbench.model.authentication import Auth, AuthKind
from workbench.model.checks import Taking
from workbench.model.collection import Defaults, Field, SavedRequest
from workbench.model.variables import Environment, Variable
from workbench.storage.collection_defaults import save_defaults
from workbench.storage.collections import create_collection
from workbench.storage.environments import save_with_secrets
from workbench.storage.paths import Paths
from workbench.storage.secrets import Secrets
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


async def test_a_pasted_command_takes_no_credentials_of_the_collection(tab: tuple[MainWindow, ComposerPanel]) -> None:
    window, panel = tab
    async with RawTarget() as target:
        panel.url.command_pasted.emit(f"curl {target.url}/pasted")
        await until(lambda: "X-Team, which this collection adds" in panel.notices.text)
        window.commands["send"].trigger()
        await until(lambda: target.received and target.received[0].startswith(b"GET /pasted"))
        assert b"of-the-collection" not in target.received[0]
        await until(lambda: not panel.is_sending)
