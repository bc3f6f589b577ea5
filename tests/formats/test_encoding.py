"""Content-Encoding undone: each known coding, several of them, damage, and bombs."""

import gzip
import zlib

import brotli
import pytest
import zstandard

from workbench.formats.encoding import decoded

TEXT = b'{"id":"evt_1","emoji":"\xf0\x9f\x8e\x89"}\r\n' * 400


def raw_deflate(content: bytes) -> bytes:
    deflater = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return deflater.compress(content) + deflater.flush()


ENCODERS = {
    "gzip": gzip.compress,
    "br": brotli.compress,
    "zstd": zstandard.ZstdCompressor().compress,
    "deflate": zlib.compress,
}


@pytest.mark.parametrize("name", ENCODERS)
def test_each_coding_is_undone(name: str) -> None:
    found = decoded(ENCODERS[name](TEXT), name)
    assert (found.content, found.applied, found.problem) == (TEXT, (name,), "")


@pytest.mark.parametrize("name", ENCODERS)
def test_an_empty_body_in_a_coding_is_empty(name: str) -> None:
    assert decoded(ENCODERS[name](b""), name).content == b""


def test_names_are_read_as_http_means_them() -> None:
    assert decoded(gzip.compress(TEXT), "GZip").content == TEXT
    assert decoded(gzip.compress(TEXT), "x-gzip").content == TEXT
    assert decoded(TEXT, "identity").content == TEXT
    assert decoded(brotli.compress(gzip.compress(TEXT)), "gzip, br").applied == ("br", "gzip")


def test_a_bare_deflate_stream_is_taken_too() -> None:
    assert decoded(raw_deflate(TEXT), "deflate").content == TEXT


@pytest.mark.parametrize("name", ["gzip", "zstd"])
def test_joined_members_are_one_body(name: str) -> None:
    encode = ENCODERS[name]
    assert decoded(encode(b"one") + encode(b"two"), name).content == b"onetwo"


@pytest.mark.parametrize("name", ENCODERS)
def test_a_cut_body_shows_what_came_and_says_so(name: str) -> None:
    whole = ENCODERS[name](bytes(range(256)) * 2000)
    found = decoded(whole[: len(whole) // 2] if name != "zstd" else whole[:-4], name)
    assert found.problem.startswith(f"The body is not sound {name}: ")


@pytest.mark.parametrize("name", ENCODERS)
def test_what_is_not_in_that_coding_is_shown_as_received(name: str) -> None:
    found = decoded(b"plain words, wrongly announced", name)
    assert found.content == b"plain words, wrongly announced"
    assert found.applied == ()
    assert found.problem


def test_an_unknown_coding_is_named() -> None:
    found = decoded(TEXT, "compress")
    assert (found.content, found.problem) == (TEXT, "The encoding compress is not known here; shown as received.")


@pytest.mark.parametrize("name", ENCODERS)
def test_a_bomb_is_cut_at_the_limit(name: str) -> None:
    found = decoded(ENCODERS[name](bytes(40 * 1024 * 1024)), name, limit=1024 * 1024)
    assert len(found.content) == 1024 * 1024
    assert found.problem == f"Only the first 1 MiB of the {name} data are shown."
