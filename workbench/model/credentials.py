"""Credentials that came in with a capture, hidden before it leaves the program.

A capture keeps every byte. What goes out to a file carries no `Authorization`, no cookie, no header whose name says
that it is a key, a token or a secret, and no such field of the target, unless a person asks for them. Signatures
stay: each is good for its own body only. Bodies stay as they are: nobody can tell a secret in them from data.
"""

import re
from dataclasses import replace

from workbench.model.capture import Capture
from workbench.model.masking import MASK
from workbench.model.message import Head, Request, Response

_HEADER = re.compile(
    rb"^((?:proxy-)?authorization|(?:set-)?cookie2?|(?:[\w.]+-)*(?:api-?key|token|secret|password))"
    rb"[ \t]*:[ \t]*([^\n]*(?:\n[ \t][^\n]*)*)",
    re.IGNORECASE | re.MULTILINE,
)
"""Name and value of a header line that is a credential, folded lines included."""

_FIELD = re.compile(
    rb"(?<=[?&;])((?:[\w.]+[-_])*(?:api[-_]?key|key|token|secret|password|auth))=([^&;#\s]+)", re.IGNORECASE
)
_USER = re.compile(rb"(?<=://)([^/?#@\s]+)(?=@)")


def without_credentials(capture: Capture) -> tuple[Capture, tuple[str, ...]]:
    """Return a capture to export, and what was hidden in it: names of headers, fields as `?name`, in small letters.

    Each value becomes `MASK`, so lengths in the head are no longer those of the wire; bodies are the same objects.
    """
    hidden: list[str] = []
    request = capture.request
    head = _masked_target(_masked_headers(request.head.raw, hidden), hidden)
    framing = request.framing and _masked_headers(request.framing, hidden)
    answer = _masked_headers(capture.answer.head.raw, hidden)
    if not hidden:
        return capture, ()
    masked = replace(
        capture,
        request=Request(Head(head), request.body, framing),
        answer=Response(Head(answer), capture.answer.body),
    )
    return masked, tuple(dict.fromkeys(hidden))


def hidden_in_target(target: str, hidden: list[str]) -> str:
    """Return a target, latin-1 as heads are read, with its credentials hidden; their names are added to `hidden`."""
    return _masked_target(target.encode("latin-1", "replace"), hidden).decode("latin-1")


def _masked_headers(raw: bytes, hidden: list[str]) -> bytes:
    def mask(match: re.Match[bytes]) -> bytes:
        if not match[2].strip():
            return match[0]
        hidden.append(match[1].decode("ascii").lower())
        return raw[match.start() : match.start(2)] + MASK + (b"\r" if match[2].endswith(b"\r") else b"")

    return _HEADER.sub(mask, raw)


def _masked_target(raw: bytes, hidden: list[str]) -> bytes:
    line, end, rest = raw.partition(b"\n")

    def mask(match: re.Match[bytes]) -> bytes:
        hidden.append(f"?{match[1].decode('ascii').lower()}")
        return match[1] + b"=" + MASK

    def mask_user(_: re.Match[bytes]) -> bytes:
        hidden.append("user and password of the target")
        return MASK

    return _USER.sub(mask_user, _FIELD.sub(mask, line)) + end + rest
