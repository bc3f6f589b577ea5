"""Collections as a person leaves and finds them: renamed, copied, deleted after a click; and those others bring."""

import shutil
from pathlib import Path

from dialog_driving import opened
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QLineEdit
from test_collection_tree import found, item, names, root, shop  # noqa: F401  fixtures
from ui.conftest import until

from workbench.model.collection import BodyKind, ComposedBody, Part, SavedRequest
from workbench.model.message import Body
from workbench.storage.collections import create_collection, read_tree
from workbench.storage.paths import Paths
from workbench.ui.collections.save_dialog import SaveDialog
from workbench.ui.composer.panel import ComposerPanel
from workbench.ui.main_window import MainWindow


def rename(window: MainWindow, name: str, now: str) -> None:
    tree = window.sidebar.tree
    tree.expandAll()
    tree.setCurrentItem(item(window, name))
    QTest.keyClick(tree, Qt.Key.Key_F2)
    editor = tree.viewport().findChild(QLineEdit)
    assert editor is not None
    editor.selectAll()
    QTest.keyClicks(editor, now)
    QTest.keyClick(editor, Qt.Key.Key_Return)


async def clicked(window: MainWindow, name: str) -> ComposerPanel:
    tree = window.sidebar.tree
    tree.expandAll()
    place = tree.visualItemRect(item(window, name)).center()
    QTest.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)

    def shown() -> bool:
        panel = window.tabs.currentWidget()
        return isinstance(panel, ComposerPanel) and panel.draft.request.name == name

    await until(shown)
    panel = window.tabs.currentWidget()
    assert isinstance(panel, ComposerPanel)
    return panel


async def test_a_click_looks_at_a_request_and_keys_stay_in_the_tree(shop: MainWindow, root: Path) -> None:  # noqa: F811
    await clicked(shop, "Make")
    tree = shop.sidebar.tree
    assert shop.focusWidget() is tree
    shop.commands["duplicate"].trigger()
    await until(lambda: "Make copy" in shop.tabs.tabText(shop.tabs.currentIndex()))
    await until(lambda: (current := tree.currentItem()) and current.text(0) == "Make copy")
    await clicked(shop, "Make")
    QTest.keyClick(tree, Qt.Key.Key_Delete)
    await until(lambda: names(root)["Orders"] == ["List", "Make copy"])


async def test_names_are_given_in_the_tree_and_leave_no_mark(shop: MainWindow, root: Path) -> None:  # noqa: F811
    rename(shop, "Shop", "Store")
    await until(lambda: read_tree(root).name == "Store" and found(shop, "Store"))
    shop.sidebar.new_request_wanted.emit(str(root / "hooks"))
    panel = shop.tabs.currentWidget()
    assert isinstance(panel, ComposerPanel)
    # What was typed before the kind was chosen is in no file, and is there again when the kind is taken back.
    parts = ComposedBody(BodyKind.MULTIPART, Body(b"typed before"), (Part("a", "1"),))
    panel.replace_request(SavedRequest(method="POST", url="http://a.test/", body=parts))
    shop.commands["save"].trigger()
    dialog = await opened(shop, SaveDialog)
    dialog.name.setText("Refunded")
    dialog.new_folder.click()
    asked = await opened(shop, QDialog, lambda each: each.windowTitle() == "New folder")
    asked.accept()
    await until(lambda: dialog.folder.endswith("new-folder"))
    assert dialog.focusWidget() is dialog.tree
    dialog.accept()
    await until(lambda: panel.draft.file and not panel.draft.is_dirty)
    await until(lambda: found(shop, "Refunded"))
    rename(shop, "Refunded", "Paid back")
    await until(lambda: panel.draft.request.name == "Paid back" and panel.draft.file.endswith("paid-back.yml"))
    assert not panel.draft.is_dirty


async def test_collections_that_others_bring_are_shown(
    shop: MainWindow,  # noqa: F811
    paths: Paths,
    tmp_path: Path,
) -> None:
    create_collection(tmp_path / "made", "Brought")
    shutil.copytree(tmp_path / "made", paths.workspace / "brought")
    await until(lambda: found(shop, "Brought"))
    shop.sidebar.collection_closed.emit(str(paths.workspace / "brought"))
    await until(lambda: not found(shop, "Brought"))
    shutil.copytree(tmp_path / "made", paths.workspace / "other")
    file = paths.workspace / "brought" / "opencollection.yml"
    file.write_text(file.read_text().replace("Brought", "Pulled"))
    await until(lambda: found(shop, "Brought"))
    assert not found(shop, "Pulled")
