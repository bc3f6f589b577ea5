"""The views of a body on the command line: the window's, as text."""

from collections.abc import Iterator

from workbench.cli.console import Console
from workbench.cli.render import coloured, harmless
from workbench.formats.body import BodyView, View, view
from workbench.model.capture import Capture
from workbench.model.clock import SystemClock
from workbench.model.errors import FormatError, UsageError

_HEX_ROW = 16
_COLOURED_BYTES = 1024 * 1024


def show_view(capture: Capture, name: str, console: Console) -> None:
    """Write a capture's body in the view of that name.

    UsageError where the body has no such view, FormatError where it cannot be read in it.
    """
    request = capture.request
    content, kind, encoding = request.body.read(), request.head.content_type, request.headers.get("content-encoding")
    seen = view(content, kind, encoding, now_us=SystemClock().now_us())
    wanted = _named(seen, name)
    seen = view(content, kind, encoding, wanted, SystemClock().now_us())
    if seen.view is not wanted:
        raise FormatError(seen.problem, f"Its views are {_names(seen)}.")
    for line in _lines(seen, console.colours):
        console.line(line)
    if seen.problem:
        console.note(seen.problem)


def _named(seen: BodyView, name: str) -> View:
    for each in seen.views:
        if each.value.lower() == name.lower() and each is not View.IMAGE:
            return each
    raise UsageError(f"This body has no view {name!r}.", f"Its views are {_names(seen)}.")


def _names(seen: BodyView) -> str:
    return ", ".join(each.value.lower() for each in seen.views if each is not View.IMAGE)


def _lines(seen: BodyView, colours: bool) -> Iterator[str]:
    match seen.view:
        case View.HEX:
            yield from _hex(seen.text)
        case View.FORM:
            yield from (harmless(f"{field.name}: {field.value}") for field in seen.fields)
        case View.TABLE:
            yield from (
                harmless("\t".join(cell.replace("\t", " ").replace("\n", " ") for cell in row)) for row in seen.table
            )
        case View.PARTS:
            yield from (
                harmless(f"{each.name}\t{each.filename}\t{each.content_type}\t{len(each.content)}")
                for each in seen.parts
            )
        case _:
            text = harmless(seen.text.decode("utf-8", "replace"))
            painted = colours and seen.language and len(seen.text) <= _COLOURED_BYTES
            yield coloured(text, seen.language) if painted and seen.language else text


def _hex(content: bytes) -> Iterator[str]:
    for start in range(0, len(content), _HEX_ROW):
        row = content[start : start + _HEX_ROW]
        letters = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in row)
        yield f"{start:08x}  {row[:8].hex(' '):23}  {row[8:].hex(' '):23}  |{letters}|"
