"""Hypotheses about the secret: another one, another reading of it, a copy gone wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.model.signature import Secret
from workbench.providers.pack import Kind

if TYPE_CHECKING:
    from workbench.providers.doctor import Examination

Found = tuple[str, str, str]
"""A cause's id, its sentence, and what to do."""

_FORMS = {"text": "plain text", "hex": "hex", "base64": "base64", "whsec": "base64 after whsec_"}


def hypotheses(case: Examination) -> Iterator[Found | None]:
    """Yield a cause for each hypothesis that fits, None for each that does not."""
    yield _another_secret(case)
    yield _copied_badly(case)
    if case.scheme.kind in (Kind.HMAC, Kind.DIGEST) or case.scheme.code in ("twilio", "adyen"):
        yield _another_reading(case)
        yield _another_prefix(case)


def _another_secret(case: Examination) -> Found | None:
    for other in case.others:
        name = case.fits(secrets=[Secret(other.name, other.value)])
        if name:
            return (
                "other-secret",
                f"It is signed with another saved secret: {name}.",
                "Use that one for this endpoint: test and live, and each webhook, have secrets of their own.",
            )
    return None


def _copied_badly(case: Examination) -> Found | None:
    """Blanks, line ends and quotes that came along, or letters in the wrong case."""
    for secret in case.secrets:
        for value, what in _cleaned(secret.value):
            if value != secret.value and case.fits(secrets=[Secret(secret.name, value)]):
                return (
                    "secret-copied-badly",
                    f"The secret {secret.name} is right but for {what}.",
                    "Save it again without that.",
                )
    return None


def _cleaned(value: str) -> Iterator[tuple[str, str]]:
    yield value.strip(), "blanks or line ends around it"
    yield value.strip().strip("'\"`"), "quotes around it"
    yield value.replace("\ufeff", ""), "a byte order mark before it"
    yield value + "\n", "a line end that the sender's secret has"
    name, equals, rest = value.partition("=")
    if equals and name.replace("_", "").isalnum() and rest:
        yield rest.strip("'\""), f"{name}= before it"


def _another_reading(case: Examination) -> Found | None:
    """The secret used as other bytes than the provider uses: base64 decoded or not, hex decoded or not."""
    used = case.scheme.key_form
    for form in ("text", "base64", "hex", "whsec"):
        if form == used or (form == "whsec" and used == "base64"):
            continue
        scheme = replace(case.scheme, key_form=form)
        if case.scheme.kind is Kind.CODE:
            continue
        name = case.fits(scheme=scheme)
        if name:
            return (
                "secret-encoding",
                f"The secret {name} was used as {_FORMS[form]}; {case.provider.name} uses it as {_FORMS[used]}.",
                f"Have the sender take the secret as {_FORMS[used]}.",
            )
    return None


def _another_prefix(case: Examination) -> Found | None:
    """`whsec_` left on or taken off, where the whole text is the key."""
    for secret in case.secrets:
        for value, what in _prefixed(secret.value):
            if case.fits(secrets=[Secret(secret.name, value)]):
                return (
                    "secret-prefix",
                    f"The secret {secret.name} fits {what}.",
                    f"{case.provider.name} uses it whole, as it is shown on its page.",
                )
    return None


def _prefixed(value: str) -> Iterator[tuple[str, str]]:
    head, mark, rest = value.partition("_")
    if mark and rest and head.isalnum():
        yield rest, f"without its {head}_"
    if not value.startswith("whsec_"):
        yield f"whsec_{value}", "only with whsec_ before it"
