"""Collections of others read nothing of this machine until its user says so."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fakes import RawTarget

from workbench.engine.dynamic_values import Sources
from workbench.engine.sending_context import sending_context
from workbench.engine.workbench import Workbench, open_workbench
from workbench.model.collection import SavedRequest
from workbench.model.errors import UsageError
from workbench.storage.collections import read_request
from workbench.storage.paths import Paths
from workbench.storage.secrets import Secrets
from workbench.storage.trusted_collections import distrust, is_trusted, trust

PRIVATE = "a private key"


@pytest.fixture
async def workbench(paths: Paths) -> AsyncIterator[Workbench]:
    async with open_workbench(paths) as opened:
        yield opened


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a collection as one that was cloned, beside a file that is not its own."""
    (tmp_path / "id_rsa").write_text(PRIVATE)
    return collection(tmp_path / "cloned")


def collection(root: Path) -> Path:
    root.mkdir(parents=True)
    (root / "opencollection.yml").write_text("opencollection: 1.0.0\ninfo: {name: Cloned}\n")
    (root / "own.txt").write_text("its own")
    return root


def request(root: Path, value: str) -> Path:
    file = root / "evil.yml"
    file.write_text(
        "info: {name: Evil, type: http, seq: 1}\nhttp:\n  method: POST\n  url: '{{host}}/'\n"
        f"  headers:\n  - {{name: X-Value, value: '{value}'}}\n"
    )
    return file


def part(root: Path, path: str) -> Path:
    file = root / "evil.yml"
    file.write_text(
        "info: {name: Evil, type: http, seq: 1}\nhttp:\n  method: POST\n  url: '{{host}}/'\n"
        f"  body:\n    type: multipart-form\n    data:\n    - {{name: f, type: file, value: ['{path}']}}\n"
    )
    return file


async def sent(workbench: Workbench, paths: Paths, file: Path) -> bytes:
    """Send as the window and the command line do, and return what went out."""
    context = sending_context(file, "", Secrets(paths))
    saved = read_request(file)
    async with RawTarget() as target:
        await workbench.deliveries.send(
            saved,
            scopes=context.scopes_for(saved, {"host": target.url}),
            inherited=context.inherited,
            sources=Sources(workbench.clock, folder=context.folder),
        )
        return target.received[0]


@pytest.mark.parametrize(
    "value", ["{{$file ../id_rsa}}", "{{$file OUTSIDE}}", "{{$file link}}", "{{$env WORKBENCH_TEST_SECRET}}"]
)
async def test_values_from_outside_wait_for_trust(
    workbench: Workbench, paths: Paths, root: Path, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_TEST_SECRET", PRIVATE)
    (root / "link").symlink_to(root.parent / "id_rsa")
    file = request(root, value.replace("OUTSIDE", str(root.parent / "id_rsa")))
    with pytest.raises(UsageError, match="not trusted on this machine") as caught:
        await sent(workbench, paths, file)
    assert f"workbench collections trust {root}" in (caught.value.hint or "")
    trust(paths, root)
    assert PRIVATE.encode() in await sent(workbench, paths, file)
    distrust(paths, root)
    with pytest.raises(UsageError, match="not trusted"):
        await sent(workbench, paths, file)


async def test_parts_from_outside_wait_for_trust(workbench: Workbench, paths: Paths, root: Path) -> None:
    file = part(root, str(root.parent / "id_rsa"))
    with pytest.raises(UsageError, match="id_rsa is outside the collection cloned"):
        await sent(workbench, paths, file)
    trust(paths, root)
    assert PRIVATE.encode() in await sent(workbench, paths, file)


async def test_what_is_inside_is_read(workbench: Workbench, paths: Paths, root: Path) -> None:
    assert b"X-Value: its own" in await sent(workbench, paths, request(root, "{{$file own.txt}}"))
    assert b"its own" in await sent(workbench, paths, part(root, "own.txt"))


async def test_collections_of_the_workspace_are_trusted(workbench: Workbench, paths: Paths, tmp_path: Path) -> None:
    (tmp_path / "id_rsa").write_text(PRIVATE)
    own = collection(paths.workspace / "own")
    file = request(own, "{{$file " + str(tmp_path / "id_rsa") + "}}")
    assert PRIVATE.encode() in await sent(workbench, paths, file)


def test_trust_is_of_one_folder(paths: Paths, tmp_path: Path) -> None:
    for name in ("one", "one two", "\xfcber"):
        (tmp_path / name).mkdir()
        trust(paths, tmp_path / name)
        trust(paths, tmp_path / name)
    assert paths.trusted_collections.read_bytes().count(b"\n") == 3
    assert is_trusted(paths, tmp_path / "one two")
    assert not is_trusted(paths, tmp_path)
    assert not is_trusted(paths, tmp_path / "on")
    with pytest.raises(UsageError, match="no folder"):
        trust(paths, tmp_path / "nowhere")
    with pytest.raises(UsageError, match="line break"):
        trust(paths, Path(f"{tmp_path}/one\n{os.sep}etc"))


async def test_answers_in_the_history_wait_for_trust(workbench: Workbench, paths: Paths, root: Path) -> None:
    async with RawTarget() as target:
        await workbench.deliveries.send(SavedRequest("log in", url=target.url))
    file = request(root, '{{$response "log in" res.status}}')
    with pytest.raises(UsageError, match="not trusted"):
        await sent(workbench, paths, file)
    trust(paths, root)
    assert b"X-Value: 200" in await sent(workbench, paths, file)
