"""What was found out about captures after they were stored: whose they are, and whether their signature is right.

A watermark says up to which number captures were judged: numbers have no gaps, so no row needs a mark of its own.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.model.signature import Detection, Verification


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is known of one capture; `verification` is None where it is no provider's."""

    number: int
    detection: Detection
    verification: Verification | None


def write_judgements(connection: sqlite3.Connection, batches: Sequence[tuple[int, list[Judgement]]]) -> list[None]:
    """Note judgements: batches of (judged up to, judgements)."""
    for up_to, judgements in batches:
        connection.executemany(
            "UPDATE capture SET provider = ?, event = ?, delivery_id = ?, sent_at = ?, attempt = ?, verification = ?,"
            " verification_reason = ?, scheme = ?, matched_secret = ?, covers = ? WHERE number = ?",
            [_row(judgement) for judgement in judgements],
        )
        connection.execute("UPDATE judging SET up_to = ?", (up_to,))
    return [None] * len(batches)


def _row(judgement: Judgement) -> tuple[object, ...]:
    found, verdict = judgement.detection, judgement.verification
    described = (None, None, None, None, None)
    if verdict is not None:
        described = (
            str(verdict.verdict),
            verdict.reason,
            verdict.scheme or None,
            verdict.matched_secret or None,
            str(verdict.covers),
        )
    return (
        found.provider or None,
        found.event or None,
        found.delivery_id or None,
        found.sent_at_us,
        found.attempt,
        *described,
        judgement.number,
    )


def restart_judging(connection: sqlite3.Connection, items: Sequence[int]) -> list[None]:
    """Judge again what came after these numbers."""
    connection.execute("UPDATE judging SET up_to = min(up_to, ?)", (min(items),))
    return [None] * len(items)
