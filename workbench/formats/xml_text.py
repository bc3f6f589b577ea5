"""XML made readable without touching it: only line breaks are added, where nothing or white space stood between tags.

expat says where each piece begins; the pieces themselves are cut from the original bytes, so attributes, entities,
comments and CDATA stay as sent. A document type is not followed: it could stand for gigabytes.
"""

from typing import Any
from xml.parsers import expat

INDENT = b"  "
DEPTH_LIMIT = 1000
"""Elements in each other; the indentation of a hundred thousand would be gigabytes."""


class _Pieces:
    """Where tags and texts begin, in bytes."""

    def __init__(self) -> None:
        self.marks: list[tuple[int, str]] = []
        self._parser: Any = expat.ParserCreate()
        self._parser.StartElementHandler = self._opens
        self._parser.EndElementHandler = self._closes
        self._parser.CharacterDataHandler = self._text
        self._parser.CommentHandler = self._other
        self._parser.ProcessingInstructionHandler = self._other
        self._parser.StartCdataSectionHandler = self._cdata
        self._parser.StartDoctypeDeclHandler = self._refuse

    def read(self, content: bytes) -> list[tuple[int, str]]:
        """Return where each piece begins, and what it is."""
        self._parser.Parse(content, True)
        return self.marks

    def _mark(self, kind: str) -> None:
        self.marks.append((self._parser.CurrentByteIndex, kind))

    def _opens(self, *_: Any) -> None:
        self._mark("open")

    def _closes(self, *_: Any) -> None:
        self._mark("close")

    def _text(self, text: str) -> None:
        self._mark("text" if text.strip() else "space")

    def _other(self, *_: Any) -> None:
        self._mark("other")

    def _cdata(self) -> None:
        self._mark("text")

    def _refuse(self, *_: Any) -> None:
        raise ValueError("it has a document type, which is not followed")


def pretty(content: bytes) -> bytes:
    """Return the text with line breaks between tags; ValueError where it is not well-formed UTF-8 XML."""
    content.decode()
    try:
        marks = _Pieces().read(content)
    except expat.ExpatError as error:
        raise ValueError(_reason(error)) from error
    return _laid_out(_merged(content, marks))


def problem(content: bytes) -> str:
    """Return a sentence about what is wrong, empty where the text is well-formed."""
    try:
        _Pieces().read(content)
    except expat.ExpatError as error:
        return f"Not well-formed XML: {_reason(error)}."
    except ValueError:
        return ""
    return ""


def _reason(error: expat.ExpatError) -> str:
    return f"{expat.ErrorString(error.code)} (line {error.lineno}, column {error.offset + 1})"


def _merged(content: bytes, marks: list[tuple[int, str]]) -> list[tuple[bytes, str]]:
    """Cut the content at the marks; an empty element's closing mark stands where its opening one does."""
    pieces: list[tuple[bytes, str]] = []
    if marks and marks[0][0] > 0:
        pieces.append((content[: marks[0][0]], "other"))
    for position, (start, kind) in enumerate(marks):
        end = marks[position + 1][0] if position + 1 < len(marks) else len(content)
        if kind == "close" and pieces and end >= start and not content.startswith(b"</", start):
            pieces[-1] = (pieces[-1][0] + content[start:end], "empty")
        else:
            pieces.append((content[start:end], kind))
    return [(piece, kind) for piece, kind in pieces if piece]


def _laid_out(pieces: list[tuple[bytes, str]]) -> bytes:
    lines: list[bytes] = []
    depth = 0
    inline = False
    for position, (piece, kind) in enumerate(pieces):
        if kind == "space":
            following = pieces[position + 1][1] if position + 1 < len(pieces) else ""
            if inline or following == "text":  # Mixed content: here white space is part of what is said.
                lines.append(piece)
            continue
        if kind == "close":
            depth = max(0, depth - 1)
        before = next((k for _, k in reversed(pieces[max(0, position - 2) : position]) if k != "space"), "")
        joins = inline or (kind == "close" and before == "open") or kind == "text" or before == "text"
        lines.append(piece if joins or not lines else b"\n" + INDENT * depth + piece.rstrip())
        inline = kind == "text"
        if kind == "open":
            depth += 1
            if depth > DEPTH_LIMIT:
                raise ValueError(f"it is nested more than {DEPTH_LIMIT} deep")
    return b"".join(lines)
