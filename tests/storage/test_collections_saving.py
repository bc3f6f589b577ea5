"""Saving requests: to the byte, only what changed, never half, never over another's work."""

import difflib
import json
import os
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
import yaml

from workbench.model.collection import BodyKind, ComposedBody, Field, SavedRequest
from workbench.model.errors import ChangedOutside, CollectionError
from workbench.model.message import Body
from workbench.storage.collections import (
    NO_FILE,
    create_collection,
    fingerprint,
    read_request,
    save_request,
)

DATA = Path(__file__).parents[1] / "data"
BODIES: dict[str, str] = json.loads((DATA / "bodies.json").read_text("utf-8"))
SCHEMA = json.loads((DATA.parents[1] / "resources/schemas/opencollection-1.0.0.json").read_text("utf-8"))
REQUEST = jsonschema.Draft7Validator({"$ref": "#/$defs/HttpRequest", "$defs": SCHEMA["$defs"]})
# What git, YAML parsers or line-end conversion would alter.
BESIDE = {"crlf", "lone_cr", "u2028_nel", "bom", "ctrl_01", "nul", "only_spaces"}

BY_HAND = """\
# Who owns this: billing
info:
  name: Invoice paid  # shown in the tree
  type: http
  seq: 1.5
  tags: [ stripe, "billing" ]

# What goes out
http:
  method: POST
  url: "https://example.test/hooks"
  headers:
    # names this machine
    - name: X-Sender
      value: 2026-11-23   # a date, as text
    # the signature
    - name: X-Signed
      value: yes
      description: kept for Bruno

  # a body
  body:
    type: json
    data: |-
      {
        "a": 1
      }

x-signing: { profile: stripe }

settings:
  encodeUrl: true

docs: |
  Read me.
# the end
"""


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    path = tmp_path / "webhooks"
    create_collection(path, "Webhooks")
    return path


@pytest.fixture
def by_hand(collection: Path) -> Path:
    file = collection / "invoice-paid.yml"
    file.write_text(BY_HAND, "utf-8")
    return file


def a_request(content: bytes = b"", kind: BodyKind = BodyKind.JSON, **changes: object) -> SavedRequest:
    request = SavedRequest(
        name="Invoice paid",
        method="POST",
        url="https://example.test/hooks",
        headers=(Field("X-Sender", "workbench"),),
        body=ComposedBody(kind, Body(content)),
    )
    return replace(request, **changes)  # pyright: ignore[reportArgumentType]


def valid(file: Path) -> dict[str, object]:
    document = yaml.safe_load(file.read_text("utf-8"))
    REQUEST.validate(document)
    return document


def changed_lines(before: str, after: str) -> list[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


def body_of(file: Path) -> tuple[BodyKind, bytes]:
    body = read_request(file).body
    return body.kind, body.content.read()


@pytest.mark.parametrize("kind", [BodyKind.JSON, BodyKind.XML, BodyKind.TEXT, BodyKind.FORM, BodyKind.BYTES])
@pytest.mark.parametrize("name", BODIES)
def test_every_body_survives_to_the_byte_and_through_git(collection: Path, name: str, kind: BodyKind) -> None:
    content = BODIES[name].encode()
    file = collection / "request.yml"
    save_request(file, a_request(content, kind))
    valid(file)
    assert body_of(file) == (kind, content)
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert body_of(file) == (kind, content)
    save_request(file, replace(read_request(file), url="https://example.test/other"))
    assert body_of(file) == (kind, content)


@pytest.mark.parametrize("name", BODIES)
def test_a_body_stands_in_the_file_unless_something_would_alter_it(collection: Path, name: str) -> None:
    file = collection / "stripe" / "paid.yml"
    file.parent.mkdir()
    save_request(file, a_request(BODIES[name].encode()))
    sidecar = collection / "bodies" / "stripe" / "paid.json"
    assert sidecar.exists() == (name in BESIDE)
    assert (not sidecar.exists()) or sidecar.read_bytes() == BODIES[name].encode()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        pytest.param(b"\xff\xfe\x00", BodyKind.JSON, id="not UTF-8"),
        pytest.param(b"x" * 65_536, BodyKind.TEXT, id="64 KiB"),
        pytest.param(b"", BodyKind.BYTES, id="no bytes"),
        pytest.param(bytes(range(256)) * 8_192, BodyKind.BYTES, id="2 MiB"),
    ],
)
def test_other_bytes_stand_beside(collection: Path, content: bytes, kind: BodyKind) -> None:
    file = collection / "paid.yml"
    save_request(file, a_request(content, kind))
    valid(file)
    assert body_of(file) == (kind, content)
    assert len(list((collection / "bodies").iterdir())) == 1


