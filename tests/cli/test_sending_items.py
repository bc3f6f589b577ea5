"""`workbench send` reads HTTPie's words: its documented examples, with the requests they document."""

import io
import json
from pathlib import Path

import pytest
from program import Program

from workbench.cli.console import Console
from workbench.cli.main import main
from workbench.storage.paths import Paths

Lines = list[str]


@pytest.fixture
def offline(paths: Paths):
    """Run `send --offline` in this process; return start line, header lines and body, or the error."""

    def run(*words: str) -> tuple[str, Lines, bytes]:
        out, err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), io.StringIO()
        code = main([f"--home={paths.data}", "send", "--offline", "--ignore-stdin", *words], Console(out, err))
        if code:
            raise Refused(code, err.getvalue())
        head, _, body = out.buffer.getvalue().partition(b"\r\n\r\n")  # type: ignore[attr-defined]
        first, *headers = head.decode().split("\r\n")
        return first, headers, body

    return run


class Refused(Exception):
    """The program ended with an exit code and a message."""


@pytest.mark.parametrize(
    ("words", "start", "host"),
    [
        (("DELETE", "pie.dev/delete"), "DELETE /delete HTTP/1.1", "pie.dev"),
        (("AHOY", "pie.dev/post"), "AHOY /post HTTP/1.1", "pie.dev"),
        (("pie.dev/get",), "GET /get HTTP/1.1", "pie.dev"),
        (("pie.dev/post", "hello=world"), "POST /post HTTP/1.1", "pie.dev"),
        (("GET", "pie.dev/get", "hello=world"), "GET /get HTTP/1.1", "pie.dev"),
        ((":/foo",), "GET /foo HTTP/1.1", "localhost"),
        ((":3000/bar",), "GET /bar HTTP/1.1", "localhost:3000"),
        ((":",), "GET / HTTP/1.1", "localhost"),
        (("localhost", "a=b"), "POST / HTTP/1.1", "localhost"),
        (("example.org/./../../etc/password",), "GET /./../../etc/password HTTP/1.1", "example.org"),
        (
            ("https://api.github.com/search/repositories", "q==httpie", "per_page==1"),
            "GET /search/repositories?q=httpie&per_page=1 HTTP/1.1",
            "api.github.com",
        ),
        (("example.org/?a=1#part", "b==é&"), "GET /?a=1&b=%C3%A9%26 HTTP/1.1", "example.org"),
        (("--default-scheme=https", "example.org"), "GET / HTTP/1.1", "example.org"),
    ],
)
def test_method_and_url(offline, words: tuple[str, ...], start: str, host: str) -> None:
    first, headers, _ = offline(*words)
    assert first == start
    assert f"Host: {host}" in headers


def test_default_scheme_reaches_the_port(paths: Paths) -> None:
    out, err = io.StringIO(), io.StringIO()
    words = [f"--home={paths.data}", "send", "-I", "--default-scheme=ftp", ":/x"]
    assert main(words, Console(out, err)) == 2
    assert "'ftp://localhost/x' is not a URL to send to" in err.getvalue()


def test_items_of_the_first_example(offline) -> None:
    first, headers, body = offline(
        "PUT", "pie.dev/put", "X-Date:today", "token==secret", "name=John", "age:=29"
    )  # fmt: skip
    assert first == "PUT /put?token=secret HTTP/1.1"
    assert "X-Date: today" in headers
    assert "Content-Type: application/json" in headers
    assert "Accept: application/json, */*;q=0.5" in headers
    assert body == b'{"name": "John", "age": 29}'


def test_headers_are_unset_emptied_and_repeated(offline) -> None:
    _, headers, _ = offline("pie.dev/headers", "Accept:", "User-Agent:", "Header;", "Cookie:one", "Cookie:two")
    assert headers == ["Host: pie.dev", "Header: ", "Cookie: one", "Cookie: two"]


