"""Probes: answered by our own listener, captured by none; whatever is no fresh probe of this home is a webhook."""

import json
import os
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from fakes import Catcher, RawTarget
from followed_tunnel import is_broken, listening, running, works
from ssh_server import free_port
from yarl import URL

from workbench.engine.tunnels.launched import LaunchError
from workbench.engine.tunnels.launching import OwnUrl
from workbench.engine.tunnels.opening import local_of
from workbench.engine.tunnels.probes import FRESH_S, Probes
from workbench.engine.tunnels.proving import Prover
from workbench.engine.tunnels.round_trip import broken_signatures, round_trip
from workbench.engine.tunnels.surroundings import Surroundings
from workbench.model.clock import SystemClock
from workbench.model.message import Head
from workbench.model.round_trip import Aspect, Difference, Trip
from workbench.model.tunnel import Part, Proof, ProofState, Tunnel, TunnelKind
from workbench.storage.packs import load_packs
from workbench.storage.paths import Paths
from workbench.storage.probe_key import probe_key


class Stopped:
    """A clock that stands where it is set."""

    def __init__(self, now_us: int = 1_800_000_000_000_000) -> None:
        self.us = now_us

    def now_us(self) -> int:
        return self.us


def asking(path: str) -> Head:
    return Head(f"GET {path} HTTP/1.1\r\nHost: h\r\n\r\n".encode())


def test_only_a_fresh_probe_of_this_home_is_answered() -> None:
    clock = Stopped()
    ours, others = Probes(b"k" * 32, clock), Probes(b"x" * 32, clock)
    probe = ours.make()
    assert ours.answer(asking(probe.path), b"") == probe.answer
    assert ours.answer(asking(f"/behind/a/proxy{probe.path}?x=1"), b"") == probe.answer
    assert others.answer(asking(probe.path), b"") is None
    assert ours.answer(asking(probe.path[:-1]), b"") is None
    assert ours.answer(asking(probe.path.replace("probe/", "echo/")), b"") is None
    clock.us += (FRESH_S + 1) * 1_000_000
    assert ours.answer(asking(probe.path), b"") is None


@pytest.mark.parametrize(
    "path",
    [
        "/.webhook-workbench/",
        "/.webhook-workbench/probe/",
        "/.webhook-workbench/x/1.2.3",
        "/.webhook-workbench/probe/\xb2.\xff.\xff",
        "/.webhook-workbench/probe/1...",
    ],
)
def test_what_only_looks_like_a_probe_is_none(path: str) -> None:
    assert Probes(b"k" * 32, Stopped()).answer(Head(f"GET {path} HTTP/1.1\r\n\r\n".encode("latin-1")), b"") is None


async def test_the_listener_captures_what_pretends_to_be_a_probe(catcher: Catcher) -> None:
    catcher.listener.probes = Probes(b"k" * 32, SystemClock())
    false = Probes(b"x" * 32, SystemClock()).make()
    await catcher.exchange(f"GET {false.path} HTTP/1.1\r\nHost: h\r\n\r\n".encode())
    true = catcher.listener.probes.make()
    answer = await catcher.exchange(f"GET {true.path} HTTP/1.1\r\nHost: h\r\n\r\n".encode())
    assert answer.endswith(true.answer.encode())
    echo = catcher.listener.probes.make("echo")
    raw = f"POST {echo.path} HTTP/1.1\r\nhOst: h\r\nContent-Length: 40000\r\n\r\n".encode() + b"z" * 40000
    said = json.loads((await catcher.exchange(raw)).partition(b"\r\n\r\n")[2])
    assert said["proof"] == echo.answer
    assert catcher.get(1).request.target == false.path
    with pytest.raises(AssertionError):
        catcher.get(2)


def test_the_key_is_the_homes_own_and_for_its_user_alone(paths: Paths) -> None:
    key = probe_key(paths)
    assert probe_key(paths) == key
    path = paths.data / "state" / "probe.key"
    assert path.stat().st_mode & 0o777 == 0o600
    assert sorted(os.listdir(path.parent)) == ["probe.key"]


def own(url: str, **fields: object) -> Tunnel:
    return Tunnel("own", TunnelKind.OWN_URL, url=url, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", "does not reach this machine"),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "does not lead to our listener"),
        (b"HTTP/1.1 301 Moved\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", "redirect"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "another program"),
        (b"garbage\r\n\r\n", "cannot be read"),
    ],
)
async def test_what_answers_in_our_place_is_no_proof(paths: Paths, answer: bytes, said: str) -> None:
    async with listening(paths) as served, RawTarget(answer) as false:
        clock = SystemClock()
        prover = Prover(own(false.url), Probes(probe_key(paths), clock), clock)
        proof = await prover.prove(OwnUrl(false.url), local_of(served.listener.url), Proof())
        assert (proof.state, proof.part) == (ProofState.BROKEN, Part.TUNNEL)
        assert said in proof.reason


async def test_a_name_that_is_not_known_is_dns(paths: Paths) -> None:
    async with listening(paths) as served:
        clock = SystemClock()
        prover = Prover(own("http://hooks.invalid"), Probes(probe_key(paths), clock), clock)
        proof = await prover.prove(OwnUrl("http://hooks.invalid"), local_of(served.listener.url), Proof())
        assert proof.part is Part.DNS


