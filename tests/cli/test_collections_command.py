"""`workbench collections`: import, export, check, as a shell runs them."""

import json
from pathlib import Path

import pytest
from program import Program

from workbench.model.variables import Variable
from workbench.storage.collections import read_tree
from workbench.storage.environment_secrets import own_prefix, secret_prefix, secret_values
from workbench.storage.environments import list_environments
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


async def test_postmans_environment_joins_its_collection(
    workbench: Program, secrets: Secrets, tmp_path: Path
) -> None:
    root = tmp_path / "shop"
    await workbench("collections", "import", str(written(tmp_path)), "--into", str(root))
    file = tmp_path / "prod.json"
    file.write_text(json.dumps(environment("s3cret")), encoding="utf-8")
    ran = await workbench("collections", "import", str(file), "--add-to", str(root))
    assert (ran.code, ran.err.strip()) == (0, "Nothing was lost.")
    again = await workbench("collections", "import", str(file), "--add-to", str(root))
    assert "There is an environment “prod” already" in again.err
    assert "this one is “prod 2”" in again.err
    found, problems = list_environments(root)
    assert ([each.name for each in found], problems) == (["prod", "prod 2"], ())
    variables = (Variable("apiKey", secret=True),)
    assert secret_values(secrets, variables, secret_prefix(secrets, root, "prod")) == {"apiKey": "s3cret"}
    assert b"s3cret" not in b"".join(path.read_bytes() for path in root.rglob("*") if path.is_file())


async def test_requests_join_a_collection_as_a_folder(workbench: Program, tmp_path: Path) -> None:
    root = tmp_path / "shop"
    await workbench("collections", "import", str(written(tmp_path)), "--into", str(root))
    commands = tmp_path / "Commands.sh"
    commands.write_text("curl http://x/one\n\ncurl http://x/two\n")
    assert (await workbench("collections", "import", str(commands), "--add-to", str(root))).code == 0
    folders = {folder.name: len(folder.requests) for folder in read_tree(root).folders}
    assert folders["Commands"] == 2
    assert len(read_tree(root).requests) == 2


async def test_nothing_is_added_to_what_is_no_collection(workbench: Program, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    ran = await workbench("collections", "import", str(written(tmp_path)), "--add-to", str(nowhere))
    assert ran.code != 0
    assert "nowhere" in ran.err
    assert not nowhere.exists()


async def test_second_import_of_a_name_says_so(workbench: Program, tmp_path: Path) -> None:
    file = written(tmp_path)
    first = await workbench("collections", "import", str(file))
    second = await workbench("collections", "import", str(file))
    assert "already" not in first.err
    assert "this is a second collection" in second.err


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
