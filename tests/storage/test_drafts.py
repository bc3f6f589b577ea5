"""Drafts: all of a request comes back after a crash, and drafts of former versions still load."""

import contextlib
import json
import sqlite3
from pathlib import Path

import pytest

from workbench.model.authentication import Auth, AuthKind
from workbench.model.checks import Assertion, Taking
from workbench.model.collection import BodyKind, ComposedBody, Field, Part, SavedRequest
from workbench.model.message import Body
from workbench.model.send_settings import SendSettings
from workbench.model.signature import SigningChoice, SignMode
from workbench.model.variables import Variable
from workbench.storage.database import open_connection
from workbench.storage.drafts import StoredDraft, load_drafts, save_drafts
from workbench.storage.migrations import HISTORY

FULL = SavedRequest(
    name="é💩",
    method="PURGE",
    url="https://{{host}}/:id?a=\ud83d",
    headers=(Field("A", "1"), Field("Off", "", enabled=False)),
    disabled_params=(Field("debug", "1", enabled=False),),
    body=ComposedBody(
        BodyKind.MULTIPART,
        Body(b"\x00\xff"),
        (Part("a", "b"), Part("f", is_file=True, files=("/tmp/a", "b"), content_type="image/png", enabled=False)),
        '{"a": 1}',
        literal=True,
    ),
    path_params=(Field("id", "7"),),
    auth=Auth(AuthKind.JWT, (("secret", "{{key}}"), ("algorithm", "ES256"))),
    settings=SendSettings(timeout_s=0.25, verify=False, proxy="none", response_limit_bytes=1),
    variables=(Variable("a", "b", enabled=False), Variable("s", secret=True)),
    assertions=(Assertion("status", "someday", "1", enabled=False),),
    takings=(Taking("t", "$.a", "collection"),),
    signing=SigningChoice("stripe", "v1", "env:KEY", SignMode.WRONG_KEY, "https://a.test", (("a", "b"),)),
    docs="# a\n",
    tags=("x",),
)


def store(path: Path, drafts: list[StoredDraft]) -> None:
    with contextlib.closing(open_connection(path, HISTORY)) as connection:
        save_drafts(connection, drafts)
        connection.commit()


def insert(path: Path, fields: object, body: bytes = b"") -> None:
    with contextlib.closing(open_connection(path, HISTORY)) as connection:
        row = ("old", 0, fields if isinstance(fields, str) else json.dumps(fields), body, None)
        connection.execute("INSERT INTO draft (id, position, fields, body, body_file) VALUES (?, ?, ?, ?, ?)", row)
        connection.commit()


@pytest.mark.parametrize("kind", BodyKind)
def test_every_field_comes_back(tmp_path: Path, kind: BodyKind) -> None:
    request = SavedRequest(body=ComposedBody(kind, Body(b"a\r\n")))
    drafts = [StoredDraft("1", 0, FULL, "/a.yml", False, 7), StoredDraft("2", 1, request)]
    store(tmp_path / "history.db", drafts)
    assert load_drafts(tmp_path / "history.db") == (drafts, [])


def test_a_large_body_stays_a_file(tmp_path: Path) -> None:
    (tmp_path / "body").write_bytes(b"x")
    request = SavedRequest(body=ComposedBody(BodyKind.BYTES, Body.of_file(str(tmp_path / "body"))))
    store(tmp_path / "history.db", [StoredDraft("1", 0, request)])
    (loaded,), _ = load_drafts(tmp_path / "history.db")
    assert loaded.request.body.content.path == str(tmp_path / "body")
    (tmp_path / "body").unlink()
    assert load_drafts(tmp_path / "history.db")[1][0].startswith("The draft 1 could not be read (its body")


def test_a_draft_of_the_first_version_loads(tmp_path: Path) -> None:
    fields = {
        "name": "A",
        "method": "POST",
        "url": "u",
        "headers": [["A", "1", False]],
        "disabled_params": [["d", "1"]],
        "body_kind": "json",
        "file": "f",
        "dirty": True,
        "capture": None,
    }
    insert(tmp_path / "history.db", fields, b"{}")
    drafts, problems = load_drafts(tmp_path / "history.db")
    assert problems == []
    assert drafts[0].request == SavedRequest(
        name="A",
        method="POST",
        url="u",
        headers=(Field("A", "1", enabled=False),),
        disabled_params=(Field("d", "1", enabled=False),),
        body=ComposedBody(BodyKind.JSON, Body(b"{}")),
    )


def test_a_draft_with_fields_we_do_not_know_loads(tmp_path: Path) -> None:
    request = {"name": "A", "tomorrow": [1], "body": {"kind": "json", "mood": "good"}}
    insert(tmp_path / "history.db", {"version": 2, "request": request, "file": "", "dirty": True, "capture": None})
    assert load_drafts(tmp_path / "history.db")[0][0].request.name == "A"


@pytest.mark.parametrize(
    "fields",
    [
        "{",
        "[]",
        {"version": 3},
        {"version": 2, "request": {"name": 1}, "file": "", "dirty": True, "capture": None},
        {"version": 2, "request": {"body": {"kind": "hologram"}}, "file": "", "dirty": True, "capture": None},
        {"version": "2"},
        {},
    ],
)
def test_a_draft_that_cannot_be_read_is_a_sentence_and_stays(tmp_path: Path, fields: object) -> None:
    insert(tmp_path / "history.db", fields)
    drafts, problems = load_drafts(tmp_path / "history.db")
    assert drafts == []
    assert problems[0].startswith("The draft old could not be read")
    with contextlib.closing(sqlite3.connect(tmp_path / "history.db")) as connection:
        assert connection.execute("SELECT count(*) FROM draft").fetchone() == (1,)
