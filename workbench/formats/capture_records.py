"""The objects of `capture_lines` read back: checked field by field, and made into captures to import."""

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, Any, NoReturn

import msgspec

from workbench.formats.capture_lines import FORMAT
from workbench.model.capture import Arrival, Fault, ImportedCapture, Peer, Tls
from workbench.model.clock import parse_instant
from workbench.model.endpoint import CATCH_ALL
from workbench.model.errors import FormatError
from workbench.model.message import Body, Head, Request, Response

Keep = Callable[[Iterable[bytes]], Body]
"""Takes the pieces of a body and says where they are now: in memory, in a file, or nowhere where one only checks."""

_Port = Annotated[int, msgspec.Meta(ge=0, le=65_535)]
_Size = Annotated[int, msgspec.Meta(ge=0, lt=2**62)]


class TlsRecord(msgspec.Struct):
    """`peer.tls`."""

    version: str
    cipher: str
    server_name: str | None = None


class PeerRecord(msgspec.Struct):
    """`peer`."""

    address: str = ""
    port: _Port = 0
    local_address: str = ""
    local_port: _Port = 0
    tls: TlsRecord | None = None


class FaultRecord(msgspec.Struct):
    """`fault`."""

    kind: Fault
    message: str = ""


class RequestRecord(msgspec.Struct):
    """`request`, of which only the exact bytes are read."""

    head: str | None = None
    head_base64: str | None = None
    framing: str | None = None
    framing_base64: str | None = None
    body: str | None = None
    body_base64: str | None = None
    body_parts: _Size = 0
    body_size: _Size | None = None
    body_sha256: str | None = None


class AnswerRecord(msgspec.Struct):
    """`answer`, likewise."""

    head: str | None = None
    head_base64: str | None = None
    body: str | None = None
    body_base64: str | None = None


class CaptureRecord(msgspec.Struct):
    """One capture; fields that are not named here are for people and are passed over."""

    format: int
    received_at: str
    completed_at: str
    request: RequestRecord
    answer: AnswerRecord
    answered_at: str | None = None
    endpoint: str = CATCH_ALL
    peer: PeerRecord = msgspec.field(default_factory=PeerRecord)
    fault: FaultRecord | None = None
    answer_reason: str | None = None
    refused_by: str | None = None
    pinned: bool = False


class PartRecord(msgspec.Struct):
    """A line that holds a part of the body of the capture before it."""

    format: int
    part: int
    base64: str


def imported_capture(record: CaptureRecord, body: Body) -> ImportedCapture:
    """Return the capture of a record with the body that was read for it; FormatError says what is wrong."""
    if record.format != FORMAT:
        raise FormatError(f"It is of format {record.format}, and this program knows format {FORMAT}.", _UPDATE)
    request, answer, fault = record.request, record.answer, record.fault
    received = _instant(record.received_at, "received_at")
    arrival = Arrival(
        request=Request(Head(_required(request, "head")), body, exact_bytes(request, "framing")),
        answer=Response(Head(_required(answer, "head")), Body(exact_bytes(answer, "body") or b"")),
        peer=_peer(record.peer),
        endpoint=record.endpoint or CATCH_ALL,
        received_at_us=received,
        completed_at_us=_instant(record.completed_at, "completed_at"),
        fault=None if fault is None else fault.kind,
        fault_message="" if fault is None else fault.message,
        answer_reason=record.answer_reason or "",
        guard=record.refused_by or "",
    )
    answered = None if record.answered_at is None else _instant(record.answered_at, "answered_at")
    return ImportedCapture(arrival, answered, record.pinned)


_UPDATE = "Update Webhook Workbench, or export it again with this one."


def exact_bytes(record: RequestRecord | AnswerRecord, name: str) -> bytes | None:
    """Return the bytes of a field that is text or base64; None where it is neither."""
    text, coded = getattr(record, name, None), getattr(record, f"{name}_base64", None)
    if coded is not None:
        return decoded(coded, f"{name}_base64")
    if text is None:
        return None
    try:
        return text.encode()
    except UnicodeEncodeError:
        _refuse(f"“{name}” holds half a surrogate pair, which is no text.")


def decoded(coded: str, name: str) -> bytes:
    """Return the bytes of strict base64; FormatError where it is not."""
    try:
        return base64.b64decode(coded, validate=True)
    except (binascii.Error, ValueError):
        _refuse(f"“{name}” is not base64.")


def _required(record: RequestRecord | AnswerRecord, name: str) -> bytes:
    raw = exact_bytes(record, name)
    if raw is None:
        raise FormatError(
            f"It has no “{name}” with the exact bytes: this is a list of captures, not an export.",
            "Write it with: workbench captures export --format ndjson",
        )
    return raw


def _instant(text: str, name: str) -> int:
    instant = parse_instant(text)
    if instant is None:
        _refuse(f"“{name}” is {text[:40]!r}, which is no time such as 2026-11-23T12:03:11.204518Z.")
    return instant


def _peer(record: PeerRecord) -> Peer:
    tls = None
    if record.tls is not None:
        tls = Tls(record.tls.version, record.tls.cipher, record.tls.server_name or "")
    return Peer(record.address, record.port, record.local_address, record.local_port, tls)


def _refuse(message: str) -> NoReturn:
    raise FormatError(message, "Nothing was imported.")


class CheckedPieces:
    """The pieces of a body on their way; at their end the size and the sum must be what the record says."""

    def __init__(self, record: RequestRecord, pieces: Iterable[bytes]) -> None:
        self._record = record
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        size, digest = 0, hashlib.sha256()
        for piece in self._pieces:
            size += len(piece)
            digest.update(piece)
            yield piece
        wanted, wanted_sum = self._record.body_size, self._record.body_sha256
        if wanted is not None and size != wanted:
            _refuse(f"The body has {size:,} bytes, and “body_size” says {wanted:,}.")
        if wanted_sum is not None and digest.hexdigest() != wanted_sum:
            _refuse("The body is not the one of which “body_sha256” is the sum: the file was changed.")


def converted(value: Any) -> CaptureRecord:
    """Return a record of an object that is parsed already; FormatError says where it is wrong."""
    try:
        return msgspec.convert(value, CaptureRecord)
    except msgspec.ValidationError as error:
        raise FormatError(f"{error}.", "Nothing was imported.") from error
