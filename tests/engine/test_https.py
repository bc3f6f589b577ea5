"""Listening on https: a certificate of this home's own, one of the user's, and both schemes at once."""

import asyncio
import datetime
import os
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from engine.conftest import request, status_of
from fakes import read_answer

from workbench.engine.listener import ListenOptions
from workbench.engine.serving import serving
from workbench.model.errors import ListenError
from workbench.storage.captures import CaptureReader
from workbench.storage.certificates import CertificateFiles, local_certificate
from workbench.storage.paths import Paths

NOW = datetime.datetime.now(datetime.UTC)  # noqa: TID251  # TLS asks the real clock.


@pytest.fixture
async def files(paths: Paths) -> CertificateFiles:
    return await asyncio.to_thread(local_certificate, paths, NOW)


async def over_tls(port: int, host: str, authority: Path | None, raw: bytes) -> bytes:
    context = ssl.create_default_context(cafile=authority)
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname=host)
    writer.write(raw)
    answer = await read_answer(reader)
    writer.close()
    return answer


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
async def test_https_and_http_at_once(paths: Paths, files: CertificateFiles, host: str) -> None:
    options = ListenOptions(port=0, https_port=0, certificate=files)
    async with serving(paths, options) as served:
        listener = served.listener
        assert listener.https_url == f"https://localhost:{listener.https_port}"
        raw = request("POST", "/secure", body=b"\x00\xff" * 50_000)
        assert status_of(await over_tls(listener.https_port or 0, host, files.authority, raw)) == 200
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        writer.write(raw)
        assert status_of(await read_answer(reader)) == 200
        writer.close()
        store = CaptureReader(paths.captures, paths.spool)
        for number in (1, 2):
            capture = store.get(number)
            assert capture is not None
            assert b"".join(capture.request.wire_chunks()) == raw
        store.close()


async def test_nobody_trusts_our_authority_unasked(paths: Paths, files: CertificateFiles) -> None:
    options = ListenOptions(port=0, https_port=0, certificate=files)
    async with serving(paths, options) as served:
        with pytest.raises(ssl.SSLCertVerificationError):
            await over_tls(served.listener.https_port or 0, "localhost", None, request("POST", "/"))


def test_authority_may_sign_for_this_machine_only(files: CertificateFiles) -> None:
    assert files.authority is not None
    authority = x509.load_pem_x509_certificate(files.authority.read_bytes())
    limits = authority.extensions.get_extension_for_class(x509.NameConstraints)
    assert limits.critical
    permitted = limits.value.permitted_subtrees or []
    names = {item.value for item in permitted if isinstance(item, x509.DNSName)}
    assert "localhost" in names
    assert not any(name.endswith((".com", ".net", ".org")) for name in names)
    for name in ("authority-key.pem", "localhost-key.pem"):
        assert (files.authority.parent / name).stat().st_mode & 0o077 == 0


def test_leaf_is_kept_and_renewed_in_time(paths: Paths, files: CertificateFiles) -> None:
    before = files.certificate.read_bytes()
    assert local_certificate(paths, NOW).certificate.read_bytes() == before
    later = local_certificate(paths, NOW + datetime.timedelta(days=380))
    assert later.certificate.read_bytes() != before
    assert later.authority is not None
    assert x509.load_pem_x509_certificate(later.certificate.read_bytes()).not_valid_after_utc > NOW


async def test_certificate_that_does_not_fit_is_said(paths: Paths, files: CertificateFiles) -> None:
    assert files.authority is not None
    wrong = CertificateFiles(files.authority, files.key)
    with pytest.raises(ListenError, match="cannot be used"):
        async with serving(paths, ListenOptions(port=0, https_port=0, certificate=wrong)):
            pass


async def test_websocket_upgrade_is_recorded(paths: Paths) -> None:
    lines = ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: eA==")
    raw = request("GET", "/socket", *lines)
    async with serving(paths, ListenOptions(port=0)) as served:
        reader, writer = await asyncio.open_connection("127.0.0.1", served.listener.port)
        writer.write(raw)
        assert status_of(await read_answer(reader)) == 200
        writer.close()
        store = CaptureReader(paths.captures, paths.spool)
        capture = store.get(1)
        store.close()
        assert capture is not None
        assert capture.request.head.raw == raw
        assert "WebSocket" in capture.answer_reason


def names_of(path: Path) -> set[str]:
    leaf = x509.load_pem_x509_certificate(path.read_bytes())
    return {str(name.value) for name in leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value}


async def test_renamed_computer_keeps_its_authority_and_its_https(
    paths: Paths, files: CertificateFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert files.authority is not None
    authority = files.authority.read_bytes()
    monkeypatch.setattr("socket.gethostname", lambda: "renamed")
    later = await asyncio.to_thread(local_certificate, paths, NOW)
    assert files.authority.read_bytes() == authority
    assert "renamed" not in names_of(later.certificate)
    async with serving(paths, ListenOptions(port=0, https_port=0, certificate=later)) as served:
        raw = request("POST", "/")
        assert status_of(await over_tls(served.listener.https_port or 0, "localhost", files.authority, raw)) == 200


@pytest.mark.parametrize(("host", "there"), [("192.168.7.9", True), ("203.0.113.9", False), ("example.com", False)])
def test_leaf_names_the_address_listened_on_where_it_may(paths: Paths, host: str, there: bool) -> None:
    assert (host in names_of(local_certificate(paths, NOW, host).certificate)) is there


def test_keys_were_never_readable_by_others(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    modes: list[tuple[str, int]] = []
    replace = os.replace

    def noting(source: Path, target: Path) -> None:
        modes.append((target.name, Path(source).stat().st_mode & 0o777))
        replace(source, target)

    monkeypatch.setattr(os, "replace", noting)
    local_certificate(paths, NOW)
    keys = {name: mode for name, mode in modes if "key" in name}
    assert keys == {"authority-key.pem": 0o600, "localhost-key.pem": 0o600}


async def test_key_under_a_passphrase_is_refused_without_asking(paths: Paths, files: CertificateFiles) -> None:
    key = load_pem_private_key(files.key.read_bytes(), None)
    locked = paths.config / "locked.pem"
    locked.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"sesame")))
    options = ListenOptions(port=0, https_port=0, certificate=CertificateFiles(files.certificate, locked))
    with pytest.raises(ListenError, match="passphrase"):
        async with serving(paths, options):
            pass
