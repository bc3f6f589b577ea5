"""Columns of the table as SQL over `capture` and `payload`, to order by and to read; see `query_functions`."""

from workbench.model.own_column import OwnColumn

TAGS_COLUMN = (
    "(SELECT group_concat(name, ' ') FROM (SELECT name FROM tag WHERE tag.number = capture.number ORDER BY name))"
)
NOTE_TEXT = "(SELECT text FROM note WHERE note.number = capture.number)"
NOTE_COLUMN = f"coalesce(fault, guard, {NOTE_TEXT})"

_ORDERS = {
    "number": "number",
    "time": "received_at",
    "method": "method",
    "path": "target",
    "provider": "provider COLLATE NOCASE",
    "event": "event COLLATE NOCASE",
    "signature": "verification COLLATE NOCASE",
    "attempt": "attempt",
    "delivery": "delivery_id COLLATE NOCASE",
    "sent": "sent_at",
    "status": "status",
    "duration": "(answered_at - received_at)",
    "size": "body_size",
    "type": "content_type COLLATE NOCASE",
    "source": "peer_address",
    "endpoint": "endpoint COLLATE NOCASE",
    "note": f"{NOTE_COLUMN} COLLATE NOCASE",
    "tags": TAGS_COLUMN,
}
"""In the words of the indexes (`migrations`), or they are not used."""

_FIELDS = {
    "endpoint": "endpoint",
    "target": "target",
    "guard": "guard",
    "reason": "answer_reason",
    "fault": "fault_message",
    "scheme": "scheme",
    "verdict": "verification_reason",
    "received": "strftime('%Y-%m-%d %H:%M:%f', received_at / 1e6, 'unixepoch')",
    "tag": TAGS_COLUMN,
    "note": NOTE_TEXT,
}
_PAYLOAD = "(SELECT {} FROM payload WHERE payload.number = capture.number)"


def order_sql(column: str) -> tuple[str, list[str | int]]:
    """Return what a column's captures are ordered by, and the values for its places."""
    if column in _ORDERS:
        return _ORDERS[column], []
    return own_column_sql(OwnColumn.parse(column))


def own_column_sql(column: OwnColumn) -> tuple[str, list[str | int]]:
    """Return the text of a column of one's own, NULL where a capture has none, and the values for its places."""
    match column.source:
        case "header":
            return _PAYLOAD.format("header_text(head, ?)"), [column.name]
        case "json":
            return _PAYLOAD.format("json_text(head, body, spool_file, ?)"), [column.name]
        case "query":
            return "query_text(target, ?)", [column.name]
        case source:
            return _FIELDS[source], []
