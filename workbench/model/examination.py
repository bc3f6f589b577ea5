"""What the doctor finds out about a receiver's address: one check after the other."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What came of one check."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Check:
    """One check: what was found, and what to do about it."""

    name: str
    outcome: Outcome
    finding: str
    advice: str = ""
    unreachable: bool = False
    """True where it means that no request gets there at all."""


def exit_code_of(checks: list[Check]) -> int:
    """Return 0 where nothing is bad, 3 where the address cannot be reached, else 1."""
    if any(check.unreachable for check in checks):
        return 3
    return 1 if any(check.outcome is Outcome.BAD for check in checks) else 0
