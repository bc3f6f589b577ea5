"""Sending as a person sets it: bodies made, redirects, cookies, credentials, what is kept and what is masked."""

import asyncio
import gzip
import hashlib
import hmac
import json
import re
import sqlite3
import zlib
from collections.abc import AsyncIterator
from dataclasses import replace
from email.parser import BytesParser
from email.policy import HTTP
from pathlib import Path

import brotli
import pytest
import zstandard
from engine.proxies import Served, serving
from engine.test_authenticating import REALM, DigestServer
from engine.test_authenticating import serving as serving_web
from fakes import RawTarget

from workbench.engine.signing import Signing
from workbench.engine.workbench import Workbench, open_workbench
from workbench.formats.capture_json import delivery_json
from workbench.model.authentication import Auth, AuthKind
from workbench.model.checks import Assertion, Taking
from workbench.model.collection import BodyKind, ComposedBody, Defaults, Field, Part, SavedRequest
from workbench.model.delivery import Attempt, Delivery, FailureKind, Follows
from workbench.model.errors import StorageError, UsageError
from workbench.model.masking import MASK, masked_head, masked_request
from workbench.model.message import Body
from workbench.model.send_settings import SendSettings
from workbench.model.template import MissingVariables
from workbench.model.variables import Scope, ScopeKind, Scopes
from workbench.storage.packs import load_packs
from workbench.storage.paths import Paths


@pytest.fixture
async def workbench(paths: Paths) -> AsyncIterator[Workbench]:
    async with open_workbench(paths) as opened:
        yield opened


def scopes(*secrets: str, **values: str) -> Scopes:
    return Scopes((Scope(ScopeKind.ENVIRONMENT, "local", values, frozenset(secrets)),))


def routes(**answers: bytes):
    """Answer by path (`/` is `root`); what was heard are whole requests."""

    def handler(served: Served):
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"\r\ncontent-length: *(\d+)", head.lower())
            served.heard.append(head + (await reader.readexactly(int(length[1])) if length else b""))
            name = head.split(b" ")[1].split(b"?")[0].strip(b"/").decode() or "root"
            writer.write(answers[name].replace(b"PORT", str(served.port).encode()))
            await writer.drain()

        return handle

    return handler


def to(location: str, status: int = 302, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Moved", f"Location: {location}", "Content-Length: 0", *headers, "", ""]
    return "\r\n".join(lines).encode()


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
FOLLOW = SendSettings(follow_redirects=True)


# Bodies


async def test_form_of_parts_is_read_by_another_parser(workbench: Workbench, tmp_path: Path) -> None:
    (tmp_path / 'q"u\u00f6te.bin').write_bytes(b"\x00\xff\r\n--x")
    (tmp_path / "b.json").write_text("{}")
    parts = (
        Part("te\nxt", "line\n\u00e9"),
        Part("json", '{"a": 1.0}', content_type="application/json"),
        Part("files", is_file=True, files=(str(tmp_path / 'q"u\u00f6te.bin'), str(tmp_path / "b.json"))),
        Part("off", "no", enabled=False),
    )
    async with RawTarget() as target:
        await workbench.deliveries.send(
            SavedRequest(method="POST", url=target.url, body=ComposedBody(BodyKind.MULTIPART, parts=parts))
        )
        head, body = target.received[0].split(b"\r\n\r\n", 1)
    content_type = re.search(rb"Content-Type: (multipart/form-data; boundary=\S+)", head)
    assert content_type is not None
    assert b'name="te%0Axt"' in body
    assert b'filename="q%22u\xc3\xb6te.bin"\r\nContent-Type: application/octet-stream' in body
    parsed = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + content_type[1] + b"\r\n\r\n" + body)
    contents = [part.get_payload(decode=True) for part in parsed.iter_parts()]
    assert contents == ["line\n\u00e9".encode(), b'{"a": 1.0}', b"\x00\xff\r\n--x", b"{}"]
    assert [part.get_content_type() for part in parsed.iter_parts()][1:] == [
        "application/json",
        "application/octet-stream",
        "application/json",
    ]


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("multipart/form-data; boundary=mine", "multipart/form-data; boundary=mine"),
        ("multipart/form-data", r"multipart/form-data; boundary=----WebhookWorkbench\w+"),
        ("multipart/mixed; charset=utf-8", r"multipart/mixed; charset=utf-8; boundary=----WebhookWorkbench\w+"),
    ],
)
async def test_typed_boundary_is_used(workbench: Workbench, typed: str, sent: str) -> None:
    saved = SavedRequest(
        method="POST",
        headers=(Field("content-type", typed),),
        body=ComposedBody(BodyKind.MULTIPART, parts=(Part("a", "1"),)),
    )
    async with RawTarget() as target:
        await workbench.deliveries.send(replace(saved, url=target.url))
        raw = target.received[0].decode()
    header = re.search(r"content-type: (.*)\r\n", raw)
    assert header is not None
    assert re.fullmatch(sent, header[1])
    boundary = header[1].partition("boundary=")[2]
    assert raw.split("\r\n\r\n", 1)[1] == (
        f'--{boundary}\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--{boundary}--\r\n'
    )


