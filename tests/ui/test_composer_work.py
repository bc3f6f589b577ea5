"""Composer tabs at work: variables put in and sent, environments, pasted commands, imports, exports and programs."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from fakes import RawTarget
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton
from test_window import opened_dialog
from ui.conftest import a_window, until

from workbench.model.authentication import Auth, AuthKind
from workbench.model.checks import Assertion, Taking
from workbench.model.collection import BodyKind, ComposedBody, Field, SavedRequest
from workbench.model.message import Body
from workbench.model.signature import SigningChoice
from workbench.model.variables import Environment, Variable
from workbench.storage.collections import create_collection, new_request_path, read_tree, save_request
from workbench.storage.environments import list_environments, save_environment
from workbench.storage.paths import Paths
from workbench.ui.collections.environment_dialog import EnvironmentDialog
from workbench.ui.collections.export_dialog import ExportDialog
from workbench.ui.collections.import_dialog import ImportDialog
from workbench.ui.collections.run_dialog import RunDialog
from workbench.ui.composer.code_dialog import CodeDialog
from workbench.ui.composer.panel import ComposerPanel
from workbench.ui.composer.preview_dialog import PreviewDialog
from workbench.ui.composer.value_picker import ValuePicker
from workbench.ui.main_window import MainWindow
from workbench.ui.theme import Appearance

ANSWER = b'HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n{"id":"in_1"}'


@pytest.fixture
def root(paths: Paths) -> Path:
    root = paths.workspace / "shop"
    create_collection(root, "Shop")
    save_environment(root, Environment("local", (Variable("name", "world"), Variable("other", "1"))))
    save_environment(root, Environment("staging", (Variable("name", "stage"),)))
    request = SavedRequest(name="Greet", method="POST", url="http://a.test/{{name}}")
    save_request(new_request_path(root, "Greet"), request)
    return root


@pytest.fixture
async def shop(root: Path, paths: Paths, appearance: Appearance):
    async for window in a_window(paths, appearance):
        await until(lambda window=window: window.sidebar.collections.trees)
        yield window


def new_tab(window: MainWindow) -> ComposerPanel:
    window.commands["new_request"].trigger()
    panel = window.tabs.currentWidget()
    assert isinstance(panel, ComposerPanel)
    return panel


async def test_an_environment_is_chosen_edited_and_put_into_what_is_sent(shop: MainWindow, root: Path) -> None:
    shop.sidebar.collections.choose(str(root))
    panel = new_tab(shop)
    box = panel.bar.environment
    await until(lambda: box.findData("staging") > 0)
    box.setCurrentIndex(box.findData("local"))
    box.activated.emit(box.currentIndex())
    await until(lambda: "name" in panel.variables.words.scopes.names())
    async with RawTarget(ANSWER) as target:
        request = SavedRequest(
            name="Try",
            method="POST",
            url=target.url + "/{{name}}/:id?q={{missing}}",
            path_params=(Field("id", "{{own}}"),),
            headers=(Field("X-Literal", "{{ {} }}"),),
            body=ComposedBody(BodyKind.JSON, Body(b'{"hello":"{{name}}","n":1.0}')),
            variables=(Variable("own", "7"),),
            assertions=(Assertion("status", "eq", "201"), Assertion("$.id", "eq", "in_2")),
            takings=(Taking("invoice", "$.id"),),
        )
        panel.replace_request(request)
        shop.commands["send"].trigger()
        await until(lambda: "missing" in panel.answer._message.text())
        assert target.received == []
        panel.url.setText(target.url + "/{{name}}/:id")
        shop.commands["preview"].trigger()
        preview = await opened_dialog(shop)
        assert isinstance(preview, PreviewDialog)
        lines = preview.view.lines
        assert lines.text(0) == "POST /world/7 HTTP/1.1"
        preview.accept()
        await until(lambda: target.received and target.received[0])
        raw = target.received[0]
    assert raw.startswith(b"POST /world/7 HTTP/1.1\r\n")
    assert b"\r\nX-Literal: {{ {} }}\r\n" in raw
    assert raw.endswith(b'\r\n\r\n{"hello":"world","n":1.0}')
    await until(lambda: panel.answer.status.text() == "201 Created")
    await until(lambda: panel.answer.tests.summary.text() == "1 of 2 tests passed, 1 of 1 values taken")
    await until(lambda: "invoice" in panel.variables.words.scopes.names())
    shop.commands["edit_environments"].trigger()
    dialog = await opened_dialog(shop)
    assert isinstance(dialog, EnvironmentDialog)
    assert dialog.name.text() == "local"
    dialog.table.set_variables((Variable("name", "moon"),))
    dialog.table.edited.emit()
    QTest.keyClicks(dialog.name, "2")
    dialog.add.click()
    QTest.keyClick(dialog.name, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(dialog.name, "staging")
    assert "called staging" in dialog.trouble.text()
    QTest.keyClicks(dialog.name, " eu")
    dialog.table.set_variables((Variable("key", "", secret=True),))
    dialog.table.edited.emit()
    dialog.accept()
    await until(lambda: [each.name for each in list_environments(root)[0]] == ["local2", "staging", "staging eu"])
    await until(lambda: box.findData("local2") > 0 and box.currentData() == "local2")
    await until(lambda: (known := panel.variables.words.scopes.find("name")) and known.value == "moon")
    assert "secret: true" in (root / "environments" / "staging eu.yml").read_text()


async def test_values_are_put_in_and_commands_pasted_into_the_url(shop: MainWindow) -> None:
    panel = new_tab(shop)
    shop.activateWindow()
    await until(lambda: "$uuid" in panel.variables.words.dynamic)
    panel.url.setText("http://a.test/")
    panel.url.setFocus()
    await until(lambda: panel.url.hasFocus())
    shop.commands["insert_value"].trigger()
    picker = panel.findChild(ValuePicker)
    assert picker is not None
    QTest.keyClicks(picker.line, "uuid")
    assert "$uuid" in picker.help.text()
    QTest.keyClick(picker.line, Qt.Key.Key_Return)
    assert panel.url.text() == "http://a.test/{{$uuid}}"

    panel = new_tab(shop)
    panel.url.setText("http://before.test/")
    panel.headers.set_fields((Field("A", "1"),))
    panel.headers.edited.emit()
    command = "curl -X PUT 'https://api.test/v1?x=1' \\\n  -H 'Content-Type: application/json' -d '{\"n\": 1.0}'"
    QGuiApplication.clipboard().setText(command)
    panel.url.selectAll()
    QTest.keyClick(panel.url, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    await until(lambda: panel.draft.request.method == "PUT")
    assert panel.url.text() == "https://api.test/v1?x=1"
    assert panel.body.text.toPlainText() == '{"n": 1.0}'
    assert panel.headers.fields() == (Field("Content-Type", "application/json"),)
    next(each for each in panel.notices.findChildren(QPushButton) if each.text() == "Undo").click()
    assert panel.url.text() == "http://before.test/"
    assert panel.headers.fields() == (Field("A", "1"),)
    shop.commands["redo_request"].trigger()
    assert panel.url.text() == "https://api.test/v1?x=1"
    QGuiApplication.clipboard().setText("http://plain.test/x")
    panel.url.selectAll()
    QTest.keyClick(panel.url, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert panel.url.text() == "http://plain.test/x"


POSTMAN = {
    "info": {
        "name": "From Postman",
        "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
    },
    "item": [
        {
            "name": "Folder",
            "item": [{"name": "One", "request": {"method": "GET", "url": {"raw": "https://a.test/one"}}}],
        },
        {
            "name": "Two",
            "event": [{"listen": "test", "script": {"exec": ["postman.nobodyKnows();"], "type": "text/javascript"}}],
            "request": {"method": "POST", "url": {"raw": "https://a.test/two"}},
        },
    ],
}


async def test_what_is_lost_is_said_before_a_collection_comes_in_or_goes_out(
    shop: MainWindow, paths: Paths, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = paths.workspace / "export.json"
    file.write_text(json.dumps(POSTMAN))
    shop.files_dropped.emit([str(file)])
    dialog = await opened_dialog(shop)
    assert isinstance(dialog, ImportDialog)
    await until(lambda: dialog.imported)
    assert dialog.summary.text() == "2 requests, 1 folder"
    assert any("script" in row.texts[1] for row in dialog.losses.rows())
    assert not (paths.workspace / "from-postman").exists()
    dialog.name.setText("Brought in")
    dialog.accept()
    await until(lambda: any(tree.name == "Brought in" for tree in shop.sidebar.collections.trees))
    tree = next(tree for tree in shop.sidebar.collections.trees if tree.name == "Brought in")
    assert [each.name for each in read_tree(Path(tree.path)).requests] == ["Two"]
    shop.commands["import"].trigger()
    again = await opened_dialog(shop)
    assert isinstance(again, ImportDialog)
    again.text.setPlainText("nothing that anybody knows")
    again.read_text.click()
    await until(lambda: again.trouble.text())
    assert again.imported is None
    again.reject()
    written = tmp_path / "out.json"

    async def choose(*_: object) -> str:
        return str(written)

    monkeypatch.setattr("workbench.ui.interchange_work.choose_new_file", choose)
    shop.sidebar.export_wanted.emit(str(root))
    await until(lambda: not again.isVisible())
    export = await opened_dialog(shop)
    assert isinstance(export, ExportDialog)
    await until(lambda: export.exported)
    export.accept()
    await until(written.exists)
    assert json.loads(written.read_text())["item"][0]["request"]["url"]["raw"] == "http://a.test/{{name}}"


@pytest.fixture
def warehouse(paths: Paths) -> Path:
    """A second collection, there before the window is; it stands after the shop."""
    folder = paths.workspace / "warehouse"
    create_collection(folder, "Warehouse")
    return folder


async def test_postmans_environment_goes_into_the_collection_that_is_chosen(
    warehouse: Path, shop: MainWindow, paths: Paths
) -> None:
    await until(lambda: len(shop.sidebar.collections.trees) == 2)
    shop.sidebar.collections.choose(str(warehouse))
    file = paths.workspace / "production.json"
    values = [{"key": "host", "value": "staging.test", "enabled": True}]
    file.write_text(json.dumps({"name": "Production", "_postman_variable_scope": "environment", "values": values}))
    shop.files_dropped.emit([str(file)])
    dialog = await opened_dialog(shop)
    assert isinstance(dialog, ImportDialog)
    await until(lambda: dialog.imported)
    assert dialog.target == str(warehouse)
    assert not dialog.name.isEnabled()
    dialog.accept()
    await until(lambda: "Production" in [each.name for each in list_environments(warehouse)[0]])
    await until(lambda: "Imported Production into Warehouse" in shop.notices.text)


async def test_a_program_has_the_signing_and_no_secret(shop: MainWindow) -> None:
    panel = new_tab(shop)
    panel.replace_request(
        SavedRequest(
            method="POST",
            url="http://a.test/hook",
            body=ComposedBody(BodyKind.JSON, Body(b'{"id":"evt_1"}')),
            auth=Auth(AuthKind.BEARER, (("token", "literal-t0ken"),)),
            signing=SigningChoice("stripe", secret="text:whsec_verysecret"),
        )
    )
    shop.commands["code"].trigger()
    dialog = await opened_dialog(shop)
    assert isinstance(dialog, CodeDialog)
    await until(lambda: dialog.snippet)
    dialog.choose("python-requests")
    await until(lambda: dialog.snippet and dialog.snippet.language == "python")
    assert dialog.snippet is not None
    assert "hmac" in dialog.snippet.text
    assert "verysecret" not in dialog.snippet.text
    assert "Authorization" in dialog.snippet.text
    assert "t0ken" not in dialog.snippet.text
    dialog.copy.click()
    assert QGuiApplication.clipboard().text() == dialog.snippet.text
    dialog.choose("receive-python")
    await until(lambda: dialog.snippet and "compare_digest" in dialog.snippet.text)
    dialog.reject()


async def test_a_folder_is_run_with_rows_and_its_results_come_live(
    shop: MainWindow, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("name\nfirst\nsecond\n")
    report = tmp_path / "report.xml"

    async def choose(*_: object) -> str:
        return str(report)

    monkeypatch.setattr("workbench.ui.run_work.choose_new_file", choose)
    async with RawTarget(ANSWER) as target:
        file = root / "greet.yml"
        request = SavedRequest(
            name="Greet",
            url=target.url + "/{{name}}",
            assertions=(Assertion("status", "eq", "201"), Assertion("$.id", "eq", "in_{{name}}")),
        )
        save_request(file, request)
        shop.sidebar.run_wanted.emit(str(root))
        dialog = await opened_dialog(shop)
        assert isinstance(dialog, RunDialog)
        dialog.data.setText(str(tmp_path / "nothing.csv"))
        dialog.start.click()
        await until(lambda: "cannot be read" in dialog.summary.text())
        dialog.data.setText(str(rows))
        dialog.rounds.setValue(2)
        dialog.start.click()
        await until(lambda: not dialog.is_running and len(dialog.table.rows()) == 4)
        assert [each.split(b" ")[1] for each in target.received] == [b"/first", b"/second"] * 2
    assert [row.texts[:4] for row in dialog.table.rows()][:2] == [
        ("✗", "1", "Greet", "201"),
        ("✗", "2", "Greet", "201"),
    ]
    assert dialog.summary.text().startswith("0 of 4 passed in ")
    assert "4 of 8 tests held." in dialog.summary.text()
    dialog.junit.click()
    await until(lambda: report.exists() and report.stat().st_size)
    assert ElementTree.fromstring(report.read_text()).tag == "testsuites"
    dialog.close()


async def test_pasted_command_brings_its_file_and_a_missing_one_is_told_and_not_sent(
    shop: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "order.json").write_bytes(b'{"n": 1.0}')
    monkeypatch.chdir(tmp_path)
    panel = new_tab(shop)
    panel.url.command_pasted.emit("curl --data-binary @order.json http://127.0.0.1:9/x")
    await until(lambda: panel.draft.request.body.content.size == 10)
    assert panel.draft.request.body.content.read() == b'{"n": 1.0}'

    panel.url.command_pasted.emit("curl --data-binary @missing.json http://127.0.0.1:9/y")
    await until(lambda: panel.draft.request.url.endswith("/y"))
    assert any("missing.json, which was not found" in each.text() for each in panel.notices.findChildren(QLabel))
    shop.commands["send"].trigger()
    await until(
        lambda: any("missing.json cannot be read" in each.text() for each in panel.answer.findChildren(QLabel))
    )
