"""curl commands, quoted for three shells, as curl(1) and browsers write them."""

from contextlib import suppress

import pytest

from workbench.formats.pasted.detecting import parse_curl, parse_pasted
from workbench.model.authentication import Auth, AuthKind
from workbench.model.collection import BodyKind, Field, Part, SavedRequest
from workbench.model.errors import FormatError
from workbench.model.send_settings import SendSettings
from workbench.model.variables import Variable


def one(text: str) -> SavedRequest:
    (pasted,) = parse_curl(text)
    return pasted.request


def lost(text: str) -> tuple[str, ...]:
    (pasted,) = parse_curl(text)
    return pasted.losses


def headers(request: SavedRequest) -> list[tuple[str, str]]:
    return [(row.name, row.value) for row in request.headers if row.enabled]


# Words of bash

BODIES = [
    (r"""'{"a": "b"}'""", b'{"a": "b"}'),
    (r""""it's \"quoted\" \\ \x" """, rb"""it's "quoted" \ \x"""),
    (r"""$'a\tb\n\'\x41\u00e9\xff'""", b"a\tb\n'A\xc3\xa9\xff"),
    (r"""'it'\''s'""", b"it's"),
    (r"""a\ b\&c""", b"a b&c"),
    ("'two\nlines\n'", b"two\nlines\n"),
    ('"joined \\\nline"', b"joined line"),
    ("''", b""),
    ("a'b'\"c\"$'d'", b"abcd"),
    ("'\u00fcber'", "über".encode()),
]


@pytest.mark.parametrize(("written", "body"), BODIES)
def test_quotes_of_bash(written: str, body: bytes) -> None:
    assert one(f"curl http://h/ --data-raw {written}").body.content.content == body


def test_lines_prompts_and_comments() -> None:
    text = """
    # a comment
    user@host:~/x$ curl -sS http://h/1 \\
        -H 'A: b' \\   \n        -X PUT   # another
    $ sudo /usr/bin/curl http://h/2 > out.json 2>&1; curl 'http://h/3?a=b&c' | jq . && curl h/4 &
    """
    requests = [pasted.request for pasted in parse_curl(text)]
    assert [request.url for request in requests] == ["http://h/1", "http://h/2", "http://h/3?a=b&c", "h/4"]
    assert (requests[0].method, headers(requests[0])) == ("PUT", [("A", "b")])


def test_heredoc_is_the_body_to_the_byte() -> None:
    text = "curl h --data-binary @- <<'END' -H 'A: b'\n{\"price\": \"$5\"}\n\\n\nEND\ncurl h/2"
    first, second = (pasted.request for pasted in parse_curl(text))
    assert first.body.content.content == b'{"price": "$5"}\n\\n\n'
    assert headers(first) == [("A", "b")]
    assert second.url == "h/2"


def test_heredoc_without_quotes_takes_variables_and_dash_takes_tabs_away() -> None:
    request = one("curl h -d @- <<-END\n\tid=$ID\\$\n\tEND\n")
    assert request.body.content.content == b"id={{ID}}$"
    assert not request.body.literal


def test_what_echo_and_cat_write_is_known() -> None:
    assert one("echo '{\"a\":1}' | curl --json @- h").body.content.content == b'{"a":1}\n'
    assert one("curl --data-binary @- h <<< text").body.content.content == b"text\n"
    assert one("cat a.bin | curl --data-binary @- h").body.content.path == "a.bin"
    assert one("curl -T - h < b.bin").body.content.path == "b.bin"
    assert any("standard input" in loss for loss in lost("date | curl -d @- h"))


def test_variables_of_the_shell_become_ours() -> None:
    request = one('TOKEN=abc\ncurl "http://$HOST/x" -H "Authorization: Bearer ${TOKEN}" -d \'$NOT\'')
    assert request.url == "http://{{HOST}}/x"
    assert headers(request) == [("Authorization", "Bearer {{TOKEN}}")]
    assert request.variables == (Variable("TOKEN", "abc"),)
    assert request.body.content.content == b"$NOT"


def test_braces_in_a_body_stay_text() -> None:
    request = one("curl h -d '{{name}}'")
    assert request.body.content.content == b"{{name}}"
    assert request.body.literal


def test_command_substitution_is_kept_and_said() -> None:
    assert one('curl h -H "Date: $(date -u +(%s))"').headers == (Field("Date", "$(date -u +(%s))"),)
    assert "$(date" in lost('curl h -H "Date: $(date -u +(%s))"')[0]


@pytest.mark.parametrize("text", ["curl 'abc", 'curl "abc', "curl $'abc", "curl $(abc", "curl 'a\n\ncurl b"])
def test_unclosed_quote_is_an_error_with_its_line(text: str) -> None:
    with pytest.raises(FormatError, match=r"line 1"):
        parse_pasted(text)


# Options


def test_data_is_joined_and_makes_a_form() -> None:
    request = one("curl -d name=daniel -dskill=lousy --data-urlencode 'q=a b&c' --data-urlencode =x/y h")
    assert (request.method, request.body.kind) == ("POST", BodyKind.FORM)
    assert request.body.content.content == b"name=daniel&skill=lousy&q=a+b%26c&x%2Fy"


