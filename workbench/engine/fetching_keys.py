"""Fetches the certificate or keys that a signature needs: when the user asks, from the provider's own hosts, once.

The address of a certificate comes with the request, so nothing is fetched from it before its host is known to be the
provider's; redirects are not followed.
"""

import aiohttp

from workbench.model.errors import DeliveryError, UsageError
from workbench.providers.pack import Provider
from workbench.providers.schemes import aws_sns, paypal
from workbench.providers.schemes.jwt import GOOGLE_KEYS
from workbench.providers.subject import Subject, text_of, value_at
from workbench.storage.fetched_keys import SIZE_LIMIT_BYTES, keep_key, kept_key
from workbench.storage.paths import Paths

TIMEOUT_S = 10


def key_address(provider: Provider, subject: Subject) -> str:
    """Return where the key of this request is, empty where none is fetched; UsageError for a stranger's address."""
    for scheme in provider.schemes:
        if scheme.code == "aws-sns":
            address = text_of(value_at(subject.tree, ("SigningCertURL",))) or ""
            refused = aws_sns.refuse_address(address)
        elif scheme.code == "paypal":
            address = subject.header("paypal-cert-url") or ""
            refused = paypal.refuse_address(address)
        elif scheme.jwt is not None and "www.googleapis.com" in scheme.jwt.key_hosts:
            return GOOGLE_KEYS
        else:
            continue
        if refused:
            raise UsageError(f"{refused} Nothing was fetched.")
        return address
    return ""


async def fetch_key(paths: Paths, address: str) -> None:
    """Fetch and keep what is at an address that `key_address` gave; DeliveryError says why not."""
    if kept_key(paths, address) is not None:
        return
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(address, allow_redirects=False) as answer,
        ):
            if answer.status != 200:
                raise DeliveryError(f"The key at {address} was not given out: {answer.status}.")
            content = await answer.content.read(SIZE_LIMIT_BYTES)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise DeliveryError(
            f"The key at {address} could not be fetched: {error or type(error).__name__}.",
            "Look at the network, or give the certificate as a secret: --secret file:cert.pem",
        ) from error
    if not content.isascii():
        raise DeliveryError(f"What is at {address} is neither a certificate nor keys.")
    keep_key(paths, address, content.decode("ascii"))
