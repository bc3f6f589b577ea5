"""`{{…}}` in what people type: found, with their places, never guessed at.

    {{name}}                        a variable
    {{$uuid}}  {{$randomInt 1 6}}   a dynamic value, with words or "quoted text"
    {{$uuid:order}}                 the same value wherever `:order` stands in one sending
    {{secret | hmac sha256 key}}    through filters, left to right

Braces that hold anything else (`{{ {"a": 1} }}`, `{{#each}}`) are text: payloads hold templates of their own. What
names mean is `engine.variables`' to know.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from workbench.model.errors import UsageError

_PLACEHOLDER = re.compile(r"\{\{([^{}\n]*)\}\}")
_CALL = re.compile(r"\s*(?P<name>\$?[A-Za-z_][\w.\-]*)(?::(?P<label>[\w\-]+))?(?P<rest>(?:\s.*)?)\Z", re.DOTALL)
_WORD = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^\s"|]+))')


@dataclass(frozen=True, slots=True)
class Call:
    """A name with its arguments: a source of a value, or a filter it goes through."""

    name: str
    arguments: tuple[str, ...] = ()
    label: str = ""

    @property
    def is_dynamic(self) -> bool:
        return self.name.startswith("$")


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One `{{…}}`, braces included, at `text[start:end]`."""

    start: int
    end: int
    source: Call
    filters: tuple[Call, ...] = ()


def placeholders(text: str) -> Iterator[Placeholder]:
    """Yield what is to be replaced, in order; braces that are no placeholder are passed over."""
    if "{{" not in text:
        return
    for match in _PLACEHOLDER.finditer(text):
        calls = _calls(match[1])
        if calls:
            yield Placeholder(match.start(), match.end(), calls[0], tuple(calls[1:]))


def replaced(text: str, value_of: Callable[[Placeholder], str]) -> str:
    """Return the text with each placeholder's value in its place; what a value holds is not read again."""
    parts: list[str] = []
    end = 0
    for placeholder in placeholders(text):
        parts += (text[end : placeholder.start], value_of(placeholder))
        end = placeholder.end
    return "".join(parts) + text[end:]


def _calls(content: str) -> list[Call]:
    """Return the source and its filters; nothing where the content is no expression."""
    calls: list[Call] = []
    for part in _split_at_pipes(content):
        match = _CALL.match(part)
        arguments = _arguments(match["rest"]) if match else None
        if match is None or arguments is None:
            return []
        if calls and match["name"].startswith("$"):
            return []
        if not calls and arguments and not match["name"].startswith("$"):
            return []
        calls.append(Call(match["name"], arguments, match["label"] or ""))
    return calls


def _split_at_pipes(content: str) -> list[str]:
    parts = [""]
    for piece in re.findall(r'"(?:[^"\\]|\\.)*"|[^"|]+|.', content):
        if piece == "|":
            parts.append("")
        else:
            parts[-1] += piece
    return parts


def _arguments(text: str) -> tuple[str, ...] | None:
    """Return words and quoted texts; None where a quote is left open."""
    found: list[str] = []
    position = 0
    while text[position:].strip():
        match = _WORD.match(text, position)
        if match is None:
            return None
        quoted = match[1]
        found.append(match[2] if quoted is None else re.sub(r"\\(.)", r"\1", quoted))
        position = match.end()
    return tuple(found)


class BracesError(UsageError):
    """`{{…}}` that cannot be filled in; each face adds to the hint how its user keeps braces as they are."""


class MissingVariables(BracesError):
    """Names that nothing gives a value to, all at once; `names` and `segments` in order of their first use.

    `segments` are names of path parameters: `:id` in the URL.
    """

    def __init__(self, names: tuple[str, ...], segments: tuple[str, ...] = ()) -> None:
        said = [_missing("variable", names)] if names else []
        said += [_missing("path parameter", segments)] if segments else []
        it = "it a value" if len(names) == 1 else "them values"
        hints = [f"Give {it} in an environment."] if names else []
        if segments:
            it = "the path parameter a value" if len(segments) == 1 else "the path parameters values"
            hints.append(f"Give {it}, or write %3A where a colon is meant.")
        super().__init__(" ".join(said), " ".join(hints))
        self.names = names
        self.segments = segments


def _missing(what: str, names: tuple[str, ...]) -> str:
    listed = ", ".join(f"“{name}”" for name in names)
    return f"The {what} {listed} has no value." if len(names) == 1 else f"These {what}s have no value: {listed}."
