"""The composer's editor: what it shows, and that it never is the source of bytes nobody edited."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from workbench.model.collection import BodyKind, ComposedBody
from workbench.model.message import Body
from workbench.ui.composer.body_editor import BodyEditor
from workbench.ui.theme import Appearance


@pytest.fixture
def editor(appearance: Appearance, qapp: QApplication) -> BodyEditor:
    made = BodyEditor(appearance)
    made.resize(400, 300)
    made.show()
    return made


def colours_of(editor: BodyEditor, row: int) -> list[tuple[str, str]]:
    """Return the coloured words of a row with their colours."""
    block = editor.text.document().findBlockByNumber(row)
    units = block.text().encode("utf-16-le")
    return [
        (
            units[2 * each.start : 2 * (each.start + each.length)].decode("utf-16-le"),
            each.format.foreground().color().name(),
        )
        for each in block.layout().formats()
    ]


async def test_json_is_coloured_as_in_the_payload_panes(editor: BodyEditor, appearance: Appearance) -> None:
    editor.set_body(ComposedBody(BodyKind.JSON, Body('{\n  "😀 name": "Zoë 🎉", "n": 1\n}'.encode())))
    words = dict(colours_of(editor, 1))
    assert {'"😀 name"', '"Zoë 🎉"', "1"} <= set(words)
    assert words['"😀 name"'] != words['"Zoë 🎉"'] != words["1"]
    light = words
    appearance.choose("dark")
    assert set(dict(colours_of(editor, 1)).values()).isdisjoint(light.values())
    appearance.choose("light")


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (BodyKind.JSON, b'{"a":1}\r\n{"b":2}\n'),
        (BodyKind.JSON, '{"nbsp":"\u00a0","bom":"\ufeff"}\r\n'.encode()),
        (BodyKind.XML, "<a>\u2028</a>".encode()),
        (BodyKind.TEXT, b"\xff\xfe"),
        (BodyKind.BYTES, b"{}"),
    ],
)
async def test_a_change_of_colours_is_no_edit(
    editor: BodyEditor, appearance: Appearance, kind: BodyKind, content: bytes
) -> None:
    edits: list[bool] = []
    editor.set_body(ComposedBody(BodyKind.JSON, Body(b'{"what":"stood here before"}')))
    editor.set_body(ComposedBody(kind, Body(content)))
    editor.edited.connect(lambda: edits.append(True))
    appearance.choose("dark")
    appearance.choose("light")
    QApplication.sendPostedEvents()
    assert editor.body == ComposedBody(kind, Body(content))
    assert edits == []


async def test_typing_is_an_edit_and_line_ends_stay(editor: BodyEditor) -> None:
    editor.set_body(ComposedBody(BodyKind.JSON, Body(b'{"a":\r\n1}\r\n')))
    QTest.keyClicks(editor.text, " ")
    assert editor.body.content.read() == b' {"a":\r\n1}\r\n'
    QTest.keyClick(editor.text, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert editor.body.content.read() == b'{"a":\r\n1}\r\n'
