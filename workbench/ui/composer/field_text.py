"""A table of names and values as text, a line each: to be edited in bulk. No Qt.

    Accept: */*
    # X-Old: a row that is switched off
    Cookie: a=1
    Cookie: b=2

Order, repeats and switched-off rows come back as they were. A name that begins with `#` cannot be written so; it is
read as a switched-off row.
"""

from collections.abc import Iterable

from workbench.model.collection import Field

OFF = "# "


def fields_text(fields: Iterable[Field]) -> str:
    """Return rows as lines; line breaks within a value become `\\n`, as the reading understands them."""
    return "".join(f"{'' if field.enabled else OFF}{_line(field)}\n" for field in fields)


def _line(field: Field) -> str:
    value = field.value.replace("\\", "\\\\").replace("\n", "\\n") if "\n" in field.value else field.value
    return f"{field.name}: {value}"


def read_fields(text: str) -> tuple[Field, ...]:
    """Return the rows of a text; empty lines are passed over, a line without a colon is a name."""
    return tuple(_field(line) for line in text.splitlines() if line.strip())


def _field(line: str) -> Field:
    off = line.lstrip().startswith("#")
    rest = line.lstrip()[1:] if off else line
    name, _, value = rest.partition(":")
    return Field(name.strip(), _value(value.strip()), enabled=not off)


def _value(text: str) -> str:
    return text.replace("\\\\", "\0").replace("\\n", "\n").replace("\0", "\\") if "\\n" in text else text
