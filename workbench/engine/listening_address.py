"""Addresses to listen on: why one cannot be had, which are our own, and the TLS of those for https."""

import asyncio
import contextlib
import errno
import ipaddress
import socket
import ssl
from typing import Any

from workbench.model.capture import Tls
from workbench.model.errors import ListenError
from workbench.storage.certificates import CertificateFiles

PORTS_TRIED = 50


class _NamedObject(ssl.SSLObject):
    """The TLS side of a connection, which remembers what name its client asked for."""

    asked_name = ""


def server_context(files: CertificateFiles) -> ssl.SSLContext:
    """Return what https is listened for with; ListenError where the certificate or its key cannot be used."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.sslobject_class = _NamedObject
    context.sni_callback = _remember_name
    try:
        context.load_cert_chain(files.certificate, files.key, lambda: _refuse_passphrase(files))
    except (OSError, ssl.SSLError) as error:
        reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
        raise ListenError(
            f"The certificate {files.certificate} with the key {files.key} cannot be used: {reason}.",
            "Both must be PEM files, and the key must be the certificate's.",
        ) from error
    context.set_alpn_protocols(["http/1.1"])
    return context


def _remember_name(connection: Any, name: str | None, _context: ssl.SSLContext) -> None:
    connection.asked_name = name or ""


def _refuse_passphrase(files: CertificateFiles) -> str:
    raise ListenError(
        f"The key {files.key} is protected by a passphrase, which a listener cannot ask for.",
        "Give it without one: openssl pkey -in KEY -out PLAIN-KEY.",
    )


def tls_facts(transport: asyncio.BaseTransport) -> Tls | None:
    """Return what a connection's TLS is; None where it has none."""
    connection = transport.get_extra_info("ssl_object")
    if connection is None:
        return None
    cipher = connection.cipher()
    return Tls(connection.version() or "", cipher[0] if cipher else "", getattr(connection, "asked_name", ""))


def is_own_host(host: str, listens_on: str) -> bool:
    """Return whether a host is one that a listener on `listens_on` is reached by; looks up no names."""
    wide = listens_on in ("", "0.0.0.0", "::")
    if host == "localhost" or host.endswith(".localhost"):
        return wide or is_own_host("127.0.0.1", listens_on)
    if host.lower() in (listens_on.lower(), socket.gethostname().lower()):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    if address.is_loopback or address.is_unspecified:
        return wide or listens_on == "localhost" or (_is_loopback(listens_on))
    return wide and _is_of_this_machine(address)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _is_of_this_machine(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Only an address of our own can be bound to."""
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe, contextlib.suppress(OSError):
        probe.bind((str(address), 0))
        return True
    return False


def listen_error(host: str, port: int, error: Exception) -> ListenError:
    """Return a sentence for why an address cannot be listened on."""
    code = error.errno if isinstance(error, OSError) else None
    if code in (errno.EADDRINUSE, getattr(errno, "WSAEADDRINUSE", errno.EADDRINUSE)):
        free = free_port(host, port + 1)
        hint = f"Use --port {free}, which is free." if free else "Choose another with --port."
        return ListenError(f"Port {port} on {host} is already in use by another program.", hint, free)
    if code == errno.EACCES:
        return ListenError(f"Port {port} needs privileges this user does not have.", "Use a port above 1023.")
    if code == errno.EADDRNOTAVAIL or isinstance(error, socket.gaierror):
        return ListenError(f"{host} is not an address of this machine.", "Use 127.0.0.1, or 0.0.0.0 for all.")
    if isinstance(error, OverflowError):
        return ListenError(f"{port} is not a port.", "Ports go from 0 to 65535.")
    return ListenError(f"Cannot listen on {host}:{port}: {error}.", "Choose another port with --port.")


def free_port(host: str, first: int) -> int | None:
    """Return the first port from `first` on that can be listened on, or None after `PORTS_TRIED`."""
    for port in range(first, min(first + PORTS_TRIED, 65536)):
        with (
            socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe,
            contextlib.suppress(OSError),
        ):
            probe.bind((host, port))
            return port
    return None
