"""RSA signatures whose key comes as a certificate: given as a secret, or fetched before from an allowed address."""

from collections.abc import Sequence
from typing import Any

from workbench.model.signature import Secret, Verdict
from workbench.providers.context import Context
from workbench.providers.keys import BadKey, load_public
from workbench.providers.outcome import Outcome


def check_rsa(
    signature: bytes, text: bytes, hash_name: str, address: str, secrets: Sequence[Secret], context: Context
) -> Outcome:
    """Return the verdict with the keys given, else with the certificate kept for this address."""
    fetched = context.keys(address) if not secrets else None
    keys = [*secrets, *([Secret(f"the certificate at {address}", fetched)] if fetched else [])]
    if not keys:
        reason = (
            f"The certificate at {address} is needed and was not fetched. Fetch it, or give it as a secret (PEM)."
        )
        return Outcome(Verdict.NO_SECRET, reason)
    refused = ""
    for key in keys:
        try:
            if rsa_fits(load_public(key.value), signature, text, hash_name):
                return Outcome.match(key)
        except BadKey as error:
            refused = refused or f"{key.name}: {error}"
    if refused and len(keys) == 1:
        return Outcome(Verdict.INVALID, f"No secret can be the key. {refused}")
    return Outcome(Verdict.INVALID, "The signature was not made with the key of this certificate.", had_key=True)


def rsa_fits(key: Any, signature: bytes, text: bytes, hash_name: str) -> bool:
    """Return whether this is a PKCS 1 v1.5 signature of the text."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    from workbench.providers.verification import hash_algorithm

    if not isinstance(key, rsa.RSAPublicKey):
        raise BadKey("The key is not an RSA key.")
    try:
        key.verify(signature, text, padding.PKCS1v15(), hash_algorithm(hash_name))
    except InvalidSignature:
        return False
    return True


def sign_rsa(key: Any, text: bytes, hash_name: str) -> bytes:
    """Return a PKCS 1 v1.5 signature; BadKey for a key of another kind."""
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    from workbench.providers.verification import hash_algorithm

    if not isinstance(key, rsa.RSAPrivateKey):
        raise BadKey("To sign, a private RSA key is needed.")
    return key.sign(text, padding.PKCS1v15(), hash_algorithm(hash_name))
