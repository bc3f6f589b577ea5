"""Dialogs that hold typed work: Escape, Cancel and a passphrase that is not given drop nothing without a question."""

from pathlib import Path

import pytest
from dialog_driving import answer, closed, opened
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from ui.conftest import a_window, until

from workbench.model.collection import Defaults, Field
from workbench.model.variables import Environment, Variable
from workbench.storage.collection_defaults import read_defaults, save_defaults
from workbench.storage.collections import create_collection
from workbench.storage.environments import list_environments, save_environment
from workbench.storage.paths import Paths
from workbench.ui.collections.defaults_dialog import DefaultsDialog
from workbench.ui.collections.environment_dialog import EnvironmentDialog
from workbench.ui.endpoint_dialog import EndpointDialog
from workbench.ui.main_window import MainWindow
from workbench.ui.signature_work import PassphraseDialog
from workbench.ui.theme import Appearance


@pytest.fixture
def root(paths: Paths) -> Path:
    root = paths.workspace / "shop"
    create_collection(root, "Shop")
    save_environment(root, Environment("local", (Variable("host", "before"),)))
    return root


@pytest.fixture
async def shop(root: Path, paths: Paths, appearance: Appearance, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WORKBENCH_NO_KEYRING", "1")
    monkeypatch.delenv("WORKBENCH_PASSPHRASE", raising=False)
    async for window in a_window(paths, appearance):
        await until(lambda window=window: window.sidebar.collections.trees)
        yield window


def escape(dialog) -> None:
    QTest.keyClick(dialog, Qt.Key.Key_Escape)


async def environments(window: MainWindow, root: Path) -> EnvironmentDialog:
    window.sidebar.environments_wanted.emit(str(root))
    return await opened(window, EnvironmentDialog)


def type_variables(dialog: EnvironmentDialog, *variables: Variable) -> None:
    dialog.table.set_variables(variables)
    dialog.table.edited.emit()


async def test_environments_that_were_edited_are_dropped_only_on_a_word(shop: MainWindow, root: Path) -> None:
    only_read = await environments(shop, root)
    escape(only_read)
    assert not only_read.isVisible()
    dialog = await environments(shop, root)
    type_variables(dialog, Variable("host", "typed"))
    escape(dialog)
    await answer(shop, "Go on editing")
    assert dialog.isVisible()
    assert dialog.table.variables() == (Variable("host", "typed"),)
    escape(dialog)
    await answer(shop, "Discard")
    await closed(dialog)
    assert list_environments(root)[0][0].variables == (Variable("host", "before"),)


async def test_a_passphrase_that_is_not_given_loses_nothing_that_was_typed(shop: MainWindow, root: Path) -> None:
    dialog = await environments(shop, root)
    type_variables(dialog, Variable("host", "typed"), Variable("token", "s3cret", secret=True))
    dialog.accept()
    (await opened(shop, PassphraseDialog)).reject()
    again = await opened(shop, EnvironmentDialog, lambda each: each is not dialog)
    assert again.table.variables()[1] == Variable("token", "s3cret", secret=True)
    again.accept()
    asked = await opened(shop, PassphraseDialog)
    asked.value.setText("a passphrase for the tests")
    asked.repeat.setText("another one")
    asked.accept()
    assert asked.isVisible()
    assert "not the same" in asked.text.text()
    asked.repeat.setText("a passphrase for the tests")
    asked.accept()
    await until(lambda: len(list_environments(root)[0][0].variables) == 2)


async def test_what_cannot_be_saved_is_shown_again_with_the_reason(shop: MainWindow, root: Path) -> None:
    dialog = await environments(shop, root)
    dialog.add.click()
    assert dialog.focusWidget() is dialog.name
    assert dialog.name.selectedText() == dialog.name.text() == "New environment"
    dialog.name.setText("...")
    dialog.name.textEdited.emit("...")
    dialog.accept()
    again = await opened(shop, EnvironmentDialog, lambda each: each is not dialog)
    assert "no name for an environment" in again.trouble.text()
    assert [each.name for each in again.state.now] == ["local", "..."]
    escape(again)
    await answer(shop, "Discard")


async def test_looking_at_environments_makes_no_collection_and_endpoints_ask(
    window: MainWindow, paths: Paths
) -> None:
    window.commands["edit_environments"].trigger()
    dialog = await opened(window, EnvironmentDialog)
    assert not (paths.workspace / "requests").exists()
    dialog.add.click()
    dialog.accept()
    await until(lambda: list_environments(paths.workspace / "requests")[0])
    await until(lambda: [each.name for each in window.sidebar.collections.trees] == ["Requests"])
    await closed(dialog)
    await dropped_endpoint(window)


async def dropped_endpoint(window: MainWindow) -> None:
    """Edit an endpoint and leave it: that, too, is dropped only on a word."""
    window.commands["edit_endpoint"].trigger()
    dialog = await opened(window, EndpointDialog)
    QTest.keyClicks(dialog.text, "# mine")
    escape(dialog)
    await answer(window, "Go on editing")
    assert "# mine" in dialog.text.toPlainText()
    escape(dialog)
    await answer(window, "Discard")
    await closed(dialog)


async def test_what_requests_share_is_dropped_only_on_a_word(shop: MainWindow, root: Path) -> None:
    save_defaults(root, Defaults(headers=(Field("X-Team", "1"),)))
    shop.sidebar.defaults_wanted.emit(str(root))
    dialog = await opened(shop, DefaultsDialog)
    assert not dialog.is_changed
    dialog.headers.set_fields((Field("X-Team", "2"),))
    escape(dialog)
    await answer(shop, "Go on editing")
    file = root / "opencollection.yml"
    file.write_text(file.read_text().replace('"1"', '"3"').replace("'1'", "'3'"))
    assert read_defaults(root).headers == (Field("X-Team", "3"),)
    dialog.accept()
    await answer(shop, "Cancel", "changed by another program")
    again = await opened(shop, DefaultsDialog, lambda each: each is not dialog)
    assert again.headers.fields() == (Field("X-Team", "2"),)
    again.accept()
    await until(lambda: read_defaults(root).headers == (Field("X-Team", "2"),))
