"""Other users of this machine can read nothing of a home, even where its folder is open to them."""

import os
import stat
from pathlib import Path

import pytest
from program import Program, listening
from torture.senders import Acknowledged, post

from workbench.storage.paths import Paths


def open_to_others(home: Path) -> list[str]:
    """Name every file and folder of a home, but the home itself, that anyone but its owner may read or write."""
    found = [path for path in home.rglob("*") if stat.S_IMODE(path.lstat().st_mode) & 0o077]
    return [f"{path.relative_to(home)} {path.stat().st_mode & 0o777:o}" for path in found]


@pytest.fixture
def open_home(tmp_path: Path) -> Paths:
    """A home that its user made with the usual modes."""
    home = tmp_path / "mine"
    home.mkdir()
    home.chmod(0o755)
    return Paths.of_home(str(home))


async def test_files_of_a_session_are_for_their_user_alone(open_home: Paths) -> None:
    before = os.umask(0o022)
    try:
        workbench = Program(str(open_home.data))
        workbench.environment = workbench.environment | {"WORKBENCH_PASSPHRASE": "torture"}
        await workbench("endpoints", "add", "a", "--path=/a", "--provider=stripe", "--secret=env:NOTHING")
        async with listening(workbench, "--https-port=0") as catching:
            await post(catching.port, b"x" * 2_000_000, Acknowledged(), 2)
            await workbench("send", "POST", f"{catching.url}/a", "--raw=x", "--session=one")
            catching.process.terminate()
            await catching.ended()
        await workbench("secrets", "set", "one/two", stdin=b"value\n")
        await workbench("captures", "list", "body:x")
    finally:
        os.umask(before)
    assert len(list(open_home.data.rglob("*"))) > 10
    assert open_to_others(open_home.data) == []
    assert open_home.data.stat().st_mode & 0o777 == 0o755


def test_new_home_is_for_its_user_alone(tmp_path: Path) -> None:
    Paths.of_home(str(tmp_path / "a" / "home")).ensure()
    assert (tmp_path / "a" / "home").stat().st_mode & 0o777 == 0o700