def test_a_request_is_written_as_bruno_lays_it_out(collection: Path) -> None:
    file = collection / "paid.yml"
    request = a_request(
        b'{\n  "n": 1.0\n}\n',
        url="https://{{host}}/hooks?a=%20b&flag&c=#top",
        headers=(Field("A", "1"), Field("A", "no"), Field("Off", "x", enabled=False)),
        disabled_params=(Field("debug", "1", enabled=False),),
    )
    save_request(file, request)
    assert valid(file)
    assert read_request(file) == request
    assert (
        file.read_text("utf-8")
        == """\
info:
  name: Invoice paid
  type: http
  seq: 1

http:
  method: POST
  url: https://{{host}}/hooks?a=%20b&flag&c=#top
  headers:
    - name: A
      value: '1'
    - name: A
      value: 'no'
    - name: 'Off'
      value: x
      disabled: true
  params:
    - name: a
      value: '%20b'
      type: query
    - name: flag
      value: ''
      type: query
    - name: c
      value: ''
      type: query
    - name: debug
      value: '1'
      type: query
      disabled: true
  body:
    type: json
    data: |
      {
        "n": 1.0
      }
  auth: inherit
"""
    )


@pytest.mark.parametrize(
    "text",
    ["no", "1.0", "0x1F", "2026-11-23", "~", "", " padded ", "a: b # c", "{{token}}", "'\"", "é💩", "a\r\nb", "\x00"],
)
def test_odd_text_in_names_and_values_survives(collection: Path, text: str) -> None:
    file = collection / "paid.yml"
    request = a_request(url=text, headers=(Field(text, text),), name=text or "paid", method=text or "GET")
    save_request(file, request)
    valid(file)
    assert read_request(file) == request


def test_an_unchanged_request_writes_nothing(by_hand: Path) -> None:
    os.utime(by_hand, ns=(1, 1))
    save_request(by_hand, read_request(by_hand))
    assert by_hand.read_text("utf-8") == BY_HAND
    assert by_hand.stat().st_mtime_ns == 1


def test_an_unchanged_body_beside_is_not_written_again(collection: Path) -> None:
    file = collection / "paid.yml"
    save_request(file, a_request(b"a\r\nb"))
    sidecar = collection / "bodies" / "paid.json"
    os.utime(sidecar, ns=(1, 1))
    save_request(file, replace(read_request(file), url="https://example.test/other"))
    assert sidecar.stat().st_mtime_ns == 1


HEADERS = (Field("X-Sender", "2026-11-23"), Field("X-Signed", "yes"))


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        pytest.param(
            {"headers": (Field("X-Sender", "ci"), HEADERS[1])},
            ["-      value: 2026-11-23   # a date, as text", "+      value: ci           # a date, as text"],
            id="one header",
        ),
        pytest.param(
            {"headers": (HEADERS[0], replace(HEADERS[1], enabled=False))},
            ["+      disabled: true"],
            id="a header switched off",
        ),
        pytest.param(
            {"headers": (*HEADERS, Field("New", "1"))},
            ["+    - name: New", "+      value: '1'"],
            id="a header at the end",
        ),
        pytest.param(
            {"headers": (HEADERS[0], Field("New", "on"), HEADERS[1])},
            ["+    - name: New", "+      value: 'on'"],
            id="a header between",
        ),
        pytest.param(
            {"headers": (HEADERS[1],)},
            ["-    - name: X-Sender", "-      value: 2026-11-23   # a date, as text"],
            id="the first header gone",
        ),
        pytest.param({"method": "PUT"}, ["-  method: POST", "+  method: PUT"], id="the method"),
        pytest.param(
            {"url": "https://b.test"},
            ['-  url: "https://example.test/hooks"', '+  url: "https://b.test"'],
            id="the URL, in its quotes",
        ),
        pytest.param(
            {"name": "Paid"},
            ["-  name: Invoice paid  # shown in the tree", "+  name: Paid          # shown in the tree"],
            id="the name",
        ),
        pytest.param(
            {"url": "https://example.test/hooks?a=1"},
            [
                '-  url: "https://example.test/hooks"',
                '+  url: "https://example.test/hooks?a=1"',
                "+  params:",
                "+    - name: a",
                "+      value: '1'",
                "+      type: query",
            ],
            id="the first parameter",
        ),
        pytest.param(
            {"body": ComposedBody(BodyKind.JSON, Body(b'{\n  "a": 2\n}'))},
            ['-        "a": 1', '+        "a": 2'],
            id="a line of the body",
        ),
        pytest.param(
            {"body": ComposedBody(BodyKind.XML, Body(b'{\n  "a": 1\n}'))},
            ["-    type: json", "+    type: xml"],
            id="the kind of the body",
        ),
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_a_change_shows_only_its_own_lines(
    by_hand: Path, changes: dict[str, object], lines: list[str], line_end: str
) -> None:
    before = BY_HAND.replace("\n", line_end)
    by_hand.write_bytes(before.encode())
    request = replace(read_request(by_hand), **changes)  # pyright: ignore[reportArgumentType]
    save_request(by_hand, request)
    after = by_hand.read_bytes().decode()
    assert after.count("\r") == (after.count("\n") if line_end == "\r\n" else 0)
    assert changed_lines(before, after) == lines
    assert read_request(by_hand) == request


