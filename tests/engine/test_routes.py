"""The ways to a target: TLS trusted or not, client certificates, proxies, limits; what is told about them."""

import asyncio
import gzip
from pathlib import Path

import pytest
from engine.proxies import NOW, Authority, answering, http_proxy, serving, socks_proxy
from fakes import RawTarget

from workbench.engine.composing import compose
from workbench.engine.routes import DIRECT, Route, proxy_of, route_of
from workbench.engine.sender import HttpSender
from workbench.model.clock import SystemClock
from workbench.model.collection import BodyKind, ComposedBody, Field, SavedRequest
from workbench.model.delivery import Attempt, FailureKind
from workbench.model.errors import UsageError
from workbench.model.message import Body
from workbench.model.send_settings import SendSettings

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority.create(tmp_path)


async def attempt(
    url: str, route: Route = DIRECT, saved: SavedRequest | None = None, timeout_s: float = 20
) -> Attempt:
    from dataclasses import replace

    target, request = compose(replace(saved or SavedRequest(), url=url))
    return await HttpSender(SystemClock()).attempt(target, request, timeout_s, route)


async def test_tls_is_timed_apart_and_its_certificate_is_told(authority: Authority) -> None:
    async with serving(answering(OK), authority.server_context()) as target:
        made = await attempt(
            f"https://localhost:{target.port}/x", route_of(SendSettings(ca_file=str(authority.file)))
        )
    assert made.failure is None
    timings = made.timings
    phases = (timings.connect_us, timings.tls_us, timings.send_us, timings.wait_us, timings.receive_us)
    assert all(phase is not None for phase in phases)
    assert timings.tls_us
    assert timings.tls_us > 0
    assert sum(phase or 0 for phase in (*phases, timings.resolve_us)) <= timings.total_us + 10
    assert (made.engine, made.protocol) == ("aiohttp", "HTTP/1.1")
    assert made.security is not None
    assert made.security.version == "TLSv1.3"
    assert made.security.verified
    assert "AES" in made.security.cipher or "CHACHA" in made.security.cipher
    certificate = made.security.certificate
    assert certificate is not None
    assert (certificate.subject, certificate.issuer) == ("CN=server,O=Test\\, Inc.", "CN=Test Authority")
    assert certificate.names == ("localhost", "127.0.0.1")
    assert certificate.serial == "abcdef"
    assert certificate.not_before_us < NOW.timestamp() * 1_000_000 < certificate.not_after_us
    assert len(certificate.sha256) == 64


async def test_plain_http_has_no_tls_phase() -> None:
    async with RawTarget() as target:
        made = await attempt(target.url)
    assert (made.timings.tls_us, made.security) == (None, None)
    assert made.timings.connect_us is not None


async def test_untrusted_certificate_is_refused_unless_that_is_wanted(authority: Authority) -> None:
    async with serving(answering(OK), authority.server_context()) as target:
        url = f"https://127.0.0.1:{target.port}/"
        refused = await attempt(url)
        trusted_by_system_only = await attempt(url, route_of(SendSettings(verify=True)))
        accepted = await attempt(url, route_of(SendSettings(verify=False)))
    for made in (refused, trusted_by_system_only):
        assert made.failure is not None
        assert made.failure.kind is FailureKind.TLS
        assert "unable to get local issuer certificate" in made.failure.message
    assert accepted.response is not None
    assert accepted.security is not None
    assert accepted.security.verified is False
    assert accepted.security.certificate is not None
    assert accepted.security.certificate.issuer == "CN=Test Authority"


async def test_wrong_host_is_refused(authority: Authority) -> None:
    context = authority.server_context()
    context.load_cert_chain(authority.issue("elsewhere", "elsewhere.test"))
    async with serving(answering(OK), context) as target:
        made = await attempt(f"https://127.0.0.1:{target.port}/", route_of(SendSettings(ca_file=str(authority.file))))
    assert made.failure is not None
    assert "IP address mismatch" in made.failure.message


