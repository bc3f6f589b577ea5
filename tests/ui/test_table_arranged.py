"""The table of captures in other orders, in groups, with columns of one's own, paused, tagged; saved searches."""

import asyncio
from contextlib import closing
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit
from pytestqt.qtbot import QtBot
from ui.conftest import a_window, until

from workbench.model.own_column import OwnColumn
from workbench.model.query_parsing import parts, without
from workbench.storage.captures import CaptureReader
from workbench.storage.paths import Paths
from workbench.storage.saved_searches import saved_searches
from workbench.storage.table_columns import ShownColumn, load_columns, save_columns
from workbench.ui.main_window import MainWindow
from workbench.ui.theme import Appearance

GITHUB = "X-GitHub-Event: push\r\nX-GitHub-Hook-ID: 1\r\nUser-Agent: GitHub-Hookshot/1\r\n"


async def post(window: MainWindow, path: str, size: int = 2, headers: str = "") -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", window.listener.port)
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\n{headers}Content-Length: {size}\r\n\r\n"
    writer.write(head.encode() + b'"' + b"x" * (size - 2) + b'"')
    await reader.readuntil(b"\r\n\r\n")
    writer.close()


def shown(window: MainWindow) -> list[int]:
    return list(window.captures.model.rows.numbers)


def column(window: MainWindow, name: str) -> int:
    return next(place for place, each in enumerate(window.captures.model.columns) if each.id == name)


def click_header(window: MainWindow, name: str) -> None:
    window.captures.table.horizontalHeader().sectionClicked.emit(column(window, name))


async def answer(window: MainWindow, text: str) -> None:
    """Type into the dialog that asks, and accept it."""
    await until(lambda: window.findChildren(QDialog))
    dialog = window.findChildren(QDialog)[-1]
    dialog.findChildren(QLineEdit)[0].setText(text)
    dialog.accept()


async def test_click_on_a_header_sorts_and_stays_live(window: MainWindow) -> None:
    for path, size in (("/a", 30), ("/b", 10), ("/c", 20)):
        await post(window, path, size)
    await until(lambda: shown(window) == [1, 2, 3])
    window.captures.choose(3)
    click_header(window, "size")
    await until(lambda: shown(window) == [2, 3, 1])
    assert window.captures.current_number == 3
    click_header(window, "size")
    await until(lambda: shown(window) == [1, 3, 2])
    await post(window, "/d", 25)
    await until(lambda: shown(window) == [1, 4, 3, 2])
    assert window.captures.selected_numbers() == [3]
    click_header(window, "size")
    await until(lambda: shown(window) == [1, 2, 3, 4])
    assert window.captures.current_number == 3


async def test_attempts_of_a_delivery_are_one_row_that_opens(window: MainWindow, qtbot: QtBot) -> None:
    for delivery in ("d-1", "d-1", "d-2", "d-1"):
        await post(window, "/hook", headers=f"{GITHUB}X-GitHub-Delivery: {delivery}\r\n")
    model, table = window.captures.model, window.captures.table
    await until(lambda: len(shown(window)) == 4 and all(model.summary(row) for row in range(4)))
    await until(lambda: all(summary.delivery_id for row in range(4) if (summary := model.summary(row))))
    window.commands["group_delivery"].trigger()
    await until(lambda: shown(window) == [3, 4])
    assert model.rows.several[4].count == 3
    window.captures.choose(4)
    qtbot.keyClick(table, Qt.Key.Key_Right)
    await until(lambda: shown(window) == [3, 4, 2, 1])
    assert "group of 3, open" in model.data(
        model.index(1, column(window, "path")), Qt.ItemDataRole.AccessibleTextRole
    )
    table.grab()
    qtbot.keyClick(table, Qt.Key.Key_Left)
    await until(lambda: shown(window) == [3, 4])
    window.commands["group_delivery"].trigger()
    await until(lambda: shown(window) == [1, 2, 3, 4])


async def test_columns_of_ones_own_are_kept_in_the_workspace(
    paths: Paths, appearance: Appearance, qapp: QApplication
) -> None:
    paths.workspace.mkdir(parents=True)
    save_columns(paths, [ShownColumn("header:x-id", 150), ShownColumn("path"), ShownColumn("no:column")])
    async for window in a_window(paths, appearance):
        await post(window, "/a", headers="X-Id: r-7\r\n")
        model, table = window.captures.model, window.captures.table
        await until(lambda model=model: model.rowCount() == 1 and model.summary(0))
        place = column(window, "header:x-id")
        await until(lambda model=model, place=place: model.index(0, place).data() == "r-7")
        assert table.horizontalHeader().visualIndex(place) == 0
        assert table.columnWidth(place) == 150
        assert table.isColumnHidden(column(window, "method"))
        table.setColumnWidth(place, 170)
    assert load_columns(paths)[0] == ShownColumn("header:x-id", 170)
    assert model.own == (OwnColumn("header", "x-id"),)


