"""Why a signature does not fit: what was signed, with which key, and which one mistake would explain it.

Each hypothesis changes one thing (another secret, another reading of it, another body, another URL …) and signs
again; the first that makes the signature that came names the cause. Only here is anything guessed, and a guess that
fits an HMAC of 160 bits or more is no accident. Nothing is fetched and no secret leaves: keys are masked by whoever
shows them. Work is bounded: large bodies are not re-serialised, and the number of trials is limited.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from workbench.model.signature import Secret, Verdict, Verification
from workbench.providers import doctor_bodies, doctor_headers, doctor_keys, doctor_urls
from workbench.providers.cause import Cause
from workbench.providers.context import PLAIN, Context
from workbench.providers.encodings import encode
from workbench.providers.handshakes import SCHEME as HANDSHAKE
from workbench.providers.keys import BadKey, symmetric_key
from workbench.providers.pack import Kind, Provider, Scheme
from workbench.providers.received import Received, read_signature
from workbench.providers.signature_form import fault_of_form
from workbench.providers.signed_text import Missing, Part
from workbench.providers.subject import Subject
from workbench.providers.verification import (
    BadTime,
    check,
    duration,
    present_schemes,
    read_filling,
    symmetric_signature,
    verify,
)


@dataclass(frozen=True, slots=True)
class Explanation:
    """All there is to say about one signature."""

    verification: Verification
    place: str = ""
    received: str = ""
    """What stands in the signature's place."""
    expected: tuple[tuple[str, str], ...] = ()
    """For each secret its name and the signature it makes; empty where only the sender's key could make one."""
    parts: tuple[Part, ...] = ()
    """What is signed, in order."""
    missing: str = ""
    """Why there are no parts."""
    keys: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)
    """For each secret its name and the key's bytes: to be masked unless asked for."""
    causes: tuple[Cause, ...] = ()
    tried: int = 0
    """How many hypotheses were tried."""


def explain(
    provider: Provider,
    subject: Subject,
    secrets: Sequence[Secret],
    at_us: int,
    context: Context = PLAIN,
    *,
    others: Sequence[Secret] = (),
    verification: Verification | None = None,
) -> Explanation:
    """Return what is signed and, where the verdict is not `valid`, the cause.

    `others` are saved secrets that are not this endpoint's: one of them may be the right one.
    """
    verification = verification or verify(provider, subject, secrets, at_us, context)
    if verification.scheme == HANDSHAKE:
        return Explanation(verification)
    present = present_schemes(provider, subject)
    if not present:
        return Explanation(verification, causes=tuple(doctor_headers.unsigned_causes(provider, subject)))
    scheme, received = next((item for item in present if item[0].id == verification.scheme), present[0])
    fitting = [secret for secret in secrets if secret.provider in ("", provider.id)]
    examination = Examination(provider, scheme, received, subject, fitting, at_us, context, others)
    parts, missing = _parts(examination)
    explanation = Explanation(
        verification,
        scheme.place.described,
        received.raw,
        tuple(_expected(examination)),
        parts,
        missing,
        tuple(_keys(examination)),
    )
    if verification.verdict is Verdict.VALID:
        return explanation
    causes, tried = diagnose(examination, verification)
    return replace(explanation, causes=tuple(causes), tried=tried)


@dataclass(frozen=True, slots=True)
class Examination:
    """One signature under examination."""

    provider: Provider
    scheme: Scheme
    received: Received
    subject: Subject
    secrets: Sequence[Secret]
    at_us: int
    context: Context
    others: Sequence[Secret]

    def fits(
        self,
        subject: Subject | None = None,
        secrets: Sequence[Secret] | None = None,
        scheme: Scheme | None = None,
        received: Received | None = None,
    ) -> str:
        """Return the secret's name with which the changed case verifies, however old it is; or nothing."""
        scheme = scheme or self.scheme
        subject = subject or self.subject
        received = received or read_signature(scheme, subject)
        if received is None:
            return ""
        used = self.secrets if secrets is None else secrets
        outcome = check(scheme, received, subject, used, self.at_us, self.context)
        return outcome.matched_secret if outcome.verdict in (Verdict.VALID, Verdict.STALE) else ""


