"""Collections in the sidebar, driven as a person drives them; what is looked at afterwards are the files."""

import re
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QPushButton, QTreeWidgetItem
from test_window import opened_dialog
from ui.conftest import a_window, until

from workbench.model.authentication import Auth, AuthKind
from workbench.model.collection import Defaults, Field, SavedRequest
from workbench.model.signature import SigningChoice
from workbench.storage.collection_defaults import read_defaults
from workbench.storage.collection_editing import create_folder
from workbench.storage.collections import create_collection, new_request_path, read_request, read_tree, save_request
from workbench.storage.paths import Paths
from workbench.ui.collections.defaults_dialog import DefaultsDialog
from workbench.ui.collections.save_dialog import SaveDialog
from workbench.ui.collections.side_tree import DIRTY
from workbench.ui.composer.panel import ComposerPanel
from workbench.ui.diff_dialog import DiffDialog
from workbench.ui.main_window import MainWindow
from workbench.ui.theme import Appearance


@pytest.fixture
def root(paths: Paths) -> Path:
    """A collection with two folders and three requests, there before the window is."""
    root = paths.workspace / "shop"
    create_collection(root, "Shop")
    orders, hooks = create_folder(root, "Orders"), create_folder(root, "Hooks")
    for folder, name in ((orders, "List"), (orders, "Make"), (hooks, "Paid")):
        request = SavedRequest(name=name, method="POST", url=f"http://a.test/{name}", headers=(Field("A", "1"),))
        save_request(new_request_path(folder, name), request)
    return root


@pytest.fixture
async def shop(root: Path, paths: Paths, appearance: Appearance):
    async for window in a_window(paths, appearance):
        await until(lambda window=window: found(window, "Shop"))
        yield window


def found(window: MainWindow, name: str) -> QTreeWidgetItem | None:
    flags = Qt.MatchFlag.MatchRecursive | Qt.MatchFlag.MatchExactly
    return next(iter(window.sidebar.tree.findItems(name, flags)), None)


def item(window: MainWindow, name: str) -> QTreeWidgetItem:
    there = found(window, name)
    assert there is not None, name
    return there


async def open_request(window: MainWindow, name: str) -> ComposerPanel:
    window.sidebar.tree.setCurrentItem(item(window, name))
    QTest.keyClick(window.sidebar.tree, Qt.Key.Key_Return)

    def opened() -> ComposerPanel | None:
        panel = window.tabs.currentWidget()
        return panel if isinstance(panel, ComposerPanel) and panel.draft.request.name == name else None

    await until(opened)
    panel = opened()
    assert panel is not None
    return panel


def names(root: Path) -> dict[str, list[str]]:
    tree = read_tree(root)
    return {folder.name: [request.name for request in folder.requests] for folder in tree.folders}


async def test_a_request_is_changed_marked_renamed_and_saved_by_keyboard(shop: MainWindow, root: Path) -> None:
    panel = await open_request(shop, "List")
    panel.url.setText("http://a.test/edited")
    await until(lambda: item(shop, "List").data(0, DIRTY))
    assert shop.tabs.tabText(1).endswith("•")
    tree = shop.sidebar.tree
    tree.expandAll()
    tree.setCurrentItem(item(shop, "List"))
    QTest.keyClick(tree, Qt.Key.Key_F2)
    editor = tree.viewport().findChild(QLineEdit)
    assert editor is not None
    editor.selectAll()
    QTest.keyClicks(editor, "All orders")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    await until(lambda: names(root)["Orders"] == ["All orders", "Make"])
    await until(lambda: panel.draft.request.name == "All orders")
    assert Path(panel.draft.file).exists()
    assert panel.draft.is_dirty
    shop.commands["save"].trigger()
    await until(lambda: not panel.draft.is_dirty)
    await until(lambda: not item(shop, "All orders").data(0, DIRTY))
    assert read_request(Path(panel.draft.file)).url == "http://a.test/edited"


