"""What a saved request gets from around it, read from real files and a real secret store."""

import textwrap
from pathlib import Path

import pytest
from fakes import RawTarget

from workbench.engine.dynamic_values import Sources
from workbench.engine.sending_context import sending_context
from workbench.engine.workbench import open_workbench
from workbench.model.authentication import AuthKind
from workbench.model.errors import UsageError
from workbench.model.variables import ScopeKind
from workbench.storage.collections import read_request
from workbench.storage.environment_secrets import own_prefix
from workbench.storage.paths import Paths
from workbench.storage.secrets import Secrets


@pytest.fixture
def secrets(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> Secrets:
    monkeypatch.setenv("WORKBENCH_NO_KEYRING", "1")
    paths.ensure()
    return Secrets(paths, "passphrase")


def write(root: Path, **files: str) -> None:
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_yml", ".yml").replace("_env", ".env")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "work" / "billing"
    write(
        root.parent, globals_yml="name: globals\nvariables:\n- name: who\n  value: globe\n- name: far\n  value: g\n"
    )
    write(
        root,
        opencollection_yml="""
            opencollection: 1.0.0
            info: {name: Billing}
            request:
              headers:
              - {name: X-Team, value: "{{who}}"}
              auth: {type: basic, username: ada, password: "{{token}}"}
              variables:
              - {name: who, value: collection}
              - {name: host, value: "http://127.0.0.1:1"}
        """,
        stripe__folder_yml="""
            info: {name: Stripe, type: folder}
            request:
              variables:
              - {name: path, value: hooks}
        """,
        stripe__paid_yml="""
            info: {name: Paid, type: http}
            http:
              method: POST
              url: "{{host}}/{{path}}/{{own}}"
              auth: inherit
            runtime:
              variables:
              - {name: own, value: "{{who}}"}
        """,
        environments__base_yml="""
            name: base
            variables:
            - {name: host, value: "http://base"}
            - {name: who, value: base}
        """,
        environments__local_yml="""
            name: local
            extends: base
            dotEnvFilePath: local_env
            variables:
            - {name: who, value: local}
            - {name: token, secret: true}
            - {name: off, value: no, disabled: true}
        """,
    )
    (root / "local_env").write_text("FROM_FILE=filed\nwho=dotted\n")
    return root


def test_nearest_wins_and_secrets_come_from_the_store(root: Path, secrets: Secrets) -> None:
    secrets.put(f"{own_prefix(secrets, root, 'local')}/token", "s3cret")
    file = root / "stripe" / "paid.yml"
    context = sending_context(file, "local", secrets)
    scopes = context.scopes_for(read_request(file), {"given": "1"})
    found = {name: scopes.find(name) for name in ("who", "far", "host", "path", "own", "token", "FROM_FILE", "given")}
    assert {name: known and known.value for name, known in found.items()} == {
        "who": "local",
        "far": "g",
        "host": "http://base",
        "path": "hooks",
        "own": "{{who}}",
        "token": "s3cret",
        "FROM_FILE": "filed",
        "given": "1",
    }
    assert {name: known.scope.kind for name, known in found.items() if known} == {
        "who": ScopeKind.ENVIRONMENT,
        "far": ScopeKind.GLOBAL,
        "host": ScopeKind.ENVIRONMENT,
        "path": ScopeKind.FOLDER,
        "own": ScopeKind.REQUEST,
        "token": ScopeKind.ENVIRONMENT,
        "FROM_FILE": ScopeKind.ENVIRONMENT,
        "given": ScopeKind.LOCAL,
    }
    assert [name for name, known in found.items() if known and known.secret] == ["token", "FROM_FILE"]
    assert scopes.find("off") is None
    assert "s3cret" not in repr(context)
    assert context.inherited[-1].auth.kind is AuthKind.BASIC
    assert (context.folder, context.problems) == (root, ())


def test_locked_store_is_a_sentence(root: Path, secrets: Secrets, paths: Paths) -> None:
    own_prefix(secrets, root, "local")
    context = sending_context(root / "stripe" / "paid.yml", "local", Secrets(paths))
    assert any("passphrase" in problem for problem in context.problems)
    assert context.scopes.find("token") is None
    assert context.scopes.find("host") is not None


def test_unknown_environment_is_named(root: Path, secrets: Secrets) -> None:
    with pytest.raises(UsageError, match="no environment 'prod'") as caught:
        sending_context(root / "stripe" / "paid.yml", "prod", secrets)
    assert caught.value.hint == "There are: base, local."


def test_new_and_lone_requests(root: Path, secrets: Secrets, tmp_path: Path) -> None:
    assert sending_context(None, "", secrets).scopes.all == ()
    known = sending_context(None, "", secrets, root=root).scopes.find("who")
    assert known is not None
    assert known.value == "collection"


async def test_one_way_from_file_to_wire(root: Path, secrets: Secrets, paths: Paths) -> None:
    secrets.put(f"{own_prefix(secrets, root, 'local')}/token", "s3cret")
    file = root / "stripe" / "paid.yml"
    saved = read_request(file)
    context = sending_context(file, "local", secrets)
    async with open_workbench(paths) as workbench, RawTarget() as target:
        sent = await workbench.deliveries.send(
            saved,
            scopes=context.scopes_for(saved, {"host": target.url}),
            inherited=context.inherited,
            sources=Sources(workbench.clock, folder=context.folder),
        )
        raw = target.received[0]
    assert raw.startswith(b"POST /hooks/local HTTP/1.1\r\n")
    assert b"\r\nX-Team: local\r\n" in raw
    assert b"\r\nAuthorization: Basic YWRhOnMzY3JldA==\r\n" in raw
    assert sent.name == "Paid"
