"""The tabs of a request, driven as a person drives them; what is in them is what the request becomes."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTabBar,
    QTableView,
    QWidget,
)
from pytestqt.qtbot import QtBot
from ui.conftest import until

from workbench.model.authentication import AUTH_FIELDS, Auth, AuthKind
from workbench.model.checks import Assertion, Taking
from workbench.model.collection import BodyKind, ComposedBody, Field, Part, SavedRequest
from workbench.model.examples import Example
from workbench.model.message import Body
from workbench.model.send_settings import SendSettings
from workbench.model.signature import SigningChoice, SignMode
from workbench.model.variables import Scope, ScopeKind, Scopes, Variable
from workbench.ui.composer.draft import Draft
from workbench.ui.composer.panel import ComposerPanel
from workbench.ui.composer.sections import Sections
from workbench.ui.jobs import Jobs
from workbench.ui.theme import Appearance
from workbench.ui.variable_words import VariableWords

FULL = SavedRequest(
    name="Full",
    method="PUT",
    url="https://{{host}}/v1/:id?a=1&a=2",
    headers=(Field("A", "1"), Field("A", "2", enabled=False)),
    disabled_params=(Field("off", "x", enabled=False),),
    body=ComposedBody(BodyKind.JSON, Body(b'{"n":1.0}\r\n'), literal=True),
    path_params=(Field("id", "{{id}}"),),
    auth=Auth(AuthKind.OAUTH2, (("flow", "password"), ("username", "me"), ("future", "kept"))),
    settings=SendSettings(timeout_s=0.5, verify=False, proxy="none", response_limit_bytes=1024 * 1024),
    variables=(Variable("host", "a.test"), Variable("old", "", enabled=False)),
    assertions=(Assertion("status", "eq", "200"), Assertion("body", "fromTheFuture", "x", enabled=False)),
    takings=(Taking("token", "$.t", "collection"),),
    signing=SigningChoice("a-provider-of-tomorrow", "v9", "env:X", SignMode.STALE, "", (("webhook_id", "1"),)),
    docs="# Title\n",
    tags=("x",),
    examples=(Example("Made", 201, "Created", (("A", "1"),), '{"n": 1.0}', "json"),),
)


@pytest.fixture
def make(appearance: Appearance, qapp: QApplication) -> Iterator[Callable[[SavedRequest], ComposerPanel]]:
    made: list[ComposerPanel] = []
    owner = QWidget()

    def panel(request: SavedRequest) -> ComposerPanel:
        made.append(ComposerPanel(Draft(request=request), appearance, Jobs(owner, lambda error: None)))
        made[-1].resize(1100, 700)
        made[-1].show()
        return made[-1]

    yield panel
    for each in made:
        each.close()
        each.deleteLater()


Make = Callable[[SavedRequest], ComposerPanel]


async def type_into(table: QTableView, row: int, position: int, text: str) -> None:
    """Type into a cell as a person does: the key opens an editor."""
    sections = table.window().findChild(Sections)
    assert sections is not None
    pages = [sections.widget(position) for position in range(sections.count())]
    sections.setCurrentWidget(next(page for page in pages if page.isAncestorOf(table) or page is table))
    table.setCurrentCell(row, position)
    QTest.keyClick(table, Qt.Key.Key_F2)
    editor = next(each for each in table.viewport().findChildren(QLineEdit) if each.isVisible())
    editor.selectAll()
    QTest.keyClicks(editor, text)
    QTest.keyClick(editor, Qt.Key.Key_Return)
    await until(lambda: not any(each.isVisible() for each in table.viewport().findChildren(QLineEdit)))


async def test_every_part_of_a_request_survives_being_shown_and_edited(make: Make) -> None:
    panel = make(FULL)
    for position in range(panel.sections.count()):
        panel.sections.setCurrentIndex(position)
    panel.sections.edited.emit()
    assert panel.draft.request == FULL
    panel.url.setText(FULL.url + "&b=3")
    panel.url.setText(FULL.url)
    assert panel.draft.request == FULL
    panel.show_request(SavedRequest())
    panel.show_request(FULL)
    panel.sections.edited.emit()
    assert panel.draft.request == FULL


async def test_tab_titles_say_what_holds_something(make: Make) -> None:
    panel = make(FULL)
    sections = panel.sections

    def titles() -> list[str]:
        shown = [position for position in range(sections.count()) if sections.isTabVisible(position)]
        return [sections.tabText(position) for position in shown]

    expected = ["Params 3", "Headers 1", "Body •", "Auth •", "Sign •", "Tests 2", "Vars 1", "Settings •", "Docs •"]
    assert titles() == [*expected, "Examples 1"]
    panel.show_request(SavedRequest())
    assert titles() == ["Params", "Headers", "Body", "Auth", "Sign", "Tests", "Vars", "Settings", "Docs"]


async def test_typing_a_header_and_taking_it_away_and_back(make: Make) -> None:
    panel = make(SavedRequest(url="http://a.test"))
    table = panel.headers
    await type_into(table, 0, 0, "X-One")
    await type_into(table, 0, 1, "1")
    await type_into(table, 1, 0, "X-Two")
    assert panel.draft.request.headers == (Field("X-One", "1"), Field("X-Two", ""))
    item = table.item(0, 0)
    assert item is not None
    item.setCheckState(Qt.CheckState.Unchecked)
    assert panel.draft.request.headers[0] == Field("X-One", "1", enabled=False)
    table.setCurrentCell(1, 0)
    QTest.keyClick(table, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert [each.name for each in panel.draft.request.headers] == ["X-Two", "X-One"]
    table.setCurrentCell(0, 0)
    QTest.keyClick(table, Qt.Key.Key_Delete)
    assert [each.name for each in panel.draft.request.headers] == ["X-One"]
    panel.undo()
    assert [each.name for each in panel.draft.request.headers] == ["X-Two", "X-One"]
    assert [each.name for each in table.fields()] == ["X-Two", "X-One"]
    panel.redo()
    assert [each.name for each in table.fields()] == ["X-One"]


async def test_headers_are_edited_as_text_and_back(make: Make) -> None:
    panel = make(replace(FULL, auth=Auth()))
    editor = panel.sections.editor("Headers")
    editor.as_text.click()
    assert editor.text.toPlainText() == "A: 1\n# A: 2\n"
    editor.text.setPlainText("A: 1\nA: 3\n# Off: x\n")
    rows = (Field("A", "1"), Field("A", "3"), Field("Off", "x", enabled=False))
    assert panel.draft.request.headers == rows
    editor.as_text.click()
    assert panel.headers.fields() == rows


async def test_copied_rows_are_pasted_as_rows(make: Make) -> None:
    panel = make(SavedRequest(url="http://a.test"))
    QGuiApplication.clipboard().setText("Accept: */*\nX: a: b\n")
    QTest.keyClick(panel.headers, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert panel.draft.request.headers == (Field("Accept", "*/*"), Field("X", "a: b"))
    panel.headers.copy_all()
    assert QGuiApplication.clipboard().text() == "Accept: */*\nX: a: b"


async def test_path_parameters_come_and_go_with_the_url(make: Make) -> None:
    panel = make(SavedRequest())
    panel.url.setText("http://a.test/users/:id")
    path = panel.sections.editor("Params").path.table
    assert [each.name for each in path.fields()] == ["id"]
    await type_into(path, 0, 1, "42")
    assert panel.draft.request.path_params == (Field("id", "42"),)
    panel.url.setText("http://a.test/users/:identity")
    panel.url.setText("http://a.test/users/:id")
    assert panel.draft.request.path_params == (Field("id", "42"),)
    name = path.item(0, 0)
    assert name is not None
    assert not name.flags() & Qt.ItemFlag.ItemIsEditable


async def test_a_form_is_a_table_and_text(make: Make) -> None:
    panel = make(SavedRequest(url="http://a.test", body=ComposedBody(BodyKind.FORM, Body(b"a=%7e&b=2"))))
    form = panel.body.form
    assert [(each.name, each.value) for each in form.fields()] == [("a", "~"), ("b", "2")]
    await type_into(form, 1, 1, "3 4")
    assert panel.draft.request.body.content.read() == b"a=%7e&b=3+4"
    panel.body.bar.as_text.click()
    assert panel.body.text.toPlainText() == "a=%7e&b=3+4"
    QTest.keyClicks(panel.body.text, "z=1&")
    assert panel.draft.request.body.content.read() == b"z=1&a=%7e&b=3+4"


async def test_a_row_of_a_form_that_is_switched_off_is_kept_and_not_sent(make: Make) -> None:
    panel = make(
        SavedRequest(method="POST", url="http://a.test/", body=ComposedBody(BodyKind.FORM, Body(b"a=%7e&b=2")))
    )
    form = panel.body.form
    item = form.item(1, 0)
    assert item is not None
    item.setCheckState(Qt.CheckState.Unchecked)
    body = panel.draft.request.body
    assert body.content.content == b"a=%7e"
    assert body.disabled_fields == (Field("b", "2", enabled=False),)
    panel.show_request(panel.draft.request)
    assert form.fields() == (Field("a", "~"), Field("b", "2", enabled=False))
    item = form.item(1, 0)
    assert item is not None
    item.setCheckState(Qt.CheckState.Checked)
    assert panel.draft.request.body == ComposedBody(BodyKind.FORM, Body(b"a=%7e&b=2"))


async def test_a_multipart_form_takes_texts_and_files(make: Make, tmp_path) -> None:
    panel = make(SavedRequest(url="http://a.test"))
    choose_kind(panel, BodyKind.MULTIPART)
    table = panel.body.multipart.table
    await type_into(table, 0, 0, "note")
    await type_into(table, 0, 2, "hello")
    wanted: list[int] = []
    panel.body.files_wanted.connect(wanted.append)
    table.setCurrentCell(1, 0)
    panel.body.multipart.choose.click()
    files = [str(tmp_path / "a.png"), str(tmp_path / "b c.png")]
    table.set_files(wanted[0], files)
    assert panel.draft.request.body.parts == (
        Part("note", "hello"),
        Part("a", is_file=True, files=tuple(files)),
    )


def choose_kind(panel: ComposerPanel, kind: BodyKind) -> None:
    panel.body.kind.setCurrentIndex(panel.body.kind.findData(kind))
    panel.body.kind.activated.emit(panel.body.kind.currentIndex())


async def test_graphql_has_a_query_and_variables_that_are_checked(make: Make) -> None:
    panel = make(SavedRequest(url="http://a.test"))
    choose_kind(panel, BodyKind.GRAPHQL)
    editor = panel.body.graphql
    QTest.keyClicks(editor.query, "query Q")
    QTest.keyClicks(editor.variables, '{"a": ')
    assert "Not valid JSON" in editor.problem.text()
    QTest.keyClicks(editor.variables, "1.0}")
    assert editor.problem.text() == ""
    body = panel.draft.request.body
    assert (body.content.read(), body.graphql_variables) == (b"query Q", '{"a": 1.0}')


async def test_no_body_and_back_keeps_what_was_there(make: Make) -> None:
    body = ComposedBody(BodyKind.JSON, Body(b'{"n": 1.00}'))
    panel = make(SavedRequest(url="http://a.test", body=body))
    choose_kind(panel, BodyKind.NONE)
    assert panel.draft.request.body.content.size == 0
    choose_kind(panel, BodyKind.JSON)
    assert panel.draft.request.body == body
    panel.body.bar.literal.click()
    assert panel.draft.request.body.literal


async def test_beautify_leaves_numbers_alone(make: Make) -> None:
    content = b'{"big":12345678901234567890.1000,"a":1e5}'
    panel = make(SavedRequest(url="http://a.test", body=ComposedBody(BodyKind.JSON, Body(content))))
    panel.body.beautify()
    assert panel.draft.request.body.content.read() == b'{\n  "big": 12345678901234567890.1000,\n  "a": 1e5\n}'


@pytest.mark.parametrize("kind", [kind for kind in AuthKind if AUTH_FIELDS[kind]])
async def test_authentication_is_a_form_of_the_models_fields(make: Make, kind: AuthKind) -> None:
    panel = make(SavedRequest(url="http://a.test"))
    editor = panel.sections.editor("Auth")
    editor.kind.setCurrentIndex(editor.kind.findData(kind))
    assert set(editor.fields) == {field.name for field in AUTH_FIELDS[kind]}
    for field in AUTH_FIELDS[kind]:
        widget = editor.fields[field.name]
        line = widget if isinstance(widget, QLineEdit) else widget.findChild(QLineEdit)
        if isinstance(widget, QComboBox):
            assert [widget.itemData(each) for each in range(widget.count())] == list(field.choices)
        else:
            assert line is not None
            line.setText(f"value of {field.name}")
            assert (line.echoMode() is QLineEdit.EchoMode.Password) == field.secret
    auth = panel.draft.request.auth
    assert auth.kind is kind
    assert all(auth.get(f.name) == f"value of {f.name}" for f in AUTH_FIELDS[kind] if not f.choices)


async def test_authentication_hides_what_has_no_meaning_and_says_what_is_inherited(make: Make) -> None:
    panel = make(SavedRequest(url="http://a.test"))
    editor = panel.sections.editor("Auth")
    editor.set_inherited(Auth(AuthKind.BEARER), "the folder Stripe")
    assert "Bearer token, from the folder Stripe" in editor._note.text()
    editor.kind.setCurrentIndex(editor.kind.findData(AuthKind.OAUTH2))
    assert not editor.fields["username"].isVisibleTo(editor)
    flow = editor.fields["flow"]
    assert isinstance(flow, QComboBox)
    flow.setCurrentIndex(flow.findData("password"))
    assert editor.fields["username"].isVisibleTo(editor)


async def test_settings_say_what_holds_otherwise_and_refuse_no_numbers(make: Make) -> None:
    panel = make(SavedRequest(url="http://a.test"))
    editor = panel.sections.editor("Settings")
    editor.set_below(SendSettings(timeout_s=5, follow_redirects=True))
    assert editor.lines["timeout_s"].placeholderText().endswith(": 5")
    assert editor.switches["follow_redirects"].itemText(0).endswith(": yes")
    editor.lines["timeout_s"].setText("soon")
    assert editor.lines["timeout_s"].property("wrong")
    assert panel.draft.request.settings.timeout_s is None
    editor.lines["timeout_s"].setText("0")
    editor.switches["verify"].setCurrentIndex(editor.switches["verify"].findData(False))
    assert panel.draft.request.settings == SendSettings(timeout_s=0, verify=False)


async def test_tests_are_written_in_words_and_kept_in_the_files_words(make: Make) -> None:
    panel = make(SavedRequest(url="http://a.test"))
    table = panel.sections.editor("Tests").assertions
    await type_into(table, 0, 0, "$.id")
    table.item(0, 1).setText("is there")
    await type_into(table, 1, 0, "status")
    await type_into(table, 1, 2, "201")
    assert panel.draft.request.assertions == (Assertion("$.id", "isDefined"), Assertion("status", "eq", "201"))


async def test_variables_are_coloured_and_completed_in_the_url(make: Make) -> None:
    panel = make(SavedRequest(url="http://a.test", variables=(Variable("own", "1"),)))
    scope = Scope(ScopeKind.ENVIRONMENT, "local", {"host": "localhost", "key": "hidden"}, frozenset({"key"}))
    panel.set_words(VariableWords(Scopes((scope,))))
    assert set(panel.variables.words.scopes.names()) == {"own", "host", "key"}
    panel.url.setFocus()
    panel.url.setText("")
    QTest.keyClicks(panel.url, "http://{{ho")
    popup = panel.url._completion._popup
    assert popup.isVisible()
    QTest.keyClick(popup, Qt.Key.Key_Return)
    assert panel.url.text() == "http://{{host}}"
    assert not panel.is_sending
    QTest.keyClicks(panel.url, "/{{k")
    shown = popup.model().index(0, 0).data()
    assert shown.startswith("key")
    assert "hidden" not in shown
    QTest.keyClick(popup, Qt.Key.Key_Escape)
    assert panel.url.text() == "http://{{host}}/{{k"


async def test_documentation_is_read_without_fetching_anything(make: Make) -> None:
    panel = make(SavedRequest(url="http://a.test", docs="# Title\n\n![x](http://127.0.0.1:1/x.png) <b>no html</b>\n"))
    editor = panel.sections.editor("Docs")
    editor.read.click()
    assert "Title" in editor.reader.toPlainText()
    assert editor.reader.loadResource(2, "file:///etc/passwd") is None
    assert panel.draft.request.docs.startswith("# Title")


async def test_everything_that_can_be_pressed_or_filled_in_has_a_name(make: Make) -> None:
    panel = make(FULL)
    for position in range(panel.sections.count()):
        panel.sections.setCurrentIndex(position)
    for kind in BodyKind:
        choose_kind(panel, kind)
    auth = panel.sections.editor("Auth")
    auth.kind.setCurrentIndex(auth.kind.findData(AuthKind.OAUTH2))
    of_qt = (QTabBar, QComboBox, QTableView)
    pressed = [each for each in panel.findChildren(QAbstractButton) if not isinstance(each.parent(), of_qt)]
    # The clear button of a line is Qt's own.
    pressed = [each for each in pressed if not isinstance(each.parent(), QLineEdit)]
    assert [each for each in pressed if not each.text() and not each.accessibleName()] == []
    assert [each.text() for each in pressed if not each.toolTip()] == []
    kinds = (QLineEdit, QComboBox, QPlainTextEdit, QTableView)
    filled = [each for each in panel.findChildren(QWidget) if isinstance(each, kinds)]
    own = [each for each in filled if not isinstance(each.parent(), (QComboBox, QTableView))]
    assert [each for each in own if not each.accessibleName()] == []


def test_a_variable_typed_just_now_can_be_made_a_secret(qtbot: QtBot) -> None:
    from workbench.ui.composer.variables_table import VariablesTable

    table = VariablesTable("Variables", None, with_secrets=True)
    qtbot.addWidget(table)
    name = table.item(0, 0)
    assert name is not None
    name.setText("token")
    tick = table.item(0, 2)
    assert tick is not None
    assert tick.data(Qt.ItemDataRole.CheckStateRole) is not None
    tick.setCheckState(Qt.CheckState.Checked)
    assert table.variables() == (Variable("token", secret=True),)
