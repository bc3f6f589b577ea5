"""What a value goes through on its way into a text: `{{secret | hmac sha256 key | base64}}`, left to right.

Filters work on bytes where that counts (a file's hash is the hash of its bytes) and give text, except those that
decode. A key is always the name of a variable: a literal would put a secret into the request's file.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from workbench.engine.dynamic_values import Value
from workbench.model.errors import UsageError
from workbench.model.template import Call

KeyOf = Callable[[str], str]
"""Returns the value of the variable of that name."""
Apply = Callable[[Value, tuple[str, ...], KeyOf], Value]

_ALGORITHMS = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
_ENCODINGS: dict[str, Callable[[bytes], str]] = {
    "hex": bytes.hex,
    "base64": lambda raw: base64.b64encode(raw).decode("ascii"),
    "base64url": lambda raw: base64.urlsafe_b64encode(raw).decode("ascii").rstrip("="),
}


@dataclass(frozen=True, slots=True)
class Filter:
    """One entry of the catalogue."""

    name: str
    words: str
    makes: str
    apply: Apply = field(repr=False, compare=False)
    hides: bool = False
    """What comes out says nothing of a secret that went in."""


def known_filter(name: str) -> Filter | None:
    """Return the filter of a name, None where there is none."""
    return _BY_NAME.get(name)


def filter_key(call: Call) -> str | None:
    """Return the variable that a filter takes its key from, if it takes one."""
    return call.arguments[1] if call.name == "hmac" and len(call.arguments) > 1 else None


def as_bytes(value: Value) -> bytes:
    """Return a value's bytes: those of a file, or UTF-8."""
    return value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")


def as_text(value: Value) -> str:
    """Return a value's text; UsageError where its bytes are none."""
    if isinstance(value, str):
        return value
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise UsageError("A value is not UTF-8 text.", "Send it through a filter: {{… | base64}}.") from error


def _text(change: Callable[[str], str]) -> Apply:
    return lambda value, _, __: change(as_text(value))


def _encoded(encoding: str) -> Apply:
    return lambda value, _, __: _ENCODINGS[encoding](as_bytes(value))


def _decoded(value: Value, _: tuple[str, ...], __: KeyOf) -> bytes:
    raw = as_bytes(value).strip()
    padded = raw.translate(bytes.maketrans(b"-_", b"+/")) + b"=" * (-len(raw) % 4)
    try:
        return base64.b64decode(padded, validate=True)
    except binascii.Error as error:
        raise UsageError("The filter base64decode was given something that is not base64.") from error


def _hash(value: Value, words: tuple[str, ...], _: KeyOf) -> str:
    algorithm, encoding = (*words, *("sha256", "hex")[len(words) :])[:2]
    return _encoding(encoding)(hashlib.new(_algorithm(algorithm), as_bytes(value), usedforsecurity=False).digest())


def _hmac(value: Value, words: tuple[str, ...], key_of: KeyOf) -> str:
    if not 2 <= len(words) <= 3:
        raise UsageError("The filter hmac needs an algorithm and a variable's name.", "{{body | hmac sha256 key}}")
    key = key_of(words[1]).encode("utf-8", "surrogatepass")
    digest = hmac.new(key, as_bytes(value), _algorithm(words[0])).digest()
    return _encoding(words[2] if len(words) > 2 else "hex")(digest)


def _algorithm(name: str) -> str:
    if name.lower() not in _ALGORITHMS:
        raise UsageError(f"{name!r} is no algorithm known here.", f"Known are: {', '.join(_ALGORITHMS)}.")
    return name.lower()


def _encoding(name: str) -> Callable[[bytes], str]:
    if name not in _ENCODINGS:
        raise UsageError(f"{name!r} is no encoding known here.", f"Known are: {', '.join(_ENCODINGS)}.")
    return _ENCODINGS[name]


def _xml(text: str) -> str:
    import html

    return html.escape(text)


def _json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


FILTERS: tuple[Filter, ...] = (
    Filter("json", "", 'fit to stand between the quotes of a JSON text: " becomes \\"', _text(_json)),
    Filter("url", "", "percent-encoded, fit to stand in a URL", _text(lambda text: quote(text, safe=""))),
    Filter("urldecode", "", "percent-encoding undone", _text(unquote)),
    Filter("xml", "", "fit to stand in XML", _text(_xml)),
    Filter("upper", "", "in capitals", _text(str.upper)),
    Filter("lower", "", "in small letters", _text(str.lower)),
    Filter("trim", "", "without white space at its ends", _text(str.strip)),
    Filter("base64", "", "base64", _encoded("base64")),
    Filter("base64url", "", "base64 for URLs, without padding", _encoded("base64url")),
    Filter("base64decode", "", "base64 of either kind undone", _decoded),
    Filter("hex", "", "its bytes in hexadecimal", _encoded("hex")),
    Filter("hash", "[ALGORITHM] [hex|base64|base64url]", "a hash, usually sha256 in hex", _hash),
    Filter("hmac", "ALGORITHM KEY [hex|base64|base64url]", "an HMAC; KEY names a variable", _hmac, hides=True),
)

_BY_NAME = {entry.name: entry for entry in FILTERS}