def test_json_is_joined_without_a_mark_and_names_its_types() -> None:
    request = one("curl --json '{ \"drink\":' --json ' \"coffe\" }' https://example.com")
    assert request.body.content.content == b'{ "drink": "coffe" }'
    assert headers(request) == [("Content-Type", "application/json"), ("Accept", "application/json")]


@pytest.mark.parametrize(
    ("content_type", "kind"),
    [
        ("application/json; charset=utf-8", BodyKind.JSON),
        ("application/problem+json", BodyKind.JSON),
        ("text/xml", BodyKind.XML),
        ("text/plain", BodyKind.TEXT),
        ("application/x-www-form-urlencoded", BodyKind.FORM),
    ],
)
def test_content_type_says_what_the_body_is(content_type: str, kind: BodyKind) -> None:
    request = one(f"curl h -H 'content-type: {content_type}' -d x")
    assert request.body.kind is kind
    assert headers(request) == [("content-type", content_type)]


def test_file_is_named_and_not_read() -> None:
    text = "curl --data-binary @/etc/passwd h"
    assert one(text).body.content.path == "/etc/passwd"
    assert one(text).body.content.content == b""
    assert lost(text) == ("The body is the file /etc/passwd, which was not read.",)
    assert one("curl --data-raw @/etc/passwd h").body.content.content == b"@/etc/passwd"


def test_get_and_url_query_add_to_the_query() -> None:
    assert one("curl -G -d a=1 -d b=2 'http://h/x?c=3#top'").url == "http://h/x?c=3&a=1&b=2#top"
    assert one("curl --url-query 'a=b c' --url-query +d=%20 http://h").url == "http://h?a=b+c&d=%20"
    assert one("curl -G -d a=1 http://h").method == "GET"


def test_headers_keep_order_and_repeats_and_can_be_removed() -> None:
    request = one("curl h -H 'X-A: 1' -H 'x-a:2' -H 'X-Empty;' -H 'Accept:' -H 'User-Agent:'")
    assert request.headers == (
        Field("X-A", "1"),
        Field("x-a", "2"),
        Field("X-Empty", ""),
        Field("Accept", "", enabled=False),
        Field("User-Agent", "", enabled=False),
    )
    assert lost("curl h -H nonsense") == ("-H 'nonsense' is no header: it has no colon.",)


def test_words_for_single_headers() -> None:
    request = one("curl h -A agent/1 -e http://r/ -b 'a=b; c=d' -b e=f -r 0-99 --compressed")
    assert headers(request) == [
        ("User-Agent", "agent/1"),
        ("Accept-Encoding", "deflate, gzip, br, zstd"),
        ("Referer", "http://r/"),
        ("Cookie", "a=b; c=d; e=f"),
        ("Range", "bytes=0-99"),
    ]


FORMS = [
    ("-F name=daniel", Part("name", "daniel")),
    ("-F 'a=x;type=text/foo; charset=utf-8'", Part("a", "x", content_type="text/foo; charset=utf-8")),
    ("-F '=x;y'", Part("", "x;y")),
    ("""-F 'colors="red; green"'""", Part("colors", "red; green")),
    ("--form-string 'a=@b;type=c'", Part("a", "@b;type=c")),
    ("-F web=@index.html;type=text/html", Part("web", is_file=True, files=("index.html",), content_type="text/html")),
    ("""-F 'file=@"local,file;.txt"'""", Part("file", is_file=True, files=("local,file;.txt",))),
    ("-F 'f=@a.txt,b.txt'", Part("f", is_file=True, files=("a.txt", "b.txt"))),
]


@pytest.mark.parametrize(("words", "part"), FORMS)
def test_form(words: str, part: Part) -> None:
    request = one(f"curl h {words.replace(';type=text/html', chr(92) + ';type=text/html')}")
    assert (request.method, request.body.kind, request.body.parts) == ("POST", BodyKind.MULTIPART, (part,))


def test_methods() -> None:
    texts = ["-I h", "-XPATCH -d x h", "-T f.txt h/", "-X GET -d x h", "-sSLkXDELETE h", "--request wHat h"]
    assert [one(f"curl {text}").method for text in texts] == ["HEAD", "PATCH", "PUT", "GET", "DELETE", "wHat"]
    assert one("curl -T dir/f.txt http://h/up/").url == "http://h/up/f.txt"


def test_authentication() -> None:
    basic = Auth(AuthKind.BASIC, (("username", "u"), ("password", "p:q")))
    assert one("curl -u u:p:q h").auth == basic
    assert one("curl -u u:p:q --digest h").auth == Auth(AuthKind.DIGEST, basic.values)
    assert one("curl --oauth2-bearer T h").auth == Auth(AuthKind.BEARER, (("token", "T"),))
    aws = one("curl --aws-sigv4 aws:amz:us-east-2:es --user key:secret h").auth
    assert aws.kind is AuthKind.AWS_V4
    assert [aws.get(name) for name in ("access_key_id", "secret_access_key", "service", "region")] == [
        "key", "secret", "es", "us-east-2",
    ]  # fmt: skip
    assert "password" in lost("curl -u u h")[0]


