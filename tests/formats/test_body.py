"""How a body is shown: its kind, its views, and that none of them changes or loses a byte."""

import json
from pathlib import Path

import pytest

from workbench.formats.body import View, view
from workbench.formats.kind import Kind

BODIES: dict[str, str] = json.loads((Path(__file__).parent.parent / "data" / "bodies.json").read_text())


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("content_type", ["application/json", "application/xml", "text/plain", ""])
def test_source_and_hex_of_every_body_are_its_bytes(name: str, content_type: str) -> None:
    content = BODIES[name].encode()
    for wanted in (View.SOURCE, View.HEX):
        seen = view(content, content_type, wanted=wanted)
        assert seen.text == content
    assert view(content, content_type).kind is not None


@pytest.mark.parametrize(
    ("content_type", "content", "kind", "first"),
    [
        ("application/json", b'{"a":1}', Kind.JSON, View.PRETTY),
        ("application/cloudevents+json; charset=utf-8", b"[1]", Kind.JSON, View.PRETTY),
        ("application/soap+xml", b"<a/>", Kind.XML, View.PRETTY),
        ("text/html", b"<p>hi", Kind.HTML, View.SOURCE),
        ("application/x-www-form-urlencoded", b"a=1", Kind.FORM, View.FORM),
        ("image/png", b"\x89PNG\r\n\x1a\n", Kind.IMAGE, View.IMAGE),
        ("application/octet-stream", b"\x00\xff", Kind.BINARY, View.HEX),
        ("text/plain", b"words", Kind.TEXT, View.SOURCE),
        ("", b'{"a":1}', Kind.JSON, View.PRETTY),
        ("", b"\x89PNG\r\n\x1a\n\x00", Kind.IMAGE, View.IMAGE),
        ("application/json", b"", Kind.EMPTY, View.SOURCE),
    ],
)
def test_kind_and_first_view(content_type: str, content: bytes, kind: Kind, first: View) -> None:
    seen = view(content, content_type)
    assert (seen.kind, seen.view) == (kind, first)


def test_pretty_json_keeps_numbers_order_repeats_and_escapes() -> None:
    content = rb'{"t":"\u00e9\/","n":1.0,"n":1e3,"big":12345678901234567890}'
    pretty = view(content, "application/json").text
    assert [line.strip() for line in pretty.splitlines()] == [
        b"{", rb'"t": "\u00e9\/",', b'"n": 1.0,', b'"n": 1e3,', b'"big": 12345678901234567890', b"}",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"a":}', "Not valid JSON:"),
        (b'{"a":1', "Not valid JSON:"),
    ],
)
def test_what_is_no_json_is_shown_as_it_came(content: bytes, said: str) -> None:
    seen = view(content, "application/json")
    assert seen.text == content
    assert seen.problem.startswith(said)
    assert "line 1" in seen.problem


def test_json_line_by_line_is_no_mistake() -> None:
    assert view(b'{"a":1}\n{"b":2}\n', "application/json").problem == ""


def test_xml_is_indented_and_broken_xml_is_explained() -> None:
    assert b"\n  <b>x</b>\n" in view(b"<a><b>x</b></a>", "text/xml").text
    broken = view(b"<a><b></a>", "text/xml")
    assert broken.text == b"<a><b></a>"
    assert "line 1" in broken.problem


def test_xml_entities_are_not_expanded() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;">]><a>&y;</a>'
    assert b"hahaha" not in view(bomb, "text/xml").text


def test_form_fields_are_in_order_with_repeats() -> None:
    seen = view(b"a=1&a=2&b=%20+&c", "application/x-www-form-urlencoded")
    assert [(field.name, field.value) for field in seen.fields] == [("a", "1"), ("a", "2"), ("b", "  "), ("c", "")]


def test_parts_of_a_multipart_body_keep_their_bytes() -> None:
    content = (
        b'--X\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
        b'--X\r\nContent-Disposition: form-data; name="f"; filename="x.bin"\r\n'
        b"Content-Type: application/octet-stream\r\n\r\n\x00\r\n\xff\r\n--X--\r\n"
    )
    found = view(content, "multipart/form-data; boundary=X").parts
    assert [(part.name, part.filename, part.content) for part in found] == [
        ("a", "", b"1"),
        ("f", "x.bin", b"\x00\r\n\xff"),
    ]


def test_multipart_without_a_boundary_is_shown_as_it_came() -> None:
    seen = view(b"--X\r\n", "multipart/form-data")
    assert seen.view is View.SOURCE
    assert seen.problem
