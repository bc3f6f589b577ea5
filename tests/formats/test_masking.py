"""Secrets found in a request and hidden in what is shown of it, in every way that they are quoted."""

import json
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.model.masking import MASK, RANGES_LIMIT, masked_head, masked_request, masked_text, secret_ranges
from workbench.model.message import Body, Head, Request

SECRET = 'p&ss "w\\rd"/é'


@pytest.mark.parametrize(
    "quoted",
    [
        SECRET,
        quote(SECRET, safe=""),
        quote(SECRET),
        quote_plus(SECRET),
        json.dumps(SECRET, ensure_ascii=False)[1:-1],
        json.dumps(SECRET)[1:-1],
    ],
)
def test_secret_is_found_however_it_is_quoted(quoted: str) -> None:
    request = Request(
        Head(b"POST /x HTTP/1.1\r\nX-A: before " + quoted.encode() + b" after\r\n\r\n"),
        Body(b"{" + quoted.encode() + b"}"),
    )
    shown = masked_request(request, secret_ranges(request, {SECRET}))
    assert shown.headers.get("x-a") == "before ******** after"
    assert shown.body.read() == b"{********}"
    assert masked_text(f"http://h/{quoted}?", {SECRET}) == "http://h/********?"


def test_overlapping_secrets_are_one_mask() -> None:
    request = Request(Head(b"GET / HTTP/1.1\r\nA: Bearer token-123\r\n\r\n"))
    ranges = secret_ranges(request, {"token-123", "Bearer token-123", "token"})
    assert masked_head(request.head, ranges).raw == b"GET / HTTP/1.1\r\nA: ********\r\n\r\n"


def test_nothing_is_touched_without_a_secret() -> None:
    request = Request(Head(b"GET / HTTP/1.1\r\n\r\n"), Body(b"x"), b"1\r\n0\r\n\r\n")
    assert masked_request(request, secret_ranges(request, {"absent"})) is request
    assert secret_ranges(request, {"x", ""}) == ()


@pytest.mark.parametrize("position", [0, 256 * 1024 - 3, 8 * 1024 * 1024 - 3, 9 * 1024 * 1024])
def test_secret_is_found_wherever_in_a_long_body_it_stands(position: int, tmp_path: Path) -> None:
    content = b"." * position + SECRET.encode() + b".." + json.dumps(SECRET).encode() + b"."
    (tmp_path / "body").write_bytes(content)
    for body in (Body(content), Body.of_file(str(tmp_path / "body"))):
        request = Request(Head(b"POST / HTTP/1.1\r\n\r\n"), body)
        shown = masked_request(request, secret_ranges(request, {SECRET}))
        assert shown.body.read() == b"." * position + b"********" + b".." + b'"********"' + b"."


def test_body_full_of_secrets_is_hidden_from_where_they_are_too_many() -> None:
    request = Request(Head(b"POST / HTTP/1.1\r\n\r\n"), Body(b"abc." * (RANGES_LIMIT + 10)))
    ranges = secret_ranges(request, {"abc"})
    assert len(ranges) == RANGES_LIMIT
    assert ranges[-1][1] == len(request.head.raw) + request.body.size
    assert b"abc" not in masked_request(request, ranges).body.read()


@given(st.binary(max_size=60), st.binary(max_size=60), st.text(min_size=3, max_size=12))
def test_no_secret_survives(head: bytes, body: bytes, secret: str) -> None:
    try:
        raw = secret.encode()
    except UnicodeEncodeError:
        raw = secret.encode("utf-8", "surrogatepass")
    request = Request(Head(head + raw + b"\r\n\r\n"), Body(body + raw + body))
    shown = masked_request(request, secret_ranges(request, {secret}))
    left = (shown.head.raw + shown.body.read()).replace(MASK, b"")
    assert MASK in shown.head.raw
    assert MASK in shown.body.read()
    if raw not in head + b"\r\n\r\n" + body + body:
        assert raw not in shown.head.raw.replace(MASK, b"\0")
    assert len(left) < len(request.head.raw) + request.body.size