def test_settings() -> None:
    text = (
        "curl -k -L --max-redirs 5 -m 2.5 --cacert ca.pem --cert 'c:/x.pem:pw' --key k.pem --http2 "
        "-x proxy:3128 -U user:pass h"
    )
    assert one(text).settings == SendSettings(
        timeout_s=2.5,
        follow_redirects=True,
        max_redirects=5,
        verify=False,
        ca_file="ca.pem",
        certificate_file="c:/x.pem",
        key_file="k.pem",
        proxy="http://user:pass@proxy:3128",
        http2=True,
    )
    assert lost(text) == ("The password of the client certificate is not carried over.",)
    assert one("curl --socks5-hostname p:1 h").settings.proxy == "socks5h://p:1"
    assert one("curl -b jar.txt -c jar.txt h").settings.cookies is True


def test_several_urls_and_next() -> None:
    found = parse_curl("curl -d a=b http://h/1 http://h/2 --next -X DELETE http://h/3")
    said = [(pasted.request.method, pasted.request.url, pasted.request.body.content.content) for pasted in found]
    assert said == [("POST", "http://h/1", b"a=b"), ("POST", "http://h/2", b"a=b"), ("DELETE", "http://h/3", b"")]


def test_what_is_not_carried_over_is_said() -> None:
    assert lost("curl --resolve a:1:b --ntlm --frobnicate -0 h") == (
        "--resolve is not carried over.",
        "--ntlm is not carried over.",
        "--frobnicate is no option of curl that is known here.",
        "--http1.0 is not carried over.",
    )
    assert lost("curl -sSvif -o out -w '%{http_code}' --retry 3 --sil h") == ()
    assert lost("curl h -d") == ("-d has no value.",)


def test_what_was_lost_in_copying_is_understood() -> None:
    request = one("curl 'http://h/4'\n  -X PUT\n  -H 'A: b'\n  --data-raw '{}'\n")
    assert (request.method, headers(request), request.body.content.content) == ("PUT", [("A", "b")], b"{}")
    assert one("curl -X POST http://h/w/?bar=baz&buzz=$ID&c -d x").url == "http://h/w/?bar=baz&buzz={{ID}}&c"
    assert [p.request.url for p in parse_curl("curl http://h/?a=b & curl http://h/2&curl http://h/3")] == [
        "http://h/?a=b", "http://h/2", "http://h/3",
    ]  # fmt: skip
    assert one("curl h --data='{\"a\": 1}' --request=PUT").body.content.content == b'{"a": 1}'
    assert one("curl h -H ':authority: h' -H 'a: b'").headers == (Field("a", "b"),)


# Windows


def test_chromes_copy_for_cmd() -> None:
    text = (
        'curl ^"https://example.com/p?x=1^&y=^%^20z^" ^\r\n  -X ^"PUT^" ^\r\n'
        '  -H ^"content-type: application/json^" ^\r\n'
        '  --data-raw ^"^{^\\^"a^\\^":^\\^"x^\\^\\^\\^"y ^^ 100^%^\r\n\r\nz^\\^"^}^" ^\r\n  --compressed'
    )
    request = one(text)
    assert (request.method, request.url) == ("PUT", "https://example.com/p?x=1&y=%20z")
    assert request.body.content.content.replace(b"\r", b"") == b'{"a":"x\\"y ^ 100%\nz"}'
    assert headers(request)[-1] == ("content-type", "application/json")


def test_older_copies_for_cmd() -> None:
    request = one('curl.exe "http://h/" ^\n -H "A: ""q""" --data-binary "{\\"a\\":\\"b\\\\c\\"}"')
    assert headers(request) == [("A", '"q"')]
    assert request.body.content.content == rb'{"a":"b\\c"}'


def test_curl_in_powershell() -> None:
    text = (
        'PS C:\\Users\\me> curl.exe -X POST `\n  -H "X: `$a`"b`"" `\n  -d \'{\\"name\\": \\"it\'\'s\\"}\' http://h/x'
    )
    request = one(text)
    assert headers(request) == [("X", '$a"b"')]
    assert request.body.content.content == b'{"name": "it\'s"}'


# Hostile texts


@pytest.mark.parametrize(
    "text",
    [
        "curl " + "$(" * 50_000,
        "curl " + "${A" * 50_000,
        "curl " + "`" * 99_999,
        "curl -F a=" + '"\\' * 50_000,
        "curl " + "<<A\n" * 30_000,
        "curl `\n " + '@"\n' * 30_000,
        'curl ^"' + '^"\\' * 30_000,
        "curl h " + "{," * 50_000,
        "curl " + "http://h/x -d a " * 30_000,
        "curl -X" * 30_000,
        "curl " + "\ud800\udfff" * 1000,
    ],
    ids=lambda text: text[:12],
)
@pytest.mark.timeout(10)
def test_hostile_text_ends_soon(text: str) -> None:
    with suppress(FormatError):
        assert len(parse_curl(text)) <= 1000
