"""Where a request comes from: the other end of the connection, or whom a trusted proxy names there.

Anyone can write `X-Forwarded-For`. So it counts only as far as it was written by a proxy that the user trusts: from
the right, the first address that is not such a proxy's is the sender's. What stands to the left of it is hearsay.
"""

import ipaddress
import re
from dataclasses import dataclass

from workbench.model.message import Headers

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_FOR = re.compile(r'(?:^|;)\s*for\s*=\s*(?:"([^"]*)"|([^;\s]*))', re.IGNORECASE)
_PORT = re.compile(r"^(?:\[([^\]]+)\](?::\d+)?|(\d+\.\d+\.\d+\.\d+):\d+)$")


class UnknownSender(Exception):
    """It is not known where a request comes from; the text is a sentence."""


@dataclass(frozen=True, slots=True)
class SenderAddress:
    """A sender's address, and by whom it is known."""

    address: Address
    by: str = ""
    """The header and the proxy that name it; empty for the other end of the connection."""

    @property
    def described(self) -> str:
        return f"{self.address} ({self.by})" if self.by else str(self.address)

    def is_among(self, among: tuple[Network, ...]) -> bool:
        """Return whether it is in one of these networks; IPv4 may be written as IPv6 on either side."""
        return _is_among(self.address, among)


def networks(texts: tuple[str, ...]) -> tuple[Network, ...]:
    """Return networks written as CIDR, or as a single address."""
    return tuple(ipaddress.ip_network(text, strict=False) for text in texts)


def find_sender(peer: str, headers: Headers, trusted: tuple[Network, ...]) -> SenderAddress:
    """Return where a request comes from; UnknownSender where the peer or a trusted proxy's word is no address."""
    here = _address(peer)
    if here is None:
        raise UnknownSender(f"The sender's address {peer!r} is not known.")
    if not trusted or not _is_among(here, trusted):
        return SenderAddress(here)
    named: dict[str, SenderAddress] = {}
    for header, read in (("X-Forwarded-For", _plain), ("Forwarded", _forwarded)):
        if values := headers.all(header):
            chain = [read(item) for value in values for item in value.split(",")]
            named[header] = _walk(here, header, chain, trusted)
    if len({sender.address for sender in named.values()}) > 1:
        # A proxy writes one of them, and passes on what strangers wrote into the other.
        raise UnknownSender("X-Forwarded-For and Forwarded name different senders.")
    return next(iter(named.values()), SenderAddress(here))


def _walk(here: Address, header: str, chain: list[str], trusted: tuple[Network, ...]) -> SenderAddress:
    sender = SenderAddress(here)
    for text in reversed(chain):
        found = _address(text)
        if found is None:
            raise UnknownSender(f"{header} of {sender.address} names {text[:60]!r}, which is no address.")
        sender = SenderAddress(found, f"by {header} of {sender.address}")
        if not _is_among(found, trusted):
            break
    return sender


def _plain(item: str) -> str:
    return item.strip()


def _forwarded(item: str) -> str:
    match = _FOR.search(item)
    return "" if match is None else match[1] if match[1] is not None else match[2]


def _address(text: str) -> Address | None:
    if (match := _PORT.match(text)) is not None:
        text = match[1] or match[2]
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found


def _is_among(address: Address, among: tuple[Network, ...]) -> bool:
    forms = [address]
    if isinstance(address, ipaddress.IPv4Address):
        forms.append(ipaddress.IPv6Address(f"::ffff:{address}"))
    return any(form in network for form in forms for network in among if form.version == network.version)
