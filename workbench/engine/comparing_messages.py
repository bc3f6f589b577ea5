"""Two messages compared: a capture with another, with what was delivered, an answer with the one before.

Blocks: reads both bodies. Bodies are compared after their Content-Encoding is undone; that it differs is seen among
the headers. JSON is compared by meaning, text by lines, all else (and what is too large) by bytes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workbench.formats.differing_heads import Difference, header_differences
from workbench.formats.differing_json import NotComparable, json_differences
from workbench.formats.differing_text import hex_differences, line_differences
from workbench.formats.encoding import decoded
from workbench.formats.kind import Kind, kind_of
from workbench.model.message import Request, Response, readable


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between two messages; empty where nothing does."""

    start_line: Difference | None
    headers: tuple[Difference, ...]
    order: str
    """A sentence about the order of headers; empty where it is the same."""
    body: tuple[Difference, ...]
    """By JSON path, where both bodies are JSON."""
    lines: tuple[str, ...]
    """Of a unified diff or of hex dumps, where they are not."""
    body_note: str = ""

    @property
    def is_same(self) -> bool:
        """True where the two do not differ by a byte in what they say."""
        return not (self.start_line or self.headers or self.order or self.body or self.lines or self.body_note)


def compare_messages(one: Request | Response, other: Request | Response) -> Comparison:
    """Return what differs. FileNotFoundError where a body is no longer stored."""
    first, second = _start_line(one), _start_line(other)
    headers, order = header_differences(_headers(one), _headers(other))
    body, lines, note = _bodies(one, other)
    start_line = Difference("start line", first, second) if first != second else None
    return Comparison(start_line, tuple(headers), order, tuple(body), tuple(lines), note)


def comparison_text(comparison: Comparison, one: str, other: str) -> str:
    """Return a comparison for people, with `-` and `+` as in a unified diff; what differs each time comes last."""
    return "\n".join(_lines(comparison, one, other))


def _lines(found: Comparison, one: str, other: str) -> Iterator[str]:
    yield f"--- {one}"
    yield f"+++ {other}"
    if found.is_same:
        yield " Nothing differs."
    if found.start_line is not None:
        yield from _section("Start line", [found.start_line], named=False)
    yield from _section("Headers", [each for each in found.headers if not each.is_noise])
    if found.order:
        yield f" {found.order}"
    yield from _section("Body", [each for each in found.body if not each.is_noise])
    if found.lines:
        yield "@@ Body @@"
        yield from found.lines
    if found.body_note:
        yield f" {found.body_note}"
    noise = [each for each in (*found.headers, *found.body) if each.is_noise]
    yield from _section("Ids, times and signatures, which differ each time", noise)


def _section(title: str, differences: Sequence[Difference], *, named: bool = True) -> Iterator[str]:
    if differences:
        yield f"@@ {title} @@"
    for each in differences:
        place = f"{each.place}: " if named else ""
        for sign, text in (("-", each.before), ("+", each.after)):
            if text is not None:
                yield f"{sign}{place}{text}"


def _start_line(message: Request | Response) -> str:
    return readable(message.head.start_line)


def _headers(message: Request | Response) -> list[tuple[str, str]]:
    return [(name, readable(value)) for name, value in message.headers]


def _bodies(one: Request | Response, other: Request | Response) -> tuple[Sequence[Difference], Sequence[str], str]:
    before, after = _content(one), _content(other)
    if before == after:
        return [], [], ""
    note = ""
    if Kind.JSON in (_kind(one, before), _kind(other, after)):
        try:
            found, more = json_differences(before, after)
        except NotComparable as error:
            note = error.message
        else:
            if not found:
                said = "The JSON says the same; its bytes differ: spaces, escapes or the order of names."
                return [], [], said
            return found, [], f"There is more: only the first {len(found):,} are told." if more else ""
    lines = line_differences(before, after)
    return [], hex_differences(before, after) if lines is None else lines, note


def _content(message: Request | Response) -> bytes:
    return decoded(message.body.read(), message.headers.get("content-encoding")).content


def _kind(message: Request | Response, content: bytes) -> Kind:
    return kind_of(message.head.content_type, content)
