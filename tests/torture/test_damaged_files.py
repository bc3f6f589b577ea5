"""Any file of a home, damaged in any way: a sentence or an answer, never a traceback, and nothing made worse."""

import asyncio
import contextlib
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from program import Inside, Program, listening
from torture.senders import Acknowledged, lost, post, stored
from torture_figures import Account

from workbench.engine.listener import ListenOptions
from workbench.engine.serving import serving
from workbench.model.errors import WorkbenchError
from workbench.storage.paths import Paths

Damage = Callable[[bytes, random.Random], bytes]


def zeroed(content: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(content) + 1)
    end = min(len(content), start + chance.choice([1, 512, 4096, 100_000]))
    return content[:start] + bytes(end - start) + content[end:]


def scrambled(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.choice([1, 8, 200])):
        if changed:
            changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


DAMAGES: list[Damage] = [
    zeroed,
    scrambled,
    lambda content, chance: content[: chance.randrange(len(content) + 1)],
    lambda content, chance: b"",
    lambda content, chance: content + chance.randbytes(5000),
    lambda content, chance: chance.randbytes(len(content)),
]
COMMANDS = (
    ("captures", "list", "body:x", "--json"),
    ("captures", "show", "1", "--part=body"),
    ("captures", "export", "--format=har"),
    ("endpoints", "list"),
    ("secrets", "list"),
    ("log",),
    ("providers", "list"),
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that was lived in, with every kind of file; its listener was killed, so that there is a journal."""
    return asyncio.run(_lived_in(tmp_path_factory.mktemp("whole") / "home"))


async def _lived_in(home: Path) -> Path:
    workbench = Program(str(home))
    workbench.environment = workbench.environment | {"WORKBENCH_PASSPHRASE": "torture"}
    await workbench("endpoints", "add", "a", "--path=/a", "--provider=stripe", "--secret=env:NOTHING")
    await workbench("secrets", "set", "one/two", stdin=b"value\n")
    (home / "settings.toml").write_text("port = 8080\n")
    async with listening(workbench) as catching:
        await post(catching.port, b"x" * 1_500_000, Acknowledged(), 2)
        await post(catching.port, b'{"id": 1}', Acknowledged(), 20)
        await workbench("send", "POST", f"{catching.url}/a", "--raw=x", "--session=one")
        await workbench("captures", "list", "body:x")
        for file in ("captures.db-wal", "captures.db-shm"):
            assert (home / file).exists()
    return home


async def test_each_file_in_each_way(
    whole: Path, tmp_path: Path, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_PASSPHRASE", "torture")
    figure = account.figure("damaged files of a home")
    files = sorted(path.relative_to(whole) for path in whole.rglob("*") if path.is_file())
    kinds = {f"{path.parent}{path.suffix}" if path.parent.name == "spool" else str(path): path for path in files}
    assert len(kinds) > 8
    for number in range(account.rounds):
        half = account.chance.sample(sorted(kinds.values()), len(kinds) // 2)
        for file in kinds.values() if account.rounds > 1 else half:
            figure.tried()
            home = tmp_path / f"{number}-{file.name}"
            shutil.copytree(whole, home)
            damaged = account.chance.choice(DAMAGES)((whole / file).read_bytes(), account.chance)
            (home / file).write_bytes(damaged)
            for words in COMMANDS:
                ran = await Inside(str(home))(*words)
                assert ran.code in (0, 1, 2, 4), (file, words, ran.err)
                assert ran.code == 0 or ran.err.startswith("workbench: "), (file, words, ran.err)
            await _catches_or_says_why(Paths.of_home(str(home)))
            shutil.rmtree(home)
            figure.survived()


async def _catches_or_says_why(paths: Paths) -> None:
    """Start a listener with a home: what it acknowledges it keeps; a home that it refuses it leaves as it is."""
    before = paths.captures.read_bytes()
    acknowledged = Acknowledged()
    try:
        async with serving(paths, ListenOptions(port=0)) as served:
            await post(served.listener.port, b"after", acknowledged, 3)
    except WorkbenchError:
        assert paths.captures.read_bytes() == before
        return
    if acknowledged.digests:
        with contextlib.suppress(WorkbenchError):  # Older rows are damaged, and are said to be.
            assert lost(acknowledged, await asyncio.to_thread(stored, paths)) == 0


@pytest.mark.parametrize("number", [1, 2])
async def test_missing_spool_file_is_a_sentence(whole: Path, tmp_path: Path, number: int) -> None:
    home = tmp_path / "home"
    shutil.copytree(whole, home)
    for file in (home / "spool").iterdir():
        os.unlink(file)
    workbench = Inside(str(home))
    for words in (
        ("captures", "show", str(number), "--part=body"),
        ("captures", "show", str(number), "--part=raw"),
        ("captures", "show", str(number), "--json"),
        ("captures", "export", "--format=ndjson"),
        ("captures", "list", "body:xxxx"),
        ("replay", str(number), "--to=http://127.0.0.1:9/"),
    ):
        ran = await workbench(*words)
        assert ran.code in (0, 3, 4), (words, ran)
        assert ran.code == 0 or ran.err.startswith(("workbench: ", "#1 -> ", "#2 -> ")), (words, ran.err)
    assert (await workbench("captures", "delete", "POST", "--yes")).code == 0
