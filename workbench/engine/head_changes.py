"""Single headers of a head that is otherwise left as it is, byte for byte."""

from collections.abc import Collection

from workbench.model.message import Head


def with_header(head: Head, name: str, value: str) -> Head:
    """Return the head with one header more, at its end; one of that name is replaced where it stands.

    The value is latin-1 text as `Head.build` takes it.
    """
    line = f"{name}: {value}".encode("latin-1")
    lines = head.raw.split(b"\r\n")
    for position, each in enumerate(lines[1:], 1):
        if each.partition(b":")[0].strip().lower() == name.lower().encode("latin-1"):
            return Head(b"\r\n".join([*lines[:position], line, *lines[position + 1 :]]))
    return Head(b"%s%s\r\n\r\n" % (head.raw[:-2], line))


def without_headers(head: Head, names: Collection[str]) -> Head:
    """Return the head without the headers of these names (in small letters); folded lines go with theirs."""
    lines = head.raw.split(b"\r\n")
    kept, drops = [lines[0]], False
    for line in lines[1:]:
        if line[:1] not in (b" ", b"\t"):
            drops = line.partition(b":")[0].strip().decode("latin-1").lower() in names
        if not drops:
            kept.append(line)
    return Head(b"\r\n".join(kept))
