"""Bodies made to hurt whoever looks at them: each view of each is there in seconds, or says why it is not."""

import gzip
import time
import tracemalloc
import zlib
from collections.abc import Callable

import brotli
import pytest
import zstandard
from torture_figures import Account

from workbench.formats.body import View, view
from workbench.storage.search_index import searched_text

PATIENCE_S = 20
DEEP = 20_000

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 30))
BODIES: dict[str, tuple[str, bytes]] = {
    "xml-laughs": ("text/xml", f'<!DOCTYPE a [<!ENTITY l0 "ha">{LAUGHS}]><a>&l29;</a>'.encode()),
    "xml-quadratic": ("text/xml", b'<!DOCTYPE a [<!ENTITY x "%s">]><a>%s</a>' % (b"x" * 50_000, b"&x;" * 50_000)),
    "xml-outside": ("text/xml", b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'),
    "xml-outside-type": ("text/xml", b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>'),
    "xml-deep": ("text/xml", b"<a>" * DEEP + b"</a>" * DEEP),
    "xml-open": ("text/xml", b"<a>" * DEEP),
    "xml-wide": ("text/xml", b"<a>" + b"<b>1</b>\n" * 10_000 + b"</a>"),
    "xml-many-attributes": ("text/xml", b"<a " + b" ".join(b'a%d="1"' % n for n in range(50_000)) + b"/>"),
    "xml-other-charset": ("text/xml", '<?xml version="1.0" encoding="UTF-16"?><a/>'.encode("utf-16")),
    "svg": ("image/svg+xml", b'<svg onload="fetch(1)"><script>1</script><image href="http://127.0.0.1:9/"/></svg>'),
    "html": ("text/html", b"<script>fetch('http://127.0.0.1:9/')</script><img src=x onerror=1>" * 1000),
    "html-deep": ("text/html", b"<div>" * DEEP),
    "json-deep-lists": ("application/json", b"[" * DEEP + b"]" * DEEP),
    "json-deep-objects": ("application/json", b'{"a":' * DEEP + b"1" + b"}" * DEEP),
    "json-open": ("application/json", b"[" * DEEP),
    "json-digits": ("application/json", b"[" + b"9" * 1_000_000 + b"]"),
    "json-exponent": ("application/json", b"[1e999999999, -1e-999999999]"),
    "json-half-characters": ("application/json", rb'["\ud800", "\udfff\ud800"]'),
    "json-not-utf8": ("application/json", b'{"a": "\xff\xfe"}'),
    "json-utf16": ("application/json", '{"a": 1}'.encode("utf-16")),
    "json-many-lines": ("application/json", b"{}\n" * 300_000),
    "yaml-laughs": (
        "application/yaml",
        b"a: &a [x, x]\n" + b"".join(b"%c: &%c [*%c, *%c]\n" % (n, n, n - 1, n - 1) for n in range(98, 122)),
    ),
    "yaml-code": ("application/yaml", b"!!python/object/apply:os.system ['touch /tmp/owned']"),
    "form-many": ("application/x-www-form-urlencoded", b"a=1&" * 100_000),
    "form-percent": ("application/x-www-form-urlencoded", b"%" * 100_000 + b"=%zz&%u0000=%ff"),
    "multipart-many": ("multipart/form-data; boundary=X", b"--X\r\n\r\na\r\n" * 100_000 + b"--X--"),
    "multipart-empty": ("multipart/form-data; boundary=X", b"--X" * 100_000),
    "multipart-head": ("multipart/form-data; boundary=X", b"--X\r\n" + b"a: b\r\n" * 100_000 + b"\r\n\r\n--X--"),
    "multipart-boundary": (f"multipart/form-data; boundary={'X' * 60_000}", b"--" + b"X" * 60_000),
    "multipart-parameters": (f"multipart/form-data; {'a=b;' * 20_000} boundary=X", b"--X\r\n\r\na\r\n--X--"),
    "multipart-continued": (
        "multipart/form-data; " + "".join(f"boundary*{n}*=X;" for n in range(5_000)), b"--X\r\n\r\na\r\n--X--",
    ),
    "text-one-line": ("text/plain", b"x" * 5_000_000),
    "text-lines": ("text/plain", b"\n" * 1_000_000),
    "text-controls": ("text/plain", b"\x1b]0;owned\x07\x1b[2J\xe2\x80\xae" * 10_000),
    "image-cut": ("image/png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\xff" * 100),
    "type-long": ("a/" + "b" * 100_000, b"x"),
    "type-odd": ("\x00/\xff;=;;=", b"\x00\xff"),
}  # fmt: skip


@pytest.mark.parametrize("name", BODIES)
def test_every_view_of_a_hostile_body(name: str, account: Account) -> None:
    figure = account.figure("hostile bodies through every view")
    content_type, content = BODIES[name]
    for wanted in View:
        figure.tried()
        began = time.monotonic()
        seen = view(content, content_type, wanted=wanted)
        assert len(seen.text) < max(64 * 1024 * 1024, 5 * len(content))
        assert b"root:" not in seen.text
        assert b"hahaha" not in seen.text
        assert time.monotonic() - began < PATIENCE_S
        figure.survived()
    assert isinstance(searched_text(b"POST / HTTP/1.1\r\n\r\n", content), str)


def _gzip(content: bytes) -> bytes:
    return gzip.compress(content, 6)


BOMBERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": _gzip,
    "deflate": lambda content: zlib.compress(content, 6),
    "br": lambda content: brotli.compress(content, quality=2),
    "zstd": lambda content: zstandard.ZstdCompressor(3).compress(content),
    "gzip, gzip": lambda content: _gzip(_gzip(content)),
    "gzip, br, zstd": lambda content: zstandard.compress(brotli.compress(_gzip(content), quality=2)),
    ", ".join(["gzip"] * 5): lambda content: _gzip(_gzip(_gzip(_gzip(_gzip(content))))),
}


@pytest.mark.parametrize("coding", BOMBERS)
def test_bombs_are_unpacked_within_bounds(coding: str, account: Account) -> None:
    figure = account.figure("decompression bombs through the views")
    figure.tried()
    bomb = BOMBERS[coding](b"\0" * 70_000_000)
    tracemalloc.start()
    seen = view(bomb, "text/plain", coding)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "Only the first 64 MiB" in seen.decoded.problem
    assert len(seen.text) <= 64 * 1024 * 1024
    figure.note(f"{peak / 2**20:.0f} MiB at the most")
    assert peak < 400 * 2**20
    figure.survived()