def test_comments_and_what_others_wrote_survive(by_hand: Path) -> None:
    save_request(by_hand, replace(read_request(by_hand), headers=(), url="https://b.test"))
    kept = by_hand.read_text("utf-8")
    for line in ("# Who owns this: billing", "# What goes out", "# a body", "# the end", "  seq: 1.5", "  Read me."):
        assert f"{line}\n" in kept
    assert "x-signing:" in kept
    assert "profile: stripe" in kept


def test_the_indentation_of_a_file_stays(collection: Path) -> None:
    file = collection / "paid.yml"
    before = "info:\n    name: A\n    type: http\nhttp:\n    url: x\n    headers:\n    - name: B\n      value: c\n"
    file.write_text(before)
    save_request(file, replace(read_request(file), headers=(Field("B", "d"),)))
    assert changed_lines(before, file.read_text()) == ["-      value: c", "+      value: d"]


def test_descriptions_and_path_parameters_of_bruno_stay(collection: Path) -> None:
    file = collection / "paid.yml"
    before = """\
info:
  name: A
  type: http
http:
  method: GET
  url: https://example.test/:id?a=1&b=2
  params:
    - name: id
      value: "7"
      type: path
    - name: a
      value: "1"
      type: query
      description: first
    - name: off
      value: "0"
      type: query
      disabled: true
    - name: b
      value: "2"
      type: query
"""
    file.write_text(before)
    request = read_request(file)
    assert request.disabled_params == (Field("off", "0", enabled=False),)
    save_request(file, replace(request, url="https://example.test/:id?a=3&b=2"))
    assert changed_lines(before, file.read_text()) == [
        "-  url: https://example.test/:id?a=1&b=2",
        "+  url: https://example.test/:id?a=3&b=2",
        '-      value: "1"',
        '+      value: "3"',
    ]


def test_a_form_that_rows_can_hold_is_rows(collection: Path) -> None:
    file = collection / "paid.yml"
    save_request(file, a_request(b"a=1&a=b+c&d=%C3%A9%26&e={{id}}&f=", BodyKind.FORM))
    http = valid(file)["http"]
    assert isinstance(http, dict)
    assert http["body"]["data"] == [
        {"name": "a", "value": "1"},
        {"name": "a", "value": "b c"},
        {"name": "d", "value": "é&"},
        {"name": "e", "value": "{{id}}"},
        {"name": "f", "value": ""},
    ]
    assert body_of(file) == (BodyKind.FORM, b"a=1&a=b+c&d=%C3%A9%26&e={{id}}&f=")


