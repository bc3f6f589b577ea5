"""Keys that a person chose: kept, in force at once, and never shared by two commands."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget

from workbench.ui.commands import COMMANDS
from workbench.ui.desktop.shortcuts_dialog import ShortcutsDialog
from workbench.ui.shortcuts import assign, portable
from workbench.ui.theme import Appearance


def keys_of(chosen: dict[str, str], name: str) -> str:
    return portable(assign(COMMANDS, chosen)[0][name])


def test_a_choice_wins_over_what_the_program_would_give() -> None:
    chosen = {"palette": "Ctrl+P"}
    assert keys_of(chosen, "palette") == "Ctrl+P"
    assert keys_of(chosen, "find_request") == ""
    assert assign(COMMANDS, chosen)[1] == []


def test_of_two_choices_the_first_in_the_menus_has_the_keys_and_the_other_is_told() -> None:
    assigned, problems = assign(COMMANDS, {"palette": "F9", "new_request": "F9"})
    assert (portable(assigned["new_request"]), portable(assigned["palette"])) == ("F9", "")
    assert problems == ["Shortcuts: F9 belongs to New request, so Command palette has it not."]


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"fly": "F9"}, "there is no command fly"),
        ({"send": "Ctrl+Nonsense"}, "'Ctrl+Nonsense' of Send are no keys"),
    ],
)
def test_what_cannot_be_is_said(chosen: dict[str, str], said: str) -> None:
    (problem,) = assign(COMMANDS, chosen)[1]
    assert said in problem


def test_no_keys_and_several_keys() -> None:
    assert keys_of({"send": ""}, "send") == ""
    assert keys_of({"send": "F9; Ctrl+Return"}, "send") == "F9; Ctrl+Return"


@pytest.fixture
def dialog(appearance: Appearance) -> Iterator[ShortcutsDialog]:
    parent = QWidget()
    yield ShortcutsDialog({}, parent)
    parent.deleteLater()


def choose(dialog: ShortcutsDialog, text: str) -> None:
    (item,) = dialog.tree.findItems(text, Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive)
    dialog.tree.setCurrentItem(item)


def test_taken_keys_are_said_by_name_before_they_are_taken(dialog: ShortcutsDialog) -> None:
    told: list[dict[str, str]] = []
    dialog.chosen.connect(told.append)
    choose(dialog, "Send")
    dialog.keys.setKeySequence(QKeySequence("Ctrl+K"))
    assert "belongs to “Command palette”" in dialog.words.text()
    assert dialog.assign.text() == "Take it"
    dialog.assign.click()
    assert told == [{"palette": "", "send": "Ctrl+K"}]
    choose(dialog, "Command palette")
    dialog.usual.click()
    # Its usual keys are Send's now: who chose keeps them.
    assert told[-1] == {"send": "Ctrl+K"}
    choose(dialog, "Send")
    dialog.usual.click()
    assert told[-1] == {}


def test_the_sheet_is_searched_by_words_and_by_keys(dialog: ShortcutsDialog) -> None:
    def shown() -> list[str]:
        groups = [dialog.tree.topLevelItem(row) for row in range(dialog.tree.topLevelItemCount())]
        items = [group.child(row) for group in groups for row in range(group.childCount())]
        return [item.text(0) for item in items if not item.isHidden()]

    dialog.search.setText("ctrl+shift+e")
    assert shown() == ["New endpoint"]
    dialog.search.setText("curl")
    assert "Copy as curl" in shown()
    dialog.search.setText("no such thing")
    assert shown() == []
