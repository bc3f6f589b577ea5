"""The pane of a body: its views by content, a tree that loads what is opened, a table, and large bodies."""

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from ui.conftest import until

from workbench.formats.body import View
from workbench.model.message import Body
from workbench.ui.body_pane import FIRST_LOOK_BYTES, BodyPane
from workbench.ui.theme import Appearance


@pytest.fixture
def pane(appearance: Appearance, qapp: QApplication) -> BodyPane:
    made = BodyPane(appearance)
    made.resize(600, 500)
    made.show()
    return made


async def choose(pane: BodyPane, view: View) -> None:
    pane.views.setCurrentText(view.value)
    pane.views.activated.emit(pane.views.currentIndex())
    await until(lambda: pane.stack.currentWidget() is not pane.code)


async def test_a_tree_loads_what_is_opened_and_copies_exactly(pane: BodyPane) -> None:
    await pane.show_body(Body(b'{"a":{"b":1.0,"b":1e400},"list":[1,2]}'), "application/json", "")
    await choose(pane, View.TREE)
    tree, model = pane.tree, pane.tree.model()
    root = model.index(0, 0)
    assert [model.index(row, 0, root).data() for row in range(model.rowCount(root))] == ["a", "list"]
    inner = model.index(0, 0, root)
    assert (model.rowCount(inner), model.canFetchMore(inner)) == (0, True)
    tree.expand(inner)
    await until(lambda: model.rowCount(inner) == 2)
    assert [model.index(row, 1, inner).data() for row in (0, 1)] == ["1.0", "1e400"]
    tree.setCurrentIndex(inner)
    tree.copy_value()
    assert QGuiApplication.clipboard().text() == '{\n  "b": 1.0,\n  "b": 1e400\n}'


async def test_csv_is_a_table_with_its_heading(pane: BodyPane) -> None:
    await pane.show_body(Body(b"name,count\r\nx,1\r\ny\r\n"), "text/csv", "")
    model = pane.rows.model()
    assert pane.stack.currentWidget() is pane.rows
    assert (model.rowCount(), model.columnCount()) == (2, 2)
    assert [model.headerData(each, pane.rows.horizontalHeader().orientation()) for each in (0, 1)] == [
        "name",
        "count",
    ]
    assert [model.index(1, each).data() for each in (0, 1)] == ["y", ""]


async def test_a_large_body_ends_readable_and_whole(pane: BodyPane) -> None:
    items = b",".join(b'{"n":%d.0}' % each for each in range(FIRST_LOOK_BYTES // 8))
    await pane.show_body(Body(b"[" + items + b"]"), "application/json", "")
    assert pane.problem.text() == ""
    assert pane.views.currentText() == View.PRETTY.value
    assert pane.code.lines.count == 2 + 3 * (FIRST_LOOK_BYTES // 8)


async def test_protobuf_can_be_chosen_for_any_binary(pane: BodyPane) -> None:
    await pane.show_body(Body(b"\x08\x96\x01\x12\x01\x00"), "application/octet-stream", "")
    assert pane.views.currentText() == View.HEX.value
    pane.views.setCurrentText(View.PROTOBUF.value)
    pane.views.activated.emit(pane.views.currentIndex())
    await until(lambda: pane.code.lines.text(0) == "1: 150")
