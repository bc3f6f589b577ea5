"""Proxies and TLS targets for tests of sending: small, real, on sockets of this machine."""

import asyncio
import base64
import datetime
import ipaddress
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

NOW = datetime.datetime.now(datetime.UTC)  # noqa: TID251  # TLS asks the real clock.
DAY = datetime.timedelta(days=1)


@dataclass
class Authority:
    """A certificate authority with its files."""

    folder: Path
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def file(self) -> Path:
        return self.folder / "authority.pem"

    @classmethod
    def create(cls, folder: Path) -> "Authority":
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Test Authority")])
        certificate = (
            _builder(name, name, key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(key, hashes.SHA256())
        )
        made = cls(folder, key, certificate)
        made.file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        return made

    def issue(self, name: str, *hosts: str) -> Path:
        """Return a PEM file with a certificate and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name(
            [
                x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "Test, Inc."),
                x509.NameAttribute(x509.NameOID.COMMON_NAME, name),
            ]
        )
        names: list[x509.GeneralName] = []
        for host in hosts:
            try:
                names.append(x509.IPAddress(ipaddress.ip_address(host)))
            except ValueError:
                names.append(x509.DNSName(host))
        builder = _builder(subject, self.certificate.subject, key)
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        certificate = builder.sign(self.key, hashes.SHA256())
        file = self.folder / f"{name}.pem"
        file.write_bytes(
            certificate.public_bytes(serialization.Encoding.PEM)
            + key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return file

    def server_context(self, *, client_authority: bool = False, protocols: tuple[str, ...] = ()) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.issue("server", "localhost", "127.0.0.1"))
        if client_authority:
            context.load_verify_locations(cafile=self.file)
            context.verify_mode = ssl.CERT_REQUIRED
        if protocols:
            context.set_alpn_protocols(list(protocols))
        return context


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(0xABCDEF)
        .not_valid_before(NOW - DAY)
        .not_valid_after(NOW + DAY)
    )


Handle = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Served:
    """Something that listens, and what it heard."""

    port: int = 0
    heard: list[bytes] = field(default_factory=list)


@asynccontextmanager
async def serving(handle: Callable[[Served], Handle], tls: ssl.SSLContext | None = None) -> AsyncIterator[Served]:
    """Serve connections until the end, then close them all."""
    served = Served()
    writers: set[asyncio.StreamWriter] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.add(writer)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            await handle(served)(reader, writer)
        writer.close()

    server = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls)
    served.port = server.sockets[0].getsockname()[1]
    try:
        yield served
    finally:
        server.close()
        for writer in writers:
            writer.close()
        await asyncio.wait_for(server.wait_closed(), 10)


def answering(answer: bytes) -> Callable[[Served], Handle]:
    """Read one request, remember it, give this answer."""

    def handler(served: Served) -> Handle:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = await reader.readuntil(b"\r\n\r\n")
            lines = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
            served.heard.append(head + (await reader.readexactly(int(lines[0][15:])) if lines else b""))
            writer.write(answer)
            await writer.drain()

        return handle

    return handler


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
    writer.close()


async def _join(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, port: int) -> None:
    there_reader, there_writer = await asyncio.open_connection("127.0.0.1" if host == "inside.test" else host, port)
    await asyncio.gather(_pipe(reader, there_writer), _pipe(there_reader, writer))


def http_proxy(user: str = "") -> Callable[[Served], Handle]:
    """An HTTP proxy: CONNECT, and absolute form; `user` is `name:password` that it asks for."""

    def handler(served: Served) -> Handle:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = await reader.readuntil(b"\r\n\r\n")
            served.heard.append(head)
            wanted = b"proxy-authorization: basic " + base64.b64encode(user.encode()).lower()
            if user and wanted not in head.lower():
                writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
                await writer.drain()
                return
            method, target, _ = head.split(b"\r\n", 1)[0].split(b" ")
            if method == b"CONNECT":
                host, port = target.rsplit(b":", 1)
                writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
                await _join(reader, writer, host.decode(), int(port))
                return
            authority = target.split(b"/")[2].decode()
            there_reader, there_writer = await asyncio.open_connection("127.0.0.1", int(authority.rsplit(":", 1)[1]))
            there_writer.write(head)
            await asyncio.gather(_pipe(reader, there_writer), _pipe(there_reader, writer))

        return handle

    return handler


def socks_proxy(user: str = "") -> Callable[[Served], Handle]:
    """A SOCKS proxy of versions 4, 4a and 5 (RFC 1928, 1929); what it heard is `version host port`."""

    def handler(served: Served) -> Handle:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            version = (await reader.readexactly(1))[0]
            host, port = await (_socks4(reader) if version == 4 else _socks5(reader, writer, user))
            served.heard.append(f"{version} {host} {port}".encode())
            writer.write(b"\x00\x5a" + bytes(6) if version == 4 else b"\x05\x00\x00\x01" + bytes(6))
            await _join(reader, writer, host, port)

        return handle

    return handler


async def _socks4(reader: asyncio.StreamReader) -> tuple[str, int]:
    _, port, address = struct.unpack("!BH4s", await reader.readexactly(7))
    await reader.readuntil(b"\x00")
    if address[:3] == bytes(3) and address[3]:
        return (await reader.readuntil(b"\x00"))[:-1].decode(), port
    return str(ipaddress.ip_address(address)), port


async def _socks5(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, user: str) -> tuple[str, int]:
    await reader.readexactly((await reader.readexactly(1))[0])
    writer.write(b"\x05\x02" if user else b"\x05\x00")
    if user:
        await reader.readexactly(1)
        name = await reader.readexactly((await reader.readexactly(1))[0])
        password = await reader.readexactly((await reader.readexactly(1))[0])
        ok = f"{name.decode()}:{password.decode()}" == user
        writer.write(b"\x01\x00" if ok else b"\x01\x01")
        if not ok:
            raise ConnectionError
    kind = (await reader.readexactly(4))[3]
    if kind == 1:
        host = str(ipaddress.ip_address(await reader.readexactly(4)))
    else:
        host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
    return host, struct.unpack("!H", await reader.readexactly(2))[0]
