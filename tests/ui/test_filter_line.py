"""The filter line: what it offers, what it takes, and the word at fault."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from ui.conftest import until

from workbench.model.query import CaptureQuery
from workbench.ui.captures.filter_line import FilterLine
from workbench.ui.captures.filter_words import offers_at
from workbench.ui.main_window import MainWindow
from workbench.ui.theme import Appearance

NOW_US = 1_764_000_000_000_000


@pytest.fixture
def line(qtbot: QtBot) -> FilterLine:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    made = FilterLine(Appearance(application), lambda: NOW_US)
    made.known = {"provider": ["stripe", "shopify"], "event": ["invoice.paid"]}
    qtbot.addWidget(made)
    made.resize(600, 32)
    made.show()
    return made


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("prov", "provider:"),
        ("-prov", "-provider:"),
        ("provider:sh", "provider:shopify"),
        ("provider:stripe,sh", "provider:stripe,shopify"),
        ("a method:P", "method:POST"),
        ("signature:in", "signature:invalid"),
        ("ip", "source:"),
    ],
)
def test_word_at_the_cursor_is_completed(text: str, first: str) -> None:
    known = {"provider": ["stripe", "shopify"]}
    assert offers_at(text, len(text), known).all[0].text == first


def test_tab_takes_a_field_then_a_value(line: FilterLine, qtbot: QtBot) -> None:
    qtbot.keyClicks(line, "prov")
    assert line.offers.isVisible()
    qtbot.keyClick(line, Qt.Key.Key_Tab)
    assert line.text() == "provider:"
    assert line.offers.count() == 2
    qtbot.keyClick(line, Qt.Key.Key_Down)
    with qtbot.waitSignal(line.query_changed) as said:
        qtbot.keyClick(line, Qt.Key.Key_Tab)
    assert line.text() == "provider:stripe "
    assert said.args == [CaptureQuery.parse("provider:stripe", NOW_US)]


def test_return_applies_what_was_typed_unless_a_completion_is_chosen(line: FilterLine, qtbot: QtBot) -> None:
    qtbot.keyClicks(line, "status:>=400")
    with qtbot.waitSignal(line.query_changed) as said:
        qtbot.keyClick(line, Qt.Key.Key_Return)
    assert said.args == [CaptureQuery.parse("status:>=400", NOW_US)]


def test_wrong_word_is_said_and_the_last_good_filter_stays(line: FilterLine, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(line.query_changed, wait=300):
        qtbot.keyClicks(line, "colour:red")
    assert "no field colour" in line.problem
    assert line.accessibleDescription() == line.problem
    line.grab()  # The underline is painted without a fault.
    with qtbot.waitSignal(line.query_changed):
        qtbot.keyClick(line, Qt.Key.Key_Escape)
        qtbot.keyClick(line, Qt.Key.Key_Escape)
    assert (line.text(), line.problem) == ("", "")


async def test_a_wrong_word_is_explained_in_sight_under_the_line(window: MainWindow) -> None:
    panel = window.captures
    panel.filter.setText("status:>=abc")
    await until(lambda: panel.problem.isVisible())
    assert panel.problem.text() == "'>=abc' is no value for status:. Write it like status:>=400."
    line, words = panel.filter, panel.problem
    assert words.mapToGlobal(words.rect().topLeft()).y() >= line.mapToGlobal(line.rect().bottomLeft()).y()
    panel.filter.setText("status:>=400")
    await until(lambda: not panel.problem.isVisible())
