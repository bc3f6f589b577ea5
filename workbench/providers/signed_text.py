"""The template of what is signed, `{timestamp}.{body}`, filled in part by part; each knows where it came from."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from workbench.providers.selectors import Selector
from workbench.providers.subject import Subject

_PLACE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
PLACES = ("body", "timestamp", "id", "method", "url", "path", "secret", "sorted_form", "body_sha256")
BODY_PLACES = ("body", "sorted_form", "body_sha256")


class Missing(Exception):
    """A part of what is signed that the request does not have; the text says which."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the signed bytes; `source` is `body`, `timestamp`, `header:x-id` … or `text` for what the rule adds."""

    source: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Filling:
    """What a template needs beside the request."""

    timestamp: str = ""
    message_id: str = ""
    secret: bytes = b""
    signature: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class SignedText:
    """A parsed template: literal bytes, names of places, and selectors, in order."""

    pieces: tuple[bytes | str | Selector, ...]

    @classmethod
    def parse(cls, text: str) -> "SignedText":
        """Read a template; ValueError names the place that is not known."""
        pieces: list[bytes | str | Selector] = []
        position = 0
        literal = ""
        for match in _PLACE.finditer(text):
            literal += text[position : match.start()]
            position = match.end()
            if match[0] in ("{{", "}}"):
                literal += match[0][0]
                continue
            if match[1] is None:
                raise ValueError(f"{match[0]!r} stands alone in {text!r}; write {match[0] * 2} for a brace")
            if literal:
                pieces.append(literal.encode())
                literal = ""
            pieces.append(_place(match[1]))
        literal += text[position:]
        if literal:
            pieces.append(literal.encode())
        return cls(tuple(pieces))

    @property
    def places(self) -> set[str]:
        """The names of places, and selectors as written."""
        return {str(piece) for piece in self.pieces if not isinstance(piece, bytes)}

    @property
    def covers_body(self) -> bool:
        return any(piece in BODY_PLACES for piece in self.pieces)

    @property
    def covers_fields(self) -> bool:
        return any(isinstance(piece, Selector) and piece.source == "body" for piece in self.pieces)

    def fill(self, subject: Subject, filling: Filling) -> bytes:
        """Return the signed bytes; Missing where the request lacks a part."""
        return b"".join([self._content(piece, subject, filling) for piece in self.pieces])

    def parts(self, subject: Subject, filling: Filling) -> list[Part]:
        """Return the signed bytes part by part; Missing where the request lacks one."""
        return [
            Part("text" if isinstance(piece, bytes) else str(piece), self._content(piece, subject, filling))
            for piece in self.pieces
        ]

    def _content(self, piece: bytes | str | Selector, subject: Subject, filling: Filling) -> bytes:
        if isinstance(piece, bytes):
            return piece
        if isinstance(piece, Selector):
            value = piece.text(subject, filling.signature)
            if value is None:
                raise Missing(_described(piece))
            return _bytes(value, piece.source)
        return _place_content(piece, subject, filling)


def _place(name: str) -> str | Selector:
    if name in PLACES:
        return name
    if ":" in name:
        return Selector.parse(name)
    raise ValueError(f"{{{name}}} is no place; there are {', '.join(PLACES)}, and selectors such as header:X-Name")


def _bytes(text: str, source: str) -> bytes:
    """Header text is latin-1 as it was on the wire; everything else was decoded from UTF-8."""
    return text.encode("latin-1", "replace") if source == "header" else text.encode("utf-8", "surrogatepass")


def _place_content(name: str, subject: Subject, filling: Filling) -> bytes:
    match name:
        case "body":
            return subject.body
        case "timestamp":
            return filling.timestamp.encode("utf-8", "surrogatepass")
        case "id":
            return filling.message_id.encode("utf-8", "surrogatepass")
        case "method":
            return subject.method.encode("latin-1", "replace")
        case "url":
            return subject.url.encode("utf-8", "surrogatepass")
        case "path":
            return subject.path.encode("utf-8", "surrogatepass")
        case "secret":
            return filling.secret
        case "sorted_form":
            return sorted_form(subject)
        case _:
            return hashlib.sha256(subject.body).hexdigest().encode()


def sorted_form(subject: Subject) -> bytes:
    """Return names and values of a form, sorted by name, with nothing between."""
    return "".join(f"{name}{value}" for name, value in sorted(subject.form)).encode("utf-8", "surrogatepass")


def _described(selector: Selector) -> str:
    match selector.source:
        case "header":
            return f"the header {selector.name}"
        case "query":
            return f"the query parameter {selector.name}"
        case "signature":
            return f"{selector.name}= in the signature"
        case _:
            return f"{selector.name} in the body"
