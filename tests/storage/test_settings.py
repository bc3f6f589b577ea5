"""The one settings file: what people wrote in it stays, and what makes no sense changes nothing."""

import tomllib
from pathlib import Path

import pytest

from workbench.model.errors import StorageError
from workbench.storage.settings import Settings, load_settings, save_settings

WRITTEN = """\
# Ours, since the proxy has 8080.
port = 9000  # ask Ada before changing it
future = "kept"

# Keys that the terminal does not take.
[shortcuts]
send = "Ctrl+Shift+Return"  # as in the old tool
palette = "Ctrl+P"
"""


def test_comments_and_unknown_keys_survive_every_change(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(WRITTEN, encoding="utf-8")
    changes = {"port": 9001, "notify_endpoints": ("billing",), "tray": True, "shortcuts": {"send": "F9", "log": ""}}
    save_settings(file, changes)
    text = file.read_text(encoding="utf-8")
    for kept in ("# Ours, since", "# ask Ada before", 'future = "kept"', "# Keys that the", "# as in the old tool"):
        assert kept in text
    settings, problems = load_settings(file)
    assert (settings.port, settings.tray, settings.notify_endpoints) == (9001, True, ("billing",))
    assert settings.shortcuts == {"send": "F9", "log": ""}
    assert [problem for problem in problems if "future" in problem] == problems


def test_a_value_put_back_to_its_default_leaves_the_file(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    save_settings(file, {"text_size": 14, "shortcuts": {"send": "F9"}})
    save_settings(file, {"text_size": 0, "shortcuts": {}})
    assert tomllib.loads(file.read_text(encoding="utf-8")) == {}


@pytest.mark.parametrize(
    "line",
    [
        "text_size = 3",
        "text_size = true",
        "undo_s = 0",
        'notify_endpoints = ["a", 1]',
        "notify_endpoints = 5",
        'shortcuts = "Ctrl+A"',
        "[shortcuts]\nsend = 1",
        'tray = "yes"',
        'appearance = "pink"',
    ],
)
def test_what_makes_no_sense_is_said_and_the_default_used(tmp_path: Path, line: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(line, encoding="utf-8")
    settings, problems = load_settings(file)
    assert settings == Settings()
    assert len(problems) == 1
    assert "cannot be" in problems[0]


def test_a_file_that_is_no_toml_is_never_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("port = = 1", encoding="utf-8")
    with pytest.raises(StorageError, match="cannot be read"):
        save_settings(file, {"port": 1})
    assert file.read_text(encoding="utf-8") == "port = = 1"
