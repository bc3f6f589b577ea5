"""Rows of `capture` as values of the model."""

from typing import Any

from workbench.model.capture import CaptureSummary, Fault, Peer, Tls
from workbench.storage.column_sql import NOTE_TEXT, TAGS_COLUMN

SUMMARY_COLUMNS = (
    "number, received_at, method, target, endpoint, peer_address, content_type, body_size, status,"
    " answered_at - received_at, fault, provider, event, delivery_id, sent_at, attempt, verification,"
    " verification_reason, pinned, seen, answer_reason, guard,"
    f" {TAGS_COLUMN}, {NOTE_TEXT}"
)


def peer_of(row: dict[str, Any]) -> Peer:
    """Return the two ends of a capture's connection, by column names."""
    tls = None
    if row["tls_version"] is not None:
        tls = Tls(row["tls_version"], row["tls_cipher"] or "", row["tls_server_name"] or "")
    return Peer(row["peer_address"], row["peer_port"], row["local_address"], row["local_port"], tls)


def summary_of(row: tuple[Any, ...]) -> CaptureSummary:
    """Return what the table shows, from the values of `SUMMARY_COLUMNS`."""
    (number, received, method, target, endpoint, peer, content_type, size, status, duration, fault) = row[:11]
    provider, event, delivery_id, sent_at, attempt, verification, reason, pinned, seen = row[11:20]
    answer_reason, guard, tags, note = row[20:]
    return CaptureSummary(
        number=number,
        received_at_us=received,
        method=method,
        target=target,
        endpoint=endpoint,
        peer_address=peer,
        content_type=content_type,
        body_size=size,
        status=status,
        duration_us=duration,
        fault=Fault(fault) if fault else None,
        provider=provider or "",
        event=event or "",
        delivery_id=delivery_id or "",
        sent_at_us=sent_at,
        attempt=attempt,
        verification=verification or "",
        verification_reason=reason or "",
        pinned=bool(pinned),
        unread=not seen,
        answer_reason=answer_reason or "",
        guard=guard or "",
        tags=tuple(tags.split()) if tags else (),
        note=note or "",
    )
