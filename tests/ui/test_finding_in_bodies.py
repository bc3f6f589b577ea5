"""Find in a body: words and regular expressions, counted and come to, within windows and across their edges."""

import re

import pytest
from PySide6.QtWidgets import QLabel, QLineEdit, QToolButton
from ui.conftest import until

from workbench.model.errors import UsageError
from workbench.ui.widgets.code_view import CodeView
from workbench.ui.widgets.find_bar import FindBar
from workbench.ui.widgets.lines import TextLines
from workbench.ui.widgets.searching import PatternSearch, Search

ROWS = "".join(f'{{"id": "evt_{n:05}", "né": {n}}}\n' for n in range(3000))


def found_by(search: Search, content: bytes) -> list[bytes]:
    while not search.done:
        search.advance()
    return [content[start : search.end_of(start)] for start in search.starts]


@pytest.mark.parametrize("pattern", [r"evt_\d+", r"^.*$", r'"né": 1\d\b', "EVT_000[0-4]", r"(?<=né\": )\d+", "é"])
@pytest.mark.parametrize("shift", ["", "x", "éx"])
def test_pattern_finds_what_python_finds_in_the_whole_text(pattern: str, shift: str) -> None:
    text = shift + ROWS
    wanted = [found[0].encode() for found in re.finditer(pattern, text, re.MULTILINE | re.IGNORECASE) if found[0]]
    content = text.encode()
    assert found_by(PatternSearch(content, pattern, case_sensitive=False), content) == wanted


def test_pattern_minds_case_where_it_should() -> None:
    content = b"Evt evt EVT"
    assert found_by(PatternSearch(content, "evt", case_sensitive=True), content) == [b"evt"]


def test_pattern_in_broken_characters_and_on_one_long_line() -> None:
    content = b"\xff\xfe" * 5000 + b"needle" + b"\x80" * 9000 + b"needle"
    assert found_by(PatternSearch(content, "need.e", case_sensitive=True), content) == [b"needle"] * 2


@pytest.mark.parametrize("pattern", ["(", "(a+)+b", "a{99999999999}"])
def test_pattern_that_is_none_or_endless_is_refused(pattern: str) -> None:
    with pytest.raises(UsageError):
        PatternSearch(b"a" * 100, pattern, case_sensitive=True)


async def test_find_bar_counts_goes_on_and_back(qtbot) -> None:
    view = CodeView()
    bar = FindBar(view)
    qtbot.addWidget(view)
    qtbot.addWidget(bar)
    content = ROWS.encode() * 30  # More than is searched at once.
    view.set_content(TextLines(content), "json")
    bar.open()
    words, count = bar.findChild(QLineEdit), bar.findChild(QLabel)
    pattern = next(each for each in bar.findChildren(QToolButton) if each.text() == ".*")
    words.setText("evt_0000[12]")
    assert count.text() in ("no match", "searching…")
    await until(lambda: count.text() == "no match")
    pattern.setChecked(True)
    await until(lambda: count.text() == "1 of 60")
    assert view.selected_bytes() == b"evt_00001"
    bar.find_next()
    assert (count.text(), view.selected_bytes()) == ("2 of 60", b"evt_00002")
    bar.find_previous()
    bar.find_previous()
    assert (count.text(), view.selection[0] > len(content) * 0.9) == ("60 of 60", True)
    words.setText("(")
    assert count.text() == "no pattern"
    assert "no regular expression" in count.toolTip()
    bar.close_bar()
