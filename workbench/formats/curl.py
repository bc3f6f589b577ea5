"""A request as a curl command that sends the same bytes: headers in order with case and repeats, body to the byte."""

import base64
import re

from workbench.model.message import Head

_PLAIN = re.compile(r"[A-Za-z0-9_./:=@%+,\-]+")
_ADDED_BY_CURL = ("User-Agent", "Accept")
_FRAMING = {"content-length", "transfer-encoding", "connection", "expect"}


def to_curl(head: Head, body: bytes, url: str) -> str:
    """Return a command for bash. `url` says scheme and host; the target is sent exactly as captured.

    `Content-Length` is left to curl. A body with NUL, which no argument can hold, is piped in from base64.
    """
    base = re.sub(r"(?<!/)/(?!/).*$", "", url)
    words = ["curl", "--globoff", "--path-as-is"]
    if head.http_version == "1.0":
        words.append("--http1.0")
    words += ["--request", head.method] if head.method != ("POST" if body else "GET") else []
    words += ["--head"] if head.method == "HEAD" else []
    target = head.target
    simple = target.startswith("/") and "#" not in target and target.isascii()
    words.append(base + target if simple else f"{base}/")
    words += [] if simple else ["--request-target", target]
    pieces = [" ".join(quoted(word) for word in words), *_headers(head, base, body)]
    before = ""
    if body:
        if b"\0" in body:
            before = f"printf %s {base64.b64encode(body).decode('ascii')} | base64 -d | "
            pieces.append("--data-binary @-")
        else:
            pieces.append(f"--data-raw {quoted(body.decode('latin-1'))}")
    return before + " \\\n  ".join(pieces)


def _headers(head: Head, base: str, body: bytes) -> list[str]:
    named = {name.lower() for name, _ in head.headers}
    host = base.split("://", 1)[-1]
    pieces: list[str] = []
    for name, value in head.headers:
        lower = name.lower()
        if lower in _FRAMING or (lower == "host" and value == host):
            continue
        pieces.append(f"--header {quoted(f'{name}: {value}' if value else f'{name};')}")
    absent = [name for name in _ADDED_BY_CURL if name.lower() not in named]
    if body and "content-type" not in named:
        absent.append("Content-Type")
    return pieces + [f"--header {quoted(f'{name}:')}" for name in absent]


def quoted(text: str) -> str:
    """Return latin-1 text quoted for bash, so that exactly these bytes arrive."""
    if _PLAIN.fullmatch(text):
        return text
    if all(" " <= mark <= "~" or mark == "\n" for mark in text):
        return "'" + text.replace("'", "'\\''") + "'"
    return "$'" + "".join(_escaped(mark) for mark in text) + "'"


def _escaped(mark: str) -> str:
    named = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(mark)
    return named or (mark if " " <= mark <= "~" else f"\\x{ord(mark):02x}")