def test_rows_of_a_form_that_are_switched_off_are_kept_where_they_stand(collection: Path) -> None:
    file = collection / "paid.yml"
    off = Field("b", "2", enabled=False)
    form = ComposedBody(BodyKind.FORM, Body(b"a=1&c=3"), disabled_fields=(off,))
    save_request(file, SavedRequest("Paid", "POST", "https://a.test", body=form))
    document = yaml.safe_load(file.read_text("utf-8"))
    REQUEST.validate(document)
    assert document["http"]["body"]["data"][2] == {"name": "b", "value": "2", "disabled": True}
    assert read_request(file).body == form
    save_request(file, replace(read_request(file), body=replace(form, disabled_fields=())))
    assert "disabled" not in file.read_text("utf-8")
    odd = ComposedBody(BodyKind.FORM, Body(b"a=%7e"), disabled_fields=(off,))
    with pytest.raises(CollectionError, match="switched off"):
        save_request(file, SavedRequest("Paid", "POST", "https://a.test", body=odd))


@pytest.mark.parametrize("raw", [b"a", b"a=%20", b"a=%c3%a9", b"a=~", b"a=1&", b"a=b=c", b"a=%7B%7Bx%7D%7D"])
def test_a_form_that_rows_would_alter_is_kept_as_bytes(collection: Path, raw: bytes) -> None:
    file = collection / "paid.yml"
    save_request(file, a_request(raw, BodyKind.FORM))
    assert (collection / "bodies" / "paid.form").read_bytes() == raw
    assert body_of(file) == (BodyKind.FORM, raw)


@pytest.mark.parametrize(
    ("kind", "headers", "content_type"),
    [
        pytest.param(BodyKind.JSON, (), "application/json", id="by kind"),
        pytest.param(BodyKind.BYTES, (), "", id="bytes have none"),
        pytest.param(
            BodyKind.JSON,
            (Field("content-type", "application/cloudevents+json"),),
            "application/cloudevents+json",
            id="the header's",
        ),
    ],
)
def test_a_body_beside_has_the_content_type_that_goes_out(
    collection: Path, kind: BodyKind, headers: tuple[Field, ...], content_type: str
) -> None:
    file = collection / "paid.yml"
    save_request(file, a_request(b"a\r\nb", kind, headers=headers))
    http = valid(file)["http"]
    assert isinstance(http, dict)
    assert http["body"]["data"][0]["contentType"] == content_type
    assert read_request(file).headers == headers


def test_a_body_beside_goes_when_nothing_names_it(collection: Path) -> None:
    file = collection / "paid.yml"
    save_request(file, a_request(b"a\r\nb"))
    save_request(file, a_request(b"a\r\nb", BodyKind.XML))
    assert [path.name for path in (collection / "bodies").iterdir()] == ["paid.xml"]
    save_request(file, a_request(b"ab"))
    assert list((collection / "bodies").iterdir()) == []


def test_a_body_that_two_requests_name_is_neither_removed_nor_overwritten(collection: Path) -> None:
    first, second = collection / "paid.yml", collection / "copy.yml"
    save_request(first, a_request(b"a\r\nb"))
    second.write_bytes(first.read_bytes())
    save_request(first, a_request(b"changed\r\n"))
    assert body_of(second) == (BodyKind.JSON, b"a\r\nb")
    assert body_of(first) == (BodyKind.JSON, b"changed\r\n")
    save_request(second, a_request(b"inline"))
    assert not (collection / "bodies" / "paid.json").exists()


def test_a_file_in_bodies_that_is_not_the_requests_own_is_not_overwritten(collection: Path) -> None:
    (collection / "bodies").mkdir()
    (collection / "bodies" / "paid.json").write_bytes(b"mine")
    save_request(collection / "paid.yml", a_request(b"a\r\nb"))
    assert (collection / "bodies" / "paid.json").read_bytes() == b"mine"
    assert body_of(collection / "paid.yml") == (BodyKind.JSON, b"a\r\nb")


def test_a_large_body_is_copied_from_its_file(collection: Path, tmp_path: Path) -> None:
    spool = tmp_path / "spooled"
    spool.write_bytes(b"\x00" * 2_000_000)
    file = collection / "paid.yml"
    save_request(file, a_request(body=ComposedBody(BodyKind.BYTES, Body.of_file(str(spool)))))
    loaded = read_request(file)
    assert loaded.body.content.path == str(collection / "bodies" / "paid.bin")
    spool.unlink()
    assert loaded.body.content.size == 2_000_000
    save_request(collection / "copy.yml", loaded)
    assert (collection / "bodies" / "copy.bin").read_bytes() == b"\x00" * 2_000_000


