"""Hypotheses about the body: what frameworks, proxies and editors make of the bytes that were signed."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlencode

from workbench.providers.pack import Kind
from workbench.providers.subject import Subject, parse_json

if TYPE_CHECKING:
    from workbench.providers.doctor import Examination
    from workbench.providers.doctor_keys import Found

BODY_LIMIT_BYTES = 1024 * 1024
"""Larger bodies are not written anew: the trials would take seconds."""

INFLATED_LIMIT_BYTES = 16 * 1024 * 1024

RAW_BODY = "Read the raw body before anything parses it (express.raw, request.get_data(), php://input …)."


def hypotheses(case: Examination) -> Iterator[Found | None]:
    """Yield a cause for each other body that fits, None for each that does not."""
    if case.scheme.kind.sends_the_secret or (case.scheme.kind is Kind.JWT and not _hashes_body(case)):
        return
    subject = case.subject
    if len(subject.body) > BODY_LIMIT_BYTES:
        return
    for found in _variants(subject):
        body, id, sentence, advice = found
        if body == subject.body:
            continue
        changed = Subject(subject.method, subject.target, subject.headers, body, subject.url)
        yield (id, sentence, advice) if case.fits(subject=changed) else None


def _hashes_body(case: Examination) -> bool:
    return case.scheme.jwt is not None and bool(case.scheme.jwt.body_sha256_claim)


Variant = tuple[bytes, str, str, str]


def _variants(subject: Subject) -> Iterator[Variant]:
    yield from _line_ends(subject.body)
    yield from _compressed(subject.body)
    yield from _charsets(subject.body)
    tree = parse_json(subject.body)
    if tree is not None:
        yield from _json_texts(tree, subject.body)
    if subject.is_form:
        yield from _forms(subject.body)
    yield b"", "body-lost", "It is signed over an empty body: the body was not yet read when it was signed.", RAW_BODY


def _line_ends(body: bytes) -> Iterator[Variant]:
    advice = (
        "See what adds or strips line ends: editors, shells (curl -d strips them, --data-binary does not), proxies."
    )
    for ending, name in ((b"\n", "a line feed"), (b"\r\n", "CR LF"), (b" ", "a blank")):
        if body.endswith(ending):
            bare = body[: -len(ending)]
            yield (
                bare,
                "trailing-newline",
                f"The body that was signed does not end with {name}; this one does.",
                advice,
            )
        yield (
            body + ending,
            "trailing-newline",
            f"The body that was signed ends with {name}; this one lost it.",
            advice,
        )
    yield body.strip(), "trailing-newline", "The body that was signed has no blanks around it.", advice
    dos = body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    sentence = "The body that was signed has CR LF at its line ends; this one has LF."
    yield dos, "line-ends", sentence, "Keep the bytes: git, editors and shells change line ends."
    sentence = "The body that was signed has LF at its line ends; this one has CR LF."
    yield body.replace(b"\r\n", b"\n"), "line-ends", sentence, "Keep the bytes: something turned LF into CR LF."


def _compressed(body: bytes) -> Iterator[Variant]:
    advice = "Sign and verify the bytes before or after compression on both sides alike; most providers sign before."
    inflated = _inflated(body)
    if inflated is not None:
        yield inflated, "compressed-body", "The body before compression was signed; this one is compressed.", advice
        return
    for level in (6, 9, 1):
        packed = gzip.compress(body, level, mtime=0)
        yield packed, "decompressed-body", "The compressed body was signed; something decompressed it.", advice


def _inflated(body: bytes) -> bytes | None:
    if body[:2] not in (b"\x1f\x8b", b"\x78\x9c", b"\x78\x01", b"\x78\xda"):
        return None
    try:
        return zlib.decompressobj(wbits=47).decompress(body, INFLATED_LIMIT_BYTES)
    except zlib.error:
        return None


def _charsets(body: bytes) -> Iterator[Variant]:
    advice = "Treat the body as bytes: nothing may decode and encode it on the way."
    mark = b"\xef\xbb\xbf"
    if body.startswith(mark):
        yield body[3:], "byte-order-mark", "The body that was signed has no byte order mark; this one does.", advice
    else:
        sentence = "The body that was signed begins with a byte order mark; this one lost it."
        yield mark + body, "byte-order-mark", sentence, advice
    if body.isascii():
        return
    for source, target in (("utf-8", "latin-1"), ("latin-1", "utf-8"), ("utf-8", "cp1252"), ("cp1252", "utf-8")):
        try:
            other = body.decode(source).encode(target)
        except UnicodeError:
            continue
        name = {"latin-1": "ISO-8859-1", "cp1252": "Windows-1252", "utf-8": "UTF-8"}
        sentence = f"The body was signed in {name[target]}; it came in {name[source]}."
        if source != "utf-8":
            sentence = f"The body was read as {name[source]} and written as UTF-8 before it was signed."
        yield other, "charset", sentence, advice


def _json_texts(tree: Any, body: bytes) -> Iterator[Variant]:
    """The same JSON written as the common frameworks write it."""
    writers: list[tuple[str, Callable[[Any], str]]] = [
        ("compact, as JSON.stringify writes it", lambda v: _dump(v, None, False)),
        ("with blanks after colons and commas, as Python's json.dumps writes it", _python),
        ("with blanks and without \\u escapes", lambda v: json.dumps(v, ensure_ascii=False)),
        ("compact, with \\u escapes", lambda v: _dump(v, None, True)),
        ("indented by 2", lambda v: json.dumps(v, ensure_ascii=False, indent=2)),
        ("indented by 4", lambda v: json.dumps(v, ensure_ascii=False, indent=4)),
        ("indented by a tab", lambda v: json.dumps(v, ensure_ascii=False, indent="\t")),
        (
            "compact, with \\/ for /, as PHP writes it",
            lambda v: _dump(v, None, True).replace("/", "\\/"),
        ),
        ("compact, with \\/ for / and no \\u escapes", lambda v: _dump(v, None, False).replace("/", "\\/")),
        ("compact, with <, > and & escaped, as Go and Rails write it", _go),
        (
            "compact, with sorted keys",
            lambda v: json.dumps(v, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
        ),
        ("with sorted keys", lambda v: json.dumps(v, sort_keys=True)),
    ]
    for how, write in writers:
        try:
            text = write(tree).encode()
        except (ValueError, RecursionError, UnicodeError):
            continue
        sentence = f"The JSON was parsed and written anew: it is signed {how}, and came otherwise."
        yield text, "reserialised-json", sentence, RAW_BODY
        yield text + b"\n", "reserialised-json", f"{sentence[:-1]}, with a line feed at its end.", RAW_BODY


def _dump(value: Any, indent: int | None, ascii: bool) -> str:
    return json.dumps(value, ensure_ascii=ascii, separators=(",", ":"), indent=indent)


def _python(value: Any) -> str:
    return json.dumps(value)


def _go(value: Any) -> str:
    text = _dump(value, None, False)
    for mark, escape in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        text = text.replace(mark, escape)
    return text


def _forms(body: bytes) -> Iterator[Variant]:
    """The same form written anew, and the JSON that one field holds."""
    text = body.decode("utf-8", "replace")
    pairs = parse_qsl(text, keep_blank_values=True)
    sentence = "The form was parsed and written anew: blanks or escapes differ."
    yield urlencode(pairs).encode(), "reserialised-form", sentence, RAW_BODY
    yield urlencode(pairs, quote_via=quote).encode(), "reserialised-form", sentence, RAW_BODY
    for name, value in pairs:
        if value[:1] in ("{", "["):
            found = f"Only the JSON in the form's field {name} was signed, not the whole form."
            yield value.encode(), "only-a-field", found, "Sign the raw form, byte for byte."
