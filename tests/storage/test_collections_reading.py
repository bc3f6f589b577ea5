"""Reading requests that other programs and people wrote."""

from pathlib import Path

import pytest

from workbench.model.authentication import NO_AUTH
from workbench.model.collection import BodyKind, Field, SavedRequest
from workbench.model.errors import CollectionError
from workbench.storage.collections import create_collection, read_request, save_request, unsent_parts


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    path = tmp_path / "webhooks"
    create_collection(path, "Webhooks")
    return path


def a_file(collection: Path, http: str, rest: str = "") -> Path:
    lines = "".join(f"  {line}\n" for line in http.split("\n"))
    file = collection / "request.yml"
    file.write_bytes(f"info:\n  name: A\n  type: http\nhttp:\n{lines}{rest}".encode())
    return file


def a_file_body(collection: Path, path: str, content_type: str = "") -> Path:
    row = f"  - filePath: {path}\n    contentType: '{content_type}'\n    selected: true"
    return a_file(collection, f"method: POST\nbody:\n  type: file\n  data:\n  {row.replace(chr(10), chr(10) + '  ')}")


def test_a_request_without_details_is_a_get_named_like_its_file(collection: Path) -> None:
    file = collection / "bare.yml"
    file.write_text("info:\n  type: http\n")
    assert read_request(file) == SavedRequest(name="bare", method="GET", auth=NO_AUTH)


def test_values_are_the_text_that_was_typed(collection: Path) -> None:
    rows = ["no", "1.0", "0x1F", "2026-11-23", "12:30", "1_000", '"quoted"', "~", ""]
    file = a_file(collection, "headers:\n" + "\n".join(f"  - name: A\n    value: {row}" for row in rows))
    assert [field.value for field in read_request(file).headers] == [
        *("no", "1.0", "0x1F", "2026-11-23", "12:30", "1_000", "quoted", "", "")
    ]


def test_the_url_decides_which_parameters_are_sent(collection: Path) -> None:
    file = a_file(
        collection,
        """\
url: https://example.test/?a=1
params:
  - name: stale
    value: x
    type: query
  - name: off
    value: y
    type: query
    disabled: true""",
    )
    request = read_request(file)
    assert request.url == "https://example.test/?a=1"
    assert request.disabled_params == (Field("off", "y", enabled=False),)


@pytest.mark.parametrize("letter", ["\x85", "\u2028", "\u2029"], ids=["U+0085", "U+2028", "U+2029"])
def test_letters_that_old_yaml_breaks_lines_at_are_letters(collection: Path, letter: str) -> None:
    file = a_file(collection, f"method: POST\nbody:\n  type: text\n  data: |-\n    a{letter}b\n    c")
    assert read_request(file).body.content.read() == f"a{letter}b\nc".encode()


def test_a_byte_order_mark_before_the_file_is_no_problem(collection: Path) -> None:
    file = a_file(collection, "url: https://a.test")
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    save_request(file, SavedRequest(name="A", url="https://b.test"))
    assert file.read_bytes().startswith(b"\xef\xbb\xbfinfo:")
    assert read_request(file).url == "https://b.test"


def test_only_enabled_rows_of_a_form_are_sent(collection: Path) -> None:
    file = a_file(
        collection,
        """\
body:
  type: form-urlencoded
  data:
    - name: a b
      value: é
    - name: off
      value: x
      disabled: true
    - name: c
      value: ""\
""",
    )
    assert read_request(file).body.content.read() == b"a+b=%C3%A9&c="


def test_a_body_comes_from_a_file_of_the_collection(collection: Path) -> None:
    (collection / "fixtures").mkdir()
    (collection / "fixtures" / "logo.png").write_bytes(b"\x89PNG\r\n")
    request = read_request(a_file_body(collection, "fixtures/logo.png", "image/png"))
    assert (request.body.kind, request.body.content.read()) == (BodyKind.BYTES, b"\x89PNG\r\n")
    assert request.headers == (Field("Content-Type", "image/png"),)


