"""Sessions of `workbench send`: what is kept, for whom it is sent, and where secrets are."""

import json
import stat
from pathlib import Path

import pytest
from fakes import RawTarget
from program import Inside

SET_COOKIES = (
    b"HTTP/1.1 200 OK\r\nSet-Cookie: sid=42; Path=/; HttpOnly\r\nSet-Cookie: old=; Max-Age=0\r\n"
    b"Set-Cookie: other=1; Domain=example.com\r\nContent-Length: 0\r\n\r\n"
)


def header(raw: bytes, name: str) -> list[str]:
    lines = raw.partition(b"\r\n\r\n")[0].decode().split("\r\n")
    return [line.partition(": ")[2] for line in lines if line.lower().startswith(f"{name.lower()}: ")]


def kept(program: Inside, name: str) -> tuple[Path, dict]:
    (file,) = Path(program.home).glob(f"sessions/*/{name}.json")
    return file, json.loads(file.read_text())


@pytest.fixture
def sealed(inside: Inside, monkeypatch: pytest.MonkeyPatch) -> Inside:
    """A home that keeps its secrets in the encrypted file."""
    monkeypatch.setenv("WORKBENCH_NO_KEYRING", "1")
    monkeypatch.setenv("WORKBENCH_PASSPHRASE", "of the tests")
    return inside


async def test_headers_and_cookies_come_back(inside: Inside) -> None:
    async with RawTarget(SET_COOKIES) as target:
        words = ("X-Foo:Bar", "Cookie:old=1; mine=2", "If-Match:x", "a=b")
        assert (await inside("send", "--session=user1", target.url, *words)).code == 0
        assert (await inside("send", "--session=user1", target.url)).code == 0
        assert (await inside("send", "--session=user1", target.url, "X-Foo:other", "Cookie:sid=new")).code == 0
        assert (await inside("send", "--session=user2", target.url)).code == 0
    first, second, third, fourth = target.received
    assert header(first, "cookie") == ["old=1; mine=2"]
    assert header(second, "x-foo") == ["Bar"]
    assert header(second, "if-match") + header(second, "content-type") == []
    assert sorted(header(second, "cookie")[0].split("; ")) == ["mine=2", "sid=42"]
    assert header(third, "x-foo") == ["other"]
    assert sorted(header(third, "cookie")[0].split("; ")) == ["mine=2", "sid=new"]
    assert header(fourth, "x-foo") + header(fourth, "cookie") == []
    file, _ = kept(inside, "user1")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_read_only_sessions_are_made_once_and_then_left(inside: Inside, tmp_path: Path) -> None:
    file = tmp_path / "ro.json"
    async with RawTarget(SET_COOKIES) as target:
        words = ("send", f"--session-read-only={file}", target.url)
        assert (await inside(*words, "Custom:orig-value")).code == 0
        before = file.read_bytes()
        assert (await inside(*words, "Custom:new-value")).code == 0
    assert file.read_bytes() == before
    assert header(target.received[1], "custom") == ["new-value"]
    assert header(target.received[1], "cookie") == ["sid=42"]


async def test_authorization_is_kept_by_reference(sealed: Inside) -> None:
    async with RawTarget() as target:
        assert (await sealed("send", "--session=api", target.url, "Authorization:Bearer t0p")).code == 0
        assert (await sealed("send", "--session=api", target.url)).code == 0
    file, document = kept(sealed, "api")
    assert "t0p" not in file.read_text()
    assert document["headers"][0]["secret"].startswith("keyring:session/127.0.0.1_")
    assert header(target.received[1], "authorization") == ["Bearer t0p"]


async def test_secret_that_cannot_be_kept_is_said_and_left_out(
    inside: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_NO_KEYRING", "1")
    monkeypatch.delenv("WORKBENCH_PASSPHRASE", raising=False)
    async with RawTarget() as target:
        ran = await inside("send", "--session=api", target.url, "Authorization:Bearer t0p", "X-Foo:1")
        typed = await inside("send", "-q", "--session=basic", "-a", "ana:pa55", target.url)
        plain = await inside("send", "--session=open", "--session-plain", target.url, "Authorization:Bearer t0p")
    assert (ran.code, plain.code, plain.err) == (0, 0, "")
    assert "Authorization was not kept in the session" in ran.err
    assert typed.code == 0
    assert "workbench: The password was not kept in the session" in typed.err
    assert "WORKBENCH_PASSPHRASE is not set" in typed.err
    assert [entry["name"] for entry in kept(inside, "api")[1]["headers"]] == ["X-Foo"]
    assert {"name": "Authorization", "value": "Bearer t0p"} in kept(inside, "open")[1]["headers"]


async def test_httpies_own_session_file_is_understood(inside: Inside, tmp_path: Path) -> None:
    """The file is what HTTPie 3.2.4 writes, with a bound, an unbound and an expired cookie."""
    file = tmp_path / "session.json"
    cookies = [
        {"domain": "127.0.0.1", "expires": None, "name": "pie", "path": "/", "secure": False, "value": "apple"},
        {"domain": None, "name": "unbound-cookie", "value": "any-host"},
        {"domain": "httpbin.org", "name": "bin", "value": "http"},
        {"domain": "127.0.0.1", "expires": 1, "name": "stale", "path": "/", "secure": False, "value": "x"},
    ]
    written = {
        "__meta__": {"about": "HTTPie session file", "help": "https://httpie.io/docs#sessions", "httpie": "3.2.4"},
        "auth": {"raw_auth": None, "type": None},
        "cookies": cookies,
        "headers": [{"name": "X-Foo", "value": "Bar"}],
        "unknown": {"kept": True},
    }
    file.write_text(json.dumps(written))
    async with RawTarget() as target:
        assert (await inside("send", f"--session={file}", target.url)).code == 0
    assert header(target.received[0], "x-foo") == ["Bar"]
    assert sorted(header(target.received[0], "cookie")[0].split("; ")) == ["pie=apple", "unbound-cookie=any-host"]
    after = json.loads(file.read_text())
    assert after["unknown"] == {"kept": True}
    assert after["__meta__"] == written["__meta__"]
    assert sorted(cookie["name"] for cookie in after["cookies"]) == ["bin", "pie", "unbound-cookie"]


@pytest.mark.parametrize(
    ("content", "said"), [("{", "cannot be read"), ("[]", "is no JSON object"), ("[" * 100_000, "cannot be read")]
)
async def test_broken_session_is_one_sentence_and_left(
    inside: Inside, tmp_path: Path, content: str, said: str
) -> None:
    file = tmp_path / "session.json"
    file.write_text(content)
    ran = await inside("send", f"--session={file}", "localhost:1")
    assert (ran.code, ran.out) == (2, b"")
    assert said in ran.err
    assert file.read_text() == content


async def test_session_names_stay_in_their_folder(inside: Inside) -> None:
    assert (await inside("send", "--session=a b", "localhost:1")).code == 2
    assert (await inside("send", "--session=x", "--offline", "..")).code == 2
    assert (await inside("send", "--session=./x.json", "--offline", "http://[::1")).code == 2
    assert not list(Path(inside.home).rglob("*.json"))