def _parts(case: Examination) -> tuple[tuple[Part, ...], str]:
    scheme, subject = case.scheme, case.subject
    try:
        match scheme.kind:
            case Kind.TOKEN | Kind.BASIC:
                return (), "Nothing is signed: the secret itself is sent."
            case Kind.JWT:
                from workbench.providers.schemes.jwt import token_parts

                return tuple(token_parts(case.received.raw.removeprefix("Bearer "))), ""
            case Kind.CODE:
                from workbench.providers.schemes import coded

                return tuple(coded(scheme.code).parts(scheme, subject, case.context)), ""
            case _:
                assert scheme.signed is not None
                filling, _ = read_filling(scheme, subject, case.received.members)
                return tuple(_without_secret(scheme.signed.parts(subject, filling))), ""
    except Missing as missing:
        return (), f"Part of what is signed is missing: {missing}."
    except BadTime as error:
        return (), str(error)


def _without_secret(parts: list[Part]) -> Iterator[Part]:
    """Yield the parts with the secret's place kept and its content left out: it is not filled in here."""
    for part in parts:
        yield Part("secret", b"") if part.source == "secret" else part


def _expected(case: Examination) -> Iterator[tuple[str, str]]:
    if case.scheme.kind not in (Kind.HMAC, Kind.DIGEST) and case.scheme.code != "twilio":
        return
    for secret in case.secrets:
        text = expected_signature(case, secret)
        if text:
            yield secret.name, text


def expected_signature(case: Examination, secret: Secret) -> str:
    """Return the signature a secret makes, as it would be written; or nothing where it cannot make one."""
    scheme = case.scheme
    try:
        if scheme.code == "twilio":
            from workbench.providers.schemes.twilio import parts, signature_of

            text = b"".join(part.content for part in parts(scheme, case.subject, case.context))
            return encode(signature_of(case.subject, secret.value, text), "base64")
        filling, _ = read_filling(scheme, case.subject, case.received.members)
        content = symmetric_signature(scheme, case.subject, filling, secret.value)
    except (Missing, BadTime, BadKey):
        return ""
    prefix = scheme.place.prefix or (scheme.place.pick if scheme.place.list else "")
    return f"{prefix}{encode(content, scheme.place.encoding)}"


def _keys(case: Examination) -> Iterator[tuple[str, bytes]]:
    for secret in case.secrets:
        if case.scheme.kind in (Kind.HMAC, Kind.DIGEST, Kind.CODE) and "BEGIN" not in secret.value:
            try:
                yield secret.name, symmetric_key(secret.value, _key_form(case.scheme))
            except BadKey:
                continue
        elif case.scheme.kind.sends_the_secret:
            yield secret.name, secret.value.encode("utf-8", "surrogateescape")


def _key_form(scheme: Scheme) -> str:
    return scheme.key_form if scheme.key_form in ("text", "hex", "base64", "whsec") else "text"


# Causes


def diagnose(case: Examination, verification: Verification) -> tuple[list[Cause], int]:
    """Return the causes found, the likeliest first, and how many hypotheses were tried."""
    if verification.verdict is Verdict.STALE:
        return [_stale(case, verification)], 1
    tried = 0
    for cause in _hypotheses(case):
        tried += 1
        if cause is not None:
            return [cause], tried
    return [_unknown(case, verification)], tried


def _stale(case: Examination, verification: Verification) -> Cause:
    signed = verification.signed_at_us or case.at_us
    age_s = (case.at_us - signed) / 1_000_000
    if age_s < 0:
        return Cause(
            "clock-ahead",
            f"Nothing is wrong but the time: it is {duration(-age_s)} ahead of ours.",
            "Set the clocks of both machines (NTP).",
        )
    return Cause(
        "too-old",
        f"Nothing is wrong but the time: the signature is {duration(age_s)} old.",
        "Replay it signed anew, or see whether the clocks agree.",
    )