async def test_large_part_is_sent_from_a_file(workbench: Workbench, paths: Paths, tmp_path: Path) -> None:
    (tmp_path / "film").write_bytes(bytes(range(256)) * 40_000)
    body = ComposedBody(BodyKind.MULTIPART, parts=(Part("film", is_file=True, files=(str(tmp_path / "film"),)),))
    async with RawTarget() as target:
        delivery = await workbench.deliveries.send(SavedRequest(method="POST", url=target.url, body=body))
        received = target.received[0]
    sent = delivery.last.request
    assert sent.body.path is not None
    assert Path(sent.body.path).parent == paths.spool
    assert b"".join(sent.wire_chunks()) == received
    stored = await workbench.history.run(lambda reader: reader.get(delivery.number))
    assert stored is not None
    assert stored.last.request == sent


async def test_part_without_its_file_is_named(workbench: Workbench) -> None:
    for files, part in (((), "has no file yet"), (("/no/such",), "/no/such cannot be read")):
        body = ComposedBody(BodyKind.MULTIPART, parts=(Part("f", is_file=True, files=files),))
        with pytest.raises(UsageError, match=part):
            await workbench.deliveries.send(SavedRequest(method="POST", url="http://localhost:1", body=body))


async def test_graphql_keeps_the_variables_text(workbench: Workbench) -> None:
    body = ComposedBody(
        BodyKind.GRAPHQL, Body(b'query {\n a(x: "\xc3\xa9") }'), graphql_variables=' {"n": 1.0, "b": 1e5} '
    )
    async with RawTarget() as target:
        await workbench.deliveries.send(SavedRequest(method="POST", url=target.url, body=body))
        head, sent = target.received[0].split(b"\r\n\r\n", 1)
    assert b"Content-Type: application/json" in head
    assert sent.endswith(b', "variables": {"n": 1.0, "b": 1e5}}')
    assert json.loads(sent)["query"] == 'query {\n a(x: "é") }'
    for wrong in ("[1]", "{"):
        bad = ComposedBody(BodyKind.GRAPHQL, Body(b"{a}"), graphql_variables=wrong)
        with pytest.raises(UsageError, match="GraphQL variables"):
            await workbench.deliveries.send(SavedRequest(url="http://localhost:1", body=bad))


async def test_path_parameters(workbench: Workbench) -> None:
    async with RawTarget() as target:
        await workbench.deliveries.send(
            SavedRequest(
                url=f"{target.url}/users/:id/x:y/:un-known/:id?t=:id",
                path_params=(Field("id", "a/b {{c}}"), Field("un", "no", enabled=False)),
            )
        )
        assert target.received[0].startswith(
            b"GET /users/a%2Fb%20%7B%7Bc%7D%7D/x:y/:un-known/a%2Fb%20%7B%7Bc%7D%7D?t=:id "
        )


