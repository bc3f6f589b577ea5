"""Whose an environment's secrets are: of one collection's folder on this machine, whatever others are called."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from workbench.model.errors import ChangedOutside, CollectionError, StorageError
from workbench.model.variables import Environment, Variable
from workbench.storage.collection_editing import rename_collection
from workbench.storage.collection_identities import Identities
from workbench.storage.collection_trash import undo_delete
from workbench.storage.collections import create_collection
from workbench.storage.environment_secrets import (
    GLOBALS,
    globals_prefix,
    moved_here,
    own_prefix,
    secret_prefix,
    secret_values,
)
from workbench.storage.environments import (
    delete_environment,
    duplicate_environment,
    environment_fingerprint,
    rename_environment,
    save_environment,
    save_with_secrets,
)
from workbench.storage.paths import Paths
from workbench.storage.secrets import SecretError, Secrets

PROD = Environment("prod", (Variable("apiKey", "mine", secret=True),))


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    monkeypatch.setenv("WORKBENCH_NO_KEYRING", "1")
    found = Paths.of_home(str(tmp_path / "home"))
    found.ensure()
    return found


@pytest.fixture
def secrets(paths: Paths) -> Secrets:
    return Secrets(paths, "passphrase")


def collection(path: Path, name: str = "Acme") -> Path:
    create_collection(path, name)
    return path


def kept(secrets: Secrets, root: Path, environment: Environment = PROD) -> Environment:
    """Save an environment as the window does, a former one of its name again."""
    file = root / "environments" / f"{environment.name}.yml"
    environment = replace(environment, path=str(file) if file.exists() else "")
    return save_with_secrets(root, environment, secrets)


def values(secrets: Secrets, root: Path, environment: Environment = PROD) -> dict[str, str]:
    return secret_values(secrets, environment.variables, secret_prefix(secrets, root, environment.name))


def test_a_strangers_collection_of_the_same_name_gets_nothing(secrets: Secrets, tmp_path: Path) -> None:
    mine, theirs = collection(tmp_path / "mine"), collection(tmp_path / "theirs")
    kept(secrets, mine)
    save_environment(theirs, PROD)
    assert values(secrets, theirs) == {}
    kept(secrets, theirs, Environment("prod", (Variable("apiKey", "theirs", secret=True),)))
    assert values(secrets, mine) == {"apiKey": "mine"}
    assert values(secrets, theirs) == {"apiKey": "theirs"}


def test_what_tells_collections_apart_stands_in_none_of_their_files(secrets: Secrets, tmp_path: Path) -> None:
    mine = collection(tmp_path / "mine")
    before = {file for file in mine.rglob("*") if file.is_file()}
    kept(secrets, mine)
    assert {file for file in mine.rglob("*") if file.is_file()} - before == {mine / "environments" / "prod.yml"}
    identity = secret_prefix(secrets, mine, "prod").partition("/")[0]
    assert not any(identity.encode() in file.read_bytes() for file in mine.rglob("*") if file.is_file())


def test_a_new_name_of_the_collection_changes_nothing(secrets: Secrets, tmp_path: Path) -> None:
    mine = collection(tmp_path / "mine")
    kept(secrets, mine)
    rename_collection(mine, "Payments")
    assert values(secrets, mine) == {"apiKey": "mine"}
    (tmp_path / "link").symlink_to(mine)
    assert values(secrets, tmp_path / "link") == {"apiKey": "mine"}


def test_former_names_are_read_for_what_lay_in_the_workspace_and_for_nothing_later(
    secrets: Secrets, paths: Paths, tmp_path: Path
) -> None:
    secrets.put("Acme/prod/apiKey", "mine")
    mine, elsewhere = collection(paths.workspace / "mine"), collection(tmp_path / "elsewhere")
    assert values(secrets, mine) == {"apiKey": "mine"}
    later = collection(paths.workspace / "later")
    assert values(secrets, elsewhere) == values(secrets, later) == {}


def test_former_names_of_two_collections_are_given_to_neither(secrets: Secrets, paths: Paths) -> None:
    secrets.put("Acme/prod/apiKey", "mine")
    one, other = collection(paths.workspace / "one"), collection(paths.workspace / "other")
    assert values(secrets, one) == values(secrets, other) == {}


def test_what_is_written_where_a_collection_lay_gets_nothing_of_it(secrets: Secrets, paths: Paths) -> None:
    mine = collection(paths.workspace / "mine")
    kept(secrets, mine)
    Identities(paths).renew(mine)
    assert values(secrets, mine) == {}
    kept(secrets, mine, Environment("prod", (Variable("apiKey", "theirs", secret=True),)))
    assert sorted(secrets.store.get(name) or "" for name in secrets.store.names()) == ["mine", "theirs"]


def test_a_moved_collection_is_asked_about_and_then_has_its_values_again(
    secrets: Secrets, paths: Paths, tmp_path: Path
) -> None:
    former, now = collection(tmp_path / "former"), tmp_path / "now"
    kept(secrets, former)
    copy = collection(tmp_path / "copy")
    assert moved_here(secrets, copy, (PROD,)) == ()
    with pytest.raises(CollectionError, match="still there"):
        Identities(paths).move(former, copy)
    former.rename(now)
    assert values(secrets, now) == {}
    assert [f"collections moved {former} {now}" in sentence for sentence in moved_here(secrets, now, (PROD,))] == [
        True
    ]
    assert moved_here(secrets, now, (Environment("plain", (Variable("a", "1"),)),)) == ()
    Identities(paths).move(former, now)
    assert values(secrets, now) == {"apiKey": "mine"}
    assert moved_here(secrets, now, (PROD,)) == ()
    with pytest.raises(CollectionError, match="No secrets"):
        Identities(paths).move(former, now)


def test_a_list_that_is_none_is_a_sentence(secrets: Secrets, paths: Paths, tmp_path: Path) -> None:
    mine = collection(tmp_path / "mine")
    for content in ("{", "[]", json.dumps({str(mine): 5})):
        paths.collection_ids.write_text(content)
        with pytest.raises(StorageError, match=r"collections\.json cannot be read"):
            own_prefix(secrets, mine, "prod")
        assert paths.collection_ids.read_text() == content


def test_a_deleted_environment_takes_its_secrets_along(secrets: Secrets, tmp_path: Path) -> None:
    mine = collection(tmp_path / "mine")
    deleted, sentence = delete_environment(mine, kept(secrets, mine), secrets)
    assert secrets.store.names() == []
    assert "apiKey" in sentence
    assert Path(undo_delete(deleted)).exists()
    assert values(secrets, mine) == {}


def test_an_environment_stays_where_its_secrets_cannot_be_removed(
    secrets: Secrets, paths: Paths, tmp_path: Path
) -> None:
    mine = collection(tmp_path / "mine")
    saved = kept(secrets, mine)
    with pytest.raises(SecretError):
        delete_environment(mine, saved, Secrets(paths))
    assert Path(saved.path).exists()
    assert values(secrets, mine) == {"apiKey": "mine"}
    plain = save_environment(mine, Environment("plain", (Variable("a", "1"),)))
    assert delete_environment(mine, plain, Secrets(paths))[1] == ""
    assert not Path(plain.path).exists()


def test_a_new_environment_has_no_values_of_one_that_was_removed_elsewhere(secrets: Secrets, tmp_path: Path) -> None:
    mine = collection(tmp_path / "mine")
    for again in ("typed", "copied"):
        Path(kept(secrets, mine).path).unlink()
        bare = replace(PROD, variables=(Variable("apiKey", secret=True),))
        if again == "typed":
            Path(kept(secrets, mine, bare).path).unlink()
        else:
            other = save_environment(mine, replace(bare, name="other"))
            duplicate_environment(mine, other, "prod", secrets)
        assert values(secrets, mine) == {}


def test_secret_globals_are_those_of_the_homes_own_workspace(secrets: Secrets, paths: Paths, tmp_path: Path) -> None:
    secrets.put("globals/k", "v")
    variables = (Variable("k", secret=True),)
    assert globals_prefix(secrets, paths.workspace) == GLOBALS
    assert secret_values(secrets, variables, globals_prefix(secrets, paths.workspace)) == {"k": "v"}
    assert secret_values(secrets, variables, globals_prefix(secrets, tmp_path)) == {}


def test_no_value_is_kept_where_the_environment_is_not_saved(secrets: Secrets, tmp_path: Path) -> None:
    mine = collection(tmp_path / "mine")
    saved = kept(secrets, mine)
    known = environment_fingerprint(Path(saved.path))
    Path(saved.path).write_text(Path(saved.path).read_text() + "# theirs\n")
    typed = replace(saved, variables=(Variable("apiKey", "other", secret=True),))
    with pytest.raises(ChangedOutside):
        save_with_secrets(mine, typed, secrets, expected=known)
    with pytest.raises(CollectionError, match="already"):
        save_with_secrets(mine, replace(typed, path=""), secrets)
    assert values(secrets, mine) == {"apiKey": "mine"}


def test_environments_without_secrets_need_no_passphrase(secrets: Secrets, paths: Paths, tmp_path: Path) -> None:
    mine = collection(tmp_path / "mine")
    kept(secrets, mine)
    for opened in (Secrets(paths), Secrets(paths, "a wrong one")):
        plain = save_with_secrets(mine, Environment("plain", (Variable("a", "1"),)), opened)
        renamed = rename_environment(mine, plain, "other", opened)
        copy = duplicate_environment(mine, renamed, "copy", opened)
        for each in (renamed, copy):
            delete_environment(mine, each, opened)
    assert values(secrets, mine) == {"apiKey": "mine"}
