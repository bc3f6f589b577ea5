"""`workbench environments`: files of a collection, as a shell reads them."""

from pathlib import Path

import pytest
from program import Inside

from workbench.storage.collections import create_collection
from workbench.storage.paths import Paths

LOCAL = """\
name: local
variables:
  - name: base
    value: http://localhost:3000
  - name: token
    secret: true
"""
STAGING = "name: staging\nextends: local\nvariables:\n  - name: base\n    value: https://staging.example\n"


@pytest.fixture
def billing(paths: Paths) -> Path:
    folder = paths.workspace / "billing"
    create_collection(folder, "Billing API")
    (folder / "environments").mkdir()
    (folder / "environments" / "local.yml").write_text(LOCAL)
    (folder / "environments" / "staging.yml").write_text(STAGING)
    return folder


async def test_list_names_all_with_their_collections(inside: Inside, billing: Path) -> None:
    ran = await inside("environments", "list")
    assert [line.split() for line in ran.text.splitlines()] == [
        ["Billing", "API", "local", "2", "variables"],
        ["Billing", "API", "staging", "1", "variable,", "extends", "local"],
    ]
    (billing / "environments" / "broken.yml").write_text("variables: [")
    ran = await inside("environments", "list", "billing", "--json")
    assert [each["name"] for each in ran.objects] == ["local", "staging"]
    assert "broken.yml" in ran.err


async def test_show_says_where_values_come_from_and_hides_secrets(inside: Inside, billing: Path) -> None:
    ran = await inside("environments", "show", "staging")
    assert ran.code == 0
    assert ran.text.splitlines() == ["base = https://staging.example", "token = ••••••••   (from local)"]
    (shown,) = (await inside("environments", "show", "local", "--json")).objects
    assert {each["name"]: each["value"] for each in shown["variables"]} == {
        "base": "http://localhost:3000",
        "token": None,
    }


async def test_what_is_not_there_is_said(inside: Inside, billing: Path, paths: Paths) -> None:
    ran = await inside("environments", "show", "production")
    assert (ran.code, ran.err.splitlines()[1]) == (2, "  There are: local, staging.")
    other = paths.workspace / "other"
    create_collection(other, "Other")
    (other / "environments").mkdir()
    (other / "environments" / "local.yml").write_text(LOCAL)
    ran = await inside("environments", "show", "local")
    assert (ran.code, "Several collections" in ran.err) == (2, True)
    assert (await inside("environments", "show", "local", "--collection", str(other))).code == 0
    ran = await inside("environments", "list", "nobody")
    assert (ran.code, ran.err.splitlines()[1]) == (2, "  There are: Billing API, Other.")