UNDO = {
    "gzip": gzip.decompress,
    "deflate": zlib.decompress,
    "br": brotli.decompress,
    "zstd": lambda raw: zstandard.ZstdDecompressor().decompressobj().decompress(raw),
}


@pytest.mark.parametrize("encoding", UNDO)
async def test_compressed_body_is_signed_as_it_goes_out(workbench: Workbench, paths: Paths, encoding: str) -> None:
    signing = Signing(load_packs(paths).require("github"), "hush-hush")
    text = b'{"n": 1.0}' * 1000
    async with RawTarget() as target:
        delivery = await workbench.deliveries.send(
            SavedRequest(
                method="POST",
                url=target.url,
                body=ComposedBody(BodyKind.JSON, Body(text)),
                settings=SendSettings(compress=encoding),
            ),
            signing=signing,
        )
        head, body = target.received[0].split(b"\r\n\r\n", 1)
    assert UNDO[encoding](body) == text
    assert f"\r\nContent-Encoding: {encoding}\r\n".encode() in head
    assert f"\r\nContent-Length: {len(body)}\r\n".encode() in head + b"\r\n"
    signature = hmac.new(b"hush-hush", body, hashlib.sha256).hexdigest()
    assert delivery.last.request.headers.get("x-hub-signature-256") == f"sha256={signature}"


async def test_unknown_compression_is_refused(workbench: Workbench) -> None:
    with pytest.raises(UsageError, match="cannot be sent as 'rar'"):
        await workbench.deliveries.send(
            SavedRequest(
                url="http://localhost:1",
                body=ComposedBody(BodyKind.TEXT, Body(b"x")),
                settings=SendSettings(compress="rar"),
            )
        )


# Redirects


@pytest.mark.parametrize(
    ("status", "method", "then", "keeps_body"),
    [
        (301, "POST", "GET", False),
        (302, "POST", "GET", False),
        (302, "PUT", "PUT", True),
        (303, "PUT", "GET", False),
        (303, "HEAD", "HEAD", True),
        (307, "POST", "POST", True),
        (308, "PATCH", "PATCH", True),
    ],
)
async def test_redirects_by_the_rfc(
    workbench: Workbench, status: int, method: str, then: str, keeps_body: bool
) -> None:
    saved = SavedRequest(
        method=method,
        headers=(Field("X-Own", "1"), Field("Authorization", "Bearer t")),
        body=ComposedBody(BodyKind.JSON, Body(b"{}")),
        settings=FOLLOW,
    )
    end = OK if method != "HEAD" else OK.removesuffix(b"ok")
    async with serving(routes(root=to("next?b=%zz#f", status), next=end)) as target:
        url = f"http://127.0.0.1:{target.port}/?a=1"
        delivery = await workbench.deliveries.send(replace(saved, url=url))
        unfollowed = await workbench.deliveries.send(replace(saved, url=url, settings=SendSettings()))
        first, second = target.heard[:2]
    assert first == b"".join(delivery.attempts[0].request.wire_chunks())
    assert second == b"".join(delivery.attempts[1].request.wire_chunks())
    assert second.startswith(f"{then} /next?b=%zz HTTP/1.1\r\n".encode())
    assert (b"Content-Type" in second, second.endswith(b"{}")) == (keeps_body, keeps_body)
    assert b"\r\nX-Own: 1\r\nAuthorization: Bearer t\r\n" in second
    assert [each.follows for each in delivery.attempts] == [Follows.NOTHING, Follows.REDIRECT]
    assert delivery.status == 200
    assert delivery.duration_us == sum(each.timings.total_us for each in delivery.attempts)
    assert unfollowed.status == status


