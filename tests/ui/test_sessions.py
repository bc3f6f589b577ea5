"""The window begins where it ended; what it tells on the desktop; what is dropped on it."""

import asyncio
import os
import stat
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QMimeData, QPointF, QRect, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtWidgets import QMainWindow
from test_window import captured, opened_dialog, post
from ui.conftest import a_window, until

from workbench.storage.paths import Paths
from workbench.storage.settings import Settings, save_settings
from workbench.ui.collections.import_dialog import ImportDialog
from workbench.ui.main_window import MainWindow
from workbench.ui.theme import Appearance


async def test_filter_capture_and_tab_come_back_also_after_a_crash(paths: Paths, appearance: Appearance) -> None:
    async for window in a_window(paths, appearance):
        await captured(window, 3)
        window.captures.filter.setText("path:/github/1")
        window.captures.detail.setCurrentIndex(1)
        await until(lambda window=window: window.captures.model.rowCount() == 1)
        window.captures.choose(2)
        # Without the end of the window: as after a crash.
        await until(
            lambda paths=paths: paths.window_state.exists() and '"capture": 2' in paths.window_state.read_text()
        )
    async for window in a_window(paths, appearance):
        await until(lambda window=window: window.captures.current_number == 2)
        assert window.captures.filter.text() == "path:/github/1"
        assert window.captures.detail.currentIndex() == 1
        await asyncio.sleep(0.1)
        assert window.captures.current_number == 2


async def test_a_window_of_a_screen_that_is_gone_comes_back_into_view(paths: Paths, appearance: Appearance) -> None:
    far = QMainWindow()
    far.setGeometry(QRect(9000, 7000, 900, 600))
    geometry = bytes(far.saveGeometry().toBase64().data()).decode()
    paths.window_state.write_text(f'{{"geometry": "{geometry}"}}', encoding="utf-8")
    window = MainWindow(paths, Settings(), appearance)
    screens = [screen.availableGeometry() for screen in QGuiApplication.screens()]
    assert any(screen.intersects(window.geometry()) for screen in screens)
    assert not QByteArray.fromBase64(geometry.encode()).isEmpty()
    window.deleteLater()
    far.deleteLater()


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for the desktop's `notify-send`: writes its words to a file, a line each."""
    heard = tmp_path / "said"
    program = tmp_path / "bin" / "notify-send"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nfor word in "$@"; do echo "$word" >> {heard}; done\n', encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    return heard


async def test_only_what_is_asked_for_is_told_and_nothing_of_its_content(
    paths: Paths, appearance: Appearance, said: Path
) -> None:
    save_settings(paths.settings, {})
    async for window in a_window(paths, appearance):
        other = QMainWindow()
        other.show()
        other.activateWindow()
        await until(lambda window=window: not window.isActiveWindow())
        await captured(window, 2)
        window.change_settings(notify_endpoints=("*",))
        await asyncio.sleep(0.1)
        await post(window.listener.port, b'{"card": "4242"}')
        await until(said.exists)
        await until(lambda: "#3" in said.read_text())
        # Quiet before the rule, and a killed listener is always told.
        assert said.read_text().splitlines()[-2:] == ["Caught for catch-all", "#3"]
        os.kill(window.listener.process_id, 9)
        await until(lambda: "Webhooks are not caught now" in said.read_text())
        assert "4242" not in said.read_text()
        await until(lambda window=window: window.listener.state.name == "LISTENING")
        other.close()
        other.deleteLater()


def drop(window: MainWindow, data: QMimeData) -> None:
    event = QDropEvent(
        QPointF(50, 50),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    window.dropEvent(event)


async def test_commands_addresses_and_files_can_be_dropped(window: MainWindow, tmp_path: Path) -> None:
    text = QMimeData()
    text.setText("curl -X PUT http://localhost:1/things -H 'X-A: 1' -d 'hello'")
    drop(window, text)
    await until(lambda: window.tabs.count() == 2)
    panel = window.tabs.currentWidget()
    await until(lambda: panel.draft.request.method == "PUT")
    assert panel.draft.request.url == "http://localhost:1/things"
    text = QMimeData()
    text.setText(" https://example.test/hook \n")
    drop(window, text)
    assert window.tabs.currentWidget().draft.request.url == "https://example.test/hook"
    text = QMimeData()
    text.setText("Dear Ada")
    drop(window, text)
    assert "neither a command" in window.notices.text
    assert window.tabs.count() == 3
    file = tmp_path / "shop.http"
    file.write_text("GET http://localhost:1/a\n", encoding="utf-8")
    files = QMimeData()
    files.setUrls([QUrl.fromLocalFile(str(file))])
    drop(window, files)
    dialog = await opened_dialog(window)
    assert isinstance(dialog, ImportDialog)
    await until(lambda: dialog.imported is not None)
    dialog.reject()
