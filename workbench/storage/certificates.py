"""Certificates for listening on https: a certificate authority of this home's own, and a leaf that it signs.

The authority may sign for this machine's names and private addresses only, so that trusting it risks nothing else. It
is trusted by nobody until the user says so; its key is readable by the user alone and never leaves the folder.
"""

import contextlib
import datetime
import ipaddress
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.model.errors import FormatError, StorageError
from workbench.storage.durable_file import write_whole
from workbench.storage.paths import Paths

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

FOLDER = "tls"
AUTHORITY_DAYS = 3650
LEAF_DAYS = 397
"""Browsers and Apple's systems refuse a longer life."""

RENEW_DAYS = 30
PRIVATE_NETWORKS = (
    *("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"),
    *("::1/128", "fe80::/10", "fc00::/7"),
)


@dataclass(frozen=True, slots=True)
class CertificateFiles:
    """PEM files to listen with; `authority` is None for a certificate of the user's own."""

    certificate: Path
    key: Path
    authority: Path | None = None


def local_certificate(paths: Paths, now: datetime.datetime, host: str = "") -> CertificateFiles:
    """Return the leaf of this home, made or renewed where that is due; StorageError. Blocks.

    It is for this machine's names and for `host`, which is listened on, as far as the authority may sign for them: a
    computer that was renamed keeps its authority, which others may trust by now, and loses its new name instead.
    """
    folder = paths.config / FOLDER
    files = CertificateFiles(folder / "localhost.pem", folder / "localhost-key.pem", folder / "authority.pem")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        authority, authority_key = _authority(folder, now)
        names = [name for name in _wanted_names(host) if _may_sign_for(authority, name)]
        if not _is_current(files.certificate, authority, names, now):
            _write_leaf(files, authority, authority_key, names, now)
    except OSError as error:
        raise StorageError(f"Certificates cannot be kept in {folder}: {error.strerror or error}.") from error
    except ValueError as error:
        raise FormatError(f"The certificates in {folder} cannot be read: {error}.", "Delete that folder.") from error
    return files


def _authority(folder: Path, now: datetime.datetime) -> "tuple[x509.Certificate, ec.EllipticCurvePrivateKey]":
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    certificate_path, key_path = folder / "authority.pem", folder / "authority-key.pem"
    if certificate_path.exists() and key_path.exists():
        certificate = x509.load_pem_x509_certificate(certificate_path.read_bytes())
        key = load_pem_private_key(key_path.read_bytes(), None)
        if isinstance(key, ec.EllipticCurvePrivateKey) and certificate.not_valid_after_utc > now:
            return certificate, key
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(f"Webhook Workbench on {socket.gethostname()}"[:64])
    names = [x509.DNSName(host) for host in _host_names()]
    networks = [x509.IPAddress(ipaddress.ip_network(network)) for network in PRIVATE_NETWORKS]
    certificate = (
        _builder(name, name, key.public_key(), now, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.NameConstraints([*names, *networks], None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, _sha256())
    )
    _write(key_path, _key_pem(key), private=True)
    _write(certificate_path, _pem(certificate))
    return certificate, key


def _wanted_names(host: str) -> "list[x509.GeneralName]":
    """Return the names and addresses by which a listener on `host` is called on this machine and beside it."""
    from cryptography import x509

    addresses = ["127.0.0.1", "::1"]
    names = _host_names()
    if host in ("0.0.0.0", "::", ""):
        addresses += _own_address()
    elif host not in (*names, *addresses):
        (addresses if _is_address(host) else names).append(host.lower())
    hosts: list[x509.GeneralName] = [x509.DNSName(name) for name in names]
    return hosts + [x509.IPAddress(ipaddress.ip_address(address)) for address in addresses]


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _own_address() -> list[str]:
    """Return the address that others of the local network see, as the system would choose it; sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, contextlib.suppress(OSError):
        probe.connect(("10.255.255.255", 9))
        return [probe.getsockname()[0]]
    return []


def _may_sign_for(authority: "x509.Certificate", name: "x509.GeneralName") -> bool:
    """Return whether an authority's name constraints (RFC 5280, 4.2.1.10) permit a name."""
    from cryptography import x509

    try:
        limits = authority.extensions.get_extension_for_class(x509.NameConstraints).value
    except x509.ExtensionNotFound:
        return True
    return any(_covers(permitted, name) for permitted in limits.permitted_subtrees or [])


def _covers(permitted: "x509.GeneralName", name: "x509.GeneralName") -> bool:
    from cryptography import x509

    if isinstance(permitted, x509.DNSName) and isinstance(name, x509.DNSName):
        return name.value == permitted.value or name.value.endswith(f".{permitted.value}")
    if not isinstance(permitted, x509.IPAddress) or not isinstance(name, x509.IPAddress):
        return False
    return ipaddress.ip_address(str(name.value)) in ipaddress.ip_network(str(permitted.value))


def _is_current(
    path: Path, authority: "x509.Certificate", names: "list[x509.GeneralName]", now: datetime.datetime
) -> bool:
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature

    if not path.exists():
        return False
    leaf = x509.load_pem_x509_certificate(path.read_bytes())
    if leaf.not_valid_after_utc < now + datetime.timedelta(days=RENEW_DAYS):
        return False
    with contextlib.suppress(x509.ExtensionNotFound):
        written = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        if set(written) != set(names):
            return False
    with contextlib.suppress(InvalidSignature, ValueError, TypeError):
        leaf.verify_directly_issued_by(authority)
        return True
    return False


def _write_leaf(
    files: CertificateFiles,
    authority: "x509.Certificate",
    authority_key: "ec.EllipticCurvePrivateKey",
    names: "list[x509.GeneralName]",
    now: datetime.datetime,
) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID

    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        _builder(_name("localhost"), authority.subject, key.public_key(), now, LEAF_DAYS)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, _sha256())
    )
    _write(files.key, _key_pem(key), private=True)
    _write(files.certificate, _pem(certificate) + _pem(authority))


def _builder(
    subject: "x509.Name", issuer: "x509.Name", key: "ec.EllipticCurvePublicKey", now: datetime.datetime, days: int
) -> "x509.CertificateBuilder":
    from cryptography import x509

    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=days))
    )


def _host_names() -> list[str]:
    """Return the names by which this machine may be called, `localhost` first."""
    own = socket.gethostname().lower()
    names = ["localhost", own, own if own.endswith(".local") else f"{own}.local"]
    return list(dict.fromkeys(name for name in names if name and name.isascii() and len(name) < 64))


def _name(common_name: str) -> "x509.Name":
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _usage(*, signs_certificates: bool) -> "x509.KeyUsage":
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _sha256() -> "hashes.SHA256":
    from cryptography.hazmat.primitives import hashes

    return hashes.SHA256()


def _pem(certificate: "x509.Certificate") -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.PEM)


def _key_pem(key: "ec.EllipticCurvePrivateKey") -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write(path: Path, content: bytes, *, private: bool = False) -> None:
    write_whole(path, (content,), mode=0o600 if private else None)
