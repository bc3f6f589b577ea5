"""Everything can be reached by keys and is read out: every widget of the window and of every dialog has a name."""

import asyncio
from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QComboBox,
    QDialog,
    QHeaderView,
    QLineEdit,
    QMenu,
    QScrollArea,
    QScrollBar,
    QTabBar,
    QToolButton,
    QWidget,
)
from test_window import captured
from ui.conftest import a_window, until

from workbench.storage.collections import create_collection
from workbench.storage.paths import Paths
from workbench.ui.commands import COMMANDS
from workbench.ui.main_window import MainWindow
from workbench.ui.theme import Appearance

USED = (QAbstractButton, QLineEdit, QComboBox, QAbstractSpinBox, QAbstractScrollArea, QTabBar)
"""What a person uses; labels and frames are read by way of these."""

DIALOGS = (
    "about",
    "change_port",
    "crash_reports",
    "edit_endpoint",
    "import",
    "listen_https",
    "log",
    "new_endpoint",
    "new_sample",
    "palette",
    "preferences",
    "replay_to",
    "shortcuts",
)
REQUEST_DIALOGS = (
    "code",
    "insert_value",
    "preview",
    "save_as",
    "edit_environments",
    "edit_defaults",
    "export",
    "run_folder",
)


def used_widgets(root: QWidget) -> Iterator[QWidget]:
    """Yield what can be used now; parts that Qt makes inside of others belong to those."""
    for widget in root.findChildren(QWidget):
        if not isinstance(widget, USED) or not widget.isVisible() or widget.window() is not root.window():
            continue
        inner = widget.objectName().startswith("qt_") or isinstance(widget, QHeaderView | QScrollBar | QScrollArea)
        parent = widget.parent()
        if inner or isinstance(parent, QComboBox | QAbstractSpinBox | QTabBar | QHeaderView):
            continue
        if (
            isinstance(parent, QLineEdit)
            or isinstance(widget, QMenu)
            or type(widget).__name__ == "QLineEditIconButton"
        ):
            continue
        if isinstance(widget, QAbstractButton) and isinstance(parent, QAbstractItemView):
            continue  # The corner of a table.
        yield widget


def faults(root: QWidget) -> list[str]:
    """Say of each widget what a person without eyes or without a mouse would miss."""
    found: list[str] = []
    for widget in used_widgets(root):
        interface = QAccessible.queryAccessibleInterface(widget)
        name = interface.text(QAccessible.Text.Name) if interface is not None else ""
        what = f"{type(widget).__name__} {widget.objectName()!r} {name!r} in {type(widget.parent()).__name__}"
        if not name.strip() and not isinstance(widget, QTabBar):
            found.append(f"no name: {what}")
        if isinstance(widget, QAbstractButton) and not widget.text() and not widget.toolTip():
            found.append(f"no tooltip: {what}")
        if interface is not None and interface.role() == QAccessible.Role.NoRole:
            found.append(f"no role: {what}")
        shortcut = isinstance(widget, QToolButton) and widget.defaultAction() is not None
        by_line = root.windowType() is Qt.WindowType.Popup  # The line's arrow keys move in the list below it.
        close = isinstance(widget, QToolButton) and "Ctrl+W" in widget.toolTip()
        if not widget.focusPolicy() & Qt.FocusPolicy.TabFocus and not shortcut and not close and not by_line:
            found.append(f"not reached by Tab: {what}")
    return found


def test_every_command_has_a_name_keys_and_a_tip_and_no_two_share_keys() -> None:
    keys = [part for command in COMMANDS for part in command.shortcut.split("; ")]
    assert sorted({key for key in keys if keys.count(key) > 1}) == []
    assert [command.id for command in COMMANDS if not (command.text and command.tip and command.shortcut)] == []


async def test_everything_in_the_window_has_a_name(window: MainWindow) -> None:
    assert faults(window) == []
    await captured(window, 2)
    window.captures.choose(1)
    await until(lambda: window.captures.detail.headers.rowCount() > 0)
    detail = window.captures.detail
    for position in range(detail.count()):
        detail.setCurrentIndex(position)
        await asyncio.sleep(0)
        assert faults(window) == [], detail.tabText(position)
    window.commands["new_request"].trigger()
    await until(lambda: window.tabs.count() == 2)
    sections = window.tabs.currentWidget().sections
    for position in range(sections.count()):
        sections.setCurrentIndex(position)
        await asyncio.sleep(0)
        assert faults(window) == [], sections.tabText(position)


async def check_dialogs(window: MainWindow, names: tuple[str, ...]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in names:
        window.commands[name].trigger()
        try:
            await until(lambda: opened(window), 5)
        except AssertionError:
            found[name] = [f"does not open: {window.notices.text}"]
            continue
        dialog = opened(window)[0]
        found[name] = faults(dialog)
        title = dialog.windowTitle() or dialog.accessibleName()
        if not title:
            found[name].append("no title")
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        await until(lambda: not opened(window))
    return {name: wrong for name, wrong in found.items() if wrong}


def opened(window: MainWindow) -> list[QDialog]:
    return [each for each in window.findChildren(QDialog) if each.isVisible()]


async def test_everything_in_every_dialog_has_a_name_and_escape_closes_it(window: MainWindow) -> None:
    await captured(window)
    window.captures.choose(1)
    await until(lambda: window.captures.detail.headers.rowCount() > 0)
    assert await check_dialogs(window, DIALOGS) == {}


async def test_everything_in_the_dialogs_of_requests_has_a_name(paths: Paths, appearance: Appearance) -> None:
    create_collection(paths.workspace / "shop", "Shop")
    async for window in a_window(paths, appearance):
        await until(lambda window=window: window.sidebar.collections.trees)
        window.commands["new_request"].trigger()
        await until(lambda window=window: window.tabs.count() == 2)
        window.tabs.currentWidget().url.setText("http://localhost:1/")
        assert await check_dialogs(window, REQUEST_DIALOGS) == {}


async def test_the_window_is_gone_through_with_keys(window: MainWindow) -> None:
    await captured(window)
    window.captures.choose(1)
    window.activateWindow()
    window.captures.filter.setFocus()
    went = []
    for _ in range(4):
        window.commands["next_pane"].trigger()
        focused = window.focusWidget()
        went.append(
            next(
                name
                for name, pane in {
                    "sidebar": window.sidebar,
                    "filter": window.captures.filter,
                    "table": window.captures.table,
                    "detail": window.captures.detail,
                }.items()
                if pane is focused or pane.isAncestorOf(focused)
            )
        )
    assert went == ["table", "detail", "sidebar", "filter"]
    window.commands["previous_pane"].trigger()
    assert window.sidebar.isAncestorOf(window.focusWidget())
    # And Tab goes round all of it.
    window.sidebar.search.setFocus()
    seen: list[QWidget] = []
    while window.focusWidget() not in seen and len(seen) < 80:
        seen.append(window.focusWidget())
        window.focusNextChild()
    wanted = [window.sidebar.search, window.sidebar.tree, window.captures.filter, window.captures.table]
    assert [each.accessibleName() for each in wanted if each not in seen] == []
    assert any(window.captures.detail.isAncestorOf(each) for each in seen)
