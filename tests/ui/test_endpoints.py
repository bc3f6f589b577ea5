"""Endpoints in the window: the list, a new one in a click, the editor that checks while one types, and targets."""

import asyncio
import socket
import ssl

from fakes import RawTarget, read_answer
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox, QLineEdit, QMessageBox
from test_window import opened_dialog
from ui.conftest import until

from workbench.storage.endpoints import load_endpoints
from workbench.storage.paths import Paths
from workbench.storage.settings import load_settings
from workbench.ui.endpoint_dialog import EndpointDialog, answer_tokens
from workbench.ui.main_window import MainWindow
from workbench.ui.provider_dialog import ProviderDialog
from workbench.ui.widgets.lexing import TokenKind


def names(window: MainWindow) -> list[str]:
    branch = window.sidebar.tree.topLevelItem(0)
    assert branch is not None
    return [branch.child(row).text(0) for row in range(branch.childCount())]


async def test_new_endpoint_is_a_choice_and_its_address_is_on_the_clipboard(window: MainWindow, paths: Paths) -> None:
    window.commands["new_endpoint"].trigger()
    dialog = await opened_dialog(window)
    assert isinstance(dialog, ProviderDialog)
    assert dialog.chosen == "stripe"
    dialog.line.setText("github")
    assert dialog.chosen == "github"
    dialog.accept()
    await until(lambda: "github" in names(window))
    assert QGuiApplication.clipboard().text() == f"{window.listener.url}/github"
    endpoint = load_endpoints(paths).get("github")
    assert endpoint is not None
    assert (endpoint.path, endpoint.provider) == ("/github/*", "github")
    assert "on the clipboard" in window.notices.text


async def test_new_endpoint_may_have_any_name_and_path_but_not_anothers(window: MainWindow, paths: Paths) -> None:
    window.commands["new_endpoint"].trigger()
    dialog = await opened_dialog(window)
    assert isinstance(dialog, ProviderDialog)
    dialog.line.setText("other sender")
    assert (dialog.chosen, dialog.name.text(), dialog.path.text()) == ("", "endpoint", "/endpoint/*")
    dialog.name.setText("")
    QTest.keyClicks(dialog.name, "catch-all")
    dialog.path.setText("")
    QTest.keyClicks(dialog.path, "/orders")
    dialog.accept()
    assert dialog.isVisible()
    assert "already" in dialog.trouble.text()
    QTest.keyClicks(dialog.name, "-2")
    dialog.accept()
    await until(lambda: load_endpoints(paths).get("catch-all-2"))
    made = load_endpoints(paths).get("catch-all-2")
    assert made is not None
    assert (made.path, made.provider) == ("/orders", "")


async def test_editor_says_what_is_wrong_and_what_is_answered(window: MainWindow, paths: Paths) -> None:
    window.commands["edit_endpoint"].trigger()
    dialog = await opened_dialog(window)
    assert isinstance(dialog, EndpointDialog)
    save = dialog.buttons.button(QDialogButtonBox.StandardButton.Save)
    dialog.text.setPlainText("path: /*\nprogramm: fail 3")
    await until(lambda: "programm" in dialog.trouble.text())
    assert not save.isEnabled()
    dialog.text.setPlainText("path: /*\nanswer:\n  template: '{% if %}'")
    await until(lambda: "template" in dialog.trouble.text())
    dialog.text.setPlainText(
        "path: /*\nanswer: {status: 202, template: 'got {{ json.id }}'}\nprogram: fail 1 then 203"
    )
    await until(save.isEnabled)
    dialog.preview.select_all()
    shown = dialog.preview.selected_bytes().decode()
    assert "500" in shown
    assert "203" in shown
    assert "got evt_1" in shown
    dialog.text.document().setModified(True)
    dialog.accept()
    await until(lambda: "is saved" in window.notices.text)

    async def status() -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", window.listener.port)
        writer.write(b'POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n{"id":"me"}')
        answer = await read_answer(reader)
        writer.close()
        return answer[9:12] + b" " + answer.partition(b"\r\n\r\n")[2]

    answers = [b""]
    while not answers[-1].startswith(b"500"):
        answers.append(await status())
    assert await status() == b"203 got me"


async def test_remove_asks_first(window: MainWindow, paths: Paths) -> None:
    path = paths.workspace / "endpoints" / "old.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("path: /old")
    await until(lambda: "old" in names(window))
    window.sidebar.endpoint_removed.emit("old")
    await until(lambda: window.findChildren(QMessageBox))
    box = window.findChildren(QMessageBox)[0]
    next(button for button in box.buttons() if button.text() == "Remove").click()
    await until(lambda: "old" not in names(window))
    assert not path.exists()


