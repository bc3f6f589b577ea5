"""The tree changed: folders, names, places, copies, the trash; bodies and hook files follow."""

import difflib
from dataclasses import replace
from pathlib import Path

import pytest

from workbench.model.collection import BodyKind, ComposedBody, Defaults, Field, FolderEntry, SavedRequest
from workbench.model.errors import CollectionError
from workbench.model.message import Body
from workbench.model.signature import SigningChoice
from workbench.storage.collection_defaults import read_defaults, save_defaults
from workbench.storage.collection_editing import (
    create_folder,
    duplicate,
    move_before,
    move_into,
    rename_collection,
    rename_folder,
    rename_request,
)
from workbench.storage.collection_order import between
from workbench.storage.collection_trash import delete, empty_trash, undo_delete
from workbench.storage.collections import (
    create_collection,
    matching,
    new_request_path,
    read_request,
    read_tree,
    save_request,
)

REQUEST = SavedRequest(
    name="Paid",
    method="POST",
    url="https://example.test/paid",
    body=ComposedBody(BodyKind.JSON, Body(b"a\r\nb")),
    signing=SigningChoice("stripe", secret="env:KEY"),
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    path = tmp_path / "webhooks"
    create_collection(path, "Webhooks")
    return path


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def changes(before: dict[str, bytes], after: dict[str, bytes]) -> dict[str, list[str]]:
    """Return, by file, the lines that changed."""
    found: dict[str, list[str]] = {}
    for name in sorted(before.keys() | after.keys()):
        lines = [side.get(name, b"").decode("latin-1").splitlines() for side in (before, after)]
        changed = list(difflib.unified_diff(*lines, n=0, lineterm=""))[2:]
        if changed:
            found[name] = [line for line in changed if not line.startswith("@@")]
    return found


def some(root: Path, *names: str, seq: bool = True) -> list[Path]:
    files: list[Path] = []
    for number, name in enumerate(names, 1):
        file = root / f"{name}.yml"
        order = f"  seq: {number}\n" if seq else ""
        file.write_text(f"# {name}\ninfo:\n  name: {name}\n  type: http\n{order}http:\n  method: GET\n  url: a\n")
        files.append(file)
    return files


def names(tree: FolderEntry) -> list[str]:
    return [request.name for request in tree.requests]


def test_a_folder_is_made_and_inherits(root: Path) -> None:
    folder = create_folder(root, "Stripe, live")
    assert folder == root / "stripe-live"
    assert (folder / "folder.yml").read_text() == (
        "info:\n  name: Stripe, live\n  type: folder\n  seq: 1\n\nrequest:\n  auth: inherit\n"
    )
    assert create_folder(root, "stripe live").name == "stripe-live-2"
    assert create_folder(folder, "bodies").name == "bodies-2"
    assert [child.name for child in read_tree(root).folders] == ["Stripe, live", "stripe live"]


def test_a_request_is_renamed_with_all_that_belongs_to_it(root: Path) -> None:
    file = root / "paid.yml"
    save_request(file, REQUEST)
    file.write_text("# mine\n" + file.read_text())
    renamed = rename_request(file, "Invoice: paid")
    assert renamed == root / "invoice-paid.yml"
    assert sorted(files_of(root)) == [
        ".gitattributes",
        ".gitignore",
        "bodies/invoice-paid.json",
        "invoice-paid.hook.yaml",
        "invoice-paid.yml",
        "opencollection.yml",
    ]
    assert read_request(renamed) == replace(REQUEST, name="Invoice: paid")
    assert renamed.read_text().startswith("# mine\n")


def test_a_name_that_differs_in_case_alone_keeps_the_file(root: Path) -> None:
    file = root / "paid.yml"
    save_request(file, REQUEST)
    assert rename_request(file, "PAID") == file
    assert read_request(file).name == "PAID"
    assert rename_request(file, "PAID") == file


def test_a_new_name_takes_no_file_that_is_there(root: Path) -> None:
    some(root, "a", "b")
    assert rename_request(root / "a.yml", "b").name == "b-2.yml"
    (root / "c.hook.yaml").write_text("body:\n  literal: true\n")
    assert rename_request(root / "b.yml", "c").name == "c-2.yml"
    assert new_request_path(root, "c").name == "c-3.yml"


def test_a_folder_is_renamed_with_its_bodies(root: Path) -> None:
    folder = create_folder(root, "Stripe")
    inner = create_folder(folder, "Inner")
    save_request(inner / "paid.yml", REQUEST)
    save_request(folder / "made.yml", replace(REQUEST, name="Made"))
    moved = rename_folder(folder, "Billing")
    assert moved == root / "billing"
    assert read_tree(root).folders[0].name == "Billing"
    assert read_request(moved / "inner" / "paid.yml") == REQUEST
    assert sorted(name for name in files_of(root) if name.startswith("bodies")) == [
        "bodies/billing/inner/paid.json",
        "bodies/billing/made.json",
    ]


def test_the_collection_is_renamed_and_its_folder_is_not(root: Path) -> None:
    before = files_of(root)
    rename_collection(root, "Billing")
    assert changes(before, files_of(root)) == {"opencollection.yml": ["-  name: Webhooks", "+  name: Billing"]}
    assert read_tree(root).name == "Billing"


def test_a_move_is_one_line_in_one_file(root: Path) -> None:
    files = some(root, "a", "b", "c", "d")
    before = files_of(root)
    assert move_before(files[3], root, files[1]) == files[3]
    assert changes(before, files_of(root)) == {"d.yml": ["-  seq: 4", "+  seq: 1.5"]}
    assert names(read_tree(root)) == ["a", "d", "b", "c"]
    move_before(files[2], root, files[0])
    move_before(files[0], root, None)
    assert names(read_tree(root)) == ["c", "d", "b", "a"]


def test_a_move_to_where_it_is_changes_nothing(root: Path) -> None:
    files = some(root, "a", "b", "c")
    before = files_of(root)
    for file, follower in [(files[0], files[1]), (files[1], files[2]), (files[2], None)]:
        move_before(file, root, follower)
    move_into(files[0], root)
    assert files_of(root) == before


def test_neighbours_without_a_place_get_one_as_far_as_needed(root: Path) -> None:
    files = some(root, "a", "b", "c", "d", seq=False)
    before = files_of(root)
    move_before(files[3], root, files[1])
    assert changes(before, files_of(root)) == {"a.yml": ["+  seq: 1"], "d.yml": ["+  seq: 2"]}
    assert names(read_tree(root)) == ["a", "d", "b", "c"]


def test_a_thousand_moves_to_one_place_keep_the_order(root: Path) -> None:
    files = some(root, "a", "b", "c")
    for _ in range(120):
        files = [files[0], files[2], files[1]]
        move_before(files[1], root, files[2])
        assert names(read_tree(root)) == [file.stem for file in files]


@pytest.mark.parametrize(
    ("below", "above", "number"),
    [
        (None, None, 1.0),
        (3.0, None, 4.0),
        (2.5, None, 3.0),
        (1.0, 2.0, 1.5),
        (1.0, 9.0, 5.0),
        (1.0, 1.5, 1.2),
        (1.5, 1.6, 1.55),
        (None, 1.0, 0.5),
        (None, 0.0, -1.0),
        (None, -3.5, -4.0),
        (1.0, 1.0, None),
        (1.0, 1.0000000000000002, None),
        (0.1, 0.2, 0.15),
    ],
)
def test_a_number_between_is_short(below: float | None, above: float | None, number: float | None) -> None:
    assert between(below, above) == number


def test_equal_places_are_numbered_anew(root: Path) -> None:
    files = some(root, "a", "b", "c")
    for file in files:
        file.write_text(file.read_text().replace("seq: 2", "seq: 1").replace("seq: 3", "seq: 1"))
    move_before(files[2], root, files[1])
    assert names(read_tree(root)) == ["a", "c", "b"]


def test_a_request_moves_into_a_folder_with_all_that_belongs_to_it(root: Path) -> None:
    folder = create_folder(root, "Stripe")
    some(folder, "made")
    file = root / "paid.yml"
    save_request(file, REQUEST)
    moved = move_into(file, folder)
    assert moved == folder / "paid.yml"
    assert read_request(moved) == REQUEST
    assert names(read_tree(root).folders[0]) == ["made", "Paid"]
    assert not file.exists()
    assert sorted(name for name in files_of(root) if "paid" in name) == [
        "bodies/stripe/paid.json",
        "stripe/paid.hook.yaml",
        "stripe/paid.yml",
    ]


def test_a_request_finds_a_free_name_in_its_new_folder(root: Path) -> None:
    folder = create_folder(root, "Stripe")
    some(folder, "a")
    some(root, "a", seq=False)
    assert move_into(root / "a.yml", folder).name == "a-2.yml"


def test_a_place_that_meant_something_elsewhere_is_taken_out(root: Path) -> None:
    folder = create_folder(root, "Stripe")
    some(folder, "a", "c", seq=False)
    some(root, "b")
    move_into(root / "b.yml", folder)
    assert names(read_tree(root).folders[0]) == ["a", "b", "c"]


def test_a_body_that_two_requests_name_stays_when_one_moves(root: Path) -> None:
    folder = create_folder(root, "Stripe")
    save_request(root / "paid.yml", REQUEST)
    (root / "copy.yml").write_bytes((root / "paid.yml").read_bytes())
    moved = move_into(root / "paid.yml", folder)
    for file in (moved, root / "copy.yml"):
        assert read_request(file).body.content.read() == b"a\r\nb"


def test_a_folder_moves_before_another(root: Path) -> None:
    first, second, third = (create_folder(root, name) for name in ("a", "b", "c"))
    save_request(third / "paid.yml", REQUEST)
    move_before(third, root, first)
    assert [folder.name for folder in read_tree(root).folders] == ["c", "a", "b"]
    moved = move_into(third, second)
    assert read_request(moved / "paid.yml") == REQUEST
    assert not third.exists()


def test_a_move_that_makes_no_sense_is_a_sentence(root: Path, tmp_path: Path) -> None:
    folder = create_folder(root, "a")
    inner = create_folder(folder, "b")
    other = tmp_path / "other"
    create_collection(other, "Other")
    (file,) = some(root, "paid")
    before = files_of(tmp_path)
    for path, target, sentence in [
        (folder, inner, "cannot be put into itself"),
        (folder, folder, "cannot be put into itself"),
        (file, other, "cannot be moved into another collection"),
        (root / "gone.yml", folder, "is no longer there"),
        (file, root / "gone", "is no longer there"),
    ]:
        with pytest.raises(CollectionError, match=sentence):
            move_into(path, target)
    with pytest.raises(CollectionError, match="no longer there"):
        move_before(file, folder, folder / "gone.yml")
    assert files_of(tmp_path) == before


def test_a_copy_stands_behind_its_original_and_has_a_body_of_its_own(root: Path) -> None:
    files = some(root, "a", "b")
    save_request(files[0], replace(REQUEST, name="a"))
    copy = duplicate(files[0])
    assert names(read_tree(root)) == ["a", "a copy", "b"]
    assert read_request(copy) == replace(REQUEST, name="a copy")
    save_request(files[0], replace(REQUEST, name="a", body=ComposedBody(BodyKind.JSON, Body(b"other\r\n"))))
    assert read_request(copy).body.content.read() == b"a\r\nb"


def test_a_folder_is_copied_with_its_bodies(root: Path) -> None:
    folder = create_folder(root, "Stripe")
    save_request(folder / "paid.yml", REQUEST)
    save_defaults(folder, Defaults(headers=(Field("A", "b"),)))
    copy = duplicate(folder)
    assert [child.name for child in read_tree(root).folders] == ["Stripe", "Stripe copy"]
    assert read_defaults(copy).headers == (Field("A", "b"),)
    save_request(folder / "paid.yml", replace(REQUEST, body=ComposedBody()))
    assert read_request(copy / "paid.yml") == REQUEST


@pytest.mark.parametrize("what", ["request", "folder"])
def test_what_was_deleted_comes_back_to_the_byte(root: Path, what: str) -> None:
    folder = create_folder(root, "Stripe")
    save_request(folder / "paid.yml", REQUEST)
    some(root, "other")
    before = files_of(root)
    path = folder / "paid.yml" if what == "request" else folder
    deleted = delete(path)
    assert not path.exists()
    left = [name for name in files_of(root) if not name.startswith(".local")]
    assert not [name for name in left if "paid" in name]
    assert (root / ".local" / ".gitignore").read_text() == "*\n"
    assert undo_delete(deleted) == path
    assert {name: text for name, text in files_of(root).items() if not name.startswith(".local")} == before
    with pytest.raises(CollectionError, match="no longer in the trash"):
        undo_delete(deleted)


def test_deletions_are_undone_in_any_order(root: Path) -> None:
    files = some(root, "a", "b")
    first, second = delete(files[0]), delete(files[1])
    undo_delete(first)
    undo_delete(second)
    assert names(read_tree(root)) == ["a", "b"]


def test_nothing_is_put_back_over_something(root: Path) -> None:
    (file,) = some(root, "a")
    deleted = delete(file)
    some(root, "a", seq=False)
    with pytest.raises(CollectionError, match="something is there"):
        undo_delete(deleted)
    file.unlink()
    undo_delete(deleted)
    assert "seq: 1" in file.read_text()


def test_a_body_that_another_request_names_is_not_deleted(root: Path) -> None:
    save_request(root / "paid.yml", REQUEST)
    (root / "copy.yml").write_bytes((root / "paid.yml").read_bytes())
    delete(root / "paid.yml")
    assert read_request(root / "copy.yml").body.content.read() == b"a\r\nb"
    delete(root / "copy.yml")
    assert not (root / "bodies" / "paid.json").exists()


def test_a_broken_request_can_be_deleted(root: Path) -> None:
    (root / "broken.yml").write_text("info: [\n")
    undo_delete(delete(root / "broken.yml"))
    assert (root / "broken.yml").read_text() == "info: [\n"


def test_a_collection_is_not_deleted(root: Path) -> None:
    for path in (root, root / "opencollection.yml"):
        with pytest.raises(CollectionError, match="is a collection"):
            delete(path)


def test_the_trash_is_emptied_on_demand(root: Path) -> None:
    deleted = delete(some(root, "a")[0])
    empty_trash(root)
    with pytest.raises(CollectionError, match="no longer in the trash"):
        undo_delete(deleted)


def test_a_trash_that_is_a_link_is_not_used(root: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (root / ".local").symlink_to(tmp_path / "elsewhere")
    (file,) = some(root, "a")
    with pytest.raises(CollectionError, match="is a link"):
        delete(file)
    assert file.exists()


def test_requests_are_found_by_all_words_of_name_method_url_and_folder(root: Path) -> None:
    folder = create_folder(root, "Stripe")
    save_request(folder / "paid.yml", REQUEST)
    some(root, "other")
    tree = read_tree(root)
    for words in ("paid", "POST example", "PAID /paid", "stripe paid"):
        assert [request.name for request in matching(tree, words)] == ["Paid"]
    assert matching(tree, "paid nowhere") == ()
    assert len(matching(tree, " ")) == 2
