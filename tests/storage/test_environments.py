"""Environments: files that stay as people wrote them, secrets that are never in one, `.env` files."""

import difflib
import json
import re
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
import yaml

from workbench.model.errors import ChangedOutside, CollectionError
from workbench.model.variables import Environment, Variable
from workbench.storage.collection_trash import delete, undo_delete
from workbench.storage.collections import create_collection, read_tree
from workbench.storage.dot_env import read_dot_env
from workbench.storage.environment_secrets import (
    GLOBALS,
    keep_secrets,
    own_prefix,
    secret_values,
)
from workbench.storage.environments import (
    duplicate_environment,
    environment_fingerprint,
    extended,
    list_environments,
    read_environment,
    read_globals,
    rename_environment,
    save_environment,
)
from workbench.storage.paths import Paths
from workbench.storage.secrets import Secrets

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "resources/schemas/opencollection-1.0.0.json").read_text("utf-8"))
ENVIRONMENT = jsonschema.Draft7Validator({"$ref": "#/$defs/Environment", "$defs": SCHEMA["$defs"]})

LOCAL = Environment(
    "Local, mine",
    (Variable("host", "http://localhost"), Variable("off", "no", enabled=False), Variable("key", secret=True)),
    extends="shared",
    dot_env_file=".env",
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    path = tmp_path / "webhooks"
    create_collection(path, "Billing/EU")
    return path


@pytest.fixture
def secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Secrets:
    monkeypatch.setenv("WORKBENCH_NO_KEYRING", "1")
    paths = Paths.of_home(str(tmp_path / "home"))
    paths.ensure()
    return Secrets(paths, "passphrase")


def changed_lines(before: str, after: str) -> list[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


def test_an_environment_is_a_valid_file_of_its_name(root: Path) -> None:
    saved = save_environment(root, LOCAL)
    file = root / "environments" / "Local, mine.yml"
    assert saved == replace(LOCAL, path=str(file))
    assert (
        file.read_text()
        == """\
name: Local, mine
variables:
  - name: host
    value: http://localhost
  - name: off
    value: 'no'
    disabled: true
  - name: key
    secret: true
extends: shared
dotEnvFilePath: .env
""".replace("name: off", "name: 'off'")
    )
    ENVIRONMENT.validate(yaml.safe_load(file.read_text()))
    assert list_environments(root) == ((saved,), ())
    assert read_tree(root).folders == ()


THEIRS = """\
# the live ones
name: live
color: red
variables:
  - name: host  # the API
    value: https://a.test
    description: where
  - name: count
    value: {type: number, data: "5"}
  - name: key
    secret: true
    type: string
externalSecrets:
  type: aws-secrets-manager
"""


@pytest.mark.parametrize(
    ("variables", "lines"),
    [
        pytest.param(
            (Variable("host", "https://b.test"), Variable("count", "5"), Variable("key", secret=True)),
            ["-    value: https://a.test", "+    value: https://b.test"],
            id="a value",
        ),
        pytest.param(
            (Variable("host", "https://a.test"), Variable("count", "6"), Variable("key", secret=True)),
            ['-    value: {type: number, data: "5"}', '+    value: {type: number, data: "6"}'],
            id="a value with a type",
        ),
        pytest.param(
            (Variable("host", "https://a.test"), Variable("count", "5"), Variable("key", secret=True, enabled=False)),
            ["+    disabled: true"],
            id="a secret switched off",
        ),
        pytest.param(
            (Variable("host", "https://a.test"), Variable("count", "5"), Variable("key", "shown")),
            ["-    secret: true", "+    value: shown"],
            id="a secret no more",
        ),
    ],
)
def test_a_change_shows_only_its_own_lines(root: Path, variables: tuple[Variable, ...], lines: list[str]) -> None:
    file = root / "environments" / "live.yml"
    file.parent.mkdir()
    file.write_text(THEIRS)
    environment = read_environment(file)
    assert save_environment(root, environment) == environment
    assert file.read_text() == THEIRS
    save_environment(root, replace(environment, variables=variables))
    assert changed_lines(THEIRS, file.read_text()) == lines
    assert read_environment(file).variables == variables


def test_values_of_secrets_are_in_the_store_and_in_no_file(root: Path, secrets: Secrets, tmp_path: Path) -> None:
    typed = replace(LOCAL, variables=(*LOCAL.variables[:2], Variable("key", "s3cr3t", secret=True)))
    prefix = own_prefix(secrets, root, typed.name)
    saved = save_environment(root, keep_secrets(secrets, typed, prefix))
    assert saved.variables == LOCAL.variables
    assert secret_values(secrets, saved.variables, prefix) == {"key": "s3cr3t"}
    assert secrets.store.names() == [f"{prefix}/key"]
    assert re.fullmatch(r"Billing%2FEU-[0-9a-f]{16}/Local, mine", prefix)
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or b"s3cr3t" not in file.read_bytes()
    keep_secrets(secrets, saved, prefix)
    assert secret_values(secrets, saved.variables, prefix) == {"key": "s3cr3t"}


def test_a_value_that_was_not_kept_first_is_not_written(root: Path) -> None:
    saved = save_environment(root, replace(LOCAL, variables=(Variable("key", "s3cr3t", secret=True),)))
    assert saved.variables == (Variable("key", secret=True),)
    assert "s3cr3t" not in Path(saved.path).read_text()


def test_a_new_name_takes_secrets_and_heirs_along(root: Path, secrets: Secrets) -> None:
    shared = save_environment(root, Environment("shared", (Variable("key", secret=True),)))
    save_environment(root, Environment("child", extends="shared"))
    prefix = own_prefix(secrets, root, "shared")
    keep_secrets(secrets, replace(shared, variables=(Variable("key", "v", secret=True),)), prefix)
    Path(shared.path).write_text("# mine\n" + Path(shared.path).read_text())
    renamed = rename_environment(root, shared, "common", secrets)
    assert Path(renamed.path).name == "common.yml"
    assert Path(renamed.path).read_text().startswith("# mine\n")
    assert not Path(shared.path).exists()
    assert [(one.name, one.extends) for one in list_environments(root)[0]] == [("child", "common"), ("common", "")]
    identity = prefix.removesuffix("/shared")
    assert secrets.store.names() == [f"{identity}/common/key"]
    copy = duplicate_environment(root, renamed, "common copy", secrets)
    assert copy.variables == renamed.variables
    assert secrets.store.names() == [f"{identity}/common copy/key", f"{identity}/common/key"]


@pytest.mark.parametrize("name", ["", "  ", "..", "CON", "/"])
def test_a_name_that_can_be_no_file_is_refused(root: Path, name: str) -> None:
    if name == "/":
        assert Path(save_environment(root, Environment(name)).path).name == "-.yml"
        return
    with pytest.raises(CollectionError, match="is no name for an environment"):
        save_environment(root, Environment(name))


def test_a_name_that_is_taken_is_refused_in_any_case(root: Path) -> None:
    first = save_environment(root, Environment("local"))
    other = save_environment(root, Environment("other"))
    with pytest.raises(CollectionError, match="already"):
        save_environment(root, Environment("LOCAL"))
    with pytest.raises(CollectionError, match="already"):
        rename_environment(root, other, "Local")
    assert Path(rename_environment(root, first, "LOCAL").path).exists()


def test_a_change_from_outside_is_not_overwritten(root: Path) -> None:
    saved = save_environment(root, LOCAL)
    seen = environment_fingerprint(Path(saved.path))
    Path(saved.path).write_text("name: theirs\n")
    with pytest.raises(ChangedOutside):
        save_environment(root, replace(saved, extends=""), expected=seen)
    assert Path(saved.path).read_text() == "name: theirs\n"


def test_an_environment_comes_back_from_the_trash(root: Path) -> None:
    saved = save_environment(root, LOCAL)
    deleted = delete(Path(saved.path))
    assert list_environments(root) == ((), ())
    undo_delete(deleted)
    assert list_environments(root) == ((saved,), ())


def test_a_broken_environment_is_a_sentence_and_stops_nothing(root: Path) -> None:
    saved = save_environment(root, LOCAL)
    (root / "environments" / "broken.yml").write_text("variables: [\n")
    (root / "environments" / "link.yml").symlink_to(saved.path)
    found, problems = list_environments(root)
    assert found == (saved,)
    assert len(problems) == 2


def test_environments_that_are_a_link_are_not_written_through(root: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (root / "environments").symlink_to(tmp_path / "outside")
    with pytest.raises(CollectionError, match="outside the collection"):
        save_environment(root, LOCAL)
    assert list((tmp_path / "outside").iterdir()) == []


def test_an_environment_stands_over_those_it_extends(root: Path) -> None:
    first = save_environment(root, Environment("a", extends="b"))
    second = save_environment(root, Environment("b", extends="c"))
    assert extended(root, first) == ((second, first), ("b extends the environment c, which is not there.",))
    third = save_environment(root, Environment("c", extends="a"))
    assert extended(root, first) == ((third, second, first), ("c extends a, which extends it in turn.",))


def test_globals_are_an_environment_of_the_workspace(tmp_path: Path, secrets: Secrets) -> None:
    nothing = read_globals(tmp_path)
    assert nothing.variables == ()
    variables = (Variable("a", "1"), Variable("k", "v", secret=True))
    save_environment(tmp_path, keep_secrets(secrets, replace(nothing, variables=variables), GLOBALS))
    assert read_globals(tmp_path).variables == (Variable("a", "1"), Variable("k", secret=True))
    assert (tmp_path / "globals.yml").exists()
    assert secret_values(secrets, read_globals(tmp_path).variables, GLOBALS) == {"k": "v"}


def test_a_dot_env_file_is_read_as_lines(root: Path) -> None:
    (root / ".env").write_text(
        "# comment\n\nA=1\nexport B = two words # and a comment\nC=\"a # b\"  # c\nD='$A\\n'\nE=\nF=a#b\n"
        "G=it's\n1X=no\nnonsense\nH=\"open\n"
    )
    found = read_dot_env(root, LOCAL)
    assert found.values == {
        "A": "1",
        "B": "two words",
        "C": "a # b",
        "D": "$A\\n",
        "E": "",
        "F": "a#b",
        "G": "it's",
    }
    assert found.problems == tuple(f".env, line {line}: this is no KEY=VALUE." for line in (10, 11, 12))
    assert "two words" not in repr(found)


def test_a_dot_env_file_that_is_not_there_is_said(root: Path) -> None:
    assert read_dot_env(root, LOCAL).problems == (f"There is no file {root / '.env'}.",)
    assert read_dot_env(root, replace(LOCAL, dot_env_file="")).problems == ()


@pytest.mark.parametrize("path", ["../.env", "/etc/passwd", "link", "C:\\x"])
def test_a_dot_env_file_outside_the_collection_is_refused(root: Path, tmp_path: Path, path: str) -> None:
    (tmp_path / ".env").write_text("A=1\n")
    (root / "link").symlink_to(tmp_path / ".env")
    with pytest.raises(CollectionError, match="outside the collection"):
        read_dot_env(root, replace(LOCAL, dot_env_file=path))
