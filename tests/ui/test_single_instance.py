"""One window for each home: who starts it again sees the first one."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from ui.conftest import until

from workbench.model.errors import HomeInUseError
from workbench.storage.file_lock import lock_file
from workbench.storage.paths import Paths
from workbench.storage.recent_homes import USUAL, forget_homes, recent_homes, remember_home
from workbench.ui.desktop import instance
from workbench.ui.desktop.instance import InstanceServer, hand_over


async def test_second_start_brings_the_first_window_forward_and_hands_over_its_files(
    paths: Paths, tmp_path: Path, qapp: object
) -> None:
    lock = lock_file(paths.window_lock)
    assert lock is not None
    owner = QWidget()
    # What a killed window left is no living one.
    paths.window_socket.touch()
    server = InstanceServer(paths, owner)
    heard: list[list[str]] = []
    server.wanted.connect(heard.append)
    second = subprocess.Popen(  # noqa: ASYNC220 - it only begins here
        [sys.executable, "-m", "workbench", f"--home={paths.data}", "gui", "shop.har"],
        cwd=tmp_path,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    async with asyncio.timeout(20):
        await until(lambda: second.poll() is not None, 20)
    assert second.returncode == 0
    assert heard == [[str(tmp_path / "shop.har")]]
    assert oct(paths.window_socket.stat().st_mode & 0o077) == "0o0"
    server.close()
    lock.close()
    owner.deleteLater()


async def test_a_window_that_does_not_answer_is_said(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instance, "PATIENCE_MS", 120)
    with pytest.raises(HomeInUseError, match="does not answer"):
        hand_over(paths, [])


@pytest.mark.parametrize(
    "said", [b"\n", b"[]\n", b'{"open": 5, "token": ""}\n', b'{"open": ["a", 1]}\n', b"\xff\xfe\n"]
)
async def test_nonsense_on_the_socket_is_no_harm(paths: Paths, said: bytes, qapp: object) -> None:
    owner = QWidget()
    server = InstanceServer(paths, owner)
    heard: list[list[str]] = []
    server.wanted.connect(heard.append)
    for message in (said, json.dumps({"open": [], "token": ""}).encode() + b"\n"):
        reader, writer = await asyncio.open_unix_connection(str(paths.window_socket))
        writer.write(message)
        await reader.read() if message is said else await reader.readline()
        writer.close()
    assert heard == [[]]
    server.close()
    owner.deleteLater()


def test_homes_are_remembered_newest_first_while_they_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path / "temporary"))
    file = tmp_path / "config" / "recent-homes.json"
    homes = [tmp_path / name for name in ("one", "two", "temporary")]
    for home in homes:
        home.mkdir()
        remember_home(file, str(home))
    remember_home(file, USUAL)
    remember_home(file, str(homes[0]))
    assert recent_homes(file) == [str(homes[0]), USUAL, str(homes[1])]
    homes[0].rmdir()
    assert recent_homes(file) == [USUAL, str(homes[1])]
    file.write_text('[1, "', encoding="utf-8")
    assert recent_homes(file) == []
    forget_homes(file)
    assert json.loads(file.read_text(encoding="utf-8")) == []
