"""A body that is not made of fields: `--raw`, `--data`, `@FILE`, standard input. There can be one."""

import argparse
import json
import mimetypes
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.cli.sending.item_files import file_path
from workbench.cli.sending.standard_input import StandardInput
from workbench.formats.httpie.items import FIELDS, Item, Separator
from workbench.model.collection import BodyKind, ComposedBody
from workbench.model.errors import UsageError
from workbench.model.message import Body

Warn = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class RawBody:
    """The body, and where it came from in words."""

    body: ComposedBody
    source: str
    content_type: str = ""
    """What the file's name says; empty where HTTPie would call it JSON, or nothing."""
    asks_for_json: bool = False


@dataclass(frozen=True, slots=True)
class BodyWords:
    """What a body may come from."""

    arguments: argparse.Namespace
    method: str
    """As it was named; empty where none was."""
    items: Sequence[Item]
    standard_input: StandardInput
    warn: Warn

    @property
    def is_form(self) -> bool:
        return bool(self.arguments.form or self.arguments.multipart)

    @property
    def is_literal(self) -> bool:
        """Bytes that are given whole stay as they are: `{{…}}` in them counts only beside --env or --var."""
        return not (self.arguments.environment or self.arguments.variables)

    @property
    def patience_s(self) -> float | None:
        """How long standard input may be silent."""
        if self.method in ("GET", "HEAD"):
            return 0.0
        return 30.0 if self.arguments.timeout is None else self.arguments.timeout or None


def raw_body(words: BodyWords) -> RawBody | None:
    """Return the body that is given whole, None where there is none; UsageError where there are two."""
    arguments = words.arguments
    given: list[RawBody] = []
    if arguments.data is not None:
        given.append(RawBody(_data(words), "--data"))
    if arguments.raw is not None:
        given.append(_like_httpie(words, arguments.raw.encode("utf-8", "surrogateescape"), "--raw"))
    if not words.is_form:
        files = (item for item in words.items if item.separator is Separator.FILE and not item.name)
        given += [_file_body(words, item) for item in files]
    if len(given) > 1:
        raise UsageError(f"There are two bodies: {given[0].source} and {given[1].source}.", "Use one of them.")
    if arguments.ignore_stdin or arguments.data is not None:
        return given[0] if given else None
    return _beside_standard_input(words, given)


def _beside_standard_input(words: BodyWords, given: Sequence[RawBody]) -> RawBody | None:
    has_fields = any(item.separator in FIELDS or item.separator is Separator.FILE for item in words.items)
    if given or has_fields:
        if words.standard_input.has_bytes():
            raise UsageError(
                "There are two bodies: one on standard input, and one in the words.",
                "Use one of them; --ignore-stdin leaves out what comes on standard input.",
            )
        return given[0] if given else None
    if words.patience_s == 0 and not words.standard_input.has_bytes():
        return None  # Who names a method without a body means no body, whatever pipe is open.
    content = words.standard_input.read(words.patience_s, words.warn)
    return _like_httpie(words, content, "standard input") if content else None


def _like_httpie(words: BodyWords, content: bytes, source: str) -> RawBody:
    """Return bytes that HTTPie calls JSON, whatever they are, unless --form or a header says otherwise."""
    kind = BodyKind.FORM if words.is_form else BodyKind.JSON
    body = ComposedBody(kind, Body(content), literal=words.is_literal)
    return RawBody(body, source, asks_for_json=not words.is_form)


def _file_body(words: BodyWords, item: Item) -> RawBody:
    path = file_path(item.value, item.word)
    kind = guessed_type(path)
    # Bytes are never changed; where variables are to be put in, it is a text.
    of_kind = BodyKind.BYTES if kind and words.is_literal else BodyKind.JSON
    body = ComposedBody(of_kind, Body.of_file(str(path)), literal=words.is_literal)
    return RawBody(body, item.word, content_type=kind or "", asks_for_json=True)


def guessed_type(path: Path) -> str | None:
    """Return the content type that a file's name stands for, None where it says none."""
    kind, encoding = mimetypes.guess_type(path.name, strict=False)
    return f"{kind}; charset={encoding}" if kind and encoding else kind


def _data(words: BodyWords) -> ComposedBody:
    data: str = words.arguments.data
    if data == "-":
        given = words.standard_input
        content = given.read(None, words.warn) if given.is_redirected else sys.stdin.buffer.read()
        return ComposedBody(BodyKind.BYTES, Body(content))
    if data.startswith("@"):
        return ComposedBody(BodyKind.BYTES, _whole_file(data[1:]))
    kind = BodyKind.JSON if _is_json(data) else BodyKind.TEXT
    return ComposedBody(kind, Body(data.encode("utf-8", "surrogateescape")), literal=words.is_literal)


def _whole_file(name: str) -> Body:
    try:
        with Path(name).expanduser().open("rb"):
            return Body.of_file(str(Path(name).expanduser()))
    except OSError as error:
        raise UsageError(f"The file {name} cannot be read: {error.strerror or error}.") from error


def _is_json(text: str) -> bool:
    """True for an object or a list: what is meant as JSON, unlike a bare word or number."""
    try:
        return isinstance(json.loads(text), dict | list)
    except (ValueError, RecursionError):
        return False
