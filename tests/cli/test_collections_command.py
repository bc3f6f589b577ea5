"""`workbench collections`: import, export, check, as a shell runs them."""

import json
from pathlib import Path

import pytest
from program import Program

from workbench.engine.sending_context import sending_context
from workbench.model.variables import Variable
from workbench.storage.collection_editing import rename_folder
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
    assert "--replace" in again.err


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


def an_environment(tmp_path: Path, value: str) -> Path:
    file = tmp_path / "prod.json"
    values = [{"key": "host", "value": value, "enabled": True}, {"key": "token", "value": value, "type": "secret"}]
    file.write_text(json.dumps({"name": "prod", "values": values, "_postman_variable_scope": "environment"}))
    return file


async def test_an_environment_goes_into_the_collection_that_is_named(
    workbench: Program, secrets: Secrets, tmp_path: Path
) -> None:
    shop = tmp_path / "shop.json"
    shop.write_text(json.dumps({**POSTMAN, "info": {**POSTMAN["info"], "name": "Shop"}}))  # type: ignore[dict-item]
    await workbench("collections", "import", str(shop))
    environment = str(an_environment(tmp_path, "one"))
    alone = await workbench("collections", "import", environment, "--into", str(tmp_path / "own"))
    assert "--into Shop" in alone.err
    assert (await workbench("collections", "import", environment, "--into", "shop")).code == 0
    twice = await workbench("collections", "import", environment, "--into", "shop")
    assert (twice.code, "--replace" in twice.err) == (2, True)
    two = str(an_environment(tmp_path, "two"))
    assert (await workbench("collections", "import", two, "--into", "shop", "--replace")).code == 0
    shown = await workbench("environments", "show", "prod", "--collection", "Shop", "--json")
    assert [(row["name"], row["value"]) for row in json.loads(shown.text)["variables"]] == [
        ("host", "two"),
        ("token", None),
    ]
    root = secrets.paths.workspace / "shop"
    prefix = secret_prefix(secrets, root, "prod")
    assert secret_values(secrets, (Variable("token", secret=True),), prefix) == {"token": "two"}


async def test_an_import_twice_is_said_and_can_take_the_place(workbench: Program, tmp_path: Path) -> None:
    file = str(written(tmp_path))
    await workbench("collections", "import", file)
    twice = await workbench("collections", "import", file, "--json")
    assert "--replace" in twice.err
    again = json.loads(twice.text)["path"]
    (Path(again) / "mine.txt").write_text("mine")
    replaced = await workbench("collections", "import", file, "--into", again, "--replace", "--json")
    assert json.loads(replaced.text)["path"] == again
    assert [kept.read_text() for kept in Path(again).parent.glob(".replaced/*/mine.txt")] == ["mine"]
    several = await workbench("collections", "import", file, "--replace")
    assert (several.code, "More than one" in several.err) == (2, True)


async def test_secrets_of_folders_go_to_the_store_and_are_sent(
    workbench: Program, secrets: Secrets, tmp_path: Path
) -> None:
    folder = {
        "name": "Orders",
        "variable": [{"key": "key", "value": "of the folder", "type": "secret"}],
        "item": [
            {
                "name": "get",
                "request": {"method": "GET", "url": "http://x/", "header": [{"key": "X", "value": "{{key}}"}]},
            }
        ],
    }
    variable = [{"key": "token", "value": "of the collection", "type": "secret"}]
    info = {**POSTMAN["info"], "name": "Shop"}  # type: ignore[dict-item]
    file = tmp_path / "shop.json"
    file.write_text(json.dumps({"info": info, "item": [folder], "variable": variable}))
    ran = await workbench("collections", "import", str(file))
    root = secrets.paths.workspace / "shop"
    assert "Nothing was lost." in ran.err
    assert not any(b"of the " in path.read_bytes() for path in root.rglob("*") if path.is_file())
    context = sending_context(root / "orders" / "get.yml", "", Secrets(secrets.paths, PASSPHRASE))
    assert {name: value for scope in context.scopes.all for name, value in scope.values.items()} == {
        "token": "of the collection",
        "key": "of the folder",
    }
    renamed = rename_folder(root / "orders", "Moved")
    context = sending_context(renamed / "get.yml", "", Secrets(secrets.paths, PASSPHRASE))
    assert "of the folder" in context.scopes.all[-1].values.values()
