"""`workbench collections`: import, export, check, as a shell runs them."""

import json
from pathlib import Path

import pytest
from program import Program

from workbench.model.variables import Variable
from workbench.storage.environment_secrets import own_prefix, secret_prefix, secret_values
from workbench.storage.paths import Paths
from workbench.storage.secrets import Secrets

PASSPHRASE = "a passphrase for the tests"
POSTMAN = {
    "info": {
        "name": "../../Evil: name",
        "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
    },
    "item": [
        {
            "name": "../../../escape",
            "item": [
                {
                    "name": "..",
                    "request": {"method": "POST", "url": "http://x", "body": {"mode": "raw", "raw": "é\r\n"}},
                }
            ],
        },
        {
            "name": "ping",
            "request": "http://x/ping",
            "event": [{"listen": "prerequest", "script": {"exec": ["sign()"]}}],
        },
        {
            "name": "pong",
            "request": "http://x/pong",
            "event": [{"listen": "prerequest", "script": {"exec": ["sign()"]}}],
        },
    ],
}


def written(folder: Path) -> Path:
    file = folder / "shop.json"
    file.write_text(json.dumps(POSTMAN), encoding="utf-8")
    return file


async def test_import_says_what_is_lost_and_stays_in_its_folder(workbench: Program, tmp_path: Path) -> None:
    target = tmp_path / "in" / "shop"
    ran = await workbench("collections", "import", str(written(tmp_path)), "--into", str(target))
    assert ran.code == 0
    assert "3 requests, 1 folder, 0 environments" in ran.text
    assert "A script that runs before the request is not carried over: (2 times)" in ran.err
    assert (target / "opencollection.yml").is_file()
    assert sorted(path.name for path in (tmp_path / "in").iterdir()) == ["shop"]
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "home") == ["in", "shop.json"]


async def test_import_without_a_place_goes_into_the_workspace(workbench: Program, tmp_path: Path) -> None:
    file = written(tmp_path)
    first = (await workbench("collections", "import", str(file), "--json")).objects[0]
    second = (await workbench("collections", "import", str(file), "--json")).objects[0]
    workspace = Path(workbench.home) / "workspace"
    assert Path(first["path"]).parent == Path(second["path"]).parent == workspace
    assert first["path"] != second["path"]
    assert [loss["where"].rpartition(" / ")[2] for loss in first["losses"]] == ["ping", "pong"]


async def test_what_came_in_goes_out_and_is_checked(workbench: Program, tmp_path: Path) -> None:
    target = tmp_path / "shop"
    await workbench("collections", "import", str(written(tmp_path)), "--into", str(target))
    exported = await workbench("collections", "export", str(target), "--format", "postman")
    items = json.loads(exported.out)["item"]
    assert items[0]["item"][0]["request"]["body"]["raw"] == "é\r\n"
    assert (await workbench("collections", "check", str(target))).code == 0
    (target / "ping.yml").write_text("info:\n  name: ping\n  type: http\nhttp: 5\n")
    ran = await workbench("collections", "check", str(target))
    assert ran.code == 1
    assert ran.text.startswith("ping.yml:4: ")


async def test_files_are_not_replaced_unasked(workbench: Program, tmp_path: Path) -> None:
    target, output = tmp_path / "shop", tmp_path / "out.json"
    await workbench("collections", "import", str(written(tmp_path)), "--into", str(target))
    output.write_text("mine")
    words = ("collections", "export", str(target), "--format", "har", "-o", str(output))
    assert (await workbench(*words)).code == 2
    assert output.read_text() == "mine"
    assert (await workbench(*words, "--force")).code == 0
    again = await workbench("collections", "import", str(written(tmp_path)), "--into", str(target))
    assert again.code == 2
    assert "not empty" in again.err


async def test_what_cannot_be_read_is_one_sentence(workbench: Program, tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_bytes(b"{")
    ran = await workbench("collections", "import", str(file))
    assert ran.code == 2
    assert ran.err.startswith("workbench: This is not JSON")


@pytest.fixture
def secrets(workbench: Program, monkeypatch: pytest.MonkeyPatch) -> Secrets:
    """The store that the program uses, opened beside it."""
    monkeypatch.setenv("WORKBENCH_NO_KEYRING", "1")
    workbench.environment = {
        **workbench.environment,
        "WORKBENCH_NO_KEYRING": "1",
        "WORKBENCH_PASSPHRASE": PASSPHRASE,
    }
    return Secrets(Paths.of_home(str(workbench.home)), PASSPHRASE)


def environment(value: str) -> dict[str, object]:
    return {
        "name": "prod",
        "_postman_variable_scope": "environment",
        "values": [{"key": "apiKey", "value": value, "type": "secret", "enabled": True}],
    }


async def test_imports_read_and_overwrite_no_secret_of_a_collection_of_their_name(
    workbench: Program, secrets: Secrets, tmp_path: Path
) -> None:
    roots: list[Path] = []
    for value in ("mine", "", "theirs"):
        folder = tmp_path / f"in{value}" / "Acme"
        folder.mkdir(parents=True)
        (folder / "prod.json").write_text(json.dumps(environment(value)), encoding="utf-8")
        ran = await workbench("collections", "import", str(folder), "--json")
        roots.append(Path(ran.objects[0]["path"]))
    variables = (Variable("apiKey", secret=True),)
    found = [secret_values(secrets, variables, secret_prefix(secrets, root, "prod")) for root in roots]
    assert found == [{"apiKey": "mine"}, {}, {"apiKey": "theirs"}]


async def test_import_to_where_a_collection_lay_gets_none_of_its_secrets(
    workbench: Program, secrets: Secrets, tmp_path: Path
) -> None:
    target = tmp_path / "shop"
    former = own_prefix(secrets, target, "prod")
    assert (await workbench("collections", "import", str(written(tmp_path)), "--into", str(target))).code == 0
    assert secret_prefix(secrets, target, "prod") != former


async def test_moved_collection_has_its_secrets_again(workbench: Program, secrets: Secrets, tmp_path: Path) -> None:
    former, now = tmp_path / "former", tmp_path / "now"
    await workbench("collections", "import", str(written(tmp_path)), "--into", str(former))
    prefix = secret_prefix(secrets, former, "prod")
    ran = await workbench("collections", "moved", str(former), str(now))
    assert (ran.code, "is still there" in ran.err) == (2, True)
    former.rename(now)
    assert (await workbench("collections", "moved", str(former), str(now))).code == 0
    assert secret_prefix(secrets, now, "prod") == prefix


async def test_trust_is_given_and_taken_back(workbench: Program, tmp_path: Path) -> None:
    root = tmp_path / "cloned"
    root.mkdir()
    (root / "opencollection.yml").write_text("opencollection: 1.0.0\ninfo: {name: Cloned}\n")
    given = await workbench("collections", "trust", str(root))
    assert given.code == 0
    assert f"Requests of {root} may read files" in given.text
    assert (Path(workbench.home) / "trusted-collections").read_text() == f"{root}\n"
    assert (await workbench("collections", "trust", str(root), "--forget")).code == 0
    assert (Path(workbench.home) / "trusted-collections").read_text() == ""
    refused = await workbench("collections", "trust", str(root / "nowhere"))
    assert refused.code == 2
    assert "There is no folder" in refused.err