async def test_paused_table_counts_what_arrives(window: MainWindow, qtbot: QtBot) -> None:
    await post(window, "/a")
    await until(lambda: shown(window) == [1])
    window.commands["pause"].trigger()
    await post(window, "/b")
    await post(window, "/c")
    await until(lambda: window.captures.held.text() == "2 new")
    assert shown(window) == [1]
    qtbot.mouseClick(window.captures.held, Qt.MouseButton.LeftButton)
    await until(lambda: shown(window) == [1, 2, 3])
    assert window.captures.held.isHidden()


async def test_unread_are_counted_visited_and_all_read_at_once(window: MainWindow) -> None:
    for path in ("/a", "/b", "/c"):
        await post(window, path)
    # The first webhook is shown at once, and so is read.
    await until(lambda: window.tabs.tabText(0) == "Captures  2")
    window.commands["next_unread"].trigger()
    await until(lambda: window.captures.current_number == 2 and window.tabs.tabText(0) == "Captures  1")
    window.commands["read_all"].trigger()
    await until(lambda: window.tabs.tabText(0) == "Captures")
    await until(lambda: all((each := window.captures.model.summary(row)) and not each.unread for row in range(3)))


async def test_tags_and_notes_are_asked_for_shown_and_found(window: MainWindow, paths: Paths) -> None:
    await post(window, "/a")
    await post(window, "/b")
    await until(lambda: shown(window) == [1, 2] and window.captures.current_number == 1)
    window.commands["tag"].trigger()
    await answer(window, "to-fix late")
    model = window.captures.model
    await until(lambda: (each := model.summary(0)) and each.tags == ("late", "to-fix"))
    await until(lambda: not window.findChildren(QDialog))
    window.commands["note"].trigger()
    await answer(window, "ask Ann")
    await until(lambda: model.index(0, column(window, "note")).data() == "ask Ann")
    window.captures.set_filter("tag:late note:ann")
    await until(lambda: shown(window) == [1])
    with closing(CaptureReader(paths.captures, paths.spool)) as reader:
        assert reader.summaries([1])[0].note == "ask Ann"


async def test_chips_saved_searches_and_the_sentence_under_the_line(
    window: MainWindow, paths: Paths, qtbot: QtBot
) -> None:
    await post(window, "/a")
    await post(window, "/b", 9)
    panel = window.captures
    panel.set_filter("path:/b size:>5")
    await until(lambda: shown(window) == [2])
    assert [chip.text() for chip in panel.chips.chips] == ["path:/b  ✕", "size:>5  ✕"]
    window.commands["save_search"].trigger()
    await answer(window, "Large B")
    await until(lambda: saved_searches(paths) == {"Large B": "path:/b size:>5"})
    qtbot.keyClick(panel.chips.chips[0], Qt.Key.Key_Delete)
    assert panel.filter.text() == "size:>5"
    qtbot.mouseClick(panel.chips.chips[0], Qt.MouseButton.LeftButton)
    await until(lambda: shown(window) == [1, 2])
    assert panel.chips.isHidden()
    panel.set_filter("colour:red")
    assert "There is no field colour" in panel.problem.text()
    assert "method, path" in panel.problem.text()
    panel.set_filter("")
    assert panel.problem.isHidden()


def test_line_is_taken_apart_and_put_together() -> None:
    assert parts('a -(b OR c) "d e" -f:g AND h') == (["a", "-(b OR c)", '"d e"', "-f:g", "h"], " ")
    assert without('a -(b OR c) "d e"', 1) == 'a "d e"'
    assert parts("a b OR (c OR d) OR e") == (["a b", "(c OR d)", "e"], " OR ")
    assert without("a b OR c OR d", 1) == "a b OR d"
    assert parts("") == ([], " ")
    assert parts("(a") == (["(a"], " ")


def test_columns_file_that_makes_no_sense_is_passed_over(paths: Paths) -> None:
    paths.workspace.mkdir(parents=True)
    for text in ("columns = 3", "columns = [1]", "[", "columns = [{show = 1}, {width = 3}]", "\x00"):
        Path(paths.table_columns).write_text(text)
        assert load_columns(paths) == ()
