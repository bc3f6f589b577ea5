"""The threat model promises nothing without a test that holds it."""

import re
from pathlib import Path

TESTS = Path(__file__).resolve().parent
PAGE = (TESTS.parent / "docs" / "threat-model.md").read_text(encoding="utf-8")


def test_every_promise_names_a_test_that_is_there() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| promised")]
    assert len(rows) > 20
    for row in rows:
        folder = ""
        named = re.findall(r"`(?:(\w+)/)?(test_\w+\.py)`", row.split("|")[2])
        assert named, row
        for given, file in named:
            folder = given or folder
            assert (TESTS / folder / file).is_file(), f"{folder}/{file}"
