"""What an import may read from disk."""

import os
from pathlib import Path

import pytest

from workbench.model.errors import FormatError
from workbench.model.signature import SigningChoice
from workbench.storage.interchange_files import open_import
from workbench.storage.packs import load_packs
from workbench.storage.paths import Paths
from workbench.storage.signing_recipes import recipes


def test_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "huge.json"
    with file.open("wb") as stream:
        stream.truncate(200 * 1024 * 1024)
    with pytest.raises(FormatError, match="more than 32 MiB"):
        open_import(file)


def test_folder_is_bounded_as_a_whole(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.json").write_bytes(b" " * 40)
    with pytest.raises(FormatError, match="more than 0 MiB"):
        open_import(tmp_path, limit=100)


def test_pipe_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    with pytest.raises(FormatError, match="is no file"):
        open_import(tmp_path / "pipe.json")
    assert open_import(tmp_path).files == {}


def test_nothing_outside_the_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text("secret")
    folder = tmp_path / "collection"
    (folder / "inner").mkdir(parents=True)
    (folder / "a.json").write_text("{}")
    (folder / "inner" / "b.yml").write_text("b: 1")
    (folder / "link.json").symlink_to(tmp_path / "secret.json")
    (folder / "out").symlink_to(tmp_path)
    (folder / "node_modules").mkdir()
    (folder / "node_modules" / "c.json").write_text("{}")
    source = open_import(folder)
    assert sorted(source.files) == ["a.json", "inner/b.yml"]
    for name in ("../secret.json", "link.json", "out/secret.json", str(tmp_path / "secret.json"), "~/x", "a\0b", "."):
        assert source.read(name) is None
    assert source.read("inner/../a.json") is None
    assert source.read("inner/b.yml") == b"b: 1"


def test_manifest_stands_for_its_folder(tmp_path: Path) -> None:
    (tmp_path / "bruno.json").write_text("{}")
    (tmp_path / "a.bru").write_text("")
    source = open_import(tmp_path / "bruno.json")
    assert source.raw is None
    assert sorted(source.files) == ["a.bru", "bruno.json"]


def test_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="cannot be read"):
        open_import(tmp_path / "none.json")


@pytest.mark.parametrize(
    ("provider", "header", "value", "pieces"),
    [
        ("github", "X-Hub-Signature-256", "sha256={signature}", ("{body}",)),
        ("stripe", "Stripe-Signature", "t={timestamp},v1={signature}", ("{timestamp}", ".", "{body}")),
        ("slack", "X-Slack-Signature", "v0={signature}", ("v0:", "{timestamp}", ":", "{body}")),
        ("standard-webhooks", "webhook-signature", "v1,{signature}", ("{id}", ".", "{timestamp}", ".", "{body}")),
    ],
)
def test_plain_hmacs_have_a_recipe(
    paths: Paths, provider: str, header: str, value: str, pieces: tuple[str, ...]
) -> None:
    recipe = recipes(load_packs(paths).get)(SigningChoice(provider))
    assert recipe is not None
    assert (recipe.header, recipe.value, recipe.pieces) == (header, value, pieces)


@pytest.mark.parametrize("provider", ["twilio", "aws-sns", "discord", "paypal", "nobody"])
def test_others_have_none(paths: Paths, provider: str) -> None:
    assert recipes(load_packs(paths).get)(SigningChoice(provider)) is None
