"""Captures in any order, in groups, with columns of one's own, with tags and notes, and within their limits."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from workbench.model.arrangement import Arrangement, GroupBy, Order
from workbench.model.capture import Arrival, Peer
from workbench.model.errors import StorageError, UsageError
from workbench.model.message import Body, Head, Request, Response
from workbench.model.own_column import OwnColumn
from workbench.model.query import CaptureQuery
from workbench.model.retention import Limits, Retention, read_endpoint_limits, read_limits
from workbench.model.signature import Detection
from workbench.storage.annotations import Tagging, set_notes, set_tags, tag_names
from workbench.storage.capture_arranging import arranged, column_values, groups, members
from workbench.storage.captures import CaptureReader, add_captures, delete_captures, mark_seen, set_pinned
from workbench.storage.database import Database
from workbench.storage.judgements import Judgement, write_judgements
from workbench.storage.migrations import CAPTURES
from workbench.storage.paths import Paths
from workbench.storage.retention import expired, give_back
from workbench.storage.saved_searches import delete_search, save_search, saved_search, saved_searches

NOW_US = 1_764_000_000_000_000
DAY_US = 86_400_000_000
BODIES = [b'{"id": 1.10, "items": [{"n": "b"}]}', b'{"id": 7}', b"[]", b"x" * 900, b'{"id": "z"}', b""]
EVENTS = [("invoice.paid", "d1"), ("invoice.paid", "d1"), ("push", "d2"), None, ("invoice.paid", "D1"), None]


def arrival(index: int) -> Arrival:
    head = f"POST /h/{index}?page={index % 2} HTTP/1.1\r\nHost: a\r\nX-Id: r{9 - index}\r\nX-Id: again\r\n\r\n"
    answer = Response(Head(f"HTTP/1.1 {500 if index == 2 else 200} X\r\n\r\n".encode()))
    at_us = NOW_US - (6 - index) * DAY_US
    endpoint = "billing" if index % 2 else "catch-all"
    request = Request(Head(head.encode()), Body(BODIES[index]))
    return Arrival(request, answer, Peer("127.0.0.1", 1), endpoint, at_us, at_us)


@pytest.fixture
def store(paths: Paths) -> Iterator[Database]:
    paths.ensure()
    database = Database(paths.captures, CAPTURES, lambda report: report())
    for index in range(6):
        database.write(add_captures, arrival(index))
    judged = [
        Judgement(number, Detection("stripe", event[0], event[1], None, None), None)
        for number, event in enumerate(EVENTS, 1)
        if event
    ]
    database.write(write_judgements, (6, judged))
    yield database
    database.close()


@pytest.fixture
def reader(paths: Paths, store: Database) -> Iterator[CaptureReader]:
    with closing(CaptureReader(paths.captures, paths.spool)) as opened:
        yield opened


def numbers(reader: CaptureReader, sort: str, line: str = "") -> list[int]:
    return list(arranged(reader, Arrangement(CaptureQuery.parse(line, NOW_US), Order.parse(sort)), 6))


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("number", [1, 2, 3, 4, 5, 6]),
        ("-number", [6, 5, 4, 3, 2, 1]),
        ("size", [6, 3, 2, 5, 1, 4]),
        ("-size", [4, 1, 5, 2, 3, 6]),
        ("-status", [3, 6, 5, 4, 2, 1]),
        # Those without a value stand last, either way.
        ("event", [1, 2, 5, 3, 4, 6]),
        ("-event", [3, 5, 2, 1, 6, 4]),
        ("header:X-ID", [6, 5, 4, 3, 2, 1]),
        ("json:id", [1, 2, 5, 3, 4, 6]),
        ("query:page", [1, 3, 5, 2, 4, 6]),
    ],
)
def test_order_by_any_column(reader: CaptureReader, sort: str, expected: list[int]) -> None:
    assert numbers(reader, sort) == expected
    order = Arrangement(order=Order.parse(sort))
    assert list(arranged(reader, order, 6, limit=2)) == expected[:2]


def test_order_is_of_what_matches(reader: CaptureReader) -> None:
    assert numbers(reader, "-size", "event:invoice.*") == [1, 5, 2]


def test_order_by_what_is_no_column_is_refused() -> None:
    with pytest.raises(UsageError, match="cannot be sorted by colour"):
        Order.parse("colour")


def test_capture_that_is_gone_is_in_no_order(store: Database, reader: CaptureReader) -> None:
    store.write(delete_captures, [3])
    assert numbers(reader, "number") == [1, 2, 4, 5, 6]
    assert numbers(reader, "-number") == [6, 5, 4, 2, 1]


def test_groups_by_delivery_are_the_newest_with_a_count(reader: CaptureReader) -> None:
    by_delivery = Arrangement(group=GroupBy.DELIVERY)
    found = groups(reader, by_delivery, 6)
    assert list(found.leaders) == [3, 4, 5, 6]
    assert {leader: group.count for leader, group in found.several.items()} == {5: 3}
    assert members(reader, by_delivery, 5, 6) == [5, 2, 1]
    assert members(reader, by_delivery, 4, 6) == [4]


def test_groups_by_event_in_an_order_and_filtered(reader: CaptureReader) -> None:
    by_event = Arrangement(CaptureQuery.parse("-size:900", NOW_US), Order("size", descending=True), GroupBy.EVENT)
    found = groups(reader, by_event, 6)
    assert list(found.leaders) == [5, 3, 6]
    assert [(group.name, group.count) for group in found.several.values()] == [("invoice.paid", 3)]
    assert members(reader, by_event, 6, 6) == [6]


def test_columns_of_ones_own_say_what_was_sent(reader: CaptureReader) -> None:
    columns = [OwnColumn.parse(text) for text in ("header:x-id", "json:id", "json:$..n", "query:page", "endpoint")]
    found = column_values(reader, [1, 3, 4], columns)
    assert found[1] == ("r9, again", "1.10", "b", "0", "catch-all")
    assert found[3] == ("r7, again", "", "", "0", "catch-all")
    assert found[4] == ("r6, again", "", "", "1", "billing")


@pytest.mark.parametrize("text", ["header:", "colour", "json", "", "header:a\nb"])
def test_column_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is no column"):
        OwnColumn.parse(text)


def test_tags_and_notes_are_found_and_shown(store: Database, reader: CaptureReader) -> None:
    store.write(set_tags, Tagging(2, ("to-fix", "Bug")))
    store.write(set_tags, Tagging(99, ("gone",)))
    store.write(set_notes, (3, 'ask "Ann" about 100%'))
    assert numbers(reader, "number", "tag:TO-FIX") == [2]
    assert numbers(reader, "number", "tag:b*") == [2]
    assert numbers(reader, "number", "-tag:none") == [2]
    assert numbers(reader, "number", "tag:gone") == []
    assert numbers(reader, "number", "note:100%") == [3]
    assert numbers(reader, "number", "note:none") == [1, 2, 4, 5, 6]
    (second, third) = reader.summaries([2, 3])
    assert (second.tags, third.note) == (("Bug", "to-fix"), 'ask "Ann" about 100%')
    store.write(set_tags, Tagging(2, remove=("bug",)))
    store.write(set_notes, (3, ""))
    assert numbers(reader, "number", "note:ann") == []
    store.write(delete_captures, [2])
    assert list(reader.select("SELECT count(*) FROM tag")) == [(0,)]


@pytest.mark.parametrize("text", ["none", "a*", "x" * 41, 'say"so'])
def test_tag_that_could_not_be_searched_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="cannot be a tag"):
        tag_names(text)


def test_unread_are_counted(store: Database, reader: CaptureReader) -> None:
    store.write(mark_seen, 2)
    store.write(delete_captures, [1])
    assert reader.unread() == 4
    assert numbers(reader, "number", "unread:no") == [2]


@pytest.mark.parametrize(
    ("retention", "gone"),
    [
        (Retention(), []),
        (Retention(Limits(age_us=3 * DAY_US)), [3]),
        (Retention(Limits(count=4)), [3, 4]),
        (Retention(Limits(size=930)), [3, 4]),
        (Retention(Limits(age_us=3 * DAY_US, count=4)), [3, 4]),
        (Retention(endpoints={"Billing": Limits(count=1)}), [4, 6]),
        (Retention(Limits(count=1)), [3, 4, 5, 6]),
    ],
)
def test_what_is_over_the_limits_goes_oldest_first_but_not_what_was_marked(
    store: Database, reader: CaptureReader, retention: Retention, gone: list[int]
) -> None:
    store.write(set_pinned, (1, True))
    store.write(set_tags, Tagging(2, ("kept",)))
    found = expired(reader, retention, NOW_US)
    assert list(found.numbers) == gone
    assert sum(found.reasons.values()) == len(gone)
    assert found.size == sum(len(BODIES[number - 1]) for number in gone)


def test_room_of_what_went_is_given_back_in_slices(paths: Paths, store: Database, reader: CaptureReader) -> None:
    for _ in range(20):
        big = arrival(0)
        big.request = Request(big.request.head, Body(b"y" * 100_000))
        store.write(add_captures, big)
    before = next(reader.select("PRAGMA page_count"))[0]
    store.write(delete_captures, list(range(7, 27)))
    left = [store.write(give_back, 100), store.write(give_back, 10_000)]
    assert left[0] > left[1] == 0
    assert next(reader.select("PRAGMA page_count"))[0] < before - 200


def test_limits_are_read_in_any_order() -> None:
    assert read_limits("5gb 30d 1000") == Limits(30 * DAY_US, 1000, 5_000_000_000)
    assert read_endpoint_limits("billing: 7d; test: 10") == {"billing": Limits(7 * DAY_US), "test": Limits(count=10)}
    for wrong in ("7d 8d", "soon", "0", "5"[:0] or "-3"):
        with pytest.raises(UsageError):
            read_limits(wrong)


def test_saved_searches_are_a_file_that_people_may_edit(paths: Paths) -> None:
    paths.saved_searches.parent.mkdir(parents=True)
    paths.saved_searches.write_text('# ours\nSlow = "took:>1s"\n')
    save_search(paths, "Failed invoices", 'event:invoice.* body:"no ""money"')
    assert saved_search(paths, "failed INVOICES") == 'event:invoice.* body:"no ""money"'
    delete_search(paths, "Failed invoices")
    assert paths.saved_searches.read_text() == '# ours\nSlow = "took:>1s"\n'
    with pytest.raises(UsageError, match="no saved search 'other'"):
        saved_search(paths, "other")
    paths.saved_searches.write_text("a = [")
    with pytest.raises(StorageError, match="cannot be read"):
        saved_searches(paths)
    with pytest.raises(StorageError):
        save_search(paths, "b", "c")
    assert paths.saved_searches.read_text() == "a = ["