async def test_secrets_do_not_go_to_another_origin(workbench: Workbench) -> None:
    async with (
        serving(routes(there=OK)) as other,
        serving(routes(root=to(f"http://127.0.0.1:{other.port}/there", 307))) as target,
    ):
        delivery = await workbench.deliveries.send(
            SavedRequest(
                method="POST",
                url=f"http://127.0.0.1:{target.port}/",
                headers=(
                    Field("authorization", "Bearer t"),
                    Field("Cookie", "a=1"),
                    Field("X-Own", "1"),
                    Field("X-Held", "for {{token}}"),
                ),
                body=ComposedBody(BodyKind.TEXT, Body(b"hello")),
                auth=Auth(AuthKind.API_KEY, (("key", "X-Key"), ("value", "secret-key"))),
                settings=FOLLOW,
            ),
            scopes=scopes("token", token="held-secret"),
        )
        here, there = target.heard[0], other.heard[0]
    assert b"X-Key: secret-key" in here
    assert all(word not in there.lower() for word in (b"authorization", b"cookie", b"x-key", b"x-held"))
    assert f"\r\nHost: 127.0.0.1:{other.port}\r\n".encode() in there
    assert b"X-Own: 1" in there
    assert there.endswith(b"hello")
    assert delivery.last.url == f"http://127.0.0.1:{other.port}/there"


@pytest.mark.parametrize(
    ("location", "message"),
    [
        ("/", "redirected 3 times"),
        ("ftp://127.0.0.1/x", "cannot be gone to"),
        ("http://[::1", "no URL"),
        ("http://a{b/x", "names no host"),
    ],
)
async def test_redirect_that_is_not_followed_says_so(workbench: Workbench, location: str, message: str) -> None:
    settings = SendSettings(follow_redirects=True, max_redirects=3)
    async with serving(routes(root=to(location))) as target:
        delivery = await workbench.deliveries.send(
            SavedRequest(url=f"http://127.0.0.1:{target.port}/", settings=settings)
        )
    assert delivery.last.failure is not None
    assert delivery.last.failure.kind is FailureKind.REDIRECTS
    assert message in delivery.last.failure.message
    assert delivery.status == 302
    assert len(delivery.attempts) == (4 if location == "/" else 1)


# Cookies


async def test_cookies_are_kept_only_where_asked_and_survive(paths: Paths) -> None:
    given = to("/next", 302, "Set-Cookie: a=1; HttpOnly; Path=/", 'Set-Cookie: b="q r"; Max-Age=3600')
    on = SendSettings(cookies=True, follow_redirects=True)
    async with serving(routes(root=given, next=OK, other=OK)) as target:
        url = f"http://127.0.0.1:{target.port}"
        async with open_workbench(paths) as workbench:
            await workbench.deliveries.send(SavedRequest(url=url, settings=FOLLOW))
            assert b"cookie" not in target.heard[1].lower()
            delivery = await workbench.deliveries.send(SavedRequest(url=url, settings=on))
            assert b'\r\nCookie: a=1; b="q r"\r\n' in target.heard[3]
            cookies = workbench.deliveries.cookies
            assert cookies is not None
            assert [(each.domain, each.path, each.name, each.http_only) for each in cookies.all()] == [
                ("127.0.0.1", "/", "a", True),
                ("127.0.0.1", "/", "b", False),
            ]
            assert "q r" not in repr(cookies.all())
            last = delivery.last
            assert b"a=" not in masked_head(last.request.head, last.secret_ranges).raw
        assert paths.cookies.stat().st_mode & 0o077 == 0
        async with open_workbench(paths) as workbench:
            cookies = workbench.deliveries.cookies
            assert cookies is not None
            await workbench.deliveries.send(SavedRequest(url=f"{url}/other", settings=on))
            assert b'\r\nCookie: a=1; b="q r"\r\n' in target.heard[4]
            typed = SavedRequest(url=f"{url}/other", headers=(Field("Cookie", "mine=1"),), settings=on)
            await workbench.deliveries.send(typed)
            assert b"\r\nCookie: mine=1\r\n" in target.heard[5]
            await workbench.deliveries.send(SavedRequest(url=f"http://localhost:{target.port}/other", settings=on))
            assert b"cookie" not in target.heard[6].lower()
            assert cookies.delete("127.0.0.1", "/", "a")
            assert not cookies.delete("127.0.0.1", "/", "a")
            assert [each.name for each in cookies.all()] == ["b"]
            cookies.clear()
            assert cookies.all() == []