def test_words_behind_two_dashes_may_begin_with_one(offline) -> None:
    _, headers, body = offline("pie.dev/post", "--", "-name-starting-with-dash=foo", "-Unusual-Header:bar")
    assert "-Unusual-Header: bar" in headers
    assert json.loads(body) == {"-name-starting-with-dash": "foo"}


def test_escaped_separators_are_text(offline) -> None:
    first, headers, body = offline("pie.dev", r"foo\==bar", r"X:a\:b", r"x=1\=2", r"back\\slash==y")
    assert json.loads(body) == {"foo=": "bar", "x": "1=2"}
    assert "X: a:b" in headers
    assert first == "POST /?back%5C%5Cslash=y HTTP/1.1"


def test_values_come_from_files(offline, tmp_path: Path) -> None:
    text, data = tmp_path / "text.txt", tmp_path / "data.json"
    text.write_text("from a file\n")
    data.write_text('{"b": [1.50, 2]}')
    first, headers, body = offline(
        "POST", "pie.dev/post", f"X-Data:@{text}", f"token==@{text}", f"name=@{text}", f"bookmarks:=@{data}"
    )
    assert first == "POST /post?token=from%20a%20file HTTP/1.1"
    assert "X-Data: from a file" in headers
    assert body == b'{"name": "from a file\\n", "bookmarks": {"b": [1.50, 2]}}'


NESTED = [
    # From the documentation of nested JSON, and from the W3C's JSON forms that it follows.
    (["bottle-on-wall[]:=1", "bottle-on-wall[]:=2"], {"bottle-on-wall": [1, 2]}),
    (
        ["pet[species]=Dahut", 'pet[name]:="Hypatia"', "kids[1]=Thelma", 'kids[0]:="Ashley"'],
        {"pet": {"species": "Dahut", "name": "Hypatia"}, "kids": ["Ashley", "Thelma"]},
    ),
    (
        ["wow[such][deep][3][much][power][!]=Amaze"],
        {"wow": {"such": {"deep": [None, None, None, {"much": {"power": {"!": "Amaze"}}}]}}},
    ),
    (["[0][type]=box", "[0][name]=tty", "[1][t]=x"], [{"type": "box", "name": "tty"}, {"t": "x"}]),
    (["[]:=1", "[]=foo"], [1, "foo"]),
    ([r"foo\[bar\]:=1", r"baz[\[]:=2", r"baz[\]]:=3"], {"foo[bar]": 1, "baz": {"[": 2, "]": 3}}),
    ([r"backslash[\\]:=1"], {"backslash": {"\\": 1}}),
    (
        [r"object[\1]=stringified", r"object[\100]=same", "array[1]=indexified"],
        {"object": {"1": "stringified", "100": "same"}, "array": [None, "indexified"]},
    ),
    ([r"A[B\\]=C", r"A[\B\\]=D"], {"A": {"B\\": "C", "\\B\\": "D"}}),
    ([r"a[\\1]:=1", r"a[\\\2]:=2", r"a[-1\\]:=-1"], {"a": {r"\1": 1, r"\\2": 2, "-1\\": -1}}),
    (["user[name]:=411", "user[name]=string"], {"user": {"name": "string"}}),
    (["foo[baz]:=[1, 2, 3]", "foo[baz][]:=4"], {"foo": {"baz": [1, 2, 3, 4]}}),
    (["x[0]:=1", "x[]:=2", "x[][]:=4", "x[][]:=5"], {"x": [1, 2, [4], [5]]}),
    (["=empty", "foo=bar"], {"": "empty", "foo": "bar"}),
    ([":=[1,2,3]", "foo=bar"], {"": [1, 2, 3], "foo": "bar"}),
]  # fmt: skip


@pytest.mark.parametrize(("words", "value"), NESTED)
def test_nested_json(offline, words: Lines, value: object) -> None:
    assert json.loads(offline("pie.dev/post", *words)[2]) == value