class Authority:
    """An authority of the test's own, whose file is `path`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "authority of a test")])
        usage = x509.BasicConstraints(ca=True, path_length=0)
        certificate = self._signed(self._key.public_key(), self._name, 3650, usage)
        self.path = folder / "authority.pem"
        self.path.write_bytes(certificate.public_bytes(Encoding.PEM))

    def server(self, days: int) -> ssl.SSLContext:
        """Return what a server of 127.0.0.1 has whose certificate ends so many days after the start of 2026."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
        names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
        certificate = self._signed(key.public_key(), name, days, names)
        pem = self._folder / f"server{days}.pem"
        pem.write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            + certificate.public_bytes(Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        return context

    def _signed(
        self, key: ec.EllipticCurvePublicKey, name: x509.Name, days: int, extension: x509.ExtensionType
    ) -> x509.Certificate:
        start = datetime(2026, 1, 1, tzinfo=UTC)
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(self._name).public_key(key)
        builder = builder.serial_number(x509.random_serial_number()).not_valid_before(start - timedelta(days=400))
        builder = builder.not_valid_after(start + timedelta(days=days))
        critical = isinstance(extension, x509.BasicConstraints)
        return builder.add_extension(extension, critical=critical).sign(self._key, hashes.SHA256())


@asynccontextmanager
async def proxy(
    local: str, port: int, tls: ssl.SSLContext | None = None, change: bool = False
) -> AsyncIterator[None]:
    """A reverse proxy before the listener, which may change what it passes on."""

    async def forward(request: web.Request) -> web.Response:
        body = await request.read()
        headers = dict(request.headers)
        path = request.raw_path
        if change:
            if request.content_type == "application/json" and body[:1] == b"{":
                body = json.dumps(json.loads(body)).encode()
            headers.pop("X-Hub-Signature-256", None)
            headers.pop("Content-Length", None)
            headers["X-Forwarded-For"] = "203.0.113.9"
        async with aiohttp.ClientSession(auto_decompress=False) as session:
            target = URL(f"{local}{path}", encoded=True)
            async with session.request(request.method, target, headers=headers, data=body) as answer:
                return web.Response(status=answer.status, body=await answer.read())

    application = web.Application(client_max_size=1 << 22)
    application.router.add_route("*", "/{rest:.*}", forward)
    runner = web.AppRunner(application, auto_decompress=False)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, ssl_context=tls, reuse_address=True).start()
    try:
        yield
    finally:
        await runner.cleanup()


async def test_an_expired_certificate_is_tls_and_a_renewed_one_is_proven(paths: Paths, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    good, expired = authority.server(3650), authority.server(-30)
    port = free_port()
    tunnel = own(f"https://127.0.0.1:{port}", authority=str(authority.path), probe_every_s=1.0)
    async with listening(paths) as served, running(paths, tunnel, served.listener.port) as followed:
        async with proxy(served.listener.url, port, good):
            await followed.until(works)
        async with proxy(served.listener.url, port, expired):
            status = await followed.until(is_broken(Part.TLS))
            assert "expired" in status.proof.reason
        async with proxy(served.listener.url, port, good):
            await followed.until(works)


async def test_the_closed_loop_names_what_a_proxy_changes_and_whose_signatures_break(paths: Paths) -> None:
    port = free_port()
    packs = load_packs(paths).all
    clock = SystemClock()
    probes = Probes(probe_key(paths), clock)
    async with listening(paths) as served, proxy(served.listener.url, port, change=True):
        plain = await round_trip(own(served.listener.url), served.listener.url, probes, clock, packs)
        assert plain.is_exact
        assert plain.broken == ()
        changed = await round_trip(own(f"http://127.0.0.1:{port}"), f"http://127.0.0.1:{port}", probes, clock, packs)
    assert not changed.is_exact
    found = {(trip.title, item.aspect, item.name) for trip in changed.trips for item in trip.differences}
    assert ("JSON with odd spacing", Aspect.BODY, "") in found
    assert ("form", Aspect.BODY, "") not in found
    assert ("headers that providers sign with", Aspect.HEADER_LOST, "x-hub-signature-256") in found
    assert any(aspect is Aspect.HEADER_ADDED and name == "x-forwarded-for" for _, aspect, name in found)
    broken = {item.provider for item in changed.broken}
    assert {"stripe", "github", "shopify", "slack"} <= broken
    assert "telegram" not in broken  # Its token does not cover the body.


def test_a_lost_header_breaks_only_whoever_signs_with_it(paths: Paths) -> None:
    trips = [Trip("t", (Difference(Aspect.HEADER_LOST, "stripe-signature", "x"),))]
    assert [item.provider for item in broken_signatures(load_packs(paths).all, trips)] == ["stripe"]


def test_sleep_and_a_change_of_network_are_noticed() -> None:
    clock, steady, mark = Stopped(), [100.0], [("10.0.0.2", "")]
    around = Surroundings(clock, lambda: mark[0], lambda: steady[0])

    def passes(wall_s: float, steady_s: float) -> str:
        clock.us += round(wall_s * 1e6)
        steady[0] += steady_s
        return around.look(0.5)

    assert passes(0.5, 0.5) == ""
    assert "slept" in passes(3600, 0.5)
    assert "slept" in passes(60, 60)
    mark[0] = ("192.168.1.7", "")
    assert "network" in passes(0.5, 0.5)
    assert passes(0.5, 0.5) == ""


def test_an_authority_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    from workbench.engine.tunnels.trust import trusted

    with pytest.raises(LaunchError, match="cannot be used"):
        trusted(own("https://127.0.0.1", authority=str(tmp_path / "none.pem")))
