"""Which captures an arrangement shows, in its order: SQL finds numbers, nothing else is held."""

from array import array
from collections.abc import Sequence

from workbench.model.arrangement import Arrangement, Group, GroupBy, Groups, Order
from workbench.model.own_column import OwnColumn
from workbench.model.query import CaptureQuery
from workbench.storage.captures import CaptureReader
from workbench.storage.column_sql import order_sql, own_column_sql

Numbers = Sequence[int]

_GROUPS = {GroupBy.DELIVERY: "delivery_id", GroupBy.EVENT: "event"}
TEXT_AT_ONCE = 100_000
"""Characters of numbers that are read in one go: a millisecond."""

_NEVER_MISSING = ("number", "time", "method", "path", "status", "size", "type", "source", "endpoint")


def arranged(reader: CaptureReader, arrangement: Arrangement, up_to: int, limit: int | None = None) -> Numbers:
    """Return the matching numbers up to one, in order; with a limit the first so many. Groups are by `groups`."""
    order = arrangement.order
    if order.column == "number" and limit is None:
        numbers = _by_arrival(reader, arrangement.query, up_to)
        return numbers[::-1] if order.descending else numbers
    sql, values = order_sql(order.column)
    way = "DESC" if order.descending else "ASC"
    pieces = [f"{sql} IS NOT NULL"] if order.column not in _NEVER_MISSING else ["1"]
    found = array("q")
    # Those without a value in a statement of their own: one for both could not go along an index.
    for has_value in (pieces[0], *([f"{sql} IS NULL"] if pieces != ["1"] else [])):
        by = f"{sql} {way}, number {way}" if has_value != f"{sql} IS NULL" else f"number {way}"
        rest = -1 if limit is None else limit - len(found)
        found += numbers_of(
            reader,
            f"SELECT number FROM capture WHERE {has_value} AND +number <= ? AND {{matches}} ORDER BY {by} LIMIT ?",
            [*values, up_to],
            arrangement.query,
            [*(values if has_value != f"{sql} IS NULL" else []), rest],
        )
    return found


def numbers_of(
    reader: CaptureReader,
    sql: str,
    values: Sequence[str | int] = (),
    query: CaptureQuery | None = None,
    more_values: Sequence[str | int] = (),
) -> "array[int]":
    """Return the numbers of a statement, in its order.

    SQLite hands them over as one text: a million rows, one by one, would take the interpreter's lock a million times,
    and the window would wait for it at every call. Taken apart in pieces, for the same reason.
    """
    text = next(reader.select(f"SELECT group_concat(number) FROM ({sql})", values, query, more_values))[0] or ""
    found, start = array("q"), 0
    while start < len(text):
        end = text.find(",", start + TEXT_AT_ONCE)
        end = len(text) if end < 0 else end
        found.extend(map(int, text[start:end].split(",")))
        start = end + 1
    return found


def _by_arrival(reader: CaptureReader, query: CaptureQuery, up_to: int) -> Numbers:
    """Return the matching numbers; of a store without gaps none need be read."""
    if query.matches_all:
        last, deleted = reader.position()
        if not deleted and last >= up_to:
            return range(1, up_to + 1)
    # By +number: asked for the order of the numbers themselves, SQLite goes along all of them, and along no index.
    sql = "SELECT number FROM capture WHERE +number <= ? AND {matches} ORDER BY +number"
    return numbers_of(reader, sql, [up_to], query)


def groups(reader: CaptureReader, arrangement: Arrangement, up_to: int) -> Groups:
    """Return the groups of an arrangement by their newest captures, in order of these.

    Captures without a delivery id are each a group of one; those without an event are one group together.
    """
    by = arrangement.group or GroupBy.DELIVERY
    column, query = _GROUPS[by], arrangement.query
    several: dict[int, Group] = {}
    leaders = array("q")
    each = (
        f"SELECT max(number) AS number, count(*) AS count, {column} AS name FROM capture"
        f" WHERE {column} IS NOT NULL AND +number <= ? AND {{matches}} GROUP BY {column} COLLATE NOCASE"
    )
    for leader, count, name in reader.select(f"{each} HAVING count(*) > 1", [up_to], query):
        leaders.append(leader)
        several[leader] = Group(count, name)
    leaders += numbers_of(reader, f"{each} HAVING count(*) = 1 ORDER BY 1", [up_to], query)
    rest = f"FROM capture WHERE {column} IS NULL AND +number <= ? AND {{matches}}"
    if by is GroupBy.DELIVERY:
        leaders += numbers_of(reader, f"SELECT number {rest}", [up_to], query)
    else:
        leader, count = next(reader.select(f"SELECT max(number), count(*) {rest}", [up_to], query))
        if leader is not None:
            leaders.append(leader)
            several.update({leader: Group(count)} if count > 1 else {})
    return Groups(_ordered(reader, leaders, arrangement.order), several)


def _ordered(reader: CaptureReader, leaders: Numbers, order: Order) -> Numbers:
    if order.column == "number":
        # In three steps, between which the window has its turn; what is sorted are two runs and a few.
        ordered = list(leaders)
        ordered.sort(reverse=order.descending)
        return array("q", ordered)
    sql, values = order_sql(order.column)
    way = "DESC" if order.descending else "ASC"
    return numbers_of(
        reader,
        f"SELECT number FROM capture JOIN json_each(?) AS one ON number = one.value"
        f" ORDER BY {sql} {way} NULLS LAST, number {way}",
        [str(list(leaders)), *values],
    )


def members(reader: CaptureReader, arrangement: Arrangement, leader: int, up_to: int) -> list[int]:
    """Return the captures of a leader's group that match, newest first, the leader with them."""
    column = _GROUPS[arrangement.group or GroupBy.DELIVERY]
    value = next(iter(reader.select(f"SELECT {column} FROM capture WHERE number = ?", [leader])), (None,))[0]
    if value is None and column == "delivery_id":
        return [leader]
    same = f"{column} IS NULL" if value is None else f"{column} = ? COLLATE NOCASE"
    rows = reader.select(
        f"SELECT number FROM capture WHERE {same} AND +number <= ? AND {{matches}} ORDER BY number DESC",
        [*([] if value is None else [value]), up_to],
        arrangement.query,
    )
    return [number for (number,) in rows]


def column_values(
    reader: CaptureReader, numbers: Sequence[int], columns: Sequence[OwnColumn]
) -> dict[int, tuple[str, ...]]:
    """Return what columns of one's own say of these captures, by number, empty where they say nothing."""
    if not numbers or not columns:
        return {}
    parts = [own_column_sql(column) for column in columns]
    rows = reader.select(
        f"SELECT number, {', '.join(sql for sql, _ in parts)} FROM capture"
        f" WHERE number IN ({', '.join('?' * len(numbers))})",
        [*(value for _, values in parts for value in values), *numbers],
        needs_functions=True,
    )
    return {row[0]: tuple("" if value is None else str(value) for value in row[1:]) for row in rows}
