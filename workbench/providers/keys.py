"""Secrets as people paste them, made into the keys that schemes use. Crypto itself is `hmac` and `cryptography`."""

import binascii
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from workbench.providers.encodings import decode

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

KEY_FORMS = ("text", "hex", "base64", "whsec", "ed25519-hex", "whpk", "spki", "pem")

_PEM = re.compile(r"-----BEGIN [A-Z0-9 ]+-----")


class BadKey(Exception):
    """A secret that is no key of the kind that is needed; the text is a sentence without the secret."""


def symmetric_key(secret: str, form: str) -> bytes:
    """Return the bytes that HMAC takes; BadKey where the secret is not of that form."""
    match form:
        case "text":
            return secret.encode("utf-8", "surrogateescape")
        case "hex":
            key = decode(secret.strip(), "hex")
            if key is None:
                raise BadKey("The secret is not hex: it should be pairs of 0-9 and a-f.")
        case "whsec":
            bare = secret.strip().removeprefix("whsec_")
            key = decode(_padded(bare), "base64")
            if key is None:
                raise BadKey("The secret is not base64 after whsec_; copy it whole from the provider.")
        case "base64":
            key = decode(_padded(secret.strip()), "base64")
            if key is None:
                raise BadKey("The secret is not base64; copy it whole from the provider.")
        case _:
            raise BadKey(f"A {form} key cannot be used with HMAC.")
    return key


def _padded(text: str) -> str:
    """Return base64 with its padding: many dashboards leave it out of secrets."""
    return text if text.endswith("=") else text + "=" * (-len(text) % 4)


@lru_cache(maxsize=64)
def ed25519_public(secret: str, form: str) -> "Ed25519PublicKey":
    """Return the public key; a private one in its usual form (`whsk_`, PEM) stands for its own public half."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

    text = secret.strip()
    if text.startswith("whsk_"):
        return ed25519_private(text, form).public_key()
    if _PEM.match(text):
        key = load_pem(text)
        public = key.public_key() if isinstance(key, Ed25519PrivateKey) else key
        if not isinstance(public, Ed25519PublicKey):
            raise BadKey("The key is not an Ed25519 key.")
        return public
    raw = _raw_ed25519(text, form, "whpk_")
    if len(raw) == 44:  # SPKI: twelve bytes that name the algorithm, then the key.
        raw = raw[12:]
    if len(raw) != 32:
        raise BadKey(f"An Ed25519 public key has 32 bytes; this secret has {len(raw)}.")
    return Ed25519PublicKey.from_public_bytes(raw)


@lru_cache(maxsize=64)
def ed25519_private(secret: str, form: str) -> "Ed25519PrivateKey":
    """Return the private key: 32 bytes of seed, 64 bytes of seed and public key, or PEM."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    text = secret.strip()
    if _PEM.match(text):
        key = load_pem(text)
        if not isinstance(key, Ed25519PrivateKey):
            raise BadKey("To sign, a private Ed25519 key is needed; this is another key.")
        return key
    if text.startswith("whpk_"):
        raise BadKey("whpk_ is a public key: it verifies, it cannot sign. Use the whsk_ key.")
    raw = _raw_ed25519(text, form, "whsk_")
    if len(raw) not in (32, 64):
        raise BadKey(f"An Ed25519 private key has 32 or 64 bytes; this secret has {len(raw)}.")
    return Ed25519PrivateKey.from_private_bytes(raw[:32])


def _raw_ed25519(text: str, form: str, prefix: str) -> bytes:
    encoding = "hex" if form == "ed25519-hex" else "base64"
    raw = decode(_padded(text.removeprefix(prefix)) if encoding == "base64" else text, encoding)
    if raw is None:
        raise BadKey(f"The Ed25519 key is not {encoding}.")
    return raw


@lru_cache(maxsize=64)
def load_public(secret: str) -> Any:
    """Return a public key from PEM (key or certificate) or base64 of SPKI; a private key stands for its own."""
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    text = secret.strip()
    if _PEM.match(text):
        key = load_pem(text)
        return key.public_key() if hasattr(key, "public_key") else key
    raw = decode(re.sub(r"\s", "", text), "base64")
    if raw is None:
        raise BadKey("The public key is neither PEM nor base64.")
    try:
        return load_der_public_key(raw)
    except (ValueError, TypeError) as error:
        raise BadKey("The secret is base64 but no public key (SPKI).") from error
    except Exception as error:
        raise BadKey("The public key is of a kind that cannot be used.") from error


@lru_cache(maxsize=64)
def load_private(secret: str) -> Any:
    """Return a private key from PEM or base64 of PKCS 8."""
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    text = secret.strip()
    if _PEM.match(text):
        key = load_pem(text)
        if not hasattr(key, "private_bytes"):
            raise BadKey("To sign, a private key is needed; this is a public one.")
        return key
    raw = decode(re.sub(r"\s", "", text), "base64")
    try:
        return load_der_private_key(raw or b"", None)
    except Exception as error:
        raise BadKey("To sign, a private key is needed, as PEM or base64 of PKCS 8.") from error


def load_pem(text: str) -> Any:
    """Return the key or certificate of a PEM text; BadKey where it cannot be read."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

    content = text.encode("utf-8", "replace")
    try:
        if b"CERTIFICATE" in content[:64]:
            return x509.load_pem_x509_certificate(content)
        if b"PRIVATE KEY" in content[:64]:
            return load_pem_private_key(content, None)
        return load_pem_public_key(content)
    except (ValueError, TypeError, binascii.Error) as error:
        raise BadKey("The PEM text cannot be read as a key or certificate.") from error
    except Exception as error:
        raise BadKey("The PEM text holds a key of a kind that cannot be used.") from error


def masked(key: bytes) -> str:
    """Return a key for showing: its length, and its first and last two bytes where that gives little away."""
    if len(key) < 12:
        return f"{len(key)} bytes, hidden"
    return f"{len(key)} bytes: {key[:2].hex()}…{key[-2:].hex()}"
