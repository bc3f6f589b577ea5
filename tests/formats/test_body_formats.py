"""Bodies that are no plain text or JSON: read as the formats' own documents say, and harmless where they lie."""

import base64
import struct

import pytest

from workbench.formats.body import BodyView, View, view
from workbench.formats.csv_rows import ROWS_LIMIT
from workbench.formats.kind import Kind


def seen(content: bytes, content_type: str = "", wanted: View | None = None) -> BodyView:
    return view(content, content_type, wanted=wanted)


class TestProtobuf:
    """The examples of https://protobuf.dev/programming-guides/encoding/."""

    @pytest.mark.parametrize(
        ("wire", "text"),
        [
            ("08 96 01", "1: 150"),
            ("12 07 74 65 73 74 69 6e 67", '2: "testing"'),
            ("1a 03 08 96 01", "3 {\n  1: 150\n}"),
            ("32 06 03 8e 02 9e a7 05", "6: 0x038e029ea705  # or packed: 3, 270, 86942"),
            ("08 fe ff ff ff ff ff ff ff ff 01", "1: 18446744073709551614  # or signed -2"),
            ("22 05 68 65 6c 6c 6f 28 01 28 02 28 03", '4: "hello"\n5: 1\n5: 2\n5: 3'),
            ("0b 10 01 0c", "1 {  # group\n  2: 1\n}"),
        ],
    )
    def test_examples_of_the_document(self, wire: str, text: str) -> None:
        assert seen(bytes.fromhex(wire), "application/x-protobuf").text.decode() == text

    def test_fixed_numbers_are_said_both_ways(self) -> None:
        wire = b"\x0d" + struct.pack("<f", 1.5) + b"\x11" + struct.pack("<d", -2.25)
        lines = seen(wire, "application/protobuf").text.decode().splitlines()
        assert lines[0].endswith("or float 1.5")
        assert lines[1].endswith("or double -2.25")

    @pytest.mark.parametrize(
        "wire",
        [b"\x0a\xff\xff\xff\xff\x0f", b"\x08" + b"\xff" * 11, b"\x08", b"\x0b" * 5000, b"\x0f\x00", b"\x00\x01"],
    )
    def test_what_lies_is_shown_in_hex_with_a_sentence(self, wire: bytes) -> None:
        shown = seen(wire, "application/x-protobuf")
        assert (shown.view, shown.text) == (View.HEX, wire)
        assert shown.problem.endswith(".")

    def test_a_tower_of_messages_ends(self) -> None:
        content = b"\x08\x01"
        for _ in range(400):
            length = len(content)
            head = bytes([length]) if length < 128 else bytes([length & 0x7F | 0x80, length >> 7])
            content = b"\x0a" + head + content
        assert seen(content, "application/x-protobuf").text


class TestMessagePack:
    """The example of https://msgpack.org and encodings of its specification."""

    @pytest.mark.parametrize(
        ("wire", "text"),
        [
            ("82 a7 63 6f 6d 70 61 63 74 c3 a6 73 63 68 65 6d 61 00", '{\n  "compact": true,\n  "schema": 0\n}'),
            ("cf ff ff ff ff ff ff ff ff", "18446744073709551615"),
            ("93 c0 c2 d3 80 00 00 00 00 00 00 00", "[\n  null,\n  false,\n  -9223372036854775808\n]"),
            ("c4 02 00 ff", "bin(00ff)"),
            ("d4 05 01", "ext(5, 01)"),
            ("d6 ff 00 00 00 00", "1970-01-01T00:00:00+00:00"),
            ("81 01 90", "{\n  1: []\n}"),
        ],
    )
    def test_examples(self, wire: str, text: str) -> None:
        assert seen(bytes.fromhex(wire), "application/msgpack").text.decode() == text

    @pytest.mark.parametrize(
        "wire", [b"\xdd\xff\xff\xff\xff", b"\x91" * 5000 + b"\xc0", b"\xa5ab", b"\xc1", b"\xa1\xff"]
    )
    def test_what_lies_is_shown_in_hex_with_a_sentence(self, wire: bytes) -> None:
        shown = seen(wire, "application/msgpack")
        assert (shown.view, shown.text) == (View.HEX, wire)
        assert shown.problem.endswith(".")


