"""Large bodies of saved requests: a tab sends them wherever saving, renaming and moving put their files."""

from pathlib import Path

import pytest
from fakes import RawTarget
from test_window import opened_dialog
from ui.conftest import a_window, until

from workbench.model.collection import BodyKind, ComposedBody, SavedRequest
from workbench.model.errors import CollectionError
from workbench.model.message import Body
from workbench.storage.collection_editing import create_folder
from workbench.storage.collections import create_collection, new_request_path, read_request, save_request
from workbench.storage.drafts import load_drafts
from workbench.storage.paths import Paths
from workbench.ui.collections.save_dialog import SaveDialog
from workbench.ui.composer.panel import ComposerPanel
from workbench.ui.main_window import MainWindow
from workbench.ui.theme import Appearance

LARGE = b'{"n":1.0}' + b" " * (1024 * 1024)


@pytest.fixture
def root(paths: Paths) -> Path:
    root = paths.workspace / "shop"
    create_collection(root, "Shop")
    create_folder(root, "Orders")
    body = ComposedBody(BodyKind.JSON, Body(LARGE))
    save_request(
        new_request_path(root, "Big"), SavedRequest(name="Big", method="POST", url="http://a.test/", body=body)
    )
    return root


@pytest.fixture
async def shop(root: Path, paths: Paths, appearance: Appearance):
    async for window in a_window(paths, appearance):
        await until(lambda window=window: window.sidebar.collections.trees)
        yield window


async def opened(window: MainWindow, file: Path) -> ComposerPanel:
    window.sidebar.request_wanted.emit(str(file), True)
    await until(lambda: isinstance(window.tabs.currentWidget(), ComposerPanel))
    panel = window.tabs.currentWidget()
    assert isinstance(panel, ComposerPanel)
    return panel


async def assert_sends(window: MainWindow, panel: ComposerPanel, body: bytes) -> None:
    async with RawTarget() as target:
        panel.url.setText(target.url + "/big")
        window.commands["send"].trigger()
        await until(lambda: panel.answer.status.text() or panel.answer._message.text() != "Waiting for the answer…")
        await until(lambda: not panel.is_sending)
        assert target.received, panel.answer._message.text()
        assert target.received[0].endswith(b"\r\n\r\n" + body)


async def test_a_large_body_is_sent_after_its_kind_was_saved_as_another(
    shop: MainWindow, root: Path, paths: Paths
) -> None:
    panel = await opened(shop, root / "big.yml")
    before = panel.draft.request.body.content.path
    assert before is not None
    box = panel.body.kind
    box.setCurrentIndex(box.findData(BodyKind.TEXT))
    box.activated.emit(box.currentIndex())
    shop.commands["save"].trigger()
    await until(lambda: not panel.draft.is_dirty)
    await until(lambda: panel.draft.request.body.content.path != before)
    assert not Path(before).exists()
    assert not panel.draft.is_dirty
    panel.undo()
    assert panel.draft.request.body.kind is BodyKind.JSON
    await assert_sends(shop, panel, LARGE)
    shop.commands["save"].trigger()
    await until(lambda: read_request(root / "big.yml").url.endswith("/big"))
    await until(lambda: load_drafts(paths.history)[1] == [])
    await until(lambda: [each.request.body.content.read() for each in load_drafts(paths.history)[0]] == [LARGE])


async def test_a_large_body_is_sent_after_its_request_was_renamed_and_moved(shop: MainWindow, root: Path) -> None:
    panel = await opened(shop, root / "big.yml")
    shop.sidebar.tree.renamed.emit(str(root / "big.yml"), "Huge")
    await until(lambda: panel.draft.request.name == "Huge")
    shop.sidebar.tree.moved.emit(panel.draft.file, str(root / "orders"), None)
    await until(lambda: Path(panel.draft.file).is_relative_to(root / "orders"))
    await until(lambda: Path(panel.draft.request.body.content.path or "").exists())
    assert not panel.draft.is_dirty
    await assert_sends(shop, panel, LARGE)
    shop.sidebar.tree.renamed.emit(str(root / "orders"), "Invoices")
    await until(lambda: "invoices" in panel.draft.file)
    await until(lambda: Path(panel.draft.request.body.content.path or "").exists())
    await assert_sends(shop, panel, LARGE)


async def test_a_request_that_could_not_be_saved_has_the_name_it_had(
    shop: MainWindow, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise CollectionError("The disk is full.")

    panel = await opened(shop, root / "big.yml")
    monkeypatch.setattr("workbench.ui.collection_work.save_request", fail)
    shop.commands["save_as"].trigger()
    dialog = await opened_dialog(shop)
    assert isinstance(dialog, SaveDialog)
    dialog.name.setText("Other")
    dialog.accept()
    await until(lambda: "The disk is full." in shop.notices.text)
    assert panel.draft.request.name == "Big"
    assert panel.draft.file == str(root / "big.yml")