async def test_target_that_is_not_there_is_said_before_an_event_is_lost(window: MainWindow, paths: Paths) -> None:
    async with RawTarget() as target:
        url = target.url
    path = paths.workspace / "endpoints" / "app.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"path: /app\nforward: {url}")
    await until(lambda: f"Forwarding to {url} does not work" in window.notices.text, seconds=20)


async def test_refused_capture_says_why(window: MainWindow, paths: Paths) -> None:
    path = paths.workspace / "endpoints" / "shut.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("path: /hook\nguards: {methods: [GET]}")
    await until(lambda: "shut" in names(window))
    _, writer = await asyncio.open_connection("127.0.0.1", window.listener.port)
    writer.write(b"POST /hook HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}")
    await until(lambda: window.captures.model.rowCount() == 1)
    await until(lambda: window.captures.model.summary(0) is not None)
    summary = window.captures.model.summary(0)
    assert summary is not None
    assert (summary.status, summary.guard) == (405, "method")
    writer.close()


async def test_forwards_of_a_refused_capture_say_what_refused_it(window: MainWindow, paths: Paths) -> None:
    async with RawTarget() as target:
        path = paths.workspace / "endpoints" / "small.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"path: /small\nguards: {{body_limit: 4}}\nforward: ['{target.url}']")
        await until(lambda: "small" in names(window))
        for number, place, why in ((1, "small", "refused by body-limit"), (2, "free", "named no target")):
            reader, writer = await asyncio.open_connection("127.0.0.1", window.listener.port)
            writer.write(b"POST /%s HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\n123456" % place.encode())
            await read_answer(reader)
            writer.close()
            await until(lambda number=number: window.captures.model.rowCount() == number)
            window.captures.choose(number)
            page = window.captures.detail.forwards
            await until(lambda why=why, page=page: why in page.table.placeholder)
        assert target.received == []


