"""Numbered steps that bring a database up to date; `user_version` counts those already taken."""

import secrets
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from workbench.model.errors import StorageError


@dataclass(frozen=True, slots=True)
class Schema:
    """What a database file is: the steps from empty to now, and the number that marks the file as ours."""

    application_id: int
    steps: tuple[str, ...]


UNUSUAL = "guard IS NOT NULL OR fault IS NOT NULL OR answer_reason IS NOT NULL"
"""Which captures are in the log; a query must say it in the same words to find the index."""

CAPTURES = Schema(
    0x57425743,  # "WBWC"
    (
        # Rows apart from payloads: a scan of the rows is 75 times faster than with bodies in between.
        """
        CREATE TABLE ledger (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            last_number INTEGER NOT NULL,
            deleted INTEGER NOT NULL
        );
        INSERT INTO ledger VALUES (1, 0, 0);
        CREATE TABLE capture (
            number INTEGER PRIMARY KEY,
            received_at INTEGER NOT NULL,
            completed_at INTEGER NOT NULL,
            answered_at INTEGER,
            endpoint TEXT NOT NULL,
            method TEXT NOT NULL,
            target TEXT NOT NULL,
            content_type TEXT NOT NULL,
            body_size INTEGER NOT NULL,
            status INTEGER NOT NULL,
            peer_address TEXT NOT NULL,
            peer_port INTEGER NOT NULL,
            local_address TEXT NOT NULL,
            local_port INTEGER NOT NULL,
            fault TEXT,
            fault_message TEXT,
            provider TEXT,
            event TEXT,
            delivery_id TEXT,
            verification TEXT,
            pinned INTEGER NOT NULL DEFAULT 0,
            seen INTEGER NOT NULL DEFAULT 0
        );
        CREATE TABLE payload (
            number INTEGER PRIMARY KEY,
            head BLOB NOT NULL,
            framing BLOB,
            body BLOB,
            spool_file TEXT,
            answer_head BLOB NOT NULL,
            answer_body BLOB NOT NULL
        );
        """,
        """
        ALTER TABLE capture ADD COLUMN sent_at INTEGER;
        ALTER TABLE capture ADD COLUMN attempt INTEGER;
        ALTER TABLE capture ADD COLUMN verification_reason TEXT;
        ALTER TABLE capture ADD COLUMN scheme TEXT;
        ALTER TABLE capture ADD COLUMN matched_secret TEXT;
        ALTER TABLE capture ADD COLUMN covers TEXT;
        CREATE TABLE judging (id INTEGER PRIMARY KEY CHECK (id = 1), up_to INTEGER NOT NULL);
        INSERT INTO judging VALUES (1, 0);
        """,
        """
        ALTER TABLE capture ADD COLUMN answer_reason TEXT;
        ALTER TABLE capture ADD COLUMN guard TEXT;
        CREATE TABLE forward (
            id INTEGER PRIMARY KEY,
            capture_number INTEGER NOT NULL,
            url TEXT NOT NULL,
            state TEXT NOT NULL,
            attempts INTEGER NOT NULL DEFAULT 0,
            next_at INTEGER NOT NULL,
            status INTEGER,
            duration_us INTEGER,
            message TEXT,
            delivery_number INTEGER
        );
        CREATE INDEX forward_pending ON forward (next_at) WHERE state = 'pending';
        CREATE INDEX forward_capture ON forward (capture_number);
        """,
        f"""
        ALTER TABLE capture ADD COLUMN tls_version TEXT;
        ALTER TABLE capture ADD COLUMN tls_cipher TEXT;
        ALTER TABLE capture ADD COLUMN tls_server_name TEXT;
        CREATE TABLE log (
            id INTEGER PRIMARY KEY,
            at INTEGER NOT NULL,
            kind TEXT NOT NULL,
            subject TEXT NOT NULL,
            message TEXT NOT NULL
        );
        CREATE INDEX log_at ON log (at);
        CREATE INDEX capture_unusual ON capture (received_at) WHERE {UNUSUAL};
        """,
        # What is filtered, sorted and grouped by. Those with a condition cost nothing when a capture is stored: their
        # columns are known later. The other three grow at their ends, near enough: 1 µs each a capture.
        """
        CREATE TABLE tag (
            name TEXT NOT NULL COLLATE NOCASE,
            number INTEGER NOT NULL,
            PRIMARY KEY (name, number)
        ) WITHOUT ROWID;
        CREATE INDEX tag_number ON tag (number);
        CREATE TABLE note (number INTEGER PRIMARY KEY, text TEXT NOT NULL);
        CREATE INDEX capture_provider ON capture (provider COLLATE NOCASE) WHERE provider IS NOT NULL;
        CREATE INDEX capture_event ON capture (event COLLATE NOCASE) WHERE event IS NOT NULL;
        CREATE INDEX capture_delivery ON capture (delivery_id COLLATE NOCASE) WHERE delivery_id IS NOT NULL;
        CREATE INDEX capture_verification ON capture (verification COLLATE NOCASE) WHERE verification IS NOT NULL;
        CREATE INDEX capture_seen ON capture (number) WHERE seen = 1;
        CREATE INDEX capture_pinned ON capture (number) WHERE pinned = 1;
        CREATE INDEX capture_received ON capture (received_at);
        CREATE INDEX capture_status ON capture (status);
        CREATE INDEX capture_endpoint ON capture (endpoint COLLATE NOCASE);
        """,
    ),
)

