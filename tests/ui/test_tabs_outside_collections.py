"""Tabs of captures and of the history: they take nothing of a collection, keep no secret, hold no template."""

import asyncio
from pathlib import Path

import pytest
from fakes import RawTarget
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from ui.conftest import a_window, until

from workbench.model.authentication import NO_AUTH, Auth, AuthKind
from workbench.model.collection import BodyKind, ComposedBody, Defaults, Field, SavedRequest
from workbench.model.message import Body
from workbench.model.send_settings import SendSettings
from workbench.model.variables import Environment, Variable
from workbench.storage.collection_defaults import save_defaults
from workbench.storage.collections import create_collection, read_request, save_request
from workbench.storage.drafts import load_drafts
from workbench.storage.environments import save_environment
from workbench.storage.paths import Paths
from workbench.ui.composer.panel import ComposerPanel
from workbench.ui.main_window import MainWindow
from workbench.ui.theme import Appearance

BEARER = Auth(AuthKind.BEARER, (("token", "s3cret-of-shop"),))


@pytest.fixture
def root(paths: Paths) -> Path:
    root = paths.workspace / "shop"
    create_collection(root, "Shop")
    save_defaults(root, Defaults(headers=(Field("X-Added", "by-shop"),), auth=BEARER))
    save_environment(root, Environment("local", (Variable("host", "of-shop"),)))
    return root


@pytest.fixture
async def shop(root: Path, paths: Paths, appearance: Appearance):
    async for window in a_window(paths, appearance):
        await until(lambda window=window: window.sidebar.collections.trees)
        yield window


def panel_in_front(window: MainWindow) -> ComposerPanel:
    panel = window.tabs.currentWidget()
    assert isinstance(panel, ComposerPanel)
    return panel


def new_tab(window: MainWindow) -> ComposerPanel:
    window.commands["new_request"].trigger()
    return panel_in_front(window)


async def opened_capture(window: MainWindow, raw: bytes) -> ComposerPanel:
    reader, writer = await asyncio.open_connection("127.0.0.1", window.listener.port)
    writer.write(raw)
    await reader.readuntil(b"\r\n\r\n")
    writer.close()
    await until(lambda: window.captures.model.rowCount() == 1)
    window.captures.choose(1)
    await until(lambda: window.captures.detail.headers.rowCount() > 0)
    window.commands["open_in_composer"].trigger()
    await until(lambda: isinstance(window.tabs.currentWidget(), ComposerPanel))
    return panel_in_front(window)


async def sent_and_opened(window: MainWindow, target: RawTarget, request: SavedRequest) -> ComposerPanel:
    """Send a request from a tab, then open it from the history."""
    panel = new_tab(window)
    panel.replace_request(request)
    window.commands["send"].trigger()
    await until(lambda: target.received and panel.answer.status.text())
    await until(lambda: not panel.is_sending)
    window.sidebar.delivery_wanted.emit(1)
    await until(lambda: window.tabs.currentWidget() is not panel)
    return panel_in_front(window)


async def test_a_tab_of_no_collection_gets_no_credentials_and_no_headers_of_one(shop: MainWindow) -> None:
    panel = new_tab(shop)
    async with RawTarget() as target:
        panel.url.setText(target.url + "/anywhere")
        shop.commands["send"].trigger()
        await until(lambda: target.received and panel.answer.status.text())
        await until(lambda: not panel.is_sending)
        assert b"s3cret-of-shop" not in target.received[0]
        assert b"X-Added" not in target.received[0]
    assert panel.bar.environment.findData("local") == -1


async def test_a_new_tab_belongs_to_what_is_chosen_in_the_tree_also_after_a_restart(
    shop: MainWindow, root: Path, paths: Paths
) -> None:
    shop.sidebar.collections.choose(str(root))
    panel = new_tab(shop)
    await until(lambda: panel.bar.environment.findData("local") > 0)
    async with RawTarget() as target:
        panel.url.setText(target.url + "/shop")
        shop.commands["send"].trigger()
        await until(lambda: target.received and target.received[0])
        assert b"Authorization: Bearer s3cret-of-shop\r\n" in target.received[0]
    await until(lambda: [draft.folder for draft in load_drafts(paths.history)[0]] == [str(root)])


