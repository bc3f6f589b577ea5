"""HTTPie's commands, fetch as browsers copy it, PowerShell's commands; and which text is what."""

import pytest

from workbench.formats.pasted.detecting import parse_fetch, parse_httpie, parse_pasted
from workbench.formats.pasted.pasted import Pasted
from workbench.model.authentication import Auth, AuthKind
from workbench.model.collection import BodyKind, Field, Part, SavedRequest
from workbench.model.errors import FormatError
from workbench.model.send_settings import SendSettings


def one(text: str) -> SavedRequest:
    return only(text).request


def only(text: str) -> Pasted:
    (pasted,) = parse_pasted(text)
    return pasted


def headers(request: SavedRequest) -> list[tuple[str, str]]:
    return [(row.name, row.value) for row in request.headers]


# HTTPie: examples of its documentation


def test_items_of_httpie() -> None:
    request = one("http PUT pie.dev/put X-Date:today renewed:=true ids:='[1, 1.0]' q==a\\ b name=John 'e;' Host:")
    assert (request.method, request.url) == ("PUT", "http://pie.dev/put?q=a%20b")
    assert request.body.kind is BodyKind.JSON
    assert request.body.content.content == b'{"renewed": true, "ids": [1, 1.0], "name": "John"}'
    assert request.headers == (
        Field("X-Date", "today"),
        Field("e", ""),
        Field("Host", "", enabled=False),
        Field("Accept", "application/json, */*;q=0.5"),
    )


def test_nested_json_of_httpie() -> None:
    text = (
        "http pie.dev/post 'category=tools' 'search[type]=platforms' 'search[platforms][]=web' "
        "'search[platforms][]=desktop' 'search[platforms][3]=mobile' 'a\\[b\\]:=1'"
    )
    assert one(text).body.content.content == (
        b'{"category": "tools", "search": {"type": "platforms", "platforms": ["web", "desktop", null, "mobile"]}, '
        b'"a[b]": 1}'
    )


def test_forms_of_httpie() -> None:
    assert one("http --form POST pie.dev/post name='John Smith' a=b").body.content.content == b"name=John+Smith&a=b"
    request = one("https -f pie.dev/post cv@'~/x/data.bin;type=text/bin' a=b")
    assert request.url == "https://pie.dev/post"
    assert request.body.parts == (
        Part("cv", is_file=True, files=("~/x/data.bin",), content_type="text/bin"),
        Part("a", "b"),
    )


@pytest.mark.parametrize(
    ("word", "url"),
    [
        (":/foo", "http://localhost/foo"),
        (":3000/bar", "http://localhost:3000/bar"),
        (":", "http://localhost"),
        ("https://h/x", "https://h/x"),
        ("://h/x", "http://h/x"),
        ("localhost:8080", "http://localhost:8080"),
    ],
)
def test_urls_of_httpie(word: str, url: str) -> None:
    (pasted,) = parse_httpie(f"http {word}")
    assert (pasted.request.method, pasted.request.url) == ("GET", url)


def test_options_of_httpie() -> None:
    request = one("http -a user:pass --follow --verify=no --timeout 2.5 --proxy=http:http://p:1 pie.dev/get")
    assert request.auth == Auth(AuthKind.BASIC, (("username", "user"), ("password", "pass")))
    assert request.settings == SendSettings(timeout_s=2.5, follow_redirects=True, verify=False, proxy="http://p:1")
    assert one("http -A bearer -a token pie.dev/bearer").auth == Auth(AuthKind.BEARER, (("token", "token"),))
    assert one("http pie.dev/post --raw '{\"a\": 1}'").body.content.content == b'{"a": 1}'
    assert one("http PUT pie.dev/put < files/data.json").body.content.path == "files/data.json"
    assert only("http --session=x pie.dev/get").losses == ("--session is not carried over.",)


# fetch

COPIED = r"""fetch("https://example.com/api?x=1", {
  "headers": {
    "accept": "*/*",
    "content-type": "application/json",
    "sec-ch-ua": "\"Chromium\";v=\"106\""
  },
  "referrer": "https://example.com/",
  "referrerPolicy": "strict-origin-when-cross-origin",
  "body": "{\"n\":1.0,\"e\":\"\u00e9\ud83d\ude00\\n\"}",
  "method": "POST",
  "mode": "cors",
  "credentials": "include"
});"""


def test_chromes_copy_as_fetch() -> None:
    pasted = only(COPIED)
    assert (pasted.request.method, pasted.request.url) == ("POST", "https://example.com/api?x=1")
    assert headers(pasted.request) == [
        ("Referer", "https://example.com/"),
        ("accept", "*/*"),
        ("content-type", "application/json"),
        ("sec-ch-ua", '"Chromium";v="106"'),
    ]
    assert pasted.request.body.content.content == '{"n":1.0,"e":"é😀\\n"}'.encode()
    assert pasted.losses == ("The browser adds its cookies; they are not in the text.",)


