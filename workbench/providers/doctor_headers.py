"""Hypotheses about the header itself: missing, renamed, of another version, another unit, another encoding."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from workbench.providers.cause import Cause
from workbench.providers.encodings import decode, encode
from workbench.providers.pack import Provider, Scheme
from workbench.providers.received import Received
from workbench.providers.subject import Subject

if TYPE_CHECKING:
    from workbench.providers.doctor import Examination


def unsigned_causes(provider: Provider, subject: Subject) -> Iterator[Cause]:
    """Yield why a request carries no signature."""
    if not provider.schemes:
        yield Cause("not-signed", f"{provider.name} signs nothing.", "Guard the address with a secret in its URL.")
        return
    near = _nearly_there(provider, subject)
    if near:
        wanted, found = near
        yield Cause(
            "header-renamed",
            f"The header {wanted} is missing, but {found} is there: something on the way renamed it.",
            f"Make the proxy hand on {wanted} unchanged.",
        )
        return
    place = provider.schemes[0].place.described
    yield Cause(
        "header-missing",
        f"The request has no signature: the {place} is missing.",
        "See whether the provider has a secret for this webhook, and whether a proxy or tunnel drops the header.",
    )


def _nearly_there(provider: Provider, subject: Subject) -> tuple[str, str] | None:
    """Return a wanted header and one in the request that is it but for dashes, underscores or a prefix."""
    bare = {_bare(name): name for name, _ in subject.headers}
    for scheme in provider.schemes:
        wanted = scheme.place.header
        if wanted and _bare(wanted) in bare:
            return wanted, bare[_bare(wanted)]
    return None


def _bare(name: str) -> str:
    text = name.lower().replace("_", "").replace("-", "")
    return text.removeprefix("http").removeprefix("xoriginal").removeprefix("xforwarded")


def hypotheses(case: Examination) -> Iterator[Cause | None]:
    """Yield a cause for each hypothesis that fits, None for each that does not."""
    scheme, subject = case.scheme, case.subject
    yield _fault_of_the_text(case)
    for selector in _signed_headers(scheme):
        if subject.header(selector) is None:
            yield Cause(
                "header-missing",
                f"The header {selector} is missing, and it is part of what is signed.",
                "See which proxy or tunnel drops it.",
            )
    yield _other_unit(case)
    yield _other_encoding(case)


def _signed_headers(scheme: Scheme) -> Iterator[str]:
    if scheme.timestamp and scheme.timestamp.source.source == "header":
        yield scheme.timestamp.source.name
    if scheme.message_id and scheme.message_id.source == "header":
        yield scheme.message_id.name


def _fault_of_the_text(case: Examination) -> Cause | None:
    place, raw = case.scheme.place, case.received.raw.strip()
    if not case.received.fault:
        return None
    if place.prefix and raw and case.fits(received=Received(raw, (raw,))):
        return Cause(
            "prefix-missing",
            f"The signature is right, but {place.prefix!r} should stand before it.",
            "See what cuts the header short.",
        )
    if (place.pairs or place.list) and place.pick.strip("=,") not in raw:
        return Cause(
            "wrong-version",
            f"The header holds {_shown(raw)} and no {place.pick.strip('=,')}: it is of another version.",
            "Choose the version at the provider that its documents ask for.",
        )
    return Cause("malformed", case.received.fault, "Send the header as the provider writes it.")


def _other_unit(case: Examination) -> Cause | None:
    rule = case.scheme.timestamp
    if rule is None or rule.unit == "iso":
        return None
    text = rule.source.text(case.subject, case.received.members) or ""
    if rule.unit == "seconds" and len(text) == 13 and text.isdecimal():
        return Cause(
            "wrong-unit",
            f"The time {text} is in milliseconds; {case.provider.name} sends seconds.",
            "Sign with seconds since 1970.",
        )
    if rule.unit == "milliseconds" and len(text) == 10 and text.isdecimal():
        return Cause(
            "wrong-unit",
            f"The time {text} is in seconds; {case.provider.name} sends milliseconds.",
            "Sign with milliseconds since 1970.",
        )
    return None


def _other_encoding(case: Examination) -> Cause | None:
    """The right bytes, written in another encoding."""
    place = case.scheme.place
    if place.encoding == "text" or not case.received.candidates:
        return None
    for text in case.received.candidates:
        for encoding in ("hex", "base64", "base64url"):
            content = decode(text, encoding)
            if encoding == place.encoding or content is None:
                continue
            written = Received(case.received.raw, (encode(content, place.encoding),), case.received.members)
            if case.fits(received=written):
                return Cause(
                    "wrong-encoding",
                    f"The signature is right, but written in {encoding}; {case.provider.name} uses {place.encoding}.",
                    f"Write the digest in {place.encoding}.",
                )
    return None


def _shown(text: str) -> str:
    return repr(text if len(text) <= 60 else f"{text[:60]}…")
