"""A bug in a slot, a task, a thread or the interpreter: the program goes on, and a report stays on this machine."""

import faulthandler
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPlainTextEdit, QPushButton
from ui.conftest import a_window, until

from workbench.storage.crash_reports import CrashFolder
from workbench.storage.paths import Paths
from workbench.ui.crash_reporting import CrashReporting
from workbench.ui.desktop.crash_dialog import CrashDialog
from workbench.ui.theme import Appearance

SECRET = "whsec_5up3r-s3cret"
SCRIPT = f"""
import asyncio, ctypes, logging, sys, threading
from PySide6.QtCore import QTimer, qWarning
from workbench.ui.app import main

def fail(how):
    raise ValueError("{SECRET} in a " + how)

async def fail_later():
    fail("task")

def watch(application, window):
    def hurt():
        QTimer.singleShot(0, lambda: fail("slot"))
        QTimer.singleShot(0, lambda: fail("slot again"))
        threading.Thread(target=fail, args=("thread",)).start()
        asyncio.get_event_loop().create_task(fail_later())
        qWarning('Qt says "{SECRET}"')
        try:
            fail("logged")
        except ValueError:
            logging.getLogger("some.library").exception("a library failed")
        QTimer.singleShot(400, end)
    def end():
        ctypes.string_at(0)
    window.furnished.connect(lambda: QTimer.singleShot(300, hurt))

sys.exit(main(sys.argv[1:2], watch, port=0))
"""


def run(paths: Paths) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", SCRIPT, f"--home={paths.data}"]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def start_again(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    """Do what the program does first; the hooks of the tests are put back."""
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    CrashReporting(paths).close()
    monkeypatch.undo()
    faulthandler.enable(sys.__stderr__)  # The tests had it on, too.


async def test_reports_stay_here_hold_no_secret_and_are_shown_at_the_next_start(
    paths: Paths, appearance: Appearance, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = run(paths)
    assert done.returncode < 0
    folder = CrashFolder(paths.crashes)
    # Once for each kind: slot and its like come from the same line, so they are one.
    assert len(folder.unseen()) == 1
    start_again(paths, monkeypatch)
    texts = [file.read_text(encoding="utf-8") for file in folder.all()]
    assert any("The program ended by itself" in text and "Segmentation fault" in text for text in texts)
    assert any("ValueError" in text for text in texts)
    kept = [file for file in paths.data.rglob("*") if file.is_file()]
    assert [file for file in kept if SECRET.encode() in file.read_bytes()] == []
    assert SECRET not in done.stderr + done.stdout
    assert "a library failed" in paths.log.read_text(encoding="utf-8")
    async for window in a_window(paths, appearance):
        await until(lambda window=window: "last session" in window.notices.text)
        next(each for each in window.notices.findChildren(QPushButton) if each.text() == "Show report").click()
        dialog = window.findChild(CrashDialog)
        assert isinstance(dialog, CrashDialog)
        text = dialog.findChild(QPlainTextEdit)
        assert isinstance(text, QPlainTextEdit)
        assert text.toPlainText() in texts
        assert folder.unseen() == []
        dialog.close()