@pytest.mark.parametrize(
    ("words", "said", "where"),
    [
        # The places are those that HTTPie's own messages point at.
        (["A[:=1"], "A name, a number or `]` is expected", "  ^"),
        (["A[text:=1"], "`]` is expected", "      ^"),
        (["A[text]1:=1"], "`[` is expected", "       ^"),
        (["foo[bar]=OK", "foo[baz][quux=FAIL"], "`]` is expected", " " * 13 + "^"),
        (["foo=1", "foo[key]:=2"], "foo is a text, and a name needs an object", "   ^^^^^"),
        (["array[]:=1", "array[key]:=3"], "array is a list, and a name needs an object", "     ^^^^^"),
        (["data[key]=value", "data[0]=value"], "data is an object, and an index needs a list", "    ^^^"),
        (["foo[-10]:=[1,2]"], "Lists begin at 0", "    ^^^"),
        (["x=y", "[]:=2"], "the whole body is an object, and [] needs a list", "^^"),
        (["a[99999999999]=1"], "The highest index is 100000", "  ^^^^^^^^^^^"),
    ],
)
def test_slips_in_nested_json_are_shown_at_their_place(offline, words: Lines, said: str, where: str) -> None:
    with pytest.raises(Refused) as refused:
        offline("pie.dev/post", *words)
    code, message = refused.value.args
    assert code == 2
    assert said in message
    assert message.splitlines()[2] == f"  {where}"


def test_numbers_and_repeated_members_go_out_as_typed(offline) -> None:
    literal = "12345678901234567890.10"
    body = offline("pie.dev", f"n:={literal}", "small:=1e-400", 'twice:={"a": 1, "a": 2}', "text=é")[2]
    assert body == f'{{"n": {literal}, "small": 1e-400, "twice": {{"a": 1, "a": 2}}, "text": "é"}}'.encode()


def test_forms(offline) -> None:
    _, headers, body = offline("-f", "POST", "pie.dev/post", "name=John Smith", "x=y~*é", "n:=2.50", "b:=true")
    assert "Content-Type: application/x-www-form-urlencoded; charset=utf-8" in headers
    assert "Accept: */*" in headers
    assert body == b"name=John+Smith&x=y~%2A%C3%A9&n=2.50&b=true"


def test_multipart_forms(offline, tmp_path: Path) -> None:
    """The first is the documentation's example; the bytes of the second are those that HTTPie 3.2.4 writes."""
    _, headers, body = offline("--form", "--multipart", "--boundary=xoxo", "example.org", "hello=world")
    assert "Content-Type: multipart/form-data; boundary=xoxo" in headers
    assert body == b'--xoxo\r\nContent-Disposition: form-data; name="hello"\r\n\r\nworld\r\n--xoxo--\r\n'
    page, other = tmp_path / "cv.xml", tmp_path / 'na"me é.txt'
    page.write_bytes(b"<a/>\n")
    other.write_bytes(b"\x00\xff")
    words = (f"cv@{page}", "name=John Smith", f"x@{other};type=text/x")
    _, headers, body = offline("-f", "--boundary=xoxo", "POST", "pie.dev/post", *words)
    assert "Content-Type: multipart/form-data; boundary=xoxo" in headers
    assert body == (
        b'--xoxo\r\nContent-Disposition: form-data; name="cv"; filename="cv.xml"\r\n'
        b"Content-Type: application/xml\r\n\r\n<a/>\n\r\n"
        b'--xoxo\r\nContent-Disposition: form-data; name="name"\r\n\r\nJohn Smith\r\n'
        b'--xoxo\r\nContent-Disposition: form-data; name="x"; filename="na%22me \xc3\xa9.txt"\r\n'
        b"Content-Type: text/x\r\n\r\n\x00\xff\r\n--xoxo--\r\n"
    )


def test_typed_multipart_type_gets_its_boundary(offline) -> None:
    _, headers, body = offline("--multipart", "example.org", "hello=world", "Content-Type:multipart/letter")
    (typed,) = [line for line in headers if line.startswith("Content-Type")]
    boundary = typed.removeprefix("Content-Type: multipart/letter; boundary=")
    assert len(boundary) >= 16
    assert body.startswith(f"--{boundary}\r\n".encode())


