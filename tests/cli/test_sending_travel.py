"""How `workbench send` sends: who it says it is, where it follows, through what it goes."""

import base64
import zlib
from pathlib import Path

import pytest
from fakes import RawTarget
from program import Inside, Program
from terminal import on_terminal

BASIC = "Basic " + base64.b64encode(b"username:password").decode()


def header(raw: bytes, name: str) -> list[str]:
    lines = raw.partition(b"\r\n\r\n")[0].decode().split("\r\n")
    return [line.partition(": ")[2] for line in lines if line.lower().startswith(f"{name.lower()}: ")]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("-a", "username:password"), BASIC),
        (("--auth", "username:password", "--auth-type=basic"), BASIC),
        (("-a", "username", "--auth-secret", "env:THE_PASSWORD"), BASIC),
        (("-A", "bearer", "-a", "token"), "Bearer token"),
        (("-A", "bearer", "--auth-secret", "env:THE_PASSWORD"), "Bearer password"),
        (("-a", "username:"), "Basic dXNlcm5hbWU6"),
    ],
)
async def test_authentication(
    inside: Inside, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], expected: str
) -> None:
    monkeypatch.setenv("THE_PASSWORD", "password")
    offline = await inside("send", "--offline", "-I", *words, "pie.dev/x")
    assert header(offline.out, "authorization") == [expected]
    async with RawTarget() as target:
        shown = await inside("send", "-v", *words, target.url)
        open_ = await inside("send", "-v", "--show-secrets", *words, target.url)
    assert header(target.received[0], "authorization") == [expected]
    assert expected not in shown.text
    assert f"Authorization: {expected}\n" in open_.text


async def test_password_is_asked_for_without_an_echo(workbench: Program, inside: Inside) -> None:
    async with RawTarget() as target:
        code, shown = await on_terminal(workbench, "send", "-a", "username", target.url, answer=b"password\n")
        assert code == 0
        assert header(target.received[0], "authorization") == [BASIC]
        assert "workbench: password for username@" in shown
        assert "password\n" not in shown.partition("password for")[2]
    ran = await workbench("send", "-a", "username", "localhost:1")
    assert ran.code == 2
    assert ran.err.startswith("workbench: A password is needed, and there is no terminal to ask at.")


async def test_session_remembers_who_sends_by_reference(inside: Inside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_NO_KEYRING", "1")
    monkeypatch.setenv("WORKBENCH_PASSPHRASE", "of the tests")
    async with RawTarget() as target:
        assert (await inside("send", "--session=a", "-a", "username:password", target.url)).code == 0
        assert (await inside("send", "--session=a", target.url)).code == 0
        assert (await inside("send", "--session=a", "-a", "other:password", target.url)).code == 0
    assert [header(each, "authorization") for each in target.received[:2]] == [[BASIC], [BASIC]]
    assert header(target.received[2], "authorization") != [BASIC]
    (file,) = Path(inside.home).glob("sessions/*/a.json")
    assert "password" not in file.read_text().replace("/password", "")


async def test_redirects_are_followed_when_asked_for(inside: Inside) -> None:
    async with RawTarget() as last:
        location = f"HTTP/1.1 302 Found\r\nLocation: {last.url}/last\r\nContent-Length: 0\r\n\r\n".encode()
        async with RawTarget(location) as first:
            stays = await inside("send", first.url, "a=b")
            follows = await inside("send", "--follow", "--all", "--print=Hh", first.url, "a=b")
            fails = await inside("send", "--follow", "--max-redirects=0", first.url)
        assert (stays.code, stays.out) == (0, b"")
        assert len(last.received) == 1
        assert last.received[0].startswith(b"GET /last HTTP/1.1\r\n")
    starts = [line for line in follows.text.splitlines() if "HTTP/1.1" in line]
    assert starts == ["POST / HTTP/1.1", "HTTP/1.1 302 Found", "GET /last HTTP/1.1", "HTTP/1.1 200 OK"]
    assert fails.code == 3


async def test_compressed_where_it_helps(inside: Inside) -> None:
    async with RawTarget() as target:
        assert (await inside("send", "-x", target.url, f"a={'b' * 1000}")).code == 0
        assert (await inside("send", "-x", target.url, "a=b")).code == 0
        assert (await inside("send", "-xx", target.url, "a=b")).code == 0
    large, small, forced = (raw.partition(b"\r\n\r\n") for raw in target.received)
    assert header(large[0], "content-encoding") == ["deflate"]
    assert zlib.decompress(large[2]) == b'{"a": "%s"}' % (b"b" * 1000)
    assert (header(small[0], "content-encoding"), small[2]) == ([], b'{"a": "b"}')
    assert zlib.decompress(forced[2]) == b'{"a": "b"}'


async def test_proxy_of_the_scheme_is_taken(inside: Inside) -> None:
    async with RawTarget() as proxy:
        words = (f"--proxy=http:{proxy.url}", "--proxy=https:http://127.0.0.1:1")
        assert (await inside("send", *words, "http://no-such-host.invalid/x")).code == 0
    assert proxy.received[0].startswith(b"GET http://no-such-host.invalid/x HTTP/1.1\r\n")


async def test_variables_are_put_in_and_missing_ones_named(inside: Inside) -> None:
    async with RawTarget() as target:
        words = ("--var=path=x y", "--var", "n=3", f"{target.url}/{{{{path}}}}", "count:={{n}}", "-I")
        ran = await inside("send", target.url + "/{{where}}", "a={{what}}")
        assert (ran.code, len(target.received)) == (2, 0)
        assert "where" in ran.err
        assert "what" in ran.err
        assert (await inside("send", "--var=n=3", target.url, "count={{n}}")).code == 0
        assert (await inside("send", "--raw", '{"as it is": "{{x}}"}', target.url)).code == 0
    assert target.received[0].endswith(b'{"count": "3"}')
    assert target.received[1].endswith(b'{"as it is": "{{x}}"}')
    assert words
