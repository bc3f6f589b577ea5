"""What a TLS connection says of itself and of the other side's certificate."""

import asyncio
import ssl
from typing import TYPE_CHECKING

from workbench.model.clock import EPOCH
from workbench.model.delivery import Certificate, Security

if TYPE_CHECKING:
    from datetime import datetime

    from cryptography.x509 import Certificate as X509


async def security_of(connection: ssl.SSLObject | None, verified: bool) -> Security | None:
    """Return what there is to say, None without TLS; a certificate that nobody can read is left out."""
    if connection is None:
        return None
    encoded = connection.getpeercert(binary_form=True)
    cipher = connection.cipher()
    return Security(
        version=connection.version() or "",
        cipher=cipher[0] if cipher else "",
        verified=verified,
        certificate=await asyncio.to_thread(_certificate, encoded) if encoded else None,
    )


def _certificate(encoded: bytes) -> Certificate | None:
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256

    try:
        found = x509.load_der_x509_certificate(encoded)
        return Certificate(
            subject=found.subject.rfc4514_string(),
            issuer=found.issuer.rfc4514_string(),
            not_before_us=_us(found.not_valid_before_utc),
            not_after_us=_us(found.not_valid_after_utc),
            names=_names(found),
            serial=f"{found.serial_number:x}",
            sha256=found.fingerprint(SHA256()).hex(),
        )
    except ValueError:
        return None


def _names(found: "X509") -> tuple[str, ...]:
    from cryptography import x509

    try:
        names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return ()
    return tuple(str(name.value) for name in names)


def _us(moment: "datetime") -> int:
    return round((moment - EPOCH).total_seconds() * 1_000_000)
