"""`header:X`, `query:x`, `body:a.b.0`, `signature:t`: where a pack finds a value in a request."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.providers.subject import Subject, text_of, value_at

SOURCES = ("header", "query", "body", "signature")


@dataclass(frozen=True, slots=True)
class Selector:
    """One place in a request, and how it was written."""

    source: str
    name: str
    path: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "Selector":
        """Read a selector; ValueError says what is wrong with it."""
        source, colon, name = text.partition(":")
        if not colon or source not in SOURCES or not name:
            raise ValueError(
                f"{text!r} is no selector; write one like header:X-Name, query:x, body:a.b or signature:t"
            )
        if source == "header":
            return cls(source, name.lower())
        return cls(source, name, tuple(name.split(".")) if source == "body" else ())

    def value(self, subject: Subject, signature: Mapping[str, str] | None = None) -> Any:
        """Return what is there, or None; `signature` holds the other members of a signature made of pairs."""
        match self.source:
            case "header":
                return subject.header(self.name)
            case "query":
                return subject.query.get(self.name)
            case "body":
                return value_at(subject.tree, self.path)
            case _:
                return None if signature is None else signature.get(self.name)

    def text(self, subject: Subject, signature: Mapping[str, str] | None = None) -> str | None:
        """Return what is there as the text that is signed, or None."""
        value = self.value(subject, signature)
        return value if value is None or isinstance(value, str) else text_of(value)

    def __str__(self) -> str:
        return f"{self.source}:{self.name}"


Selectors = tuple[Selector, ...]


def first_text(selectors: Selectors, subject: Subject) -> str:
    """Return the first value found, or an empty text."""
    for selector in selectors:
        text = selector.text(subject)
        if text:
            return text
    return ""
