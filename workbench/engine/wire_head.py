"""What a request's head says of itself, read before aiohttp's parser sees it. See `wire` for why."""

import re

START_LINE = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+) ([^\x00-\x20\x7f]+) (HTTP/1\.[01])\r\n")
_PLAIN_HEADER = re.compile(
    rb"^(?!content-length|transfer-encoding|connection|keep-alive|host|expect)"
    rb"[!#$%&'*+\-.^_`|~0-9a-z]+:[^\r\n\0]*\r\n",
    re.IGNORECASE | re.MULTILINE,
)
_CONTENT_LENGTH = re.compile(rb"^content-length:[ \t]*(\d{1,19})[ \t]*\r\n", re.IGNORECASE | re.MULTILINE)
_CHUNKED = re.compile(rb"^transfer-encoding:[^\r\n]*chunked[ \t]*\r\n", re.IGNORECASE | re.MULTILINE)
_EXPECT_CONTINUE = re.compile(rb"^expect:[ \t]*100-continue[ \t]*\r\n", re.IGNORECASE | re.MULTILINE)


def read_framing(shown: bytes) -> tuple[int, bool, bool]:
    """Return Content-Length (0 without), whether the body is chunked, and whether 100-continue is awaited."""
    length = _CONTENT_LENGTH.search(shown)
    chunked = _CHUNKED.search(shown) is not None
    return int(length[1]) if length else 0, chunked, _EXPECT_CONTINUE.search(shown) is not None


def parser_head(raw: bytes, start: re.Match[bytes]) -> bytes:
    """Return the head that the parser sees: see `wire`'s docstring."""
    if b"\r\n " in raw or b"\r\n\t" in raw:
        return raw  # Not for us to tidy: the parser says what is wrong.
    method = b"HEAD" if start[1] == b"HEAD" else b"POST"
    return b"%s / %s\r\n%s" % (method, start[3], _PLAIN_HEADER.sub(b"", raw[start.end() :]))


def may_become_http(buffer: bytes) -> bool:
    """False once the first bytes cannot be those of a request line."""
    return re.match(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]*( |\Z)", buffer) is not None and len(buffer.split(b" ", 1)[0]) < 64


def bad_request_line(line: str) -> str:
    """Return the sentence for a first line that is none of HTTP's."""
    return f"The request line {line[:80]!r} is not of the form: METHOD TARGET HTTP/1.1."


def not_http(buffer: bytes) -> str:
    """Return the sentence for bytes that are no request at all; the commonest mistake has its own."""
    if buffer[:2] == b"\x16\x03":
        return "This is a TLS handshake, not HTTP: the sender used https:// for an http:// address."
    return "These bytes are not the head of an HTTP request."


def parser_sentence(message: str) -> str:
    """Return the first line of what llhttp or aiohttp says, as a sentence."""
    line = next((line.strip() for line in message.splitlines() if line.strip()), "")
    line = line.rstrip(":.")
    return f"The request is not valid HTTP: {line[:1].lower()}{line[1:]}." if line else not_http(b"")
