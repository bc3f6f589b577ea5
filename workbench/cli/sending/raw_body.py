"""A body that is not made of fields: `--raw`, `--data`, `@FILE`, standard input. There can be one."""

import argparse
import json
import mimetypes
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.cli.sending.item_files import file_path
from workbench.cli.sending.items import FIELDS, Item, Separator
from workbench.cli.sending.standard_input import StandardInput
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


def raw_body(
    arguments: argparse.Namespace, items: Sequence[Item], standard_input: StandardInput, warn: Warn
) -> RawBody | None:
    """Return the body that is given whole, None where there is none; UsageError where there are two.

    Bytes that are given whole are sent as they are: `{{…}}` in them means something only beside --env or --var.
    """
    literal = not (arguments.environment or arguments.variables)
    is_form = arguments.form or arguments.multipart
    body_files = [] if is_form else [item for item in items if item.separator is Separator.FILE and not item.name]
    given: list[RawBody] = []
    if arguments.data is not None:
        given.append(RawBody(_data(arguments.data, standard_input, warn, literal), "--data"))
    if arguments.raw is not None:
        given.append(_like_httpie(arguments, arguments.raw.encode("utf-8", "surrogateescape"), "--raw", literal))
    given += [_file_body(item, literal) for item in body_files]
    if len(given) > 1:
        raise UsageError(f"There are two bodies: {given[0].source} and {given[1].source}.", "Use one of them.")
    if arguments.ignore_stdin or arguments.data is not None:
        return given[0] if given else None
    return _beside_standard_input(arguments, items, given, standard_input, warn, literal)


def _beside_standard_input(
    arguments: argparse.Namespace,
    items: Sequence[Item],
    given: Sequence[RawBody],
    standard_input: StandardInput,
    warn: Warn,
    literal: bool,
) -> RawBody | None:
    has_fields = any(item.separator in FIELDS or item.separator is Separator.FILE for item in items)
    if given or has_fields:
        if standard_input.has_bytes():
            raise UsageError(
                "There are two bodies: one on standard input, and one in the words.",
                "Use one of them; --ignore-stdin leaves out what comes on standard input.",
            )
        return given[0] if given else None
    content = standard_input.read(_patience_s(arguments), warn)
    return _like_httpie(arguments, content, "standard input", literal) if content else None


def _patience_s(arguments: argparse.Namespace) -> float | None:
    return 30.0 if arguments.timeout is None else arguments.timeout or None


def _like_httpie(arguments: argparse.Namespace, content: bytes, source: str, literal: bool) -> RawBody:
    """Return bytes that HTTPie calls JSON, whatever they are, unless --form or a header says otherwise."""
    is_form = arguments.form or arguments.multipart
    kind = BodyKind.FORM if is_form else BodyKind.JSON
    return RawBody(ComposedBody(kind, Body(content), literal=literal), source, asks_for_json=not is_form)


def _file_body(item: Item, literal: bool) -> RawBody:
    path = file_path(item.value, item.word)
    kind = guessed_type(path)
    # Bytes are never changed; where variables are to be put in, it is a text.
    of_kind = BodyKind.BYTES if kind and literal else BodyKind.JSON
    body = ComposedBody(of_kind, Body.of_file(str(path)), literal=literal)
    return RawBody(body, item.word, content_type=kind or "", asks_for_json=True)


def guessed_type(path: Path) -> str | None:
    """Return the content type that a file's name stands for, None where it says none."""
    kind, encoding = mimetypes.guess_type(path.name, strict=False)
    return f"{kind}; charset={encoding}" if kind and encoding else kind


def _data(data: str, standard_input: StandardInput, warn: Warn, literal: bool) -> ComposedBody:
    if data == "-":
        content = standard_input.read(None, warn) if standard_input.is_redirected else sys.stdin.buffer.read()
        return ComposedBody(BodyKind.BYTES, Body(content), literal=literal)
    if data.startswith("@"):
        return ComposedBody(BodyKind.BYTES, _whole_file(data[1:]), literal=literal)
    kind = BodyKind.JSON if _is_json(data) else BodyKind.TEXT
    return ComposedBody(kind, Body(data.encode("utf-8", "surrogateescape")), literal=literal)


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
