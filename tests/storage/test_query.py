"""The filter line over stored captures: what each term finds, and the words at fault."""

import gzip
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from workbench.model.capture import Arrival, Fault, Peer
from workbench.model.errors import QueryError
from workbench.model.message import Body, Head, Request, Response
from workbench.model.query import CaptureQuery
from workbench.model.query_fields import QUERY_FIELDS
from workbench.model.query_parsing import parse
from workbench.model.signature import Detection, Verdict, Verification
from workbench.storage.captures import CaptureReader, add_captures, mark_seen, set_pinned
from workbench.storage.database import Database
from workbench.storage.judgements import Judgement, write_judgements
from workbench.storage.migrations import CAPTURES
from workbench.storage.paths import Paths
from workbench.storage.search_index import (
    Indexed,
    IndexWriter,
    add_to_index,
    indexed_up_to,
    open_index,
    searched_text,
)

NOW_US = 1_764_000_000_000_000
HOUR_US = 3_600_000_000


def arrival(
    target: str,
    body: bytes = b"",
    *,
    method: str = "POST",
    kind: str = "application/json",
    headers: str = "",
    status: int = 200,
    hours_ago: float = 0,
    fault: Fault | None = None,
    source: str = "127.0.0.1",
) -> Arrival:
    head = Head(f"{method} {target} HTTP/1.1\r\nHost: a\r\nContent-Type: {kind}\r\n{headers}\r\n".encode())
    answer = Response(Head(f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n".encode()))
    at_us = NOW_US - round(hours_ago * HOUR_US)
    peer = Peer(source, 1, "127.0.0.1", 2)
    return Arrival(Request(head, Body(body)), answer, peer, "catch-all", at_us, at_us, fault)


STRIPE = b'{"id": "evt_1", "type": "invoice.paid", "data": {"object": {"id": "in_1", "amount": 1.10, "n": [1, 2]}}}'
ARRIVALS = [
    arrival("/stripe/webhook?page=2", STRIPE, headers="X-Request-Id: abc-1\r\n", hours_ago=5),
    arrival("/github", b'{"ref": "refs/heads/main", "message": "card declined twice"}', status=500, hours_ago=3),
    arrival("/github", gzip.compress(b'{"message": "declined by the card"}'), headers="Content-Encoding: gzip\r\n"),
    arrival("/100%_sure", b"plain text", method="PUT", kind="text/plain", source="10.0.0.7", hours_ago=1),
    arrival("/broken", b"x" * 5000, status=400, fault=Fault.ABORTED, kind=""),
]


@pytest.fixture
def reader(paths: Paths) -> Iterator[CaptureReader]:
    paths.ensure()
    database = Database(paths.captures, CAPTURES, lambda report: report(), check=True)
    for each in ARRIVALS:
        database.write(add_captures, each)
    stripe = Detection("stripe", "invoice.paid", "evt_1", None, 2)
    invalid = Verification(Verdict.INVALID, "wrong", "stripe")
    judged = [Judgement(1, stripe, invalid), Judgement(2, Detection("github", "push"), None)]
    database.write(write_judgements, (2, judged))
    database.write(set_pinned, (2, True))
    database.write(mark_seen, 4)
    database.close()
    with closing(CaptureReader(paths.captures, paths.spool)) as opened:
        yield opened


def found(reader: CaptureReader, line: str) -> list[int]:
    return list(reader.numbers(CaptureQuery.parse(line, NOW_US)))


CASES = [
    ("", [1, 2, 3, 4, 5]),
    ("github", [2, 3]),
    ("-github", [1, 4, 5]),
    ('"github 1"', []),
    ("100%_", [4]),
    ("#3", [3]),
    ("method:put", [4]),
    ("method:PUT,DELETE", [4]),
    ("path:/stripe/webhook", [1]),
    ("path:/git*", [2, 3]),
    ("path:/100%_*", [4]),
    ("path:/100x_*", []),
    ("url:*page=2", [1]),
    ("provider:stripe", [1]),
    ("-provider:stripe", [2, 3, 4, 5]),
    ("event:invoice.*", [1]),
    ("event:invoice", []),
    ("id:evt_1", [1]),
    ("attempt:>1", [1]),
    ("signature:invalid", [1]),
    ("signature:none", [2, 3, 4, 5]),
    ("status:>=400", [2, 5]),
    ("status:4xx", [5]),
    ("status:400..500", [2, 5]),
    ("status:200,500", [1, 2, 3, 4]),
    ("type:json", [1, 2, 3]),
    ("source:10.*", [4]),
    ("fault:aborted", [5]),
    ("size:>1kb", [5]),
    ("size:5000", [5]),
    ("size:<=10", [4]),
    ("since:2h", [3, 4, 5]),
    ("before:2h", [1, 2]),
    ("since:4h before:2h", [2]),
    ("header:x-request-id", [1]),
    ("header:X-Request-Id=ABC*", [1]),
    ("header:x-request-id=b", []),
    ("header:content-type=*json", [1, 2, 3]),
    ("query:page=2", [1]),
    ("query:page", [1]),
    ("query:pag", []),
    ("json:data.object.id=in_1", [1]),
    ("json:data.object.amount=1.10", [1]),
    ("json:data.object.amount=1.1", []),
    ("json:data.object.n.1=2", [1]),
    ("json:data.object.n[0]=1", [1]),
    ("json:message", [2, 3]),
    ("json:message=declined*", [3]),
    ("pinned:yes", [2]),
    ("pinned:no status:500", []),
    ("unread:no", [4]),
    ("number:2..3", [2, 3]),
    ("status:500 OR method:PUT", [2, 4]),
    ("(github OR provider:stripe) -status:500", [1, 3]),
    ("-(github OR stripe)", [4, 5]),
    ("a OR b OR provider:github", [1, 2, 3, 4, 5]),
    ("http://nowhere", []),
    ("12:30", []),
]
BODIES = [
    ("body:declined", [2, 3]),
    ("body:DECL", [2, 3]),
    ('body:"card declined"', [2]),
    ("body:invoice.paid", [1]),
    ("body:*lined*", [2, 3]),
    ("body:refs -body:nothing", [2]),
    ("body:evt_1", [1]),
]


@pytest.mark.parametrize(("line", "numbers"), [*CASES, *BODIES])
def test_line_finds(reader: CaptureReader, line: str, numbers: list[int]) -> None:
    assert found(reader, line) == numbers


@pytest.mark.parametrize("up_to", [2, 5])
@pytest.mark.parametrize(("line", "numbers"), BODIES)
def test_words_of_bodies_are_found_with_an_index_that_lags_behind(
    reader: CaptureReader, paths: Paths, line: str, numbers: list[int], up_to: int
) -> None:
    with closing(open_index(paths.search_index)) as index:
        texts = [
            Indexed(number, searched_text(each.request.head.raw, each.request.body.content))
            for number, each in enumerate(ARRIVALS[:up_to], 1)
        ]
        add_to_index(index, texts, up_to)
    assert found(reader, line) == numbers


def test_a_plain_word_is_found_in_bodies_that_are_indexed(reader: CaptureReader, paths: Paths) -> None:
    with closing(open_index(paths.search_index)) as index:
        add_to_index(index, [Indexed(2, "card declined twice")], 5)
    assert found(reader, "twice") == [2]


def test_damaged_index_is_made_anew(paths: Paths, reader: CaptureReader) -> None:
    paths.search_index.write_bytes(b"this is no database" * 100)
    assert found(reader, "body:declined") == [2, 3]
    with closing(open_index(paths.search_index)) as index:
        add_to_index(index, [Indexed(2, "card declined twice")], 5)
    assert found(reader, "body:declined") == [2]


@pytest.mark.parametrize(
    ("line", "start", "end", "word"),
    [
        ("a colour:red", 2, 9, "colour"),
        ("providr:stripe", 0, 8, "provider"),
        ("status:abc", 7, 10, "status"),
        ("x status:", 2, 9, "status:>=400"),
        ("size:>1parsec", 5, 13, "size"),
        ("since:yesterdays", 6, 16, "since"),
        ("signature:good", 10, 14, "valid"),
        ('a "b', 2, 4, '"'),
        ("(a", 0, 1, ")"),
        ("a )", 2, 3, "out"),
        ("a OR", 2, 4, "OR"),
        ("OR a", 0, 2, "OR"),
        ("(" * 40 + "a" + ")" * 40, 32, 33, "nested"),
    ],
)
def test_word_at_fault_is_named(line: str, start: int, end: int, word: str) -> None:
    with pytest.raises(QueryError) as caught:
        CaptureQuery.parse(line, NOW_US)
    assert (caught.value.start, caught.value.end) == (start, end)
    assert word in f"{caught.value.message} {caught.value.hint}"


def test_odd_bodies_end_no_search(reader: CaptureReader, paths: Paths) -> None:
    database = Database(paths.captures, CAPTURES, lambda report: report(), check=True)
    odd = [b"[" * 100_000, b'{"a": ' * 50_000, b"\xff\xfe\x00", b'{"message": "\\ud800"}', b"\x1f\x8bnot gzip"]
    for body in odd:
        database.write(add_captures, arrival("/odd", body, headers="Content-Encoding: gzip, br, x\r\n"))
        database.write(add_captures, arrival("/odd", body))
    database.close()
    assert found(reader, "json:message=*declined*") == [2, 3]
    assert found(reader, "body:declined") == [2, 3]
    assert set(found(reader, "path:/odd")) == set(range(6, 16))


def test_spooled_bodies_are_searched(paths: Paths, reader: CaptureReader, tmp_path: Path) -> None:
    paths.spool.mkdir(exist_ok=True)
    (paths.spool / "large").write_bytes(b'{"needle": "in a haystack"}')
    database = Database(paths.captures, CAPTURES, lambda report: report(), check=True)
    large = arrival("/large")
    large.request = Request(large.request.head, Body(path=str(paths.spool / "large"), file_size=27))
    database.write(add_captures, large)
    database.close()
    assert found(reader, "body:haystack") == [6]
    assert found(reader, 'json:needle="in a haystack"') == [6]


def test_index_writer_catches_up_and_reads_encoded_and_spooled_bodies(paths: Paths, reader: CaptureReader) -> None:
    with closing(IndexWriter(paths.captures, paths.spool, paths.search_index)) as writer:
        assert (writer.index_some(), writer.index_some()) == (5, 0)
    with closing(open_index(paths.search_index)) as index:
        assert indexed_up_to(index) == 5
        rows = index.execute("SELECT rowid FROM words WHERE words MATCH 'declined'").fetchall()
    assert rows == [(2,), (3,)]


@pytest.mark.parametrize("line", ["json:data.id:in_1", "header:x-id:7"])
def test_a_colon_where_an_equals_sign_belongs_is_explained(line: str) -> None:
    with pytest.raises(QueryError) as error:
        parse(line, 0)
    assert "=" in error.value.hint
    assert parse('json:"xml:lang"', 0)


def test_an_unknown_field_says_which_there_are() -> None:
    for line in ("colour:red", "stattus:200"):
        with pytest.raises(QueryError, match="no field") as error:
            parse(line, 0)
        assert all(f"{each.name}" in error.value.hint for each in QUERY_FIELDS)
