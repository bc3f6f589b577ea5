"""What the text of a signature should look like: its alphabet and its length."""

import hashlib
import string

from workbench.providers.encodings import decode, encode
from workbench.providers.pack import Kind, Scheme


def fault_of_form(scheme: Scheme, text: str) -> str:
    """Return what is wrong with a signature's text, as a sentence; empty where only its value can be wrong.

    The length is judged where the scheme has one: an HMAC or a digest.
    """
    where, encoding = f"The signature in the {scheme.place.described}", scheme.place.encoding
    size = _size(scheme)
    due = len(encode(bytes(size), encoding))
    if not text:
        return f"{where} is empty."
    if encoding == "hex":
        strange = next((character for character in text if character not in string.hexdigits), "")
        if strange:
            return f"{where} is not hex: it holds {strange!r}."
        if size and len(text) != due:
            return f"{where} has {len(text)} hex digits; {_made_by(scheme)} makes {due}."
        return f"{where} has {len(text)} hex digits, which are no whole bytes." if len(text) % 2 else ""
    content = decode(text, encoding)
    if content is None and size and _is_of_another_length(text, encoding):
        return f"{where} has {len(text)} characters of {encoding}; {_made_by(scheme)} makes {due}."
    if content is None:
        return f"{where} is not {encoding}."
    if size and encoding != "text" and len(content) != size:
        return f"{where} is {len(content)} bytes in {encoding}; {_made_by(scheme)} makes {size}."
    return ""


def _is_of_another_length(text: str, encoding: str) -> bool:
    """Return whether every character may stand in base64, but so many cannot be."""
    bare = text.rstrip("=")
    return encoding == "base64" and len(text) % 4 != 0 and decode(bare + "A" * (-len(bare) % 4), encoding) is not None


def _size(scheme: Scheme) -> int:
    """Return how many bytes a scheme's signature has; 0 where that is not fixed."""
    return (
        hashlib.new(scheme.hash, usedforsecurity=False).digest_size if scheme.kind in (Kind.HMAC, Kind.DIGEST) else 0
    )


def _made_by(scheme: Scheme) -> str:
    return f"HMAC-{scheme.hash.upper()}" if scheme.kind is Kind.HMAC else scheme.hash.upper()
