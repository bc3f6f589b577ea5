"""The words of bodies, in a file of their own: finding one among a million captures takes a millisecond.

The index is filled after captures are durable, by one writer, and may be deleted at any time: it is made anew. Rows
of deleted captures stay until then; they name numbers that nobody has. It holds words and not their places (a quarter
of the size of bodies instead of half): a text of several words is found by its words, then looked for in the body.
"""

import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from workbench.formats.encoding import decoded
from workbench.model.message import Head
from workbench.storage.database import storage_error

INDEXED_BYTES = 256 * 1024
"""How much of a body is indexed."""

BATCH = 64
BATCH_CHARACTERS = 2_000_000
"""A batch ends early where its texts are long, so that indexing costs no memory worth naming."""

_VERSION = 1
_SCHEMA = """
CREATE VIRTUAL TABLE words USING fts5(
    body, content='', detail=none, tokenize="unicode61 remove_diacritics 2 tokenchars '_-'"
);
CREATE TABLE progress (id INTEGER PRIMARY KEY CHECK (id = 1), up_to INTEGER NOT NULL);
INSERT INTO progress VALUES (1, 0);
"""
_WORD = re.compile(r"[\w\-]+")


@dataclass(frozen=True, slots=True)
class Indexed:
    """A capture's text for the index."""

    number: int
    text: str


def open_index(path: Path) -> sqlite3.Connection:
    """Open the index for writing, made anew where it is missing, damaged or of another version. Who opens closes."""
    try:
        connection = _opened(path)
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version == _VERSION:
            return connection
        connection.close()
    except sqlite3.DatabaseError:
        pass
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    connection = _opened(path)
    connection.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {_VERSION}; COMMIT;")
    return connection


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
    # Not durable at once: what a crash takes is indexed again.
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    return connection


def indexed_up_to(connection: sqlite3.Connection) -> int:
    """Return the number up to which captures are indexed."""
    return connection.execute("SELECT up_to FROM progress").fetchone()[0]


def add_to_index(connection: sqlite3.Connection, captures: Sequence[Indexed], up_to: int) -> None:
    """Index captures, in one transaction, and note how far it came."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        rows = [(each.number, each.text) for each in captures if each.text]
        connection.executemany("INSERT INTO words (rowid, body) VALUES (?, ?)", rows)
        connection.execute("UPDATE progress SET up_to = ?", (up_to,))
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def searched_text(head: bytes, body: bytes) -> str:
    """Return what of a body can be searched: its text after decompression, as far as `INDEXED_BYTES`."""
    if not body:
        return ""
    coding = Head(head).headers.get("content-encoding") if b"ontent-" in head and b"ncoding" in head.lower() else ""
    if coding:
        body = decoded(body, coding, INDEXED_BYTES).content
    text = body[:INDEXED_BYTES].decode("utf-8", "replace")
    return "" if text.count("\0") > len(text) // 20 else text


def match_expression(text: str) -> str:
    """Return an FTS5 expression for the words of a text, the last as a beginning; empty where it has no word."""
    words = _WORD.findall(text)
    if not words:
        return ""
    *first, last = (f'"{word}"' for word in words)
    return " AND ".join([*first, f"{last}*"])


def is_one_word(text: str) -> bool:
    """Return whether the index alone finds a text: one word, with nothing around it."""
    return _WORD.fullmatch(text) is not None


class IndexWriter:
    """Brings the index up to date, a batch at a time; the one writer of it. Belongs to one thread at a time."""

    def __init__(self, captures: Path, spool: Path, index: Path) -> None:
        self._path = index
        self._spool = spool
        try:
            self._index = open_index(index)
            self._captures = sqlite3.connect(captures, isolation_level=None, check_same_thread=False, timeout=10)
            self._captures.execute("PRAGMA query_only = 1")
        except sqlite3.Error as error:
            raise storage_error(error, index) from error

    def close(self) -> None:
        self._captures.close()
        self._index.close()

    def index_some(self) -> int:
        """Index the next captures; return how many there were. Holds one body at a time. StorageError."""
        texts: list[Indexed] = []
        held = 0
        try:
            rows = self._captures.execute(
                "SELECT number, head, body, spool_file FROM payload WHERE number > ? ORDER BY number LIMIT ?",
                (indexed_up_to(self._index), BATCH),
            )
            # Closed here: an open cursor would keep the store's journal from being taken in.
            with closing(rows):
                for number, head, body, file in rows:
                    texts.append(Indexed(number, self._text(head, body, file)))
                    held += len(texts[-1].text)
                    if held > BATCH_CHARACTERS:
                        break
            if texts:
                add_to_index(self._index, texts, texts[-1].number)
        except sqlite3.Error as error:
            raise storage_error(error, self._path) from error
        return len(texts)

    def _text(self, head: bytes, body: bytes | None, spool_file: str | None) -> str:
        if spool_file is not None:
            try:
                with (self._spool / spool_file).open("rb") as file:
                    body = file.read(INDEXED_BYTES)
            except OSError:
                return ""
        try:
            return searched_text(head, body or b"")
        except Exception:  # One odd body must not end the index of all that follow.
            return ""
