"""A multipart body in the body pane: each part with its headers, a view of its own, and its bytes to be saved."""

import pytest
from ui.conftest import until

from workbench.formats.body import View
from workbench.model.message import Body
from workbench.ui.body_pane import BodyPane
from workbench.ui.theme import Appearance

PARTS = (
    b'--X\r\nContent-Disposition: form-data; name="meta"\r\nContent-Type: application/json\r\n\r\n[1.0]\r\n'
    b'--X\r\nContent-Disposition: form-data; name="rows"; filename="r.csv"\r\nContent-Type: text/csv\r\n\r\n'
    b"a\r\n1\r\n--X\r\nContent-Type: multipart/mixed; boundary=Y\r\n\r\n--Y\r\n\r\ninner\r\n--Y--\r\n--X--"
)


@pytest.fixture
def pane(qtbot, appearance: Appearance) -> BodyPane:
    made = BodyPane(appearance)
    qtbot.addWidget(made)
    made.show()
    return made


async def test_each_part_has_headers_a_view_of_its_own_and_is_saved_alone(pane: BodyPane) -> None:
    await pane.show_body(Body(PARTS), "multipart/form-data; boundary=X", "")
    await until(lambda: pane.parts.body.views.currentText() == View.PRETTY.value)
    pane.parts.list.setCurrentCell(1, 0)
    await until(lambda: pane.parts.body.views.currentText() == View.TABLE.value)
    assert [field.value for field in pane.parts.headers.fields()][1] == "text/csv"
    saved: list[Body] = []
    pane.save_wanted.connect(saved.append)
    pane.parts.body.save_wanted.emit(pane.parts.body._body)
    assert [each.read() for each in saved] == [b"a\r\n1"]


async def test_parts_within_a_part_are_shown_as_parts(pane: BodyPane) -> None:
    await pane.show_body(Body(PARTS), "multipart/form-data; boundary=X", "")
    pane.parts.list.setCurrentCell(2, 0)
    await until(lambda: pane.parts.body.views.currentText() == View.PARTS.value)
    await until(lambda: pane.parts.body.parts.body.code.lines.count == 1)
    assert pane.parts.body.parts.body.code.lines.text(0) == "inner"


async def test_find_searches_the_text_and_not_what_was_shown_before(pane: BodyPane) -> None:
    await pane.show_body(Body(b"old"), "text/plain", "")
    await pane.show_body(Body(PARTS), "multipart/form-data; boundary=X", "")
    pane._find()
    await until(lambda: not pane.find_bar.isHidden())
    assert pane.stack.currentWidget() is pane.code
    assert bytes(pane.code.lines.content) == PARTS
