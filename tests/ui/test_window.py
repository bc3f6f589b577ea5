"""The window, driven as a person drives it: real listener process, real store, real target."""

import asyncio
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from fakes import RawTarget
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLineEdit,
    QMenuBar,
    QMessageBox,
    QTabBar,
    QTableView,
)
from ui.conftest import a_window, until

from workbench.engine.workbench import open_workbench
from workbench.storage.collections import create_collection
from workbench.storage.paths import Paths
from workbench.storage.settings import Settings
from workbench.ui.composer.panel import ComposerPanel
from workbench.ui.listener_process import ListenerProcess
from workbench.ui.listener_state import ListenerState
from workbench.ui.main_window import MainWindow
from workbench.ui.theme import Appearance

PUSH = b'{"ref":"refs/heads/main","n":1.0}\r\n'


async def post(port: int, body: bytes = PUSH, path: str = "/github") -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"POST {path} HTTP/1.1\r\nHost: captured.test\r\nX-GitHub-Event: push\r\nx-repeat: 1\r\nX-Repeat: 2\r\n"
    writer.write(f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
    answer = await reader.readuntil(b"\r\n\r\n")
    writer.close()
    return answer


async def captured(window: MainWindow, count: int = 1) -> None:
    for number in range(count):
        assert (await post(window.listener.port, path=f"/github/{number}")).startswith(b"HTTP/1.1 200")
    await until(lambda: window.captures.model.rowCount() == count)


async def test_webhook_appears_and_its_body_is_shown(window: MainWindow) -> None:
    await captured(window)
    window.captures.choose(1)
    await until(lambda: window.captures.detail.body.code.lines.count > 1)
    lines = window.captures.detail.body.code.lines
    assert [lines.text(row) for row in range(lines.count)][:3] == ["{", '  "ref": "refs/heads/main",', '  "n": 1.0']
    await until(lambda: "stored 1" in window.top._account.text())


async def test_test_webhook_comes_back_to_us(window: MainWindow) -> None:
    window.commands["send_test"].trigger()
    await until(lambda: window.captures.model.rowCount() == 1)
    summary = window.captures.model.summary(0)
    assert summary is not None
    assert (summary.method, summary.target) == ("POST", "/test")


async def test_filter_line_narrows_the_table(window: MainWindow) -> None:
    await captured(window, 3)
    window.captures.filter.setText("github/1")
    await until(lambda: window.captures.model.rowCount() == 1)
    assert window.captures.count.text() == "1 of 3"
    window.captures.filter.clear()
    await until(lambda: window.captures.model.rowCount() == 3)


async def test_selection_stays_while_more_arrive(window: MainWindow) -> None:
    await captured(window, 2)
    window.captures.choose(1)
    for _ in range(3):
        await post(window.listener.port)
    await until(lambda: window.captures.model.rowCount() == 5)
    assert window.captures.selected_numbers() == [1]


async def test_replay_sends_the_captured_bytes(window: MainWindow, paths: Paths) -> None:
    await captured(window)
    async with RawTarget() as target:
        window.captures.choose(1)
        await until(lambda: window.captures.detail.headers.rowCount() > 0)
        window.commands["replay"].trigger()
        dialog = await opened_dialog(window)
        dialog.findChild(QLineEdit).setText(target.url)
        dialog.accept()
        await until(lambda: target.received and target.received[0])
        body = target.received[0].split(b"\r\n\r\n", 1)[1]
        assert body == PUSH
        assert b"\r\nx-repeat: 1\r\nX-Repeat: 2\r\n" in target.received[0]
    await until(lambda: window.captures.detail.replays.rowCount() == 1)
    await until(lambda: window.captures.detail.replay_answer.status.text() == "200 OK")
    assert "Replayed #1" in window.notices.text
    assert target.url in window.notices.text
    assert f"to {target.url} (R)" in window.commands["replay"].toolTip()


async def test_a_replay_says_where_to_while_it_is_under_way(window: MainWindow) -> None:
    await captured(window)
    async with RawTarget(answer=None) as target:
        window.captures.choose(1)
        await until(lambda: window.captures.detail.headers.rowCount() > 0)
        window.change_settings(replay_target=target.url)
        assert f"to {target.url} (R)" in window.commands["replay"].toolTip()
        window.commands["replay"].trigger()
        await until(lambda: window.notices.text == f"Replaying #1 to {target.url}…")
        await target.asked.wait()
    await until(lambda: window.notices.text.startswith(f"Replayed #1 to {target.url}: "))


async def opened_dialog(window: MainWindow):
    from PySide6.QtWidgets import QDialog

    def dialogs() -> list[QDialog]:
        return [each for each in window.findChildren(QDialog) if each.isVisible()]

    await until(dialogs)
    return dialogs()[0]


async def test_body_stays_bytes_until_it_is_edited(window: MainWindow) -> None:
    await captured(window)
    window.captures.choose(1)
    await until(lambda: window.captures.detail.headers.rowCount() > 0)
    window.commands["open_in_composer"].trigger()
    await until(lambda: window.tabs.count() == 2)
    panel = window.tabs.widget(1)
    assert isinstance(panel, ComposerPanel)
    async with RawTarget() as target:
        panel.url.setText(f"{target.url}/edited")
        window.commands["send"].trigger()
        await until(lambda: target.received and target.received[0])
        assert target.received[0].endswith(b"\r\n\r\n" + PUSH)
    await until(lambda: panel.answer.status.text() == "200 OK")


async def test_editing_keeps_the_line_ends_of_the_rest(window: MainWindow) -> None:
    await captured(window)
    window.captures.choose(1)
    await until(lambda: window.captures.detail.headers.rowCount() > 0)
    window.commands["open_in_composer"].trigger()
    await until(lambda: window.tabs.count() == 2)
    panel = window.tabs.widget(1)
    assert isinstance(panel, ComposerPanel)
    panel.body.text.insertPlainText(" ")
    assert panel.draft.request.body.content.read() == b" " + PUSH


async def test_params_and_url_are_one(window: MainWindow) -> None:
    window.commands["new_request"].trigger()
    panel = window.tabs.widget(1)
    assert isinstance(panel, ComposerPanel)
    panel.url.setText("http://localhost/a?b=1&c=%20x")
    assert [(field.name, field.value) for field in panel.params.fields()] == [("b", "1"), ("c", "%20x")]
    item = panel.params.item(0, 1)
    assert item is not None
    item.setText("2")
    assert panel.url.text() == "http://localhost/a?b=2&c=%20x"


async def first_composer(window: MainWindow) -> ComposerPanel:
    await until(lambda: window.tabs.count() == 2)
    panel = window.tabs.widget(1)
    assert isinstance(panel, ComposerPanel)
    return panel


async def test_unsaved_tab_comes_back_after_the_window_was_gone(paths: Paths, appearance: Appearance) -> None:
    async for window in a_window(paths, appearance):
        window.commands["new_request"].trigger()
        panel = window.tabs.widget(1)
        assert isinstance(panel, ComposerPanel)
        panel.url.setText("http://localhost:3000/draft")
        panel.body.kind.setCurrentIndex(1)
        panel.body.kind.activated.emit(1)
        panel.body.text.setPlainText('{"kept": true}')
    async for again in a_window(paths, appearance):
        panel = await first_composer(again)
        assert panel.draft.request.url == "http://localhost:3000/draft"
        assert panel.draft.request.body.content.read() == b'{"kept": true}'


async def test_saved_request_is_a_file_that_opens_again(window: MainWindow, paths: Paths) -> None:
    window.commands["new_request"].trigger()
    panel = window.tabs.widget(1)
    assert isinstance(panel, ComposerPanel)
    panel.url.setText("http://localhost:3000/saved")
    window.commands["save"].trigger()
    dialog = await opened_dialog(window)
    dialog.findChild(QLineEdit).setText("Saved one")
    dialog.accept()
    await until(lambda: panel.draft.file)
    assert Path(panel.draft.file).is_relative_to(paths.workspace)
    assert not panel.draft.is_dirty
    window.sidebar.request_wanted.emit(panel.draft.file, True)
    assert window.tabs.count() == 2


async def test_listener_that_dies_is_started_again(window: MainWindow) -> None:
    import os
    import signal

    await captured(window)
    before = window.listener.process_id
    os.kill(before, signal.SIGKILL)
    await until(lambda: window.listener.process_id not in (0, before))
    await until(lambda: window.listener.state is ListenerState.LISTENING)
    assert "started again" in window.notices.text
    await post(window.listener.port)
    await until(lambda: window.captures.model.rowCount() == 2)


async def test_stop_and_start(window: MainWindow) -> None:
    window.commands["toggle_listening"].trigger()
    await until(lambda: window.listener.state is ListenerState.STOPPED)
    assert window.commands["toggle_listening"].text() == "Start listening"
    window.commands["toggle_listening"].trigger()
    await until(lambda: window.listener.state is ListenerState.LISTENING)


async def test_taken_port_is_offered_a_free_one(window: MainWindow) -> None:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    taken = server.sockets[0].getsockname()[1]
    window.listener.move(taken)
    await until(lambda: "already in use" in window.notices.text)
    assert window.listener.state is ListenerState.LISTENING
    server.close()
    await server.wait_closed()


async def test_damaged_store_is_moved_aside_only_when_told(paths: Paths, appearance: Appearance) -> None:

    paths.captures.write_bytes(b"this is no database at all\n" * 50)
    failures: list[dict[str, object]] = []
    listener = ListenerProcess(paths, Settings())
    listener.failed.connect(failures.append)
    listener.start(0)
    await until(lambda: failures)
    assert failures[0]["kind"] == "CorruptStoreError"
    assert paths.captures.read_bytes().startswith(b"this is no database")
    await until(lambda: listener.process_id == 0)


async def test_a_listener_stopped_while_it_starts_stays_stopped(paths: Paths, qapp: QApplication) -> None:
    listener = ListenerProcess(paths, Settings())
    states: list[ListenerState] = []
    listener.state_changed.connect(states.append)
    listener.start(0)
    await until(lambda: listener.process_id)
    listener.stop()
    await until(lambda: listener.state is ListenerState.STOPPED)
    assert states == [ListenerState.STARTING, ListenerState.STOPPING, ListenerState.STOPPED]
    assert listener.process_id == 0


async def test_a_window_closed_at_once_ends(paths: Paths, appearance: Appearance) -> None:
    made = MainWindow(paths, Settings(), appearance)
    made.furnish()
    made.listener.start(0)
    made.show()
    made.close()
    async with asyncio.timeout(20), open_workbench(paths) as opened:
        await made.live(opened)
    assert made.listener.state is ListenerState.STOPPED
    made.hide()
    made.deleteLater()


async def test_pane_and_actions_mean_the_same_capture(window: MainWindow) -> None:
    await captured(window, 4)
    table = window.captures.table
    table.setFocus()
    control, nothing = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier
    for key, modifier, number in (
        (Qt.Key.Key_End, control, 4),
        (Qt.Key.Key_Home, control, 1),
        (Qt.Key.Key_Down, control, 2),
        (Qt.Key.Key_End, nothing, 4),
        (Qt.Key.Key_Home, nothing, 1),
        (Qt.Key.Key_Down, nothing, 2),
    ):
        QTest.keyClick(table, key, modifier)
        assert window.captures.current_number == number
        assert window.captures.selected_numbers() == [number]
    click = partial(QTest.mouseClick, table.viewport(), Qt.MouseButton.LeftButton, control)
    click(table.visualRect(table.model().index(3, 3)).center())
    assert (window.captures.current_number, window.captures.selected_numbers()) == (4, [2, 4])
    click(table.visualRect(table.model().index(3, 3)).center())
    assert (window.captures.current_number, window.captures.selected_numbers()) == (2, [2])
    overview = window.captures.detail.overview
    await until(lambda: any(field.value == "#2" for field in overview.fields()))


async def test_first_webhook_is_chosen_and_has_the_focus(window: MainWindow) -> None:
    window.activateWindow()
    await captured(window)
    assert window.captures.selected_numbers() == [1]
    await until(lambda: window.captures.detail.body.code.lines.count > 1)


@pytest.mark.parametrize("content", [b"this is no database at all\n" * 50], ids=["damaged"])
async def test_damaged_history_is_moved_aside_only_when_asked(
    paths: Paths, appearance: Appearance, qapp: QApplication, content: bytes
) -> None:
    paths.history.write_bytes(content)
    async for window in a_window(paths, appearance):
        await until(lambda window=window: window.findChildren(QMessageBox))
        assert paths.history.read_bytes() == content
        await captured(window)
        box = window.findChildren(QMessageBox)[0]
        next(button for button in box.buttons() if button.text() == "Move aside and start anew").click()
        await until(lambda window=window: "damaged history" in window.notices.text)
        assert [file.read_bytes() for file in paths.data.glob("history.db.damaged-*")] == [content]
        window.commands["send_test"].trigger()
        await until(lambda window=window: window.captures.model.rowCount() == 2)


async def test_newer_history_leaves_the_window_usable(paths: Paths, appearance: Appearance) -> None:
    with closing(sqlite3.connect(paths.history)) as connection:
        connection.execute("PRAGMA user_version=99")
    async for window in a_window(paths, appearance):
        await captured(window)
        assert "history.db" in window.notices.text


async def test_a_port_that_cannot_be_had_is_not_kept(window: MainWindow) -> None:
    async with RawTarget() as taken:
        window.listener.move(taken.port)
        await until(lambda: "Still listening" in window.notices.text)
    assert str(taken.port) not in (window.paths.settings.read_text() if window.paths.settings.exists() else "")


async def test_collections_of_the_workspace_are_always_shown(paths: Paths, appearance: Appearance) -> None:
    create_collection(paths.workspace / "requests", "Mine")
    async for window in a_window(paths, appearance):
        await until(lambda window=window: window.sidebar.tree.findItems("Mine", Qt.MatchFlag.MatchRecursive))


async def test_a_narrow_table_leaves_out_columns_and_keeps_the_path_readable(window: MainWindow) -> None:
    await captured(window)
    table = window.captures.table
    titles = [
        table.model().headerData(each, Qt.Orientation.Horizontal) for each in range(table.model().columnCount())
    ]
    path, source = titles.index("Path"), titles.index("From")
    readable = 24 * table.fontMetrics().horizontalAdvance("0")
    for width, leaves_out in ((900, True), (1280, True), (5000, False), (1000, True)):
        window.resize(width, 800)
        await until(lambda leaves_out=leaves_out: table.isColumnHidden(source) == leaves_out)
        await until(lambda: table.columnWidth(path) >= readable)


async def test_every_button_has_a_name_and_every_command_a_shortcut_and_a_tip(window: MainWindow) -> None:
    # Qt's own: scroll arrows of tabs, the clear button of a line, the menu bar's extension, a table's corner.
    of_qt = (QTabBar, QLineEdit, QMenuBar, QTableView)
    buttons = [each for each in window.findChildren(QAbstractButton) if not isinstance(each.parent(), of_qt)]
    nameless = [each for each in buttons if not each.text() and not each.accessibleName()]
    assert nameless == []
    for action in window.commands.actions.values():
        assert action.text()
        assert action.toolTip()
        assert not action.shortcut().isEmpty(), action.text()


async def test_shortcuts_are_given_once(window: MainWindow) -> None:
    keys = [action.shortcut().toString() for action in window.commands.actions.values()]
    assert len(keys) == len(set(keys))


async def test_copy_address_puts_the_address_on_the_clipboard(window: MainWindow) -> None:
    window.commands["copy_address"].trigger()
    assert QGuiApplication.clipboard().text() == window.listener.url


async def test_delete_asks_first_where_that_is_wanted(window: MainWindow) -> None:
    window.change_settings(confirm_delete=True)
    await captured(window, 2)
    window.captures.choose(1)
    window.commands["delete"].trigger()
    box = await opened_dialog(window)
    assert isinstance(box, QMessageBox)
    next(button for button in box.buttons() if button.text() == "Delete").click()
    await until(lambda: window.captures.model.rowCount() == 1)
    assert window.captures.model.rows.number(0) == 2


async def test_keys_reach_the_commands(window: MainWindow, qtbot) -> None:
    window.activateWindow()
    qtbot.keyClick(window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    await until(lambda: window.tabs.count() == 2)
