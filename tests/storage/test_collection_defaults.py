"""What folders and collections give to their requests: read, written line by line, found from the outside in."""

import difflib
import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
import yaml

from workbench.model.authentication import INHERITED, NO_AUTH, Auth, AuthKind
from workbench.model.collection import Defaults, Field
from workbench.model.errors import ChangedOutside, CollectionError
from workbench.model.send_settings import SendSettings
from workbench.model.variables import ScopeKind, Variable
from workbench.storage.collection_defaults import defaults_fingerprint, read_defaults, resolution, save_defaults
from workbench.storage.collections import create_collection

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "resources/schemas/opencollection-1.0.0.json").read_text("utf-8"))
FOLDER = jsonschema.Draft7Validator({"$ref": "#/$defs/Folder", "$defs": SCHEMA["$defs"]})
COLLECTION = jsonschema.Draft7Validator(SCHEMA)

FULL = Defaults(
    headers=(Field("X-A", "1"), Field("X-B", "off", enabled=False)),
    auth=Auth(AuthKind.JWT, (("secret", "{{key}}"),)),
    variables=(Variable("host", "a.test"), Variable("key", secret=True)),
    settings=SendSettings(timeout_s=5.0, max_redirects=3, verify=False),
    docs="All about it.\nMore.",
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    path = tmp_path / "webhooks"
    create_collection(path, "Webhooks")
    (path / "stripe").mkdir()
    return path


def changed_lines(before: str, after: str) -> list[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


@pytest.mark.parametrize("where", ["", "stripe"])
@pytest.mark.parametrize(
    "defaults",
    [
        pytest.param(FULL, id="all"),
        pytest.param(Defaults(), id="nothing"),
        pytest.param(Defaults(auth=NO_AUTH), id="no authentication"),
        pytest.param(Defaults(auth=Auth(AuthKind.BASIC, (("username", "me"),))), id="basic"),
        pytest.param(Defaults(settings=SendSettings(http2=True)), id="a setting of ours"),
        pytest.param(Defaults(docs="a"), id="docs"),
    ],
)
def test_everything_survives(root: Path, where: str, defaults: Defaults) -> None:
    save_defaults(root / where, FULL)
    save_defaults(root / where, defaults)
    assert read_defaults(root / where) == defaults
    file = root / where / ("folder.yml" if where else "opencollection.yml")
    (FOLDER if where else COLLECTION).validate(yaml.safe_load(file.read_text()))
    hook = file.with_name(f"{file.stem}.hook.yaml")
    assert hook.exists() == (defaults in (FULL, Defaults(auth=NO_AUTH), Defaults(settings=SendSettings(http2=True))))
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert read_defaults(root / where) == defaults


def test_a_folder_is_laid_out_as_bruno_does(root: Path) -> None:
    save_defaults(root / "stripe", replace(FULL, auth=INHERITED))
    assert (
        (root / "stripe" / "folder.yml").read_text()
        == """\
info:
  name: stripe
  type: folder

request:
  headers:
    - name: X-A
      value: '1'
    - name: X-B
      value: 'off'
      disabled: true
  auth: inherit
  variables:
    - name: host
      value: a.test
    - name: key
      value: ''
  settings:
    http:
      timeout: 5000
      maxRedirects: 3

docs: |-
  All about it.
  More.
"""
    )


THEIRS = """\
info:
  name: Stripe
  type: folder
  seq: 2
# given to all
request:
  headers:
    - name: A
      value: b   # beside
      description: kept
  scripts:
    - type: tests
      code: test()
  settings:
    http:
      encodeUrl: false
    graphql:
      timeout: 3
docs:
  content: Read me.
  type: text/markdown
"""


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        pytest.param(
            {"headers": (Field("A", "c"),)}, ["-      value: b   # beside", "+      value: c   # beside"], id="header"
        ),
        pytest.param({"settings": SendSettings(timeout_s=1)}, ["+      timeout: 1000"], id="time-out"),
        pytest.param({"docs": "New."}, ["-  content: Read me.", "+  content: New."], id="docs"),
        pytest.param(
            {"auth": Auth(AuthKind.BEARER, (("token", "t"),))},
            ["+  auth:", "+    type: bearer", "+    token: t"],
            id="auth",
        ),
    ],
)
def test_a_change_shows_only_its_own_lines(root: Path, changes: dict[str, object], lines: list[str]) -> None:
    file = root / "stripe" / "folder.yml"
    file.write_text(THEIRS)
    before = read_defaults(file.parent)
    save_defaults(file.parent, before)
    assert file.read_text() == THEIRS
    after = replace(before, **changes)  # pyright: ignore[reportArgumentType]
    save_defaults(file.parent, after)
    assert changed_lines(THEIRS, file.read_text()) == lines
    assert read_defaults(file.parent) == after


def test_a_change_from_outside_is_not_overwritten(root: Path) -> None:
    seen = save_defaults(root / "stripe", FULL)
    assert seen == defaults_fingerprint(root / "stripe")
    (root / "stripe" / "folder.hook.yaml").write_text("settings:\n  verify: true\n")
    with pytest.raises(ChangedOutside):
        save_defaults(root / "stripe", Defaults(), expected=seen)


def test_a_request_inherits_from_the_outside_in(root: Path) -> None:
    inner = root / "stripe" / "live"
    inner.mkdir()
    save_defaults(root, Defaults(headers=(Field("A", "1"),)))
    save_defaults(inner, FULL)
    levels = resolution(inner / "paid.yml")
    assert [(level.kind, level.name, level.defaults) for level in levels] == [
        (ScopeKind.COLLECTION, "Webhooks", Defaults(headers=(Field("A", "1"),))),
        (ScopeKind.FOLDER, "stripe", Defaults()),
        (ScopeKind.FOLDER, "live", FULL),
    ]


def test_what_cannot_be_read_is_a_sentence(root: Path) -> None:
    (root / "stripe" / "folder.yml").write_text("request: [\n")
    with pytest.raises(CollectionError, match=r"folder\.yml, line 2"):
        resolution(root / "stripe" / "paid.yml")
    with pytest.raises(CollectionError):
        save_defaults(root / "stripe", FULL)
    assert (root / "stripe" / "folder.yml").read_text() == "request: [\n"