async def test_cookies_that_cannot_be_read_are_not_written_over(paths: Paths) -> None:
    paths.ensure()
    paths.cookies.write_text("\x80not JSON")
    async with open_workbench(paths) as workbench:
        saved = SavedRequest(url="http://localhost:1", settings=SendSettings(cookies=True))
        with pytest.raises(StorageError, match="cannot be read"):
            await workbench.deliveries.send(saved)
    assert paths.cookies.read_text() == "\x80not JSON"


async def test_two_processes_share_the_jar(paths: Paths) -> None:
    async with open_workbench(paths) as one, open_workbench(paths) as other:
        first, second = one.deliveries.cookies, other.deliveries.cookies
        assert first is not None
        assert second is not None
        first.keep("http://a.test/x", ["a=1; Path=/"])
        assert second.header_for("http://a.test/y") == "a=1"
        second.keep("http://a.test/x", ["b=2; Secure; Path=/"])
        assert first.header_for("http://a.test/y") == "a=1"
        assert first.header_for("https://a.test/y") == "a=1; b=2"
        assert first.header_for("http://b.test/") == ""


# Credentials


async def test_digest_is_two_attempts_of_one_delivery(workbench: Workbench, paths: Paths) -> None:
    server = DigestServer([REALM + 'qop="auth", algorithm=SHA-256'])
    own = Auth(AuthKind.DIGEST, (("username", "Mufasa"), ("password", "{{pw}}")))
    async with serving_web(server.handle) as url:
        delivery = await workbench.deliveries.send(
            SavedRequest(method="POST", url=f"{url}/x", body=ComposedBody(BodyKind.TEXT, Body(b"hello")), auth=own),
            scopes=scopes("pw", pw="Circle of Life"),
        )
        typed = SavedRequest(url=url, headers=(Field("Authorization", "Mine x"),), auth=own)
        refused = await workbench.deliveries.send(typed, scopes=scopes(pw="x"))
    assert [each.response and each.response.status for each in delivery.attempts] == [401, 200]
    assert [each.follows for each in delivery.attempts] == [Follows.NOTHING, Follows.CHALLENGE]
    assert server.bodies[:2] == [b"hello", b"hello"]
    assert [each.response and each.response.status for each in refused.attempts] == [401]
    assert server.seen[-1] == "Mine x"
    assert await workbench.history.run(lambda reader: reader.get(delivery.number)) == delivery


async def test_credentials_yield_to_what_was_typed_and_come_before_the_signature(workbench: Workbench) -> None:
    own = Auth(AuthKind.BASIC, (("username", "a"), ("password", "b")))
    async with RawTarget() as target:
        for headers in ((), (Field("authorization", "mine"),), (Field("Authorization", "", enabled=False),)):
            await workbench.deliveries.send(SavedRequest(url=target.url, auth=own, headers=headers))
        found = [re.findall(rb"(?i)\r\nauthorization: ([^\r]*)", raw) for raw in target.received]
        inherited = (Defaults(headers=(Field("X-A", "inner"),)), Defaults(headers=(Field("x-a", "outer"),), auth=own))
        await workbench.deliveries.send(SavedRequest(url=target.url), inherited=inherited)
        assert b"\r\nX-A: inner\r\n" in target.received[3]
        assert b"outer" not in target.received[3]
        assert b"Authorization: Basic YTpi" in target.received[3]
    assert found == [[b"Basic YTpi"], [b"mine"], []]


