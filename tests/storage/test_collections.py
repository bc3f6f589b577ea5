"""Collections as folders: created, listed in order, whatever else lies in them."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from workbench.model.collection import FolderEntry, RequestEntry, SavedRequest
from workbench.model.errors import CollectionError
from workbench.storage.collections import create_collection, new_request_path, read_tree, save_request

SCHEMA = json.loads((Path(__file__).parents[2] / "resources/schemas/opencollection-1.0.0.json").read_text("utf-8"))


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    path = tmp_path / "webhooks"
    create_collection(path, "Webhooks")
    return path


def a_request_file(path: Path, name: str, seq: str = "", method: str = "POST") -> Path:
    order = f"\n  seq: {seq}" if seq else ""
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"info:\n  name: {name}\n  type: http{order}\nhttp:\n  method: {method}\n", "utf-8")
    return path


def names(tree: FolderEntry) -> list[str]:
    return [request.name for request in tree.requests]


def test_a_new_collection_is_valid_opencollection_and_tells_git_what_to_leave_alone(collection: Path) -> None:
    document = yaml.safe_load((collection / "opencollection.yml").read_text("utf-8"))
    jsonschema.validate(document, SCHEMA)
    assert document["opencollection"] == "1.0.0"
    assert document["info"] == {"name": "Webhooks"}
    assert (
        collection / ".gitattributes"
    ).read_text() == "*.yml text eol=lf\n*.hook.yaml text eol=lf\nbodies/** -text\n"
    assert (collection / ".gitignore").read_text() == ".local/\n*.secret\n.*.tmp\n"


def test_lines_that_git_files_have_already_stay(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("*.log\n.local/")
    create_collection(tmp_path, "Webhooks")
    assert (tmp_path / ".gitignore").read_text() == "*.log\n.local/\n*.secret\n.*.tmp\n"


def test_a_collection_is_not_created_over_another(collection: Path) -> None:
    with pytest.raises(CollectionError, match="is a collection already"):
        create_collection(collection, "Other")
    assert read_tree(collection).name == "Webhooks"


def test_a_folder_without_opencollection_yml_is_no_collection(tmp_path: Path) -> None:
    with pytest.raises(CollectionError, match=r"has no opencollection\.yml"):
        read_tree(tmp_path)


def test_the_tree_has_names_and_methods_in_folders(collection: Path) -> None:
    file = a_request_file(collection / "stripe" / "paid.yml", "Invoice paid", method="PURGE")
    (collection / "stripe" / "folder.yml").write_text("info:\n  name: Stripe, live\n")
    (collection / "empty").mkdir()
    tree = read_tree(collection)
    assert [folder.name for folder in tree.folders] == ["empty", "Stripe, live"]
    assert tree.folders[1].requests == (RequestEntry("Invoice paid", "PURGE", str(file)),)
    assert tree.folders[1].problems == ()


def test_order_is_seq_with_fractions_then_name(collection: Path) -> None:
    for name, seq in [("zeta", ""), ("Alpha", ""), ("third", "2"), ("second", "1.5"), ("first", "1")]:
        a_request_file(collection / f"{name}.yml", name, seq)
    assert names(read_tree(collection)) == ["first", "second", "third", "Alpha", "zeta"]


def test_folders_follow_their_own_seq(collection: Path) -> None:
    for name, seq in [("a", 2), ("b", 1)]:
        (collection / name).mkdir()
        (collection / name / "folder.yml").write_text(f"info:\n  name: {name}\n  seq: {seq}\n")
    assert [folder.name for folder in read_tree(collection).folders] == ["b", "a"]


def test_what_is_no_request_is_not_listed(collection: Path) -> None:
    for path in ("bodies/x.yml", "environments/local.yml", ".git/x.yml", "x.hook.yaml", "notes.md"):
        a_request_file(collection / path, "not a request")
    tree = read_tree(collection)
    assert (tree.folders, tree.requests, tree.problems) == ((), (), ())


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        pytest.param(b"info:\n  name: [a\n", r"broken\.yml, line 3: ", id="not YAML"),
        pytest.param(b"info:\n\tname: a\n", r"line 2: a tab stands where YAML wants spaces", id="indented by tabs"),
        pytest.param(b"", r"line 1: the file is empty", id="empty"),
        pytest.param(b"# nothing\n", r"line 1: the file is empty", id="comments only"),
        pytest.param(b"- a\n", r"line 1: the file must hold keys and values", id="a list"),
        pytest.param(b"http:\n  url: x\n", r"line 1: “info” is missing", id="no info"),
        pytest.param(b"info: text\n", r"line 1: “info” must hold keys and values", id="info is text"),
        pytest.param(b"info:\n  name: a\n", r"line 2: “type” must be http or graphql", id="no type"),
        pytest.param(b"info:\n  type: grpc\n", r"a grpc item, and only http requests are read", id="grpc"),
        pytest.param(b"info:\n  type: http\n  name: [a]\n", r"line 3: “name” must be text", id="name is a list"),
        pytest.param(b"info:\n  type: http\n  seq: soon\n", r"line 3: “seq” must be a number", id="seq is text"),
        pytest.param(
            b"info:\n  type: http\n  seq: .nan\n", r"line 3: “seq” must be a number", id="seq is not a number"
        ),
        pytest.param(b"info:\n  type: http\n  type: http\n", r"line 3: “type” is there twice", id="a key twice"),
        pytest.param(b"info:\n  type: http\n---\na: 1\n", r"line 3: a second document", id="two documents"),
        pytest.param(b"info:\n  name: \xff\n", r"line 2: there are bytes that are not UTF-8", id="latin-1"),
        pytest.param(b"a: !!python/object:os.system x\n", r"line 1: the YAML tag .* is not read", id="a tag"),
        pytest.param(b"x" * 1_000_000, r"line 1: the file must hold keys", id="1 MB on one line"),
        pytest.param(b"[" * 1_000_000, r"line 1: more than 64 levels are nested", id="1 MB of brackets"),
        pytest.param(b"a: {" * 100_000, r"line 1: more than 64 levels are nested", id="deep mappings"),
        pytest.param(b"- " * 100_000, r"line 1: more than 64 levels are nested", id="deep lists"),
        pytest.param(
            b"a: &a [x, x]\n" + b"".join(b"%c: &%c [*%c, *%c]\n" % (c, c, c - 1, c - 1) for c in b"bcdefghijk"),
            r"line 2: YAML aliases \(\*name\) are not read",
            id="alias bomb",
        ),
        pytest.param(b"a: &a [*a]\n", r"line 1: YAML aliases", id="alias of itself"),
    ],
)
def test_a_broken_file_is_a_problem_and_stops_nothing(collection: Path, content: bytes, problem: str) -> None:
    a_request_file(collection / "good.yml", "Good")
    broken = collection / "broken.yml"
    broken.write_bytes(content)
    tree = read_tree(collection)
    assert names(tree) == ["Good"]
    assert len(tree.problems) == 1
    with pytest.raises(CollectionError, match=problem):
        raise CollectionError(tree.problems[0])
    assert broken.read_bytes() == content


def test_broken_names_of_folders_are_problems_and_their_requests_are_listed(collection: Path) -> None:
    a_request_file(collection / "stripe" / "paid.yml", "Paid")
    (collection / "stripe" / "folder.yml").write_text("info: [\n")
    (collection / "opencollection.yml").write_text("info: 12\n")
    tree = read_tree(collection)
    assert (tree.name, len(tree.problems)) == ("webhooks", 1)
    assert (tree.folders[0].name, len(tree.folders[0].problems)) == ("stripe", 1)
    assert names(tree.folders[0]) == ["Paid"]


def test_links_are_not_followed(collection: Path, tmp_path: Path) -> None:
    outside = a_request_file(tmp_path / "outside" / "secret.yml", "Secret")
    (collection / "link.yml").symlink_to(outside)
    (collection / "folder").symlink_to(outside.parent)
    (collection / "loop").symlink_to(collection)
    tree = read_tree(collection)
    assert (tree.folders, tree.requests) == ((), ())
    assert tree.problems == ("link.yml is a link, and links are not followed.",)


@pytest.mark.parametrize(
    ("name", "file_name"),
    [
        pytest.param("Invoice paid", "invoice-paid.yml", id="words"),
        pytest.param("POST /v1/{{id}}?x=*", "post-v1-id-x.yml", id="a URL"),
        pytest.param("../../etc/passwd", "etc-passwd.yml", id="a path"),
        pytest.param("Zahlung für Ümit", "zahlung-für-ümit.yml", id="umlauts"),
        pytest.param("支払い完了", "支払い完了.yml", id="Japanese"),
        pytest.param("💸🎉", "request.yml", id="emoji only"),
        pytest.param("", "request.yml", id="nothing"),
        pytest.param("CON", "con-2.yml", id="a device of Windows"),
        pytest.param("Folder", "folder-2.yml", id="the folder's own file"),
        pytest.param("ends with. ", "ends-with.yml", id="dot and space at the end"),
        pytest.param("a" * 300, "a" * 60 + ".yml", id="long"),
    ],
)
def test_a_new_request_gets_a_readable_file_name(collection: Path, name: str, file_name: str) -> None:
    assert new_request_path(collection, name) == collection / file_name


def test_a_new_request_takes_no_name_that_is_there_in_any_case(collection: Path) -> None:
    (collection / "Paid.YML").touch()
    (collection / "paid-2.yml").touch()
    assert new_request_path(collection, "PAID").name == "paid-3.yml"


def test_a_saved_request_is_in_the_tree(collection: Path) -> None:
    file = new_request_path(collection, "Paid")
    save_request(file, SavedRequest(name="Paid 💸", method="PUT", url="https://example.test/"))
    assert read_tree(collection).requests == (RequestEntry("Paid 💸", "PUT", str(file), "https://example.test/"),)