def test_a_path_written_on_windows_is_found(collection: Path) -> None:
    (collection / "fixtures").mkdir()
    (collection / "fixtures" / "a.json").write_bytes(b"{}")
    request = read_request(a_file_body(collection, "fixtures\\a.json", "application/json"))
    assert (request.body.kind, request.body.content.read()) == (BodyKind.JSON, b"{}")


@pytest.mark.parametrize(
    "path", ["../secret", "/etc/passwd", "a/../../secret", "..\\secret", "C:\\secret", "\\\\host\\share", "link"]
)
def test_a_body_outside_the_collection_is_refused(collection: Path, tmp_path: Path, path: str) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    (collection / "link").symlink_to(tmp_path / "secret")
    with pytest.raises(CollectionError, match="which is outside the collection"):
        read_request(a_file_body(collection, path))


def test_a_folder_in_the_collection_has_the_collections_bodies_only(collection: Path) -> None:
    (collection / "bodies").mkdir()
    (collection / "bodies" / "a.json").write_bytes(b"{}")
    (collection / "stripe").mkdir()
    file = a_file_body(collection, "bodies/a.json").rename(collection / "stripe" / "request.yml")
    assert read_request(file).body.content.read() == b"{}"


def test_a_missing_body_is_an_error_and_not_an_empty_one(collection: Path) -> None:
    with pytest.raises(CollectionError, match=r"The body of request\.yml is missing"):
        read_request(a_file_body(collection, "bodies/gone.json"))


@pytest.mark.parametrize(
    ("http", "sentence"),
    [
        pytest.param("headers: text", r"line 5: “headers” must be a list", id="headers are text"),
        pytest.param("headers:\n  - text", r"line 6: each row of “headers”", id="a header is text"),
        pytest.param("url:\n  - a", r"line 6: “url” must be text", id="the URL is a list"),
        pytest.param(
            "headers:\n  - name: a\n    disabled: perhaps", r"line 7: “disabled” must be true or false", id="flag"
        ),
        pytest.param("body:\n  type: sparql\n  data: a", r"a body of type “sparql”", id="sparql"),
        pytest.param("body:\n  - title: a", r"line 6: the request has a choice of bodies", id="variants"),
        pytest.param("body: text", r"line 5: “body” must hold keys and values", id="text"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(collection: Path, http: str, sentence: str) -> None:
    with pytest.raises(CollectionError, match=sentence):
        read_request(a_file(collection, http))


def test_a_missing_file_is_a_sentence(collection: Path) -> None:
    with pytest.raises(CollectionError, match=r"gone\.yml cannot be read"):
        read_request(collection / "gone.yml")


def test_what_bruno_would_do_and_we_do_not_is_said(collection: Path) -> None:
    file = a_file(
        collection,
        "url: https://example.test/:id\nauth:\n  type: ntlm\n  username: me",
        """\
runtime:
  scripts: []
  actions:
    - type: set-variable
      phase: before-request
      selector: {expression: a, method: jsonq}
      variable: {name: a, scope: runtime}
    - type: set-variable
      phase: after-response
      selector: {expression: res.body.id, method: jsonq}
      variable: {name: id, scope: folder}
""",
    )
    with (collection / "opencollection.yml").open("a") as settings:
        settings.write("request:\n  auth:\n    type: wsse\nconfig:\n  proxy:\n    disabled: false\n")
    assert unsent_parts(file) == (
        "request.yml: its ntlm authentication is not sent.",
        "request.yml: its scripts are not run.",
        "request.yml: its action before the request is not run.",
        "request.yml: id is kept as a runtime variable, not as one of the folder.",
        "opencollection.yml: its wsse authentication is not sent.",
        "opencollection.yml: its proxy settings are not used.",
    )


def test_a_plain_request_says_nothing(collection: Path) -> None:
    assert unsent_parts(a_file(collection, "url: https://example.test/\nauth: inherit")) == ()