def test_chromes_copy_as_fetch_for_node() -> None:
    text = """fetch("https://example.com/", {
      "headers": { "cookie": "a=b", "Referer": "https://example.com/x" },
      "body": null,
      "method": "GET"
    }); ;
    fetch("https://example.com/2", {"method": "GET"});"""
    first, second = parse_pasted(text)
    assert headers(first.request) == [("cookie", "a=b"), ("Referer", "https://example.com/x")]
    assert (first.request.body.kind, first.losses, second.request.url) == (BodyKind.NONE, (), "https://example.com/2")


def test_fetch_written_by_hand() -> None:
    text = """
    const response = await fetch(`https://h/${process.env.ID}/x`, { // a comment
      method: 'put',
      headers: new Headers({ Authorization: 'Bearer ' + token, 'Content-Type': "application/json", }),
      body: JSON.stringify({ total: 1.10, big: 12345678901234567890, list: [true, null,], name, }),
      redirect: "follow",
    })"""
    request = one(text)
    assert (request.method, request.url) == ("PUT", "https://h/{{ID}}/x")
    assert headers(request) == [("Authorization", "Bearer {{token}}"), ("Content-Type", "application/json")]
    assert request.body.content.content == (
        b'{"total":1.10,"big":12345678901234567890,"list":[true,null],"name":"{{name}}"}'
    )
    assert request.settings.follow_redirects is True


def test_form_in_fetch() -> None:
    request = one("fetch('http://h', {method: 'POST', body: new URLSearchParams({a: 'x y', b: '&'})})")
    assert (request.body.kind, request.body.content.content) == (BodyKind.FORM, b"a=x+y&b=%26")


@pytest.mark.parametrize("text", ["fetch('http://h', {", "fetch('http://h' 1)", "fetch(" + "[" * 10_000, "fetch(`a"])
def test_half_a_call_is_an_error(text: str) -> None:
    with pytest.raises(FormatError):
        parse_fetch(text)


# PowerShell


def test_chromes_copy_as_powershell() -> None:
    text = """$session = New-Object Microsoft.PowerShell.Commands.WebRequestSession
$session.UserAgent = "Mozilla/5.0 (X11)"
$session.Cookies.Add((New-Object System.Net.Cookie("name", "v`"x", "/", "example.com")))
$session.Cookies.Add((New-Object System.Net.Cookie("b", "c", "/", "example.com")))
Invoke-WebRequest -UseBasicParsing -Uri "https://example.com/api?a=1" `
-Method "POST" `
-WebSession $session `
-Headers @{
"authority"="example.com"
  "method"="POST"
  "path"="/api?a=1"
  "scheme"="https"
  "accept"="*/*"
  "sec-ch-ua"="`"Chromium`";v=`"106`""
} `
-ContentType "application/json" `
-Body ([System.Text.Encoding]::UTF8.GetBytes("{`"a`":1,`"e`":`"$([char]233)`$`"}"))"""
    pasted = only(text)
    assert (pasted.request.method, pasted.request.url) == ("POST", "https://example.com/api?a=1")
    assert headers(pasted.request) == [
        ("User-Agent", "Mozilla/5.0 (X11)"),
        ("accept", "*/*"),
        ("sec-ch-ua", '"Chromium";v="106"'),
        ("Cookie", 'name=v"x; b=c'),
        ("Content-Type", "application/json"),
    ]
    assert pasted.request.body.content.content == '{"a":1,"e":"é$"}'.encode()
    assert pasted.losses == ()


def test_powershell_written_by_hand() -> None:
    text = """$headers = @{ 'X-A' = 'it''s'; Authorization = "Bearer $env:TOKEN" }
    $body = @'
{"a": "$b"}
'@
    irm http://h/x -Method Put -Headers $headers -Body $body -ContentType application/json -TimeoutSec 5"""
    request = one(text)
    assert (request.method, request.url) == ("PUT", "http://h/x")
    assert headers(request) == [
        ("X-A", "it's"),
        ("Authorization", "Bearer {{TOKEN}}"),
        ("Content-Type", "application/json"),
    ]
    assert request.body.content.content == b'{"a": "$b"}'
    assert request.settings.timeout_s == 5


# Which is which


@pytest.mark.parametrize(
    "text",
    ["", "http://localhost:3000/hooks", "localhost:3000", "POST http://h", "hello curling world", "https://h/curl/x"],
)
def test_other_texts_are_no_command(text: str) -> None:
    assert parse_pasted(text) == ()


def test_a_file_of_httpie_that_is_the_whole_body_is_kept() -> None:
    (pasted,) = parse_pasted("http POST example.org/x X-A:1 @payload.json")
    assert pasted.request.body.content.path == "payload.json"
    assert any("payload.json" in loss for loss in pasted.losses)


def test_httpie_words_are_those_of_the_command_line() -> None:
    r"""The first separator counts, `\` takes it away, and numbers keep their digits."""
    (pasted,) = parse_pasted(r"http POST example.org/x 'a\=b=c:d' n:=1.10 't\[x\]=y'")
    assert pasted.request.body.content.content == b'{"a=b": "c:d", "n": 1.10, "t[x]": "y"}'
