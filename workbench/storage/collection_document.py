"""One YAML file of a collection, read to text with its lines.

Scalars stay the text that was typed: `no`, `1.0`, `2026-11-23` are what a person wrote into a header, not a boolean,
a float, a date (YAML 1.1, which PyYAML speaks, and YAML 1.2, which Bruno speaks, disagree on them).

The tree is built from libyaml's events with a bound on depth, for two reasons that were measured: PyYAML's C composer
recurses on the C stack (100,000 brackets end the process), and libyaml takes 40 s over them. A collection may come
from anywhere. Aliases are refused: a few lines of them stand for gigabytes, and a part that stands in two places
cannot be changed in one.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from workbench.formats.yaml_shield import shield
from workbench.model.errors import CollectionError

MAX_DEPTH = 64
MAX_BYTES = 16 * 1024 * 1024

_NULLS = {"", "~", "null", "Null", "NULL"}
_FLAGS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


@dataclass(slots=True)
class Scalar:
    """A plain or quoted value and where its text begins."""

    line: int
    column: int
    text: str | None
    """None for YAML's null."""


@dataclass(slots=True)
class Sequence:
    """A list, in block or flow style, and where it begins."""

    line: int
    column: int
    flow: bool
    items: list["Node"] = field(default_factory=list["Node"])


@dataclass(slots=True)
class Mapping:
    """Keys with their values; what it holds is asked for by type, and a wrong type is a sentence with its line.

    An absent key and a null are the same: None, or no rows.
    """

    line: int
    column: int
    flow: bool
    file_name: str
    pairs: dict[str, "Node"] = field(default_factory=dict[str, "Node"])

    def text(self, key: str) -> str | None:
        node = self.pairs.get(key)
        if node is None or isinstance(node, Scalar):
            return node.text if node else None
        raise broken(self.file_name, node.line, f"“{key}” must be text")

    def number(self, key: str) -> float | None:
        text = self.text(key)
        if text is None:
            return None
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise broken(self.file_name, self.pairs[key].line, f"“{key}” must be a number")
        return number

    def flag(self, key: str) -> bool:
        text = self.text(key)
        if text is None:
            return False
        if text not in _FLAGS:
            raise broken(self.file_name, self.pairs[key].line, f"“{key}” must be true or false")
        return _FLAGS[text]

    def mapping(self, key: str) -> "Mapping | None":
        node = self.pairs.get(key)
        if node is None or isinstance(node, Mapping):
            return node
        if isinstance(node, Scalar) and node.text is None:
            return None
        raise broken(self.file_name, node.line, f"“{key}” must hold keys and values")

    def rows(self, key: str) -> "list[Mapping]":
        """Return a list's rows, each with keys and values."""
        node = self.pairs.get(key)
        if node is None or (isinstance(node, Scalar) and node.text is None):
            return []
        if not isinstance(node, Sequence):
            raise broken(self.file_name, node.line, f"“{key}” must be a list")
        return [self._row(key, item) for item in node.items]

    def _row(self, key: str, item: "Node") -> "Mapping":
        if isinstance(item, Mapping):
            return item
        raise broken(self.file_name, item.line, f"each row of “{key}” must hold keys and values")

    def texts(self, key: str) -> list[str]:
        """Return a list's texts."""
        node = self.pairs.get(key)
        if node is None or (isinstance(node, Scalar) and node.text is None):
            return []
        if not isinstance(node, Sequence):
            raise broken(self.file_name, node.line, f"“{key}” must be a list")
        for item in node.items:
            if not isinstance(item, Scalar):
                raise broken(self.file_name, item.line, f"each row of “{key}” must be text")
        return [item.text or "" for item in node.items if isinstance(item, Scalar)]


Node = Scalar | Sequence | Mapping
Plain = dict[str, Any]
"""A part of a file as dicts, lists, text, numbers and flags; keys are absent where the file is silent."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as it is: its bytes, their tree, and the part of it that is ours."""

    raw: bytes
    document: Mapping
    plain: Plain


def text_rows(rows: list[Mapping], keys: tuple[str, ...]) -> list[Plain]:
    """Return the texts that each row has under these keys."""
    return [{key: text for key in keys if (text := row.text(key)) is not None} for row in rows]


Enough = Callable[[list[Sequence | Mapping]], bool]
"""Told the parts that are open, outermost first, after each text: whether the rest need not be read."""