async def test_editor_asks_before_it_replaces_what_was_written_outside(window: MainWindow, paths: Paths) -> None:
    path = paths.workspace / "endpoints" / "catch-all.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("path: /*\nanswer: 201\n")
    window.commands["edit_endpoint"].trigger()
    dialog = await opened_dialog(window)
    assert isinstance(dialog, EndpointDialog)
    path.write_text("path: /*\nguards: {methods: [POST]}\n")
    dialog.show_typed("path: /*\nanswer: 202\n")
    dialog.accept()
    await until(lambda: window.findChildren(QMessageBox))
    box = window.findChildren(QMessageBox)[0]
    assert "changed by another program" in box.text()
    assert "guards" in path.read_text()
    box.reject()
    again = await opened_dialog(window)  # Nothing that was typed is lost either.
    assert isinstance(again, EndpointDialog)
    assert again.text.toPlainText() == "path: /*\nanswer: 202\n"
    again.text.undo()
    assert again.text.toPlainText() == "path: /*\nguards: {methods: [POST]}\n"
    again.text.redo()
    again.accept()
    await until(lambda: "is saved" in window.notices.text)
    assert path.read_text() == "path: /*\nanswer: 202\n"


async def test_forwards_and_where_targets_differ(window: MainWindow, paths: Paths) -> None:
    other = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\noh"
    async with RawTarget() as first, RawTarget(other) as second:
        path = paths.workspace / "endpoints" / "two.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"path: /two\nforward: ['{first.url}', '{second.url}']")
        await until(lambda: "two" in names(window))
        reader, writer = await asyncio.open_connection("127.0.0.1", window.listener.port)
        writer.write(b"POST /two HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}")
        await read_answer(reader)
        writer.close()
        page = window.captures.detail.forwards
        differs = f"{second.url}: the body differs from byte 2 on"
        await until(lambda: differs in page.comparison.text(), seconds=20)
        assert [field.name for field in page.table.fields()] == [first.url, second.url]
        assert "delivered  200" in page.table.fields()[1].value
        titles = [window.captures.detail.tabText(tab) for tab in range(window.captures.detail.count())]
        assert titles.count("Forwards 2") == 1
        assert "Replays" in titles  # A forward is none.
        window.change_settings(replay_target=first.url)
        window.captures.choose(1)
        window.commands["replay"].trigger()
        await until(
            lambda: window.notices.text.startswith("Replayed #1") and window.captures.detail.replays.rowCount()
        )
        assert window.captures.detail.replays.rowCount() == 1


async def test_https_is_a_command_and_its_address_is_shown(window: MainWindow, paths: Paths) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert not window.commands["copy_https"].isEnabled()
    window.commands["listen_https"].trigger()
    dialog = await opened_dialog(window)
    dialog.findChild(QLineEdit).setText(str(port))
    dialog.accept()
    url = f"https://localhost:{port}"
    await until(lambda: url in window.notices.text, seconds=20)
    authority = paths.config / "tls" / "authority.pem"
    assert str(authority) in window.notices.text
    assert load_settings(paths.settings)[0].https_port == port
    window.commands["copy_https"].trigger()
    assert QGuiApplication.clipboard().text() == url
    context = ssl.create_default_context(cafile=authority)
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname="localhost")
    writer.write(b"POST /safe HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}")
    await read_answer(reader)
    writer.close()
    overview = window.captures.detail.overview
    await until(lambda: any(field.name == "TLS" for field in overview.fields()))
    (tls,) = (field.value for field in overview.fields() if field.name == "TLS")
    assert tls.startswith("TLSv1.3")
    assert tls.endswith("for localhost")


async def edited_name(window: MainWindow) -> str:
    """Press the keys that edit an endpoint and tell which one was meant."""
    window.commands["edit_endpoint"].trigger()
    dialog = await opened_dialog(window)
    assert isinstance(dialog, EndpointDialog)
    name = dialog.windowTitle().removeprefix("Endpoint ")
    dialog.reject()
    await until(lambda: not window.findChildren(EndpointDialog))
    return name


async def test_the_endpoint_that_was_just_made_is_chosen_and_is_the_one_to_edit(window: MainWindow) -> None:
    window.commands["new_endpoint"].trigger()
    dialog = await opened_dialog(window)
    assert isinstance(dialog, ProviderDialog)
    dialog.line.setText("github")
    dialog.accept()
    await until(lambda: window.sidebar.chosen_endpoint == "github")
    await until(lambda: not window.findChildren(ProviderDialog))
    assert await edited_name(window) == "github"


async def test_the_choice_stays_when_the_file_is_written_again(window: MainWindow, paths: Paths) -> None:
    path = paths.workspace / "endpoints" / "bills.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("path: /bills")
    await until(lambda: "bills" in names(window))
    window.sidebar.choose_endpoint("bills")
    told: list[object] = []
    window.listener.endpoints.connect(told.append)
    path.write_text("path: /bills\nanswer: 202")
    await until(lambda: told)
    assert window.sidebar.chosen_endpoint == "bills"


async def test_a_click_shows_an_endpoints_captures_and_return_edits_it(window: MainWindow, paths: Paths) -> None:
    path = paths.workspace / "endpoints" / "bills.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("path: /bills")
    await until(lambda: "bills" in names(window))
    window.commands["new_request"].trigger()
    await until(lambda: window.tabs.currentIndex() == 1)
    tree = window.sidebar.tree
    window.sidebar.choose_endpoint("bills")
    item = tree.currentItem()
    assert item is not None
    QTest.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=tree.visualItemRect(item).center())
    assert window.tabs.currentIndex() == 0
    assert window.captures.filter.text() == "endpoint:bills"
    QTest.keyClick(tree, Qt.Key.Key_Return)
    dialog = await opened_dialog(window)
    assert dialog.windowTitle() == "Endpoint bills"
    dialog.reject()


async def test_answers_of_a_text_that_is_wrong_now_are_said_to_be_older(window: MainWindow) -> None:
    window.commands["edit_endpoint"].trigger()
    dialog = await opened_dialog(window)
    assert isinstance(dialog, EndpointDialog)
    assert dialog.says.text() == "What it answers"
    dialog.text.setPlainText("path: /*\nprogramm: fail 3")
    await until(lambda: "programm" in dialog.trouble.text())
    assert dialog.says.text() == "What the last sound text answers"
    dialog.text.setPlainText("path: /*\nprogram: fail 3 then 200")
    await until(lambda: dialog.says.text() == "What it answers")
    dialog.done(0)


def test_every_answer_is_coloured() -> None:
    text = "# requests 1–3\nHTTP/1.1 500 Oops\nDate: x\n\n# request 4\nHTTP/1.1 200 OK\nServer: y\n\n# no title\n"
    found = {text[first:last]: kind for first, last, kind in answer_tokens(text, "http")}
    assert found["# request 4"] is TokenKind.COMMENT
    assert found["Date"] is found["Server"] is TokenKind.KEY
    assert found["500"] is found["200"] is TokenKind.NUMBER
    assert found.get("# no title") is not TokenKind.COMMENT
