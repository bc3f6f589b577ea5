"""Protocol Buffers without their schema: the fields as they stand on the wire, written as `protoc --decode_raw` does.

The wire says numbers and types of fields, never names, signs or whether bytes are text or a message: that
is guessed, and a line says so where more than one reading fits. No library reads messages without a schema, hence the
reader here. Source: https://protobuf.dev/programming-guides/encoding/
"""

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass

DEPTH_LIMIT = 32
FIELDS_LIMIT = 200_000
SHOWN_BINARY_BYTES = 64
_VARINT_BYTES = 10
_LARGEST_FIELD = 2**29 - 1


@dataclass(slots=True)
class _Budget:
    """How many more fields may be read, all depths together."""

    fields: int = FIELDS_LIMIT

    def spend(self) -> None:
        self.fields -= 1
        if self.fields < 0:
            raise ValueError(f"It has more than {FIELDS_LIMIT:,} fields, which are not shown.")


@dataclass(frozen=True, slots=True)
class WireField:
    """One field: `value` is a number (types 0, 1, 5), bytes (2) or the fields of a group (3)."""

    number: int
    wire_type: int
    value: "int | bytes | list[WireField]"


def text_of_protobuf(content: bytes) -> bytes:
    """Return the fields of a message, a line each; ValueError says why the bytes are no message."""
    return "\n".join(_lines(wire_fields(content), 0, _Budget())).encode()


def wire_fields(content: bytes) -> list[WireField]:
    """Return the fields of a message in their order; ValueError where the bytes are none."""
    fields, _ = _fields(content, 0, None, 0, _Budget())
    return fields


def _fields(content: bytes, at: int, group: int | None, depth: int, budget: _Budget) -> tuple[list[WireField], int]:
    """Return the fields from a place to the end, or to the end of their group, and the place after."""
    found: list[WireField] = []
    while at < len(content):
        start = at
        tag, at = _varint(content, at)
        number, wire_type = tag >> 3, tag & 7
        if not 0 < number <= _LARGEST_FIELD:
            raise ValueError(f"Not a Protobuf message: byte {start} begins no field.")
        if wire_type == 4:
            if number != group:
                raise ValueError(f"Not a Protobuf message: byte {start} ends a group that did not begin.")
            return found, at
        budget.spend()
        value, at = _value(content, at, number, wire_type, depth, budget)
        found.append(WireField(number, wire_type, value))
    if group is not None:
        raise ValueError("Not a Protobuf message: a group has no end.")
    return found, at


def _value(
    content: bytes, at: int, number: int, wire_type: int, depth: int, budget: _Budget
) -> tuple[int | bytes | list[WireField], int]:
    match wire_type:
        case 0:
            return _varint(content, at)
        case 1 | 5:
            width = 8 if wire_type == 1 else 4
            return int.from_bytes(_taken(content, at, width), "little"), at + width
        case 2:
            length, at = _varint(content, at)
            return _taken(content, at, length), at + length
        case 3 if depth < DEPTH_LIMIT:
            return _fields(content, at, number, depth + 1, budget)
        case 3:
            raise ValueError(f"Groups are nested deeper than {DEPTH_LIMIT}, which is not shown.")
        case _:
            raise ValueError(f"Not a Protobuf message: byte {at} has the unknown wire type {wire_type}.")


def _taken(content: bytes, at: int, length: int) -> bytes:
    if length > len(content) - at:
        raise ValueError(
            f"Not a whole Protobuf message: byte {at} begins {length:,} bytes, {len(content) - at:,} came."
        )
    return content[at : at + length]


def _varint(content: bytes, at: int) -> tuple[int, int]:
    value = 0
    for index in range(_VARINT_BYTES):
        if at + index >= len(content):
            raise ValueError("Not a whole Protobuf message: it ends within a number.")
        byte = content[at + index]
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            if value >= 2**64:
                break
            return value, at + index + 1
    raise ValueError(f"Not a Protobuf message: the number at byte {at} is longer than 64 bits.")


def _lines(fields: list[WireField], depth: int, budget: _Budget) -> Iterator[str]:
    indent = "  " * depth
    for field in fields:
        match field.value:
            case int():
                yield f"{indent}{field.number}: {_number(field.value, field.wire_type)}"
            case bytes():
                yield from _bytes_lines(field.number, field.value, depth, budget)
            case list():
                yield from _nested(f"{indent}{field.number} {{  # group", field.value, depth, budget)


def _nested(opening: str, fields: list[WireField], depth: int, budget: _Budget) -> Iterator[str]:
    yield opening
    yield from _lines(fields, depth + 1, budget)
    yield "  " * depth + "}"


def _bytes_lines(number: int, raw: bytes, depth: int, budget: _Budget) -> Iterator[str]:
    """Write bytes as text where they are plain text, else as a message, as packed numbers or in hex."""
    indent = "  " * depth
    text = _plain_text(raw)
    inner = _message(raw, depth, budget)
    if inner and (text is None or raw[0] < 0x20):
        yield from _nested(f"{indent}{number} {{", inner, depth, budget)
    elif text is not None:
        yield f"{indent}{number}: {json.dumps(text, ensure_ascii=False)}"
    else:
        yield f"{indent}{number}: {_binary(raw)}"


def _message(raw: bytes, depth: int, budget: _Budget) -> list[WireField] | None:
    if not raw or depth >= DEPTH_LIMIT:
        return None
    try:
        return _fields(raw, 0, None, depth + 1, budget)[0]
    except ValueError:
        if budget.fields < 0:
            raise
        return None


def _plain_text(raw: bytes) -> str | None:
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return None
    return text if all(letter.isprintable() or letter in "\t\r\n" for letter in text) else None


def _binary(raw: bytes) -> str:
    packed = _packed(raw) if len(raw) <= SHOWN_BINARY_BYTES else None
    shown = raw[:SHOWN_BINARY_BYTES].hex() + (f"… {len(raw):,} bytes" if len(raw) > SHOWN_BINARY_BYTES else "")
    return f"0x{shown}" + (f"  # or packed: {', '.join(map(str, packed))}" if packed else "")


def _packed(raw: bytes) -> list[int] | None:
    numbers: list[int] = []
    at = 0
    try:
        while at < len(raw):
            number, at = _varint(raw, at)
            numbers.append(number)
    except ValueError:
        return None
    return numbers


def _number(value: int, wire_type: int) -> str:
    if wire_type == 1:
        return f"0x{value:016x}  # {value}, or double {struct.unpack('<d', value.to_bytes(8, 'little'))[0]!r}"
    if wire_type == 5:
        return f"0x{value:08x}  # {value}, or float {struct.unpack('<f', value.to_bytes(4, 'little'))[0]:.9g}"
    return f"{value}  # or signed {value - 2**64}" if value >= 2**63 else str(value)