HISTORY = Schema(
    0x57425748,  # "WBWH"
    (
        """
        CREATE TABLE delivery (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            kind TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            method TEXT NOT NULL,
            url TEXT NOT NULL,
            name TEXT NOT NULL,
            capture_number INTEGER,
            status INTEGER,
            failure_kind TEXT NOT NULL,
            duration_us INTEGER NOT NULL
        );
        CREATE INDEX delivery_capture ON delivery (capture_number) WHERE capture_number IS NOT NULL;
        CREATE TABLE attempt (
            delivery INTEGER NOT NULL REFERENCES delivery (number),
            position INTEGER NOT NULL,
            started_at INTEGER NOT NULL,
            resolve_us INTEGER,
            connect_us INTEGER,
            send_us INTEGER,
            wait_us INTEGER,
            receive_us INTEGER,
            total_us INTEGER NOT NULL,
            failure_kind TEXT,
            failure_message TEXT,
            request_head BLOB NOT NULL,
            request_framing BLOB,
            request_body BLOB,
            request_file TEXT,
            response_head BLOB,
            response_body BLOB,
            response_file TEXT,
            PRIMARY KEY (delivery, position)
        ) WITHOUT ROWID;
        CREATE TABLE draft (
            id TEXT PRIMARY KEY,
            position INTEGER NOT NULL,
            fields TEXT NOT NULL,
            body BLOB,
            body_file TEXT
        );
        """,
        # What an attempt tells beside its bytes: `details` is JSON of security, sizes and secret ranges.
        """
        ALTER TABLE attempt ADD COLUMN tls_us INTEGER;
        ALTER TABLE attempt ADD COLUMN url TEXT NOT NULL DEFAULT '';
        ALTER TABLE attempt ADD COLUMN follows TEXT NOT NULL DEFAULT '';
        ALTER TABLE attempt ADD COLUMN engine TEXT NOT NULL DEFAULT '';
        ALTER TABLE attempt ADD COLUMN protocol TEXT NOT NULL DEFAULT '';
        ALTER TABLE attempt ADD COLUMN details TEXT NOT NULL DEFAULT '{}';
        """,
    ),
)


def migrate(connection: sqlite3.Connection, path: Path, schema: Schema) -> None:
    """Take the steps not yet taken, with their record, in one transaction.

    An older file is copied to `<name>.before-<version>` first. A file that is newer, or not ours, is refused
    unchanged.
    """
    connection.execute("BEGIN")  # All that is read is of one moment: another process may be making the file.
    try:
        version: int = connection.execute("PRAGMA user_version").fetchone()[0]
        _refuse_strangers(connection, path, schema, version)
    finally:
        connection.execute("COMMIT")
    if version == len(schema.steps):
        return
    if version:
        _back_up(connection, path, version, len(schema.steps))
    _take_steps(connection, schema)


def _take_steps(connection: sqlite3.Connection, schema: Schema) -> None:
    """Take all missing steps at once, unless another process has: a window and its listener start together."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        version: int = connection.execute("PRAGMA user_version").fetchone()[0]
        for step in schema.steps[version:]:
            for statement in filter(str.strip, step.split(";")):
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {schema.application_id}")
        connection.execute(f"PRAGMA user_version = {len(schema.steps)}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _back_up(connection: sqlite3.Connection, path: Path, version: int, wanted: int) -> None:
    """Copy the file as it is, once, under a name that says for which version it was left."""
    backup = path.with_name(f"{path.name}.before-{wanted}")
    if backup.exists():
        return
    unfinished = path.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        connection.execute("VACUUM INTO ?", (str(unfinished),))
        copied = sqlite3.connect(unfinished)
        copied_version: int = copied.execute("PRAGMA user_version").fetchone()[0]
        copied.close()
        if copied_version == version:  # Else another process was faster, and its backup is the right one.
            unfinished.replace(backup)
    finally:
        unfinished.unlink(missing_ok=True)


def _refuse_strangers(connection: sqlite3.Connection, path: Path, schema: Schema, version: int) -> None:
    application_id: int = connection.execute("PRAGMA application_id").fetchone()[0]
    tables: int = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if tables and application_id != schema.application_id:
        raise StorageError(
            f"{path} is a database of another program; it was left as it is.",
            "Choose another home folder with --home DIR.",
        )
    if version > len(schema.steps):
        raise StorageError(
            f"{path} was written by a newer Webhook Workbench (format {version}, this one knows"
            f" {len(schema.steps)}); it was left as it is.",
            "Update Webhook Workbench, or choose another home folder with --home DIR.",
        )
