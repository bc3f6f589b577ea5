"""YAML of other programs, built from libyaml's events with bounds on depth and on what aliases stand for.

Plain scalars mean what YAML 1.2 says (`true`, `null`, JSON's numbers), all others are text: `no`, `1.2.3` and
`2026-01-01` are what somebody typed. Tags make nothing but data. Merge keys (`<<`) are followed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import yaml
from yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
)

from workbench.formats.yaml_shield import free_codes, shield
from workbench.model.errors import FormatError

MAX_DEPTH = 100
MAX_ALIASED_VALUES = 200_000
"""Values that all aliases of a file may stand for together, a long text counting as several."""

MAX_VALUES = 2_000_000

_JSON_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?\Z")
_CONSTANTS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


class Number(str):
    """A number as it was typed: 1.0 stays 1.0, and twenty digits stay twenty."""

    __slots__ = ()

    @property
    def is_json(self) -> bool:
        """False for NaN and Infinity, which JSON does not have."""
        return _JSON_NUMBER.match(self) is not None


def load_yaml(raw: bytes) -> Any:
    """Return what the file's one document holds; FormatError names the line of what is wrong."""
    text, names = shield(_decoded(raw))
    try:
        return _built(text, names)
    except FormatError as error:
        if "tab character" not in error.message:
            raise
        # libyaml takes a tab at the head of a block scalar for indentation; YAML 1.2 takes it for text.
        return _built(*_with_shielded_tabs(text, names))


def _built(text: str, names: dict[int, str]) -> Any:
    try:
        # types-PyYAML leaves what `parse` takes and returns open.
        events = cast("Iterator[Event]", yaml.parse(text, Loader=yaml.CBaseLoader))  # pyright: ignore[reportUnknownMemberType]
        return _Builder(names).build(events)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise _broken(line, error.problem or "this is not YAML") from error
    except yaml.YAMLError as error:
        raise _broken(1, str(error).splitlines()[0]) from error


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _broken(raw.count(b"\n", 0, error.start) + 1, "there are bytes that are not UTF-8") from error


def _with_shielded_tabs(text: str, names: dict[int, str]) -> tuple[str, dict[int, str]]:
    code = next(free_codes(text))
    blank = re.compile(r"^ *\t[ \t]*$", re.MULTILINE)
    return blank.sub(lambda match: match[0].replace("\t", chr(code)), text), {**names, code: "\t"}


def _broken(line: int, what: str) -> FormatError:
    return FormatError(f"Line {line}: {what}.", "Mend the file in a text editor, or export it again.")


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not come yet."""

    value: list[Any] | dict[str, Any]
    anchor: str | None
    key: str | None = None
    size: int = 1
    merged: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])


class _Builder:
    """Puts events together without recursion, counting what aliases add."""

    def __init__(self, names: dict[int, str]) -> None:
        self._names = names
        self._open: list[_Open] = []
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._root: Any = None
        self._aliased = 0
        self._documents = 0

    def build(self, events: Iterator[Event]) -> Any:
        for count, event in enumerate(events):
            if count > MAX_VALUES:
                raise _broken(event.start_mark.line + 1, f"the file holds more than {MAX_VALUES} values")
            if isinstance(event, ScalarEvent):
                value = self._scalar(event)
                size = 1 + len(event.value) // 100
                if event.anchor:
                    self._anchors[event.anchor] = value, size
                self._add(value, size, event)
            elif isinstance(event, CollectionStartEvent):
                self._open.append(_Open({} if isinstance(event, MappingStartEvent) else [], event.anchor))
                if len(self._open) > MAX_DEPTH:
                    raise _broken(event.start_mark.line + 1, f"more than {MAX_DEPTH} levels are nested")
            elif isinstance(event, SequenceEndEvent | MappingEndEvent):
                self._close(event)
            elif isinstance(event, AliasEvent):
                self._alias(event)
            elif isinstance(event, DocumentStartEvent):
                self._documents += 1
                if self._documents > 1:
                    raise _broken(event.start_mark.line + 1, "a second document (---) begins; a file holds one")
        return self._root

    def _scalar(self, event: ScalarEvent) -> Any:
        text: str = event.value.translate(self._names) if self._names else event.value
        if event.style or event.tag == "tag:yaml.org,2002:str":
            return text
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        return Number(text) if _JSON_NUMBER.match(text) else text

    def _alias(self, event: AliasEvent) -> None:
        anchor = cast("str", cast("NodeEvent", event).anchor)
        line = event.start_mark.line + 1
        if anchor not in self._anchors:
            raise _broken(line, f"*{anchor} names a part that is not there yet")
        value, size = self._anchors[anchor]
        self._aliased += size
        if self._aliased > MAX_ALIASED_VALUES:
            raise _broken(line, f"aliases stand for more than {MAX_ALIASED_VALUES} values")
        self._add(value, size, event)

    def _close(self, event: Event) -> None:
        done = self._open.pop()
        if isinstance(done.value, dict):
            own = done.value
            done.value = {key: value for part in [*done.merged[::-1], own] for key, value in part.items()}
        if done.anchor:
            self._anchors[done.anchor] = done.value, done.size
        self._add(done.value, done.size, event)

    def _add(self, value: Any, size: int, event: Event) -> None:
        if not self._open:
            self._root = value
            return
        parent = self._open[-1]
        parent.size += size
        if isinstance(parent.value, list):
            parent.value.append(value)
        elif parent.key is None:
            if isinstance(value, dict | list):
                raise _broken(event.start_mark.line + 1, "a key must be text")
            parent.key = "null" if value is None else str(value).lower() if isinstance(value, bool) else value
        else:
            if parent.key == "<<" and isinstance(value, dict | list):
                parts = cast("list[Any]", value) if isinstance(value, list) else [cast("Any", value)]
                parent.merged += [cast("dict[str, Any]", part) for part in parts if isinstance(part, dict)]
            else:
                parent.value[str(parent.key)] = value
            parent.key = None