def parse(raw: bytes, file_name: str, enough: Enough | None = None) -> Mapping:
    """Return the mapping that the file is; CollectionError says in one sentence what is wrong in which line.

    With `enough`, what comes after it said so is neither read nor checked.
    """
    if len(raw) > MAX_BYTES:
        raise broken(file_name, 1, f"the file is larger than {MAX_BYTES // 1024 // 1024} MB")
    text, names = shield(decode(raw, file_name))
    try:
        # types-PyYAML leaves what `parse` takes and returns open.
        events = cast("Iterator[Event]", yaml.parse(text, Loader=yaml.CBaseLoader))  # pyright: ignore[reportUnknownMemberType]
        root = _Tree(file_name, names).build(events, enough)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line if error.problem_mark else 0
        raise broken(file_name, line + 1, _in_words(error.problem, text, line)) from error
    except yaml.YAMLError as error:
        raise broken(file_name, 1, str(error).splitlines()[0]) from error
    if not isinstance(root, Mapping):
        raise broken(file_name, 1, "the file must hold keys and values" if root else "the file is empty")
    return root


def decode(raw: bytes, file_name: str) -> str:
    """Return the text without a byte order mark."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise broken(file_name, raw.count(b"\n", 0, error.start) + 1, "there are bytes that are not UTF-8") from error


def broken(file_name: str, line: int, what: str) -> CollectionError:
    """Return the sentence for one file and line."""
    return CollectionError(
        f"{file_name}, line {line}: {what}.", "The file is left as it is; mend it in a text editor."
    )


def _in_words(problem: str | None, text: str, line: int) -> str:
    lines = text.split("\n")
    if line < len(lines) and lines[line].lstrip(" ").startswith("\t"):
        return "a tab stands where YAML wants spaces"
    return problem or "this is not YAML"


class _Tree:
    """Puts events together; flat, so that depth costs nothing but its bound."""

    def __init__(self, file_name: str, names: dict[int, str]) -> None:
        self.file_name = file_name
        self.names = names
        self.root: Node | None = None
        self.open: list[Sequence | Mapping] = []
        self.keys: list[str | None] = []
        self.documents = 0

    def build(self, events: Iterator[Event], enough: Enough | None) -> Node | None:
        for event in events:
            if isinstance(event, ScalarEvent):
                self._add(self._scalar(event))
                if enough and enough(self.open):
                    break
            elif isinstance(event, MappingStartEvent):
                mark = event.start_mark
                self._enter(Mapping(mark.line + 1, mark.column, bool(event.flow_style), self.file_name))
            elif isinstance(event, SequenceStartEvent):
                mark = event.start_mark
                self._enter(Sequence(mark.line + 1, mark.column, bool(event.flow_style)))
            elif isinstance(event, MappingEndEvent | SequenceEndEvent):
                self.open.pop()
                self.keys.pop()
            elif isinstance(event, AliasEvent):
                raise self._broken(event, "YAML aliases (*name) are not read; write the value out")
            elif isinstance(event, DocumentStartEvent):
                self.documents += 1
                if self.documents > 1:
                    raise self._broken(event, "a second document (---) begins; a file holds one")
        return self.root

    def _scalar(self, event: ScalarEvent) -> Scalar:
        if event.tag is not None and event.tag != "tag:yaml.org,2002:str":
            raise self._broken(event, f"the YAML tag {event.tag} is not read")
        text: str = event.value
        if self.names:
            text = text.translate(self.names)
        plain_null = not event.style and text in _NULLS and event.tag is None
        return Scalar(event.start_mark.line + 1, event.start_mark.column, None if plain_null else text)

    def _enter(self, node: Sequence | Mapping) -> None:
        self._add(node)
        self.open.append(node)
        self.keys.append(None)
        if len(self.open) > MAX_DEPTH:
            raise broken(self.file_name, node.line, f"more than {MAX_DEPTH} levels are nested")

    def _add(self, node: Node) -> None:
        if not self.open:
            self.root = node
            return
        parent = self.open[-1]
        if isinstance(parent, Sequence):
            parent.items.append(node)
        elif (key := self.keys[-1]) is None:
            self.keys[-1] = self._key(parent, node)
        else:
            parent.pairs[key] = node
            self.keys[-1] = None

    def _key(self, parent: Mapping, node: Node) -> str:
        if not isinstance(node, Scalar):
            raise broken(self.file_name, node.line, "a key must be text")
        key = node.text or ""
        if key in parent.pairs:
            raise broken(self.file_name, node.line, f"“{key}” is there twice")
        return key

    def _broken(self, event: Event, what: str) -> CollectionError:
        return broken(self.file_name, event.start_mark.line + 1, what)
