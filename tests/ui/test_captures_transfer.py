"""Captures exported and imported in the window: asked, shown, cancelled, told."""

import asyncio
import json
from pathlib import Path

from PySide6.QtWidgets import QDialog, QFileDialog, QLineEdit
from ui.conftest import until

from workbench.model.progress import Progress
from workbench.ui.captures.export_dialog import CaptureExportDialog
from workbench.ui.captures.transfer_dialog import TransferDialog
from workbench.ui.main_window import MainWindow
from workbench.ui.words import count_words


async def post(window: MainWindow, path: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", window.listener.port)
    writer.write(b"POST %s HTTP/1.1\r\nHost: a\r\nCookie: s3cr3t\r\nContent-Length: 2\r\n\r\n{}" % path.encode())
    await reader.readuntil(b"\r\n\r\n")
    writer.close()


async def opened(window: MainWindow, kind: type[QDialog]) -> QDialog:
    def shown() -> list[QDialog]:
        return [each for each in window.findChildren(kind) if each.isVisible()]

    await until(shown)
    return shown()[0]


async def test_what_matches_the_filter_is_exported_and_comes_back(window: MainWindow, tmp_path: Path) -> None:
    for path in ("/one", "/two", "/one"):
        await post(window, path)
    await until(lambda: window.captures.model.rowCount() == 3)
    window.captures.filter.setText("path:/one")
    await until(lambda: window.captures.model.rowCount() == 2)
    window.commands["export_captures"].trigger()
    dialog = await opened(window, CaptureExportDialog)
    assert isinstance(dialog, CaptureExportDialog)
    dialog.choose("matching", "ndjson")
    dialog.accept()
    await save_as(window, tmp_path / "out.ndjson")
    await until(lambda: "2 written to" in window.notices.text)
    assert "Hidden in 2 captures: cookie (2)." in window.notices.text
    lines = [json.loads(line) for line in (tmp_path / "out.ndjson").read_bytes().splitlines()]
    assert [line["number"] for line in lines] == [1, 3]
    window.commands["import_captures"].trigger()
    await save_as(window, tmp_path / "out.ndjson")
    await until(lambda: "2 captures imported: #4 to #5." in window.notices.text)
    await until(lambda: window.captures.model.rowCount() == 4)


async def save_as(window: MainWindow, file: Path) -> None:
    files = await opened(window, QFileDialog)
    assert isinstance(files, QFileDialog)
    line = files.findChild(QLineEdit, "fileNameEdit")
    assert line is not None
    line.setText(str(file))
    files.accept()


async def test_a_file_that_is_not_sound_is_an_error_that_says_where(window: MainWindow, tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(b'{"format": 1}\n')
    window.commands["import_captures"].trigger()
    await save_as(window, tmp_path / "in")
    await until(lambda: "Line 1: Object missing required field" in window.notices.text)


async def test_the_dialog_shows_how_far_it_is_and_cancels(window: MainWindow) -> None:
    progress = Progress()
    dialog = TransferDialog("Export captures", progress, window)
    assert dialog.bar.maximum() == 0
    progress.begin("exported", 4000)
    progress.advance(1000)
    await until(lambda: dialog.words.text() == f"{count_words(1000)} of {count_words(4000)} exported")
    assert dialog.bar.value() == dialog.bar.maximum() // 4
    dialog.cancel.click()
    assert progress.cancelled
    assert dialog.words.text() == "Stopping…"
    dialog.deleteLater()
