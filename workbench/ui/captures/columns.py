"""What each column of the table says of a capture."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from workbench.model.capture import CaptureSummary
from workbench.model.clock import as_datetime
from workbench.model.message import readable
from workbench.ui.words import duration_words, size_words


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its title, its first width in digits, the text, and which side the text stands on.

    `wanted` ranks what a narrow table leaves out: the highest goes first, 0 always stays.
    """

    id: str
    title: str
    width: int
    text: Callable[[CaptureSummary], str]
    right: bool = False
    stretches: bool = False
    wanted: int = 0


def _time(summary: CaptureSummary) -> str:
    return local_time(summary.received_at_us).strftime("%H:%M:%S.%f")[:-3]


def local_time(instant_us: int) -> datetime:
    """Return an instant in this machine's zone."""
    return as_datetime(instant_us).astimezone()


def _status(summary: CaptureSummary) -> str:
    return str(summary.status) if summary.status else "–"


def _duration(summary: CaptureSummary) -> str:
    return "" if summary.duration_us is None else duration_words(summary.duration_us)


def _content_type(summary: CaptureSummary) -> str:
    return summary.content_type.split(";", 1)[0].strip().lower()


MARKS = {"valid": "✓", "invalid": "✗", "malformed": "✗", "stale": "◷", "unsigned": "–", "no-secret": "?"}


def _signature(summary: CaptureSummary) -> str:
    return MARKS.get(summary.verification, "")


def _sent(summary: CaptureSummary) -> str:
    return "" if summary.sent_at_us is None else local_time(summary.sent_at_us).strftime("%H:%M:%S")


def _note(summary: CaptureSummary) -> str:
    return (summary.fault or summary.guard).replace("-", " ") or summary.note.partition("\n")[0][:200]


COLUMNS = (
    Column("number", "#", 8, lambda summary: str(summary.number), right=True),
    Column("time", "Time", 12, _time),
    Column("method", "Method", 8, lambda summary: summary.method[:20]),
    Column("path", "Path", 26, lambda summary: readable(summary.target[:2000]), stretches=True),
    Column("provider", "Provider", 10, lambda summary: summary.provider, wanted=5),
    Column("event", "Event", 22, lambda summary: summary.event, wanted=2),
    Column("signature", "Sig", 3, _signature, wanted=1),
    Column("attempt", "Try", 3, lambda summary: str(summary.attempt or ""), right=True, wanted=7),
    Column("delivery", "Delivery id", 18, lambda summary: summary.delivery_id, wanted=9),
    Column("sent", "Sent", 8, _sent, wanted=8),
    Column("status", "Status", 6, _status, right=True),
    Column("duration", "Took", 8, _duration, right=True, wanted=4),
    Column("size", "Size", 8, lambda summary: size_words(summary.body_size), right=True, wanted=3),
    Column("type", "Content type", 20, _content_type, wanted=6),
    Column("source", "From", 15, lambda summary: summary.peer_address, wanted=10),
    Column("tags", "Tags", 12, lambda summary: " ".join(summary.tags), wanted=11),
    Column("endpoint", "Endpoint", 12, lambda summary: summary.endpoint, wanted=12),
    Column("note", "Note", 10, _note),
)