class TestToken:
    """The first example of RFC 7519, 3.1."""

    TOKEN = (
        b"eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
        b"cGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    )

    @pytest.mark.parametrize(("now", "said"), [(1300819379, "not expired yet"), (1300819380, "expired.")])
    def test_example_of_the_rfc(self, now: int, said: str) -> None:
        shown = view(self.TOKEN, "", now_us=now * 1_000_000)
        assert (shown.kind, shown.view) == (Kind.TOKEN, View.TOKEN)
        text = shown.text.decode()
        assert "Not verified" in text
        assert '"http://example.com/is_root": true' in text
        assert "2011-03-22T18:43:00" in text
        assert said in text

    def test_claims_keep_their_numbers(self) -> None:
        claims = base64.urlsafe_b64encode(b'{"n":1.0,"n":12345678901234567890,"exp":1e400}').rstrip(b"=")
        text = seen(b"eyJhbGciOiJub25lIn0." + claims + b".").text.decode()
        assert '"n": 1.0,\n  "n": 12345678901234567890' in text
        assert "It has no signature." in text
        assert "exp is no time" in text

    @pytest.mark.parametrize("token", [b"a.b", b"eyJ.#.x", b"a.b.c.d.e", b"eyJhbGciOiJub25lIn0.AAAA."])
    def test_what_is_no_token_is_shown_as_it_came(self, token: bytes) -> None:
        shown = seen(token, "application/jwt")
        assert shown.text == token
        assert shown.problem.endswith(".")


class TestLines:
    def test_each_value_is_indented_and_exact(self) -> None:
        shown = seen(b'{"a":1.0}\n{"b":1e400}\r\n', "application/x-ndjson")
        assert (shown.kind, shown.text) == (Kind.JSON_LINES, b'{\n  "a": 1.0\n}\n{\n  "b": 1e400\n}')

    def test_a_broken_line_is_named_and_kept(self) -> None:
        shown = seen(b'{"a":1}\n\n{oops\n{"b":2}', "application/jsonl")
        assert b"{oops" in shown.text
        assert "line 3" in shown.problem

    def test_sequence_of_rfc_7464(self) -> None:
        assert seen(b"\x1e[1]\n\x1e[2]\n", "application/json-seq").text == b"[\n  1\n]\n[\n  2\n]"


class TestTable:
    def test_example_of_rfc_4180(self) -> None:
        shown = seen(b'aaa,"b ""x"", c",ccc\r\nzzz,"y\r\ny",xxx\r\n', "text/csv")
        assert shown.view is View.TABLE
        assert shown.table == (("aaa", 'b "x", c', "ccc"), ("zzz", "y\r\ny", "xxx"))

    def test_semicolons_and_bounds(self) -> None:
        shown = seen(b"a;b\n" * (ROWS_LIMIT + 5), "text/csv")
        assert len(shown.table) == ROWS_LIMIT
        assert "first 50,000 rows" in shown.problem


class TestGraphql:
    def test_query_stands_as_written_with_exact_variables(self) -> None:
        body = rb'{"query":"query Q($n: Int) {\n  a(n: $n)\n}","variables":{"n":1.0,"n":9007199254740993}}'
        shown = seen(body, "application/json")
        assert shown.view is View.GRAPHQL
        text = shown.text.decode()
        assert text.startswith("query Q($n: Int) {\n  a(n: $n)\n}\n")
        assert '"n": 1.0,\n  "n": 9007199254740993' in text

    @pytest.mark.parametrize("body", [b'{"query":"{ a }"', b'[["query":"{"]'])
    def test_a_broken_one_is_shown_as_it_came(self, body: bytes) -> None:
        shown = seen(body, "application/json")
        assert shown.text == body
        assert shown.problem


@pytest.mark.parametrize("content", [b"\x00\xff\x01", b"\x08\x96\x01\x00\xfe"])
def test_any_binary_can_be_read_as_another_format(content: bytes) -> None:
    assert seen(content).views == (View.HEX, View.MESSAGE_PACK, View.PROTOBUF)
    for wanted in (View.MESSAGE_PACK, View.PROTOBUF):
        assert seen(content, wanted=wanted).text