def test_raw_bodies_are_json_unless_they_say_otherwise(offline, tmp_path: Path) -> None:
    _, headers, body = offline("--raw", "Hello, world!", "pie.dev/post")
    assert (body, "Content-Type: application/json" in headers) == (b"Hello, world!", True)
    _, headers, _ = offline("--raw", "Hello", "pie.dev/post", "Content-Type:text/plain")
    assert [line for line in headers if line.startswith("Content-Type")] == ["Content-Type: text/plain"]
    file = tmp_path / "data.xml"
    file.write_bytes(b"<a>\r\n{{x}}</a>")
    first, headers, body = offline("PUT", "pie.dev/put", f"@{file}")
    assert (first, body) == ("PUT /put HTTP/1.1", b"<a>\r\n{{x}}</a>")
    assert "Content-Type: application/xml" in headers


def test_json_without_a_body_asks_for_json(offline) -> None:
    first, headers, body = offline("-j", "pie.dev/get")
    assert (first, body) == ("GET /get HTTP/1.1", b"")
    assert {"Accept: application/json, */*;q=0.5", "Content-Type: application/json"} <= set(headers)


def test_chunked(offline) -> None:
    _, headers, body = offline("--chunked", "PUT", "pie.dev/put", "hello=world")
    assert "Transfer-Encoding: chunked" in headers
    assert not [line for line in headers if line.startswith("Content-Length")]
    assert body == b'12\r\n{"hello": "world"}\r\n0\r\n\r\n'


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("pie.dev", "nothing"), "'nothing' is not an item"),
        (("pie.dev", "Name;value"), "`Name;` sends an empty header"),
        (("pie.dev", "a:={"), "'a:={' does not hold JSON"),
        (("pie.dev", "a:=NaN"), "NaN is no JSON number"),
        (("pie.dev", "a:=" + "[" * 100_000), "does not hold JSON"),
        (("-f", "pie.dev", "f@/no/such/file"), "the file cannot be read"),
        (("pie.dev", "a=@/no/such/file"), "the file cannot be read"),
        (("pie.dev", f"f@{__file__}"), "Add --form"),
        (("pie.dev", "--raw=x", "a=b"), "There are two bodies"),
        (("pie.dev", "--raw=x", "--data=y"), "There are two bodies"),
        (("-f", "pie.dev", "a:=[1]"), "a form has no lists"),
        (("pie.dev", "--boundary=x", "a=b"), "Add --multipart"),
        (("pie.dev", "--print=x"), "--print knows no 'x'"),
        (("pie.dev", "--pretty=all", "--style=nobody"), "There is no style 'nobody'"),
        (("pie.dev", "-A", "bearer"), "who sends is needed"),
        (("pie.dev", "-a", "user"), "--ignore-stdin asks nobody"),
        (("pie.dev", "--var", "novalue"), "gives no variable a value"),
        (("pie.dev", "--timeout=-1"), "--timeout cannot be -1"),
        (("pie.dev", "--proxy=nonsense"), "cannot be read"),
        (("pie.dev", "--verify=/no/such.pem"), "there is no file"),
        (("pie.dev", "-c"), "Write -d -c -o FILE"),
    ],
)
def test_wrong_words_are_one_sentence(offline, words: tuple[str, ...], said: str) -> None:
    with pytest.raises(Refused) as refused:
        offline(*words)
    code, message = refused.value.args
    assert code == 2
    assert said in message


async def test_file_that_is_no_text_cannot_be_a_value(workbench: Program, tmp_path: Path) -> None:
    file = tmp_path / "binary"
    file.write_bytes(b"\xff\x00")
    ran = await workbench("send", "--offline", "localhost", f"a=@{file}")
    assert (ran.code, ran.out) == (2, b"")
    assert "no UTF-8 text" in ran.err
