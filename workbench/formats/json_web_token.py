"""A JSON Web Token laid open: header and claims as they were signed. It is read, never verified, and says so.

Source: RFC 7515 (compact serialisation), RFC 7519 (exp, nbf, iat are seconds since 1970).
"""

import base64
import binascii
import re
from typing import Any

from workbench.formats import json_query, json_text
from workbench.model.clock import rfc3339
from workbench.model.errors import FormatError

LIMIT_BYTES = 1024 * 1024
TOKEN = re.compile(rb"\s*eyJ[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*\s*")
_TIMES = {"iat": "issued", "nbf": "not valid before", "exp": "expires"}
_LAST_SECOND = 253_402_300_799
"""The end of the year 9999, the last that RFC 3339 can write."""


def is_token(content: bytes) -> bool:
    """True for three parts in base64url of which the first begins a JSON object."""
    return len(content) <= LIMIT_BYTES and TOKEN.fullmatch(content) is not None


def text_of_token(content: bytes, now_us: int | None = None) -> bytes:
    """Return header and claims as text, what their times mean first; ValueError says why it is no token."""
    if len(content) > LIMIT_BYTES:
        raise ValueError("A token is never larger than 1 MiB.")
    pieces = content.strip().split(b".")
    if len(pieces) == 5:
        raise ValueError("The token is encrypted (RFC 7516), so its claims cannot be read without its key.")
    if len(pieces) != 3:
        raise ValueError(f"Not a JSON Web Token: it has {len(pieces)} parts, not three.")
    header, claims = _part(pieces[0], "header"), _part(pieces[1], "claims")
    notes = [b"// Not verified: anyone can write a token. What it says is only what it claims."]
    notes += [f"// {note}".encode() for note in _time_notes(claims, now_us)]
    if not pieces[2]:
        notes.append(b"// It has no signature.")
    return b"\n".join([*notes, b"", _pretty(header, "header"), b"", _pretty(claims, "claims"), b""])


def _part(piece: bytes, what: str) -> bytes:
    try:
        # Padding that a decoder does not need is harmless; letters that are none of base64url are not.
        return base64.b64decode(piece + b"=" * (-len(piece) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"Not a JSON Web Token: its {what} are not base64url.") from error


def _pretty(part: bytes, what: str) -> bytes:
    try:
        return json_text.pretty(part)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"Not a JSON Web Token: its {what} are not JSON.") from error


def _time_notes(claims: bytes, now_us: int | None) -> list[str]:
    try:
        read: Any = json_query.parse(claims)
    except FormatError:
        return []
    if not isinstance(read, dict):
        return []
    return [_note(name, said, read[name], now_us) for name, said in _TIMES.items() if name in read]


def _note(name: str, said: str, value: Any, now_us: int | None) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LAST_SECOND:
        return f"{name} is no time in seconds since 1970."
    instant = int(value * 1_000_000)
    late = ""
    if now_us is not None and name == "exp":
        late = ": expired" if instant <= now_us else ": not expired yet"
    if now_us is not None and name == "nbf" and instant > now_us:
        late = ": not valid yet"
    return f"{name}: {said} {rfc3339(instant)}{late}."
