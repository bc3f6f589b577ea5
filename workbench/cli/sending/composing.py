"""From HTTPie's words to the request they describe: headers, query, and one body.

Defaults are HTTPie's: fields make a JSON object, `--form` a form, a file in it (or `--multipart`) a multipart form;
with JSON the answer is asked for in JSON; a body without a method is a POST.
"""

import argparse
from collections.abc import Sequence
from urllib.parse import quote_plus

from workbench.cli.sending.address import full_url, split_words
from workbench.cli.sending.item_files import file_path, file_text
from workbench.cli.sending.raw_body import BodyWords, RawBody, Warn, guessed_type, raw_body
from workbench.cli.sending.standard_input import StandardInput
from workbench.formats.httpie.items import FIELDS, HEADERS, JSON_VALUES, QUERIES, Item, Separator, parse_item
from workbench.formats.httpie.json_values import read_json, write_json
from workbench.formats.httpie.nested_json import nested
from workbench.model.collection import NO_BODY, BodyKind, ComposedBody, Field, Part, SavedRequest
from workbench.model.errors import UsageError
from workbench.model.message import Body

ACCEPT_JSON = "application/json, */*;q=0.5"
FORM_TYPE = "application/x-www-form-urlencoded; charset=utf-8"


def composed(arguments: argparse.Namespace, warn: Warn) -> tuple[SavedRequest, tuple[Field, ...]]:
    """Return the request that the words describe, and the headers that were typed; UsageError."""
    method, url, words = split_words(arguments.words)
    items = [parse_item(word) for word in words]
    query = [(item.name, _value(item)) for item in items if item.separator in QUERIES]
    headers = [_header(item) for item in items if item.separator in HEADERS]
    raw = raw_body(BodyWords(arguments, method, items, StandardInput(), warn))
    body = _body(arguments, items, raw)
    chosen = method or ("GET" if body.kind is BodyKind.NONE else "POST")
    added = _added_headers(arguments, body, raw, {header.name.lower() for header in headers})
    saved = SavedRequest(
        method=chosen,
        url=full_url(url, arguments.default_scheme, query),
        headers=(*_with_boundary(arguments, body, headers), *added),
        body=body,
    )
    return saved, tuple(headers)


def _value(item: Item) -> str:
    if item.separator in (Separator.HEADER_FILE, Separator.QUERY_FILE):
        return file_text(item).rstrip("\n")
    return file_text(item) if item.separator in (Separator.TEXT_FILE, Separator.JSON_FILE) else item.value


def _header(item: Item) -> Field:
    value = _value(item)
    if any("\ud800" <= mark <= "\udfff" for mark in value):
        raise UsageError(f"The header {item.name} is no UTF-8 text.", "Set the terminal to UTF-8.")
    # `Name:` takes a header away that would be added, `Name;` sends it empty.
    return Field(item.name, value, enabled=bool(value) or item.separator is Separator.EMPTY_HEADER)


def _body(arguments: argparse.Namespace, items: Sequence[Item], raw: RawBody | None) -> ComposedBody:
    fields = [item for item in items if item.separator in FIELDS]
    files = [item for item in items if item.separator is Separator.FILE and (item.name or _is_form(arguments))]
    if raw is not None:
        if fields or files:
            raise UsageError(
                f"There are two bodies: {raw.source} and items such as {(fields or files)[0].word}.",
                "Use one of them; --ignore-stdin leaves out what comes on standard input.",
            )
        return raw.body
    if files and not _is_form(arguments):
        raise UsageError(f"{files[0].word!r} is a file of a form.", "Add --form, or send a file as the body: @FILE")
    if arguments.multipart or files:
        return ComposedBody(BodyKind.MULTIPART, parts=tuple(_part(item) for item in items if _is_part(item)))
    if not fields:
        return NO_BODY
    if _is_form(arguments):
        pairs = [f"{_encoded(item.name)}={_encoded(_form_value(item))}" for item in fields]
        return ComposedBody(BodyKind.FORM, Body("&".join(pairs).encode("ascii")))
    value = nested((item.name, _json_value(item)) for item in fields)
    return ComposedBody(BodyKind.JSON, Body(write_json(value)))


def _encoded(text: str) -> str:
    # Braces stay where they may be a variable's; the engine encodes what it puts in.
    return quote_plus(text, safe="{}" if "{{" in text else "", errors="surrogateescape")


def _is_form(arguments: argparse.Namespace) -> bool:
    return bool(arguments.form or arguments.multipart)


def _is_part(item: Item) -> bool:
    return item.separator in FIELDS or item.separator is Separator.FILE


def _json_value(item: Item) -> object:
    value = _value(item)
    return read_json(value, item.word) if item.separator in JSON_VALUES else value


def _form_value(item: Item) -> str:
    if item.separator not in JSON_VALUES:
        return _value(item)
    value = _json_value(item)
    if isinstance(value, dict | list) or value is None:
        raise UsageError(
            f"{item.word!r}: a form has no lists, objects or null.", "Use a text, a number or a boolean."
        )
    return value if isinstance(value, str) else _value(item).strip()


def _part(item: Item) -> Part:
    if item.separator is not Separator.FILE:
        return Part(item.name, _form_value(item))
    name, _, content_type = item.value.partition(";type=")
    path = file_path(name, item.word)
    return Part(item.name, is_file=True, files=(str(path),), content_type=content_type or guessed_type(path) or "")


def _added_headers(
    arguments: argparse.Namespace, body: ComposedBody, raw: RawBody | None, typed: set[str]
) -> list[Field]:
    added: list[tuple[str, str]] = []
    as_json = arguments.as_json or body.kind is BodyKind.JSON or (raw is not None and raw.asks_for_json)
    if as_json and not _is_form(arguments) and not arguments.data:
        added.append(("Accept", ACCEPT_JSON))
    if raw is not None and raw.content_type:
        added.append(("Content-Type", raw.content_type))
    elif body.kind is BodyKind.FORM or (arguments.form and body.kind is BodyKind.NONE):
        added.append(("Content-Type", FORM_TYPE))
    elif arguments.as_json and body.kind is BodyKind.NONE:
        added.append(("Content-Type", "application/json"))
    if arguments.chunked:
        added.append(("Transfer-Encoding", "chunked"))
    return [Field(name, value) for name, value in added if name.lower() not in typed]


def _with_boundary(arguments: argparse.Namespace, body: ComposedBody, headers: list[Field]) -> list[Field]:
    """Say the boundary in the Content-Type, where one was chosen or the type was typed without one."""
    if body.kind is not BodyKind.MULTIPART:
        if arguments.boundary:
            raise UsageError("--boundary belongs to a multipart form.", "Add --multipart.")
        return headers
    typed = next((field for field in headers if field.name.lower() == "content-type" and field.enabled), None)
    if typed is None:
        chosen = arguments.boundary
        return [*headers, Field("Content-Type", f"multipart/form-data; boundary={chosen}")] if chosen else headers
    if "boundary=" in typed.value.lower():
        return headers
    boundary = arguments.boundary or _random_boundary()
    replaced = Field(typed.name, f"{typed.value}; boundary={boundary}")
    return [replaced if field is typed else field for field in headers]


def _random_boundary() -> str:
    import secrets

    return secrets.token_hex(16)
