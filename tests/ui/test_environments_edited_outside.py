"""Environments while their dialog is open: what others write meanwhile is written over only on a person's word."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QMessageBox, QPushButton
from test_window import opened_dialog
from ui.conftest import a_window, until

from workbench.model.variables import Environment, Variable
from workbench.storage.collections import create_collection
from workbench.storage.environments import list_environments, save_environment
from workbench.storage.paths import Paths
from workbench.ui.collections.environment_dialog import EnvironmentDialog
from workbench.ui.main_window import MainWindow
from workbench.ui.theme import Appearance


@pytest.fixture
def root(paths: Paths) -> Path:
    root = paths.workspace / "shop"
    create_collection(root, "Shop")
    save_environment(root, Environment("local", (Variable("host", "before"),)))
    save_environment(root, Environment("staging", (Variable("host", "other"),), extends="local"))
    return root


@pytest.fixture
async def shop(root: Path, paths: Paths, appearance: Appearance):
    async for window in a_window(paths, appearance):
        await until(lambda window=window: window.sidebar.collections.trees)
        yield window


async def edited(window: MainWindow, root: Path) -> EnvironmentDialog:
    """Open the dialog and give `local` another value there."""
    window.sidebar.environments_wanted.emit(str(root))
    dialog = await opened_dialog(window)
    assert isinstance(dialog, EnvironmentDialog)
    assert dialog.name.text() == "local"
    dialog.table.set_variables((Variable("host", "mine"),))
    dialog.table.edited.emit()
    return dialog


def questions(window: MainWindow) -> list[QMessageBox]:
    return [each for each in window.findChildren(QMessageBox) if each.isVisible()]


def host(root: Path) -> str:
    return next(each.variables[0].value for each in list_environments(root)[0] if each.name.startswith("local"))


@pytest.mark.parametrize(("answer", "left"), [("Cancel", "theirs"), ("Write over it", "mine")])
async def test_an_edit_made_outside_is_asked_about(shop: MainWindow, root: Path, answer: str, left: str) -> None:
    dialog = await edited(shop, root)
    file = root / "environments" / "local.yml"
    file.write_text(file.read_text().replace("before", "theirs"))
    dialog.accept()
    await until(lambda: questions(shop))
    box = questions(shop)[0]
    assert "local was changed by another program" in box.text()
    next(each for each in box.findChildren(QPushButton) if each.text().replace("&", "") == answer).click()
    await until(lambda: not questions(shop) and host(root) == left)


async def test_a_new_name_that_others_extend_is_written_without_a_question(shop: MainWindow, root: Path) -> None:
    dialog = await edited(shop, root)
    dialog.name.setText("local two")
    dialog.name.textEdited.emit("local two")
    dialog.accept()
    await until(lambda: [each.name for each in list_environments(root)[0]] == ["local two", "staging"])
    await until(lambda: host(root) == "mine")
    assert [each.extends for each in list_environments(root)[0]] == ["", "local two"]
    assert shop.notices.text == ""