def _hypotheses(case: Examination) -> Iterator[Cause | None]:
    """Yield a cause for each hypothesis that explains the signature, and None for each that does not."""
    yield from doctor_headers.hypotheses(case)
    if not case.secrets and not case.others:
        return
    for key_cause in doctor_keys.hypotheses(case):
        yield _made(key_cause)
    for url_cause in doctor_urls.hypotheses(case):
        yield _made(url_cause)
    for body_cause in doctor_bodies.hypotheses(case):
        yield _made(body_cause)
    yield _other_scheme(case)
    yield _other_provider(case)


def _made(found: tuple[str, str, str] | None) -> Cause | None:
    return None if found is None else Cause(*found)


def _other_scheme(case: Examination) -> Cause | None:
    """Another hash, or another scheme of the same provider."""
    for scheme in case.provider.schemes:
        if scheme is not case.scheme and scheme.place.header and case.fits(scheme=scheme):
            return Cause(
                "wrong-version",
                f"It is signed as {case.provider.name}'s scheme {scheme.id}, not {case.scheme.id}.",
                "Have the receiver check the header that belongs to it.",
            )
    if case.scheme.kind is not Kind.HMAC:
        return None
    for name in ("sha1", "sha256", "sha384", "sha512"):
        if name != case.scheme.hash and case.fits(scheme=replace(case.scheme, hash=name)):
            return Cause(
                "wrong-hash",
                f"It is signed with HMAC-{name.upper()}; {case.provider.name} uses HMAC-{case.scheme.hash.upper()}.",
                f"Sign with {case.scheme.hash}.",
            )
    return None


def _other_provider(case: Examination) -> Cause | None:
    """Only the body is signed where the scheme signs more, or the time was left out."""
    from workbench.providers.signed_text import SignedText

    signed = case.scheme.signed
    if case.scheme.kind is not Kind.HMAC or signed is None or signed.places == {"body"}:
        return None
    if case.fits(scheme=replace(case.scheme, signed=SignedText.parse("{body}"))):
        return Cause(
            "only-the-body",
            f"Only the body was signed; {case.provider.name} signs {_described(signed.places)}.",
            "Sign the text that is shown above.",
        )
    return None


def _described(places: set[str]) -> str:
    names = sorted(place.replace("_", " ") for place in places)
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _fault_of_form(case: Examination) -> str:
    """Return what no signature of the scheme looks like, where that is so of each that came."""
    if case.scheme.kind not in (Kind.HMAC, Kind.DIGEST):
        return ""
    faults = [fault_of_form(case.scheme, text) for text in case.received.candidates]
    return faults[0] if faults and all(faults) else ""


def _unknown(case: Examination, verification: Verification) -> Cause:
    if verification.verdict is Verdict.NO_SECRET:
        return Cause("no-secret", verification.reason, "Give a secret, or save one for this endpoint.")
    fault = verification.reason if verification.verdict is Verdict.MALFORMED else _fault_of_form(case)
    if fault:
        return Cause(
            "malformed", fault, "Send the header as the provider writes it, and see what changes it on the way."
        )
    if case.scheme.kind.is_asymmetric or case.scheme.kind is Kind.JWT or "certificate" in verification.reason:
        return Cause(
            "wrong-key-or-body",
            verification.reason,
            "See whether the public key is the one of this environment (test and live differ), then whether the"
            " body was changed on the way.",
        )
    if case.scheme.kind.sends_the_secret:
        return Cause("wrong-secret", verification.reason, "Compare the secret with the one at the provider.")
    covers = "the body or the secret" if not case.scheme.signs_url else "the body, the URL or the secret"
    return Cause(
        "wrong-secret",
        f"No known mistake explains it: {covers} is another than the sender's.",
        "Copy the secret again from the provider's page of this very webhook (each has its own, and so have test and"
        " live), and see whether anything changes the body on the way.",
    )
