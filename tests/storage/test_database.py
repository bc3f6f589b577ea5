"""The store: groups, gaps, damage, strangers and newer files."""

import sqlite3
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from workbench.model.capture import Arrival, Peer
from workbench.model.errors import CorruptStoreError, StorageError
from workbench.model.message import Body, Head, Request, Response
from workbench.model.query import CaptureQuery
from workbench.storage.captures import CaptureReader, add_captures, delete_captures
from workbench.storage.database import Database, move_aside, open_connection
from workbench.storage.migrations import CAPTURES
from workbench.storage.paths import Paths


def an_arrival(target: str = "/hook", body: bytes = b"{}", method: str = "POST") -> Arrival:
    head = Head(f"{method} {target} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\r\n".encode())
    answer = Response(Head(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
    return Arrival(Request(head, Body(body)), answer, Peer("127.0.0.1", 1, "127.0.0.1", 2), "catch-all", 10, 20)


def opened(paths: Paths) -> Database:
    return Database(paths.captures, CAPTURES, lambda report: report(), check=True)


def reader_of(paths: Paths) -> CaptureReader:
    return CaptureReader(paths.captures, paths.spool)


def write_from_threads(paths: Paths) -> list[int]:
    database = opened(paths)
    numbers: list[int] = []

    def write() -> None:
        numbers.extend(database.write(add_captures, an_arrival()) for _ in range(50))

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    database.close()
    return numbers


def test_numbers_have_no_gaps_across_threads_and_openings(paths: Paths) -> None:
    numbers = [*write_from_threads(paths), *write_from_threads(paths)]
    assert sorted(numbers) == list(range(1, 401))
    reader = reader_of(paths)
    assert reader.ledger().lost == 0
    reader.close()


def test_two_processes_share_one_numbering(paths: Paths) -> None:
    first, second = opened(paths), opened(paths)
    numbers = [database.write(add_captures, an_arrival()) for database in (first, second, first, second)]
    first.close()
    second.close()
    assert numbers == [1, 2, 3, 4]


def test_deleted_numbers_are_never_given_again(paths: Paths) -> None:
    database = opened(paths)
    for _ in range(3):
        database.write(add_captures, an_arrival())
    assert database.write(delete_captures, [3, 99]).count == 1
    assert database.write(add_captures, an_arrival()) == 4
    database.close()
    reader = reader_of(paths)
    ledger = reader.ledger()
    reader.close()
    assert (ledger.last_number, ledger.kept, ledger.deleted, ledger.lost) == (4, 3, 1, 0)


def test_one_bad_item_fails_alone(paths: Paths) -> None:
    def write(connection: sqlite3.Connection, items: Sequence[Any]) -> list[Any]:
        for item in items:
            connection.execute(
                "INSERT INTO payload (number, head, answer_head, answer_body) VALUES (?, ?, '', '')", item
            )
        return list(items)

    outcomes: list[bool] = []
    finished = threading.Event()
    held = threading.Event()
    database = opened(paths)

    def hold(_: sqlite3.Connection, items: Sequence[Any]) -> list[Any]:
        held.wait(10)
        return list(items)

    def done(_result: Any, error: Exception | None) -> None:
        outcomes.append(error is None)
        if len(outcomes) == 3:
            finished.set()

    database.submit(hold, None, lambda *_: None)
    for item in [(1, b"a"), (2, None), (3, b"c")]:
        database.submit(write, item, done)
    held.set()
    assert finished.wait(10)
    database.close()
    assert outcomes == [True, False, True]


def test_writing_goes_on_once_the_disk_has_room_again(paths: Paths) -> None:
    full = True

    def write(connection: sqlite3.Connection, items: Sequence[Any]) -> list[int]:
        connection.execute(f"PRAGMA max_page_count = {1 if full else 1_000_000}")
        return add_captures(connection, items)

    database = opened(paths)
    with pytest.raises(StorageError, match="full"):
        database.write(write, an_arrival(body=b"x" * 100_000))
    full = False
    assert database.write(write, an_arrival()) == 1
    database.close()


def test_damaged_file_is_refused_unchanged(paths: Paths) -> None:
    database = opened(paths)
    for _ in range(200):
        database.write(add_captures, an_arrival(body=b"x" * 3000))
    database.close()
    content = bytearray(paths.captures.read_bytes())
    content[8192:200_000] = b"\xa5" * (200_000 - 8192)
    paths.captures.write_bytes(content)
    with pytest.raises(CorruptStoreError, match="damaged"):
        opened(paths)
    assert paths.captures.read_bytes() == content


def test_file_that_is_no_database_is_refused_unchanged(paths: Paths) -> None:
    paths.captures.write_bytes(b"my notes, not a database\n" * 100)
    with pytest.raises(CorruptStoreError):
        opened(paths)
    assert paths.captures.read_bytes() == b"my notes, not a database\n" * 100


def test_database_of_another_program_is_refused_unchanged(paths: Paths) -> None:
    connection = sqlite3.connect(paths.captures)
    connection.execute("CREATE TABLE theirs (x)")
    connection.commit()
    connection.close()
    with pytest.raises(StorageError, match="another program"):
        opened(paths)


def test_newer_database_is_refused(paths: Paths) -> None:
    opened(paths).close()
    connection = sqlite3.connect(paths.captures)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StorageError, match="newer Webhook Workbench"):
        opened(paths)


def test_moved_aside_file_keeps_its_content(paths: Paths) -> None:
    paths.captures.write_bytes(b"damaged")
    aside = move_aside(paths.captures, "20261123-120000")
    assert aside.read_bytes() == b"damaged"
    assert not paths.captures.exists()
    opened(paths).close()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", [1, 2, 3]),
        ("stripe", [1]),
        ("-stripe", [2, 3]),
        ("POST", [1, 3]),
        ("#2", [2]),
        ('"a b"', [3]),
        ("100%", []),
        ("_", []),
        ("stripe post json", [1]),
    ],
)
def test_filter_line_chooses_captures(paths: Paths, line: str, expected: list[int]) -> None:
    database = opened(paths)
    for arrival in (an_arrival("/stripe"), an_arrival("/github", method="PUT"), an_arrival("/x?q=a b")):
        database.write(add_captures, arrival)
    database.close()
    reader = reader_of(paths)
    assert list(reader.numbers(CaptureQuery.parse(line, 0))) == expected
    assert reader.newest(CaptureQuery.parse(line, 0), 2) == expected[-2:]
    reader.close()


def test_home_that_is_a_file_is_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(StorageError, match="cannot be used"):
        Paths.of_home(str(file / "home")).ensure()


def test_many_may_open_a_new_file_at_once(paths: Paths) -> None:
    """A window and its listener do, at the first start: each must find the file whole."""
    gate = threading.Barrier(8)

    def open_and_close() -> int:
        gate.wait()
        connection = open_connection(paths.captures, CAPTURES)
        version: int = connection.execute("PRAGMA user_version").fetchone()[0]
        connection.close()
        return version

    for _ in range(10):
        with ThreadPoolExecutor(8) as pool:
            versions = [job.result() for job in [pool.submit(open_and_close) for _ in range(8)]]
        assert versions == [len(CAPTURES.steps)] * 8
        for file in paths.data.glob("captures.db*"):
            file.unlink()