async def test_nearest_settings_count(workbench: Workbench) -> None:
    inherited = (Defaults(settings=SendSettings(timeout_s=0.05)), Defaults(settings=SendSettings(timeout_s=60)))
    async with RawTarget(answer=None) as target:
        delivery = await workbench.deliveries.send(SavedRequest(url=target.url), inherited=inherited)
    assert delivery.last.failure is not None
    assert delivery.last.failure.message.endswith("within 0.05 seconds.")


# What is kept, and what shows


async def test_secrets_are_sent_and_kept_but_masked(workbench: Workbench, paths: Paths) -> None:
    async with RawTarget() as target:
        delivery = await workbench.deliveries.send(
            SavedRequest(
                method="POST",
                url=f"{target.url}/{{{{token}}}}?k={{{{token}}}}",
                headers=(Field("X-Token", "a {{token}} b"),),
                body=ComposedBody(BodyKind.JSON, Body(b'{"password": "{{token}}", "user": "ada"}')),
                auth=Auth(AuthKind.BASIC, (("username", "ada"), ("password", "{{token}}"))),
            ),
            scopes=scopes("token", token="s3cr&t value"),
        )
        raw = target.received[0]
    assert raw.count(b"s3cr&t") == 4
    stored = await workbench.history.run(lambda reader: reader.get(delivery.number))
    assert stored == delivery
    attempt = stored.last
    assert b"".join(attempt.request.wire_chunks()) == raw
    shown = masked_request(attempt.request, attempt.secret_ranges)
    text = shown.head.raw + shown.body.read()
    assert b"s3cr" not in text
    assert b"YWRhOnMzY3ImdCB2YWx1ZQ" not in text
    assert shown.body.read() == b'{"password": "********", "user": "ada"}'
    assert shown.headers.get("x-token") == "a ******** b"
    assert shown.headers.get("authorization") == "Basic ********"
    assert stored.url == f"{target.url}/********?k=********"
    assert attempt.url == stored.url
    summary = (await workbench.history.run(lambda reader: reader.newest(1)))[0]
    assert "s3cr" not in summary.url
    exported = delivery_json(stored)
    assert "s3cr" not in json.dumps(exported)
    assert exported["attempts"][0]["request"]["masked"] is True
    assert exported["attempts"][0]["request"]["body_size"] == attempt.request.body.size
    (details,) = sqlite3.connect(paths.history).execute("SELECT details FROM attempt").fetchone()
    assert "s3cr" not in details


async def test_everything_of_an_attempt_is_kept(workbench: Workbench) -> None:
    async with serving(routes(root=to("/next"), next=OK)) as target:
        sent = await workbench.deliveries.send(SavedRequest(url=f"http://127.0.0.1:{target.port}/", settings=FOLLOW))
    stored = await workbench.history.run(lambda reader: reader.get(sent.number))
    assert stored == sent
    assert (stored.last.engine, stored.last.protocol, stored.last.sizes.received) == ("aiohttp", "HTTP/1.1", len(OK))
    summary = (await workbench.history.run(lambda reader: reader.newest(1)))[0]
    assert summary.duration_us == sent.duration_us


async def test_http2_without_tls_is_plainly_http1(workbench: Workbench) -> None:
    async with RawTarget() as target:
        sent = await workbench.deliveries.send(SavedRequest(url=target.url, settings=SendSettings(http2=True)))
    assert (sent.last.engine, sent.last.protocol) == ("aiohttp", "HTTP/1.1")


async def test_missing_variables_store_nothing(workbench: Workbench) -> None:
    with pytest.raises(MissingVariables, match="host"):
        await workbench.deliveries.send(SavedRequest(url="{{host}}"), scopes=Scopes())
    assert await workbench.history.run(lambda reader: reader.newest(1)) == []


