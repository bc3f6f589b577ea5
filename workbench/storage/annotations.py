"""Tags and notes of captures, in tables of their own: storing a capture does not touch them."""

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.model.errors import UsageError

LONGEST_NOTE = 10_000
_TAG = re.compile(r"[^\s,\"()]{1,40}")


@dataclass(frozen=True, slots=True)
class Tagging:
    """Tags to put on a capture and to take off it."""

    number: int
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


def tag_names(text: str) -> tuple[str, ...]:
    """Read tags with spaces or commas between them; UsageError for one that cannot be one."""
    names = tuple(dict.fromkeys(filter(None, re.split(r"[\s,]+", text))))
    for name in names:
        if _TAG.fullmatch(name) is None or name.lower() == "none" or "*" in name:
            raise UsageError(
                f"{name!r} cannot be a tag.",
                "A tag is a word of at most 40 characters, such as to-fix; none is taken.",
            )
    return names


def note_text(text: str) -> str:
    """Return a note as it is kept; UsageError where it is too long."""
    if len(text) > LONGEST_NOTE:
        raise UsageError("The note is too long.", f"Use at most {LONGEST_NOTE:,} characters.")
    return text.strip()


def set_tags(connection: sqlite3.Connection, items: Sequence[Tagging]) -> list[None]:
    """Put tags on captures and take others off; a capture that is gone gets none."""
    for item in items:
        connection.executemany(
            "DELETE FROM tag WHERE name = ? AND number = ?", [(name, item.number) for name in item.remove]
        )
        connection.executemany(
            "INSERT OR IGNORE INTO tag (name, number) SELECT ?1, number FROM capture WHERE number = ?2",
            [(name, item.number) for name in item.add],
        )
    return [None] * len(items)


def set_notes(connection: sqlite3.Connection, items: Sequence[tuple[int, str]]) -> list[None]:
    """Note something of captures: (number, text) each; an empty text takes the note away."""
    for number, text in items:
        if text:
            connection.execute(
                "INSERT OR REPLACE INTO note (number, text) SELECT number, ?2 FROM capture WHERE number = ?1",
                (number, text),
            )
        else:
            connection.execute("DELETE FROM note WHERE number = ?", (number,))
    return [None] * len(items)