async def test_client_certificate_is_shown(authority: Authority, tmp_path: Path) -> None:
    file = authority.issue("client")
    text = file.read_text()
    (tmp_path / "only.crt").write_text(text[: text.index("-----BEGIN PRIVATE")])
    (tmp_path / "only.key").write_text(text[text.index("-----BEGIN PRIVATE") :])
    async with serving(answering(OK), authority.server_context(client_authority=True)) as target:
        url = f"https://localhost:{target.port}/"
        ca = str(authority.file)
        without = await attempt(url, route_of(SendSettings(ca_file=ca)))
        together = await attempt(url, route_of(SendSettings(ca_file=ca, certificate_file="client.pem"), tmp_path))
        apart = SendSettings(verify=False, certificate_file="only.crt", key_file="only.key")
        separate = await attempt(url, route_of(apart, tmp_path))
    assert without.failure is not None
    # TLS 1.3 asks after our side is through, so the alert and the reset race.
    assert without.failure.kind in (FailureKind.TLS, FailureKind.DISCONNECTED)
    assert together.failure is None
    assert separate.failure is None


@pytest.mark.parametrize(
    ("settings", "part"),
    [
        (SendSettings(ca_file="nowhere.pem"), "nowhere.pem cannot be used: No such file"),
        (SendSettings(ca_file="text.pem"), "text.pem cannot be used: no certificate"),
        (SendSettings(certificate_file="text.pem"), "text.pem cannot be used"),
        (SendSettings(certificate_file="locked.pem"), "under a passphrase"),
        (SendSettings(proxy="ftp://proxy"), "proxy's address cannot be used"),
        (SendSettings(proxy="http://user:hunter2@proxy:99999"), "cannot be read"),
    ],
)
def test_settings_that_cannot_be_used_are_named(tmp_path: Path, settings: SendSettings, part: str) -> None:
    from cryptography.hazmat.primitives import serialization

    authority = Authority.create(tmp_path)
    (tmp_path / "text.pem").write_text("not a certificate")
    key = authority.key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"passphrase"),
    )
    (tmp_path / "locked.pem").write_bytes(authority.file.read_bytes() + key)
    with pytest.raises(UsageError, match=part) as caught:
        route_of(settings, tmp_path)
    assert "hunter2" not in str(caught.value)


async def test_http_proxy_gets_the_absolute_form(authority: Authority) -> None:
    saved = SavedRequest(method="POST", body=ComposedBody(BodyKind.TEXT, Body(b"hello")))
    async with RawTarget() as target, serving(http_proxy("user:pass word")) as proxy:
        route = route_of(SendSettings(proxy=f"http://user:pass%20word@127.0.0.1:{proxy.port}"))
        made = await attempt(f"{target.url}//a?q=%zz", route, saved)
        assert made.failure is None
        sent = b"".join(made.request.wire_chunks())
        assert sent.startswith(b"POST " + target.url.encode() + b"//a?q=%zz HTTP/1.1\r\nHost: 127.0.0.1")
        assert target.received == [sent]
        assert b"\r\nProxy-Authorization: Basic dXNlcjpwYXNzIHdvcmQ=\r\n\r\nhello" in sent


async def test_https_through_an_http_proxy(authority: Authority) -> None:
    settings = SendSettings(ca_file=str(authority.file))
    async with (
        serving(answering(OK), authority.server_context()) as target,
        serving(http_proxy("u:p")) as proxy,
    ):
        from dataclasses import replace

        route = route_of(replace(settings, proxy=f"http://u:p@127.0.0.1:{proxy.port}"))
        made = await attempt(f"https://localhost:{target.port}/x", route)
        assert made.failure is None
        assert proxy.heard[0].startswith(b"CONNECT localhost:%d HTTP/1.1\r\n" % target.port)
        assert target.heard == [b"".join(made.request.wire_chunks())]
        assert b"proxy-authorization" not in target.heard[0].lower()
        assert made.timings.tls_us
        assert made.security is not None
        wrong = await attempt(
            f"https://localhost:{target.port}/x", route_of(replace(settings, proxy=f"127.0.0.1:{proxy.port}"))
        )
    assert wrong.failure is not None
    assert wrong.failure.kind is FailureKind.PROXY
    assert "407" in wrong.failure.message


async def test_https_proxy(authority: Authority) -> None:
    async with (
        serving(answering(OK), authority.server_context()) as target,
        serving(http_proxy(), authority.server_context()) as proxy,
    ):
        settings = SendSettings(ca_file=str(authority.file), proxy=f"https://localhost:{proxy.port}")
        made = await attempt(f"https://localhost:{target.port}/x", route_of(settings))
    assert made.failure is None
    assert target.heard == [b"".join(made.request.wire_chunks())]