async def test_found_deleted_brought_back_copied_and_moved(shop: MainWindow, root: Path) -> None:
    shop.commands["find_request"].trigger()
    QTest.keyClicks(shop.sidebar.search, "pai")
    assert item(shop, "Orders").isHidden()
    assert not item(shop, "Paid").isHidden()
    QTest.keyClick(shop.sidebar.search, Qt.Key.Key_Return)
    await until(lambda: isinstance(shop.tabs.currentWidget(), ComposerPanel))
    panel = shop.tabs.currentWidget()
    assert isinstance(panel, ComposerPanel)
    shop.sidebar.search.clear()
    assert not item(shop, "Orders").isHidden()
    tree = shop.sidebar.tree
    tree.setCurrentItem(item(shop, "Make"))
    QTest.keyClick(tree, Qt.Key.Key_Delete)
    await until(lambda: names(root)["Orders"] == ["List"])
    await until(lambda: "Deleted Make" in shop.notices.text)
    await until(lambda: found(shop, "Make") is None)
    next(each for each in shop.notices.findChildren(QPushButton) if each.text() == "Undo").click()
    await until(lambda: names(root)["Orders"] == ["List", "Make"])
    await until(lambda: found(shop, "Make"))
    assert not shop.commands["bring_back"].isEnabled()
    tree.setCurrentItem(item(shop, "Paid"))
    shop.commands["duplicate"].trigger()
    await until(lambda: names(root)["Hooks"] == ["Paid", "Paid copy"])
    await until(lambda: found(shop, "Paid copy"))
    on_item = QAbstractItemView.DropIndicatorPosition.OnItem
    place = tree.place(item(shop, "Orders"), item(shop, "Paid"), on_item)
    assert place is not None
    tree.moved.emit(panel.draft.file, *place)
    await until(lambda: "Paid" in names(root)["Orders"])
    await until(lambda: Path(panel.draft.file).is_relative_to(root / "orders") and Path(panel.draft.file).exists())
    assert not panel.draft.is_dirty


async def test_order_is_what_a_drop_between_two_says(shop: MainWindow, root: Path) -> None:
    tree = shop.sidebar.tree
    above = QAbstractItemView.DropIndicatorPosition.AboveItem
    below = QAbstractItemView.DropIndicatorPosition.BelowItem
    make, listed = item(shop, "Make"), item(shop, "List")
    place = tree.place(listed, make, above)
    assert place == (str(root / "orders"), str(root / "orders" / "list.yml"))
    assert tree.place(make, listed, below) == (str(root / "orders"), "")
    assert tree.place(item(shop, "Orders"), item(shop, "Orders"), above) is None
    assert tree.place(listed, item(shop, "Orders"), above) is None
    tree.moved.emit(str(root / "orders" / "make.yml"), *place)
    await until(lambda: names(root)["Orders"] == ["Make", "List"])


async def test_a_new_request_is_saved_where_it_is_chosen(shop: MainWindow, root: Path) -> None:
    shop.sidebar.new_request_wanted.emit(str(root / "hooks"))
    panel = shop.tabs.currentWidget()
    assert isinstance(panel, ComposerPanel)
    panel.url.setText("http://a.test/new")
    panel.sign.set_choice(SigningChoice("stripe", secret="env:KEY"))
    panel.sign.edited.emit()
    shop.commands["save"].trigger()
    dialog = await opened_dialog(shop)
    assert isinstance(dialog, SaveDialog)
    assert dialog.folder == str(root / "hooks")
    dialog.name.setText("Refunded")
    orders = dialog.tree.findItems("Orders", Qt.MatchFlag.MatchRecursive)[0]
    dialog.tree.setCurrentItem(orders)
    dialog.accept()
    await until(lambda: panel.draft.file and not panel.draft.is_dirty)
    assert "Refunded" in names(root)["Orders"]
    saved = read_request(Path(panel.draft.file))
    assert (saved.url, saved.signing) == ("http://a.test/new", SigningChoice("stripe", secret="env:KEY"))


