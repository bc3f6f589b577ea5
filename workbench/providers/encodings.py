"""Signatures as text and bytes. Reading is strict: hex where base64 is due is no signature, so that it is noticed."""

import base64
import binascii
import re

ENCODINGS = ("hex", "base64", "base64url", "text")

SIGNATURE_LIMIT = 16 * 1024
"""A longer one is nobody's signature and is not even decoded."""

_HEX = re.compile(r"(?:[0-9a-fA-F]{2})+")
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+={0,2}")


def encode(content: bytes, encoding: str) -> str:
    """Return bytes as a pack's encoding writes them."""
    match encoding:
        case "hex":
            return content.hex()
        case "base64":
            return base64.b64encode(content).decode("ascii")
        case "base64url":
            return base64.urlsafe_b64encode(content).decode("ascii").rstrip("=")
        case _:
            return content.decode("latin-1")


def decode(text: str, encoding: str) -> bytes | None:
    """Return the bytes a text stands for, or None where it is not of that encoding."""
    match encoding:
        case "hex":
            return bytes.fromhex(text) if _HEX.fullmatch(text) else None
        case "base64":
            return _base64(text) if len(text) % 4 == 0 and _BASE64.fullmatch(text) else None
        case "base64url":
            if not _BASE64URL.fullmatch(text):
                return None
            bare = text.rstrip("=").translate(str.maketrans("-_", "+/"))
            return _base64(bare + "=" * (-len(bare) % 4))
        case _:
            return text.encode("latin-1", "replace")


def _base64(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def looks_like(text: str) -> str:
    """Return the encoding that a text seems to be in, for explaining; `text` where it is none."""
    if _HEX.fullmatch(text) and len(text) >= 32:
        return "hex"
    if decode(text, "base64") is not None:
        return "base64"
    return "base64url" if decode(text, "base64url") is not None and len(text) >= 20 else "text"