async def test_a_capture_is_sent_without_authentication_and_with_the_braces_it_had(
    shop: MainWindow, root: Path, paths: Paths, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("content-of-my-file")
    line = f"{{{{$file {secret}}}}}".encode()
    raw = b"POST /{{host}} HTTP/1.1\r\nHost: a.test\r\nX-Evil: " + line + b"\r\nContent-Length: 2\r\n\r\n{}"
    panel = await opened_capture(shop, raw)
    assert panel.draft.request.auth == NO_AUTH
    assert panel.body.bar.literal_head.isVisibleTo(panel.body)
    assert panel.body.bar.literal_head.isChecked()
    panel.draft.folder = str(root)
    async with RawTarget() as target:
        panel.url.setText(f"{target.url}/{{{{host}}}}")
        shop.commands["send"].trigger()
        await until(lambda: target.received and target.received[0])
        assert target.received[0].startswith(b"POST /{{host}} HTTP/1.1\r\n")
        assert b"X-Evil: " + line + b"\r\n" in target.received[0]
        assert b"content-of-my-file" not in target.received[0]
        assert b"s3cret-of-shop" not in target.received[0]
        assert b"X-Added" not in target.received[0]
        await until(lambda: not panel.is_sending)
        # Who wants them to be variables says so.
        panel.headers.set_fields(())
        panel.headers.edited.emit()
        shop.sidebar.collections.choose(str(root))
        QTest.mouseClick(panel.body.bar.literal_head, Qt.MouseButton.LeftButton)
        assert not panel.draft.request.literal
        assert panel.body.bar.literal_head.isVisibleTo(panel.body)
        shop.commands["send"].trigger()
        await until(lambda: "host" in panel.answer._message.text())
        assert len(target.received) == 1
    await until(lambda: [draft.request.literal for draft in load_drafts(paths.history)[0]] == [False])


def test_literal_braces_of_a_head_stay_literal_in_a_file(tmp_path: Path) -> None:
    create_collection(tmp_path / "c", "C")
    file = tmp_path / "c" / "one.yml"
    request = SavedRequest(name="One", url="http://a.test/{{x}}", auth=NO_AUTH, literal=True)
    save_request(file, request)
    assert read_request(file) == request
    assert (tmp_path / "c" / "one.hook.yaml").read_text() == "request:\n  literal: true\n"


async def test_what_was_sent_is_opened_without_its_secrets(shop: MainWindow, root: Path) -> None:
    async with RawTarget() as target:
        request = SavedRequest(
            name="Paid",
            method="PUT",
            url=target.url + "/x?key=k3y-0f-mine&n=1",
            headers=(
                Field("X-Plain", "{{ kept }} "),
                Field("X-Copy", "has k3y-0f-mine in it"),
                Field("Cookie", "session=typed"),
                Field("Proxy-Authorization", "Basic dHlwZWQ="),
            ),
            body=ComposedBody(BodyKind.TEXT, Body(b"key is k3y-0f-mine"), literal=True),
            auth=Auth(AuthKind.BEARER, (("token", "k3y-0f-mine"),)),
            literal=True,
        )
        opened = await sent_and_opened(shop, target, request)
        assert b"k3y-0f-mine" in target.received[0]
    found = opened.draft.request
    assert (found.method, found.url) == ("PUT", target.url + "/x?key=&n=1")
    assert Field("X-Plain", "{{ kept }}") in found.headers or Field("X-Plain", "{{ kept }} ") in found.headers
    for name in ("Authorization", "X-Copy", "Cookie"):
        assert Field(name, "", enabled=False) in found.headers
    assert "Proxy-Authorization" not in {field.name for field in found.headers}
    assert found.body.content.read() == b"key is ********"
    assert found.auth == NO_AUTH
    assert found.literal
    assert found.body.literal
    assert "its secret is not kept" in opened.notices.text
    assert "k3y-0f-mine" not in str(found)


async def test_what_was_redirected_is_opened_as_it_went_out_first(shop: MainWindow) -> None:
    async with RawTarget() as second:
        moved = f"HTTP/1.1 302 Found\r\nLocation: {second.url}/there\r\nContent-Length: 0\r\n\r\n".encode()
        async with RawTarget(moved) as target:
            request = SavedRequest(
                method="POST",
                url=target.url + "/here",
                body=ComposedBody(BodyKind.TEXT, Body(b"first")),
                settings=SendSettings(follow_redirects=True),
            )
            opened = await sent_and_opened(shop, target, request)
        assert second.received[0].startswith(b"GET /there")
    found = opened.draft.request
    assert (found.method, found.url, found.body.content.read()) == ("POST", target.url + "/here", b"first")


async def test_a_delivery_that_is_open_comes_to_the_front_and_is_not_opened_again(shop: MainWindow) -> None:
    async with RawTarget() as target:
        opened = await sent_and_opened(shop, target, SavedRequest(url=target.url + "/once"))
    await until(lambda: opened.answer.pages.currentIndex() == 1)
    count = shop.tabs.count()
    for _ in range(3):
        shop.tabs.setCurrentIndex(0)
        shop.sidebar.delivery_wanted.emit(1)
        await until(lambda: shop.tabs.currentWidget() is opened)
    assert shop.tabs.count() == count
    opened.url.setText("http://a.test/edited")
    shop.sidebar.delivery_wanted.emit(1)
    await until(lambda: shop.tabs.currentWidget() is not opened)
    assert shop.tabs.count() == count + 1