def edit_outside(file: Path, host: str) -> None:
    """Change a file as an editor does that writes in place."""
    text = file.read_text()
    file.write_text(re.sub(r"http://[a-z]+\.test", f"http://{host}.test", text))


def press(panel: ComposerPanel, text: str) -> None:
    next(each for each in panel.notices.findChildren(QPushButton) if each.text() == text).click()


async def test_edits_of_other_programs_appear_and_conflicts_are_asked_about(shop: MainWindow, root: Path) -> None:
    panel = await open_request(shop, "Paid")
    file = root / "hooks" / "paid.yml"
    edit_outside(file, "b")
    await until(lambda: panel.url.text() == "http://b.test/Paid")
    assert not panel.draft.is_dirty
    assert panel.notices.text == ""
    panel.url.setText("http://mine.test/")
    edit_outside(file, "c")
    await until(lambda: "changed by another program" in panel.notices.text)
    assert panel.url.text() == "http://mine.test/"
    press(panel, "Compare")
    dialog = panel.findChild(DiffDialog)
    assert dialog is not None
    assert dialog.facts.text() == "1 line only in mine, 1 only in theirs"
    dialog.reject()
    press(panel, "Take theirs")
    assert panel.url.text() == "http://c.test/Paid"
    assert not panel.draft.is_dirty
    panel.undo()
    assert panel.url.text() == "http://mine.test/"
    edit_outside(file, "d")
    await until(lambda: "changed by another program" in panel.notices.text)
    shop.commands["save"].trigger()
    await until(lambda: "changed by another program" in panel.notices.text)
    assert read_request(file).url == "http://d.test/Paid"
    press(panel, "Keep mine")
    shop.commands["save"].trigger()
    await until(lambda: read_request(file).url == "http://mine.test/")


async def test_what_a_folder_gives_is_edited_and_shown_in_its_requests(shop: MainWindow, root: Path) -> None:
    panel = await open_request(shop, "Paid")
    auth = panel.sections.editor("Auth")
    shop.sidebar.defaults_wanted.emit(str(root / "hooks"))
    dialog = await opened_dialog(shop)
    assert isinstance(dialog, DefaultsDialog)
    dialog.auth.kind.setCurrentIndex(dialog.auth.kind.findData(AuthKind.BEARER))
    dialog.auth.set_auth(Auth(AuthKind.BEARER, (("token", "{{token}}"),)))
    dialog.headers.set_fields((Field("X-Team", "hooks"),))
    dialog.accept()
    wanted = Defaults(headers=(Field("X-Team", "hooks"),), auth=Auth(AuthKind.BEARER, (("token", "{{token}}"),)))
    await until(lambda: read_defaults(root / "hooks") == wanted)
    await until(lambda: "from the folder Hooks" in auth._note.text())


async def test_after_a_restart_edits_made_meanwhile_are_asked_about(
    root: Path, paths: Paths, appearance: Appearance
) -> None:
    file = root / "hooks" / "paid.yml"
    async for window in a_window(paths, appearance):
        await until(lambda window=window: found(window, "Paid"))
        panel = await open_request(window, "Paid")
        panel.url.setText("http://mine.test/")
        other = await open_request(window, "List")
        assert not other.draft.is_dirty
    edit_outside(file, "b")
    edit_outside(root / "orders" / "list.yml", "b")
    async for window in a_window(paths, appearance):
        await until(lambda window=window: window.tabs.count() == 3)
        mine, theirs = window.tabs.widget(1), window.tabs.widget(2)
        assert isinstance(mine, ComposerPanel)
        assert isinstance(theirs, ComposerPanel)
        await until(lambda mine=mine: "changed by another program" in mine.notices.text)
        assert mine.url.text() == "http://mine.test/"
        await until(lambda theirs=theirs: theirs.url.text() == "http://b.test/List")
        (root / "orders" / "list.yml").unlink()
        await until(lambda theirs=theirs: "is gone" in theirs.notices.text)
        window.tabs.setCurrentWidget(theirs)
        window.commands["save"].trigger()
        await until((root / "orders" / "list.yml").exists)
