"""Files of endpoints: read as they are written, refused where they would mislead, saved without loss."""

import pytest

from workbench.model.answer import Answer
from workbench.model.endpoint import Endpoint
from workbench.model.errors import ChangedOutside, FormatError
from workbench.storage.endpoints import (
    add_secret,
    load_endpoints,
    parse_endpoint,
    read_endpoint_text,
    save_endpoint,
    write_endpoint_text,
)
from workbench.storage.paths import Paths


@pytest.mark.parametrize(
    "text", ["yes", "no", "on", "null", "~", "1.10", "012", "12:30:00", "2026-01-01", "<<", "=", "é"]
)
def test_what_is_saved_is_read_again(paths: Paths, text: str) -> None:
    made = Endpoint("hook", "/hook", answer=Answer(202, (("X-Value", text),), text))
    save_endpoint(paths, made)
    read = load_endpoints(paths).get("hook")
    assert read is not None
    assert read.answer == made.answer


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://a..b/", "no address"),
        ("http://localhost:99999", "no address"),
        ("http://localhost:0", "no address"),
        ("http://[::1", "no address"),
        ("ftp://localhost", "no address"),
        ("http://user:sesame@localhost/x", "password"),
    ],
)
def test_forward_that_cannot_be_is_refused(url: str, said: str) -> None:
    with pytest.raises(FormatError, match=said) as refused:
        parse_endpoint("hook", f"path: /hook\nforward: '{url}'")
    assert "sesame" not in refused.value.message


@pytest.mark.parametrize("timeout", ["-1", "0", "nan", ".nan", "inf", "601", "soon"])
def test_timeout_is_bounded(timeout: str) -> None:
    with pytest.raises(FormatError):
        parse_endpoint("hook", f"forward: [{{url: 'http://localhost', timeout: {timeout}}}]")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("guards: {methods: [GET]}\nguards: {}", "twice"),
        ('answer: {body: "\\ud800"}', "half a character"),
        ("path: &a /x\nprovider: *a", "aliases"),
        ("[" * 100_000, "no YAML"),
    ],
)
def test_text_that_would_mislead_is_refused(text: str, said: str) -> None:
    with pytest.raises(FormatError, match=said):
        parse_endpoint("hook", text)


def test_numbers_and_words_are_told_apart_by_their_fields() -> None:
    endpoint = parse_endpoint(
        "hook", "answer: 202\nhandshakes: false\nguards: {rate: {requests: 3, per: 0.5}}\nprovider:"
    )
    assert (endpoint.answer.status, endpoint.handshakes, endpoint.provider) == (202, False, "")
    assert (endpoint.guards.requests, endpoint.guards.per_s) == (3, 0.5)


def test_text_changed_outside_is_not_overwritten(paths: Paths) -> None:
    write_endpoint_text(paths, "hook", "path: /a")
    loaded = read_endpoint_text(paths, "hook")
    write_endpoint_text(paths, "hook", "path: /theirs")
    with pytest.raises(ChangedOutside):
        write_endpoint_text(paths, "hook", "path: /mine", loaded)
    assert read_endpoint_text(paths, "hook") == "path: /theirs"
    write_endpoint_text(paths, "hook", "path: /mine", "path: /theirs")
    assert read_endpoint_text(paths, "hook") == "path: /mine"


def test_secret_is_added_and_nothing_else_is_touched(paths: Paths) -> None:
    text = "# why\npath: /hook   # here\nanswer: {body: 'yes', headers: {X-Time: 12:30:00}}\n"
    write_endpoint_text(paths, "hook", text)
    add_secret(paths, "hook", "keyring:x/y")
    assert read_endpoint_text(paths, "hook") == f"{text}secrets:\n  - keyring:x/y\n"
