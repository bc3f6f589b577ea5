"""Composer tabs that are not saved anywhere else: kept within a second of the last key, back after a crash."""

import contextlib
import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from workbench.model.collection import BodyKind, ComposedBody, Field, SavedRequest
from workbench.model.message import EMPTY_BODY, Body
from workbench.storage.database import open_connection
from workbench.storage.migrations import HISTORY

VERSION = 2
"""Of what a row's `fields` hold: 1 knew headers and bodies only, 2 holds all of a `SavedRequest`."""


@dataclass(frozen=True, slots=True)
class StoredDraft:
    """One composer tab: what is in it, and where it came from."""

    id: str
    position: int
    request: SavedRequest
    file: str = ""
    """The saved request's file, empty for a new one."""
    dirty: bool = True
    capture_number: int | None = None
    fingerprint: str = ""
    """The file as it was last read, so that edits of other programs are noticed after a restart too."""
    folder: str = ""
    """Where a new one is to be saved, and whose defaults it has."""


def save_drafts(connection: sqlite3.Connection, drafts: Sequence[StoredDraft]) -> list[None]:
    """Write drafts, new or known."""
    connection.executemany(
        "INSERT INTO draft (id, position, fields, body, body_file) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET position = excluded.position, fields = excluded.fields,"
        " body = excluded.body, body_file = excluded.body_file",
        [_row(draft) for draft in drafts],
    )
    return [None] * len(drafts)


def delete_drafts(connection: sqlite3.Connection, ids: Sequence[str]) -> list[None]:
    """Forget drafts whose tabs were closed."""
    connection.executemany("DELETE FROM draft WHERE id = ?", [(identity,) for identity in ids])
    return [None] * len(ids)


def load_drafts(path: Path) -> tuple[list[StoredDraft], list[str]]:
    """Return all drafts in order, and a sentence for each that cannot be read (it stays stored)."""
    drafts: list[StoredDraft] = []
    problems: list[str] = []
    with contextlib.closing(open_connection(path, HISTORY)) as connection:
        rows = connection.execute("SELECT id, position, fields, body, body_file FROM draft ORDER BY position")
        for identity, position, fields, body, body_file in rows.fetchall():
            try:
                drafts.append(_draft(identity, position, json.loads(fields), body, body_file))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                problems.append(f"The draft {identity} could not be read ({error}); it was left in {path}.")
    return drafts, problems


def _row(draft: StoredDraft) -> tuple[Any, ...]:
    import msgspec

    body = draft.request.body.content
    request = replace(draft.request, body=replace(draft.request.body, content=EMPTY_BODY))
    fields: dict[str, Any] = {
        "version": VERSION,
        "request": msgspec.to_builtins(request),
        "file": draft.file,
        "dirty": draft.dirty,
        "capture": draft.capture_number,
        "fingerprint": draft.fingerprint,
        "folder": draft.folder,
    }
    # The body's content has columns of its own.
    del fields["request"]["body"]["content"]
    content = body.content if body.path is None else None
    return draft.id, draft.position, json.dumps(fields), content, body.path


def _draft(identity: str, position: int, fields: dict[str, Any], body: bytes | None, file: str | None) -> StoredDraft:
    if file is not None and not Path(file).exists():
        raise ValueError(f"its body {file} is gone")
    content = Body(body or b"") if file is None else Body.of_file(file)
    version = fields.get("version", 1)
    if version > VERSION:
        raise ValueError("a newer version of this program wrote it")
    request = _request_of_version_1(fields) if version == 1 else _request(fields["request"])
    request = replace(request, body=replace(request.body, content=content))
    seen, folder = str(fields.get("fingerprint", "")), str(fields.get("folder", ""))
    return StoredDraft(identity, position, request, fields["file"], fields["dirty"], fields["capture"], seen, folder)


def _request(fields: dict[str, Any]) -> SavedRequest:
    import msgspec

    return msgspec.convert(fields, SavedRequest)


def _request_of_version_1(fields: dict[str, Any]) -> SavedRequest:
    return SavedRequest(
        name=fields["name"],
        method=fields["method"],
        url=fields["url"],
        headers=tuple(Field(name, value, enabled) for name, value, enabled in fields["headers"]),
        disabled_params=tuple(Field(name, value, enabled=False) for name, value in fields["disabled_params"]),
        body=ComposedBody(BodyKind(fields["body_kind"])),
    )
