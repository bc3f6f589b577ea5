"""The account of what was tried against the program: counted by the tests of `torture/`, shown at the end of a run.

`WORKBENCH_TORTURE_SEED` chooses what is tried, `WORKBENCH_TORTURE_ROUNDS` how much of it: `packaging/dev.py torture`
sets both.
"""

import os
import random
from dataclasses import dataclass
from typing import Any

import pytest

SEED = int(os.environ.get("WORKBENCH_TORTURE_SEED", "7"))
ROUNDS = int(os.environ.get("WORKBENCH_TORTURE_ROUNDS", "1"))
_PROPERTY = "torture"


@dataclass
class Figure:
    """One line of the account: attacks, those after which all held, and acknowledged captures that are gone."""

    what: str
    row: dict[str, Any]

    def tried(self, count: int = 1) -> None:
        self.row["tried"] += count

    def survived(self, count: int = 1) -> None:
        self.row["survived"] += count

    def lost(self, count: int) -> None:
        self.row["lost"] += count

    def note(self, words: str) -> None:
        """Say a measurement beside the numbers."""
        self.row["note"] = words


class Account:
    """Makes figures for one test, and the chance that its attacks are drawn from."""

    def __init__(self, node: pytest.Item) -> None:
        self._node = node
        self.chance = random.Random(f"{SEED} {node.nodeid}")
        self.rounds = ROUNDS

    def figure(self, what: str) -> Figure:
        row = {"what": what, "tried": 0, "survived": 0, "lost": 0, "note": ""}
        self._node.user_properties.append((_PROPERTY, row))
        return Figure(what, row)


def summary(reports: list[pytest.TestReport]) -> list[str]:
    """Return the table, a line each; empty where nothing was counted."""
    rows: dict[str, dict[str, Any]] = {}
    for report in reports:
        for name, row in report.user_properties:
            if name != _PROPERTY or report.when != "call":
                continue
            assert isinstance(row, dict)
            total = rows.setdefault(row["what"], {**row, "tried": 0, "survived": 0, "lost": 0})
            for count in ("tried", "survived", "lost"):
                total[count] += row[count]
    if not rows:
        return []
    width = max(map(len, rows))
    lines = [f"{'':{width}}  {'tried':>7}  {'survived':>8}  {'lost':>5}"]
    for what, row in sorted(rows.items()):
        lines.append(
            f"{what:{width}}  {row['tried']:7}  {row['survived']:8}  {row['lost']:5}  {row['note']}".rstrip()
        )
    return lines