async def test_without_scopes_braces_are_sent(workbench: Workbench) -> None:
    async with RawTarget() as target:
        await workbench.deliveries.send(SavedRequest(url=f"{target.url}/{{{{a}}}}"))
        assert target.received[0].startswith(b"GET /{{a}} HTTP/1.1")


async def test_answers_are_checked_and_chained(workbench: Workbench) -> None:
    body = b'{"token": "abc", "n": 1.50}'
    answer = b"HTTP/1.1 201 Created\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    async with RawTarget(answer) as target:
        sent = await workbench.deliveries.send_and_check(
            SavedRequest(
                name="Log in",
                url=target.url,
                assertions=(Assertion("status", "eq", "{{wanted}}"), Assertion("$.n", "lt", "1")),
                takings=(Taking("token", "$.token"),),
            ),
            scopes=scopes(wanted="201"),
        )
        assert [result.passed for result in sent.checks] == [True, False]
        assert sent.checks[0].assertion.value == "201"
        assert [(each.taking.name, each.value) for each in sent.taken] == [("token", "abc")]
        assert [known.name for known in sent.used] == ["wanted"]
        headers = (Field("X-N", '{{$response "Log in" $.n}}'),)
        await workbench.deliveries.send(SavedRequest(url=target.url, headers=headers), scopes=Scopes())
        assert b"\r\nX-N: 1.50\r\n" in target.received[1]
    failed = await workbench.deliveries.send_and_check(
        SavedRequest(url=target.url, assertions=(Assertion("status"),), takings=(Taking("a", "status"),))
    )
    assert not failed.checks[0].passed
    assert "Nothing is listening" in failed.checks[0].message
    assert failed.taken[0].value is None


async def test_cancelling_after_a_redirect_keeps_both(workbench: Workbench) -> None:
    async with (
        RawTarget(answer=None) as silent,
        serving(routes(root=to(f"{silent.url}/there"))) as target,
    ):
        sending = asyncio.ensure_future(
            workbench.deliveries.send(SavedRequest(url=f"http://127.0.0.1:{target.port}/", settings=FOLLOW))
        )
        await silent.connected.wait()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
    await workbench.deliveries.close()
    (summary,) = await workbench.history.run(lambda reader: reader.newest(1))
    stored = await workbench.history.run(lambda reader: reader.get(summary.number))
    assert isinstance(stored, Delivery)
    assert [kinds(each) for each in stored.attempts] == [(302, None), (None, FailureKind.CANCELLED)]


def kinds(attempt: Attempt) -> tuple[int | None, FailureKind | None]:
    return attempt.response and attempt.response.status, attempt.failure and attempt.failure.kind


def test_mask_tells_no_length() -> None:
    assert MASK == b"********"


async def test_history_of_before_is_migrated(paths: Paths) -> None:
    from workbench.storage.migrations import HISTORY

    paths.ensure()
    connection = sqlite3.connect(paths.history)
    connection.executescript(HISTORY.steps[0])
    connection.execute("INSERT INTO delivery VALUES (1, 'send', 5, 'GET', 'http://a/', '', NULL, 200, '', 7)")
    connection.execute(
        "INSERT INTO attempt (delivery, position, started_at, connect_us, total_us, request_head, response_head)"
        " VALUES (1, 0, 5, 3, 7, ?, ?)",
        (b"GET / HTTP/1.1\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n"),
    )
    connection.execute(f"PRAGMA application_id = {HISTORY.application_id}")
    connection.execute("PRAGMA user_version = 1")
    connection.commit()
    connection.close()
    async with open_workbench(paths) as workbench:
        old = await workbench.history.run(lambda reader: reader.get(1))
        assert old is not None
        assert (old.status, old.last.timings.connect_us, old.last.timings.tls_us) == (200, 3, None)
        assert (old.last.url, old.last.secret_ranges, old.last.security) == ("", (), None)
        async with RawTarget() as target:
            assert (await workbench.deliveries.send(SavedRequest(url=target.url))).number == 2
    assert len(list(paths.data.glob("history.db.before-*"))) == 1
