"""The palette: what is typed finds what is meant, and Return goes there."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from test_window import captured
from ui.conftest import a_window, until

from workbench.model.collection import SavedRequest
from workbench.storage.collections import create_collection, save_request
from workbench.storage.paths import Paths
from workbench.ui.desktop.palette import CommandPalette
from workbench.ui.desktop.palette_ranking import best
from workbench.ui.desktop.preferences_dialog import PreferencesDialog
from workbench.ui.main_window import MainWindow
from workbench.ui.theme import Appearance

NAMES = ("New request", "New folder…", "Rename", "Find a request", "Preview request", "Replay")


def ranked(typed: str, more: dict[str, str] | None = None) -> list[str]:
    return best(typed, [(name, (more or {}).get(name, ""), name) for name in NAMES], 10)


def test_beginnings_of_names_come_first_then_of_words_then_letters_in_order() -> None:
    assert ranked("re")[:2] == ["Rename", "Replay"]
    assert ranked("request") == ["New request", "Find a request", "Preview request"]
    assert ranked("req new") == ["New request"]
    assert ranked("nwr") == ["New request", "New folder…"]
    assert ranked("") == list(NAMES)
    assert ranked("xyz") == []


def test_further_words_count_less_than_names() -> None:
    assert ranked("rename", {"Replay": "rename"}) == ["Rename", "Replay"]


def open_palette(window: MainWindow, typed: str) -> CommandPalette:
    window.commands["palette"].trigger()
    palette = [each for each in window.findChildren(CommandPalette) if each.isVisible()][-1]
    palette.line.setText(typed)
    return palette


def first(palette: CommandPalette) -> str:
    item = palette.list.item(0)
    return "" if item is None else item.text()


async def test_it_goes_to_captures_requests_endpoints_filters_and_preferences(
    paths: Paths, appearance: Appearance
) -> None:
    create_collection(paths.workspace / "shop", "Shop")
    save_request(paths.workspace / "shop" / "refund.yml", SavedRequest(name="Refund order", url="http://localhost/r"))
    async for window in a_window(paths, appearance):
        await captured(window, 3)
        await until(lambda window=window: window.sidebar.collections.trees)
        palette = open_palette(window, "#2")
        assert first(palette) == "Go to capture #2"
        QTest.keyClick(palette.line, Qt.Key.Key_Return)
        await until(lambda window=window: window.captures.current_number == 2)
        palette = open_palette(window, "refund")
        assert first(palette) == "GET Refund order"
        QTest.keyClick(palette.line, Qt.Key.Key_Return)
        await until(lambda window=window: window.tabs.count() == 2)
        palette = open_palette(window, "path:/github/1")
        QTest.keyClick(palette.line, Qt.Key.Key_Return)
        await until(lambda window=window: window.captures.model.rowCount() == 1)
        palette = open_palette(window, "edit catch-all")
        assert first(palette) == "Edit endpoint catch-all"
        palette.line.setText("text size")
        assert "Text size" in [palette.list.item(row).text() for row in range(palette.list.count())]
        palette.line.setText("font payloads")
        QTest.keyClick(palette.line, Qt.Key.Key_Return)
        await until(lambda window=window: window.findChildren(PreferencesDialog))
        (dialog,) = window.findChildren(PreferencesDialog)
        assert [name for name, row in dialog.rows.items() if row.isVisible()] == ["code_font"]
        dialog.close()
        palette = open_palette(window, "no such thing at all")
        assert palette.nothing.isVisible()
        palette.close()