@pytest.mark.parametrize("at", [1, 2], ids=["at the body", "at the request"])
@pytest.mark.parametrize("there", [True, False], ids=["over a former one", "the first time"])
def test_a_save_that_fails_leaves_everything_as_it_was(
    collection: Path, monkeypatch: pytest.MonkeyPatch, at: int, there: bool
) -> None:
    file = collection / "paid.yml"
    if there:
        save_request(file, a_request(b"old\r\n"))
    before = files_of(collection)
    real_replace, calls = os.replace, 0

    def failing_replace(source: Path, target: Path) -> None:
        nonlocal calls
        calls += 1
        if calls == at:
            raise OSError(28, "No space left on device")
        real_replace(source, target)

    monkeypatch.setattr(os, "replace", failing_replace)
    with pytest.raises(CollectionError, match=r"paid\.yml could not be saved: .*No space left"):
        save_request(file, a_request(b"new\r\n", url="https://b.test"))
    assert files_of(collection) == before


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_request_changed_outside_is_not_overwritten(by_hand: Path) -> None:
    seen = fingerprint(by_hand)
    request = read_request(by_hand)
    theirs = BY_HAND.replace("POST", "PUT")
    by_hand.write_text(theirs, "utf-8")
    with pytest.raises(ChangedOutside, match=r"invoice-paid\.yml was changed by another program"):
        save_request(by_hand, replace(request, url="https://b.test"), expected=seen)
    assert by_hand.read_text("utf-8") == theirs


def test_a_body_changed_outside_is_not_overwritten(collection: Path) -> None:
    file = collection / "paid.yml"
    seen = save_request(file, a_request(b"a\r\nb"), expected=NO_FILE)
    (collection / "bodies" / "paid.json").write_bytes(b"theirs\r\n")
    with pytest.raises(ChangedOutside):
        save_request(file, a_request(b"ours\r\n"), expected=seen)
    assert (collection / "bodies" / "paid.json").read_bytes() == b"theirs\r\n"


def test_a_request_deleted_or_made_outside_is_noticed(collection: Path) -> None:
    file = collection / "paid.yml"
    seen = save_request(file, a_request(), expected=NO_FILE)
    with pytest.raises(ChangedOutside):
        save_request(file, a_request(b"1"), expected=NO_FILE)
    file.unlink()
    with pytest.raises(ChangedOutside):
        save_request(file, a_request(b"1"), expected=seen)


def test_saves_follow_one_another_by_the_fingerprint_each_returns(collection: Path) -> None:
    file = collection / "paid.yml"
    seen = save_request(file, a_request(), expected=NO_FILE)
    seen = save_request(file, a_request(b"a\r\nb"), expected=seen)
    assert seen == fingerprint(file)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param("info: [\n", "line 2", id="broken"),
        pytest.param("info:\n  type: grpc\n", "a grpc item", id="not http"),
        pytest.param("info:\n  type: http\nhttp:\n  url: &u x\n  method: *u\n", "YAML aliases", id="with an alias"),
    ],
)
def test_a_file_that_cannot_be_read_is_not_overwritten(collection: Path, content: str, sentence: str) -> None:
    file = collection / "paid.yml"
    file.write_text(content)
    with pytest.raises(CollectionError, match=sentence):
        save_request(file, a_request())
    assert file.read_text() == content


@pytest.mark.parametrize("name", ["folder.yml", "opencollection.yml", "paid.yaml", "paid"])
def test_only_a_requests_file_is_written(collection: Path, name: str) -> None:
    before = files_of(collection)
    with pytest.raises(CollectionError, match="is no name for a request's file"):
        save_request(collection / name, a_request())
    assert files_of(collection) == before


def test_half_a_surrogate_pair_is_refused(collection: Path) -> None:
    with pytest.raises(CollectionError, match="half a surrogate pair"):
        save_request(collection / "paid.yml", a_request(url="https://example.test/\ud83d"))
    assert not (collection / "paid.yml").exists()


def test_bodies_that_are_a_link_out_of_the_collection_are_not_written(collection: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (collection / "bodies").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CollectionError, match="outside the collection"):
        save_request(collection / "paid.yml", a_request(b"a\r\nb"))
    assert files_of(tmp_path / "elsewhere") == {}