@pytest.mark.parametrize(
    ("scheme", "host", "heard"),
    [
        ("socks5", "localhost", b"5 127.0.0.1"),
        ("socks5h", "inside.test", b"5 inside.test"),
        ("socks4", "localhost", b"4 127.0.0.1"),
        ("socks4a", "inside.test", b"4 inside.test"),
    ],
)
async def test_socks_proxies_look_names_up_as_their_scheme_says(
    authority: Authority, scheme: str, host: str, heard: bytes
) -> None:
    async with RawTarget() as target, serving(socks_proxy()) as proxy:
        route = route_of(SendSettings(proxy=f"{scheme}://127.0.0.1:{proxy.port}"))
        made = await attempt(f"http://{host}:{target.port}/a//b", route)
        assert made.failure is None
        assert proxy.heard == [heard + f" {target.port}".encode()]
        assert target.received == [b"".join(made.request.wire_chunks())]
        assert made.sizes.received == len(target.answer or b"")
        assert made.timings.resolve_us is None


async def test_https_through_socks_with_credentials(authority: Authority) -> None:
    async with (
        serving(answering(OK), authority.server_context()) as target,
        serving(socks_proxy("me:secret")) as proxy,
    ):
        settings = SendSettings(ca_file=str(authority.file), proxy=f"socks5h://me:secret@127.0.0.1:{proxy.port}")
        made = await attempt(f"https://localhost:{target.port}/", route_of(settings))
        assert made.failure is None
        assert made.timings.tls_us
        assert made.security is not None
        wrong = SendSettings(ca_file=str(authority.file), proxy=f"socks5h://me:wrong@127.0.0.1:{proxy.port}")
        refused = await attempt(f"https://localhost:{target.port}/", route_of(wrong))
        untrusted = await attempt(f"https://localhost:{target.port}/", route_of(SendSettings(proxy=settings.proxy)))
    assert refused.failure is not None
    assert refused.failure.kind is FailureKind.PROXY
    assert "secret" not in refused.failure.message
    assert untrusted.failure is not None
    assert untrusted.failure.kind is FailureKind.TLS


@pytest.mark.parametrize("scheme", ["http", "https", "socks5", "socks4"])
async def test_nobody_is_the_proxy(scheme: str) -> None:
    async with RawTarget() as target:
        port = target.port
    made = await attempt("http://localhost:1/", route_of(SendSettings(proxy=f"{scheme}://127.0.0.1:{port}")))
    assert made.failure is not None
    assert made.failure.kind is FailureKind.PROXY, made.failure


def test_proxy_words() -> None:
    assert proxy_of("") is None
    assert proxy_of("none") is None
    proxy = proxy_of("user:p@host:3128")
    assert proxy is not None
    assert (proxy.url, proxy.user, proxy.password) == ("http://host:3128", "user", "p")
    assert "p" not in repr(proxy).split("password")[-1].split("user")[0][-3:]


async def test_sizes_are_those_on_the_wire() -> None:
    packed = gzip.compress(b"x" * 100_000)
    answer = (
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
        + b"%x\r\n" % len(packed)
        + packed
        + b"\r\n0\r\n\r\n"
    )
    saved = SavedRequest(
        method="POST",
        headers=(Field("Transfer-Encoding", "chunked"),),
        body=ComposedBody(BodyKind.TEXT, Body(b"hello world")),
    )
    async with RawTarget(answer) as target:
        made = await attempt(target.url, saved=saved)
        head, body = target.received[0].split(b"\r\n\r\n", 1)
    assert made.failure is None
    assert (made.sizes.request_head, made.sizes.request_body) == (len(head) + 4, len(body))
    assert made.sizes.response_head == answer.index(b"\r\n\r\n") + 4
    assert (made.sizes.response_body, made.sizes.decoded_body) == (len(packed), 100_000)
    assert made.sizes.received == len(answer)


async def test_answer_over_the_limit_is_a_failure() -> None:
    async with RawTarget(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + b"x" * 5000) as target:
        made = await attempt(target.url, route_of(SendSettings(response_limit_bytes=4999)))
        enough = await attempt(target.url, route_of(SendSettings(response_limit_bytes=5000)))
    assert made.failure is not None
    assert made.failure.message.endswith("is larger than 4,999 bytes.")
    assert enough.failure is None


async def test_zero_waits_without_end() -> None:
    async with RawTarget(answer=None) as target:
        waiting = asyncio.ensure_future(attempt(target.url, timeout_s=0))
        await target.connected.wait()
        done, _ = await asyncio.wait([waiting], timeout=0.2)
        assert not done
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
