"""Checks the signature of one request: a verdict and its reason, never an exception, whatever came in.

Strict: a signature is read in the one form its pack names, keys too, and bytes are compared in constant time. What
nearly fits is for `doctor` to find. Rules of several schemes: the first whose signature is there decides; the next
one is looked at only where no secret can be a key of the first.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence

from workbench.model.clock import LATEST_S
from workbench.model.signature import Covers, Secret, Verdict, Verification
from workbench.providers.context import PLAIN, Context
from workbench.providers.detection import parse_time
from workbench.providers.encodings import decode
from workbench.providers.keys import BadKey, ed25519_public, load_public, symmetric_key
from workbench.providers.outcome import Outcome
from workbench.providers.pack import Kind, Provider, Scheme, TimestampRule
from workbench.providers.received import Received, read_signature
from workbench.providers.selectors import Selector
from workbench.providers.signature_form import fault_of_form
from workbench.providers.signed_text import Filling, Missing
from workbench.providers.subject import Subject


def verify(
    provider: Provider,
    subject: Subject,
    secrets: Sequence[Secret],
    at_us: int,
    context: Context = PLAIN,
) -> Verification:
    """Return the verdict as of `at_us`, trying every secret that is this provider's or anyone's.

    A handshake that carries no signature is called one; it is never valid for its shape, which anyone can give to a
    request. What asks for a signature asks `verify_signature`.
    """
    from workbench.providers.handshakes import find_handshake, verify_handshake

    handshake = find_handshake(provider, subject)
    if handshake is None or handshake.verify_first or present_schemes(provider, subject):
        return verify_signature(provider, subject, secrets, at_us, context)
    return verify_handshake(provider, handshake, subject, secrets)


def verify_signature(
    provider: Provider,
    subject: Subject,
    secrets: Sequence[Secret],
    at_us: int,
    context: Context = PLAIN,
) -> Verification:
    """Return the verdict on the signature alone, whatever else the request looks like."""
    fitting = [secret for secret in secrets if secret.provider in ("", provider.id)]
    present = present_schemes(provider, subject)
    if not present:
        return Verification(Verdict.UNSIGNED, _unsigned(provider), provider.id)
    first: tuple[Scheme, Outcome] | None = None
    for scheme, received in present:
        if received.fault and first is not None:
            continue  # Another scheme's signature stands in this place.
        outcome = check(scheme, received, subject, fitting, at_us, context)
        decided = outcome.had_key or outcome.verdict in (Verdict.VALID, Verdict.STALE)
        if decided or (first is None and outcome.verdict is Verdict.MALFORMED):
            return verification(provider, scheme, outcome)
        first = first or (scheme, outcome)
    assert first is not None
    return verification(provider, *first)


def verification(provider: Provider, scheme: Scheme, outcome: Outcome) -> Verification:
    """Return an outcome as it is kept and shown."""
    covers = outcome.covers or scheme.covers
    reason = outcome.reason
    if outcome.verdict is Verdict.VALID and covers is Covers.NONE and not scheme.kind.sends_the_secret:
        reason += " It proves the sender only: the body is not covered."
    elif outcome.verdict is Verdict.VALID and covers is Covers.FIELDS:
        reason += " It covers some fields only, not the whole body."
    return Verification(
        outcome.verdict,
        reason,
        provider.id,
        scheme.id,
        outcome.matched_secret,
        covers,
        outcome.signed_at_us,
    )


def present_schemes(provider: Provider, subject: Subject) -> list[tuple[Scheme, Received]]:
    """Return the schemes whose signature is in the request, in the pack's order.

    Of several that read the same place, those that find nothing of theirs in it come last.
    """
    found: list[tuple[Scheme, Received]] = []
    for scheme in provider.schemes:
        if not all(_holds(selector, wanted, subject) for selector, wanted in scheme.when):
            continue
        received = read_signature(scheme, subject)
        if received is not None:
            found.append((scheme, received))
    if len(found) > 1:
        found.sort(key=lambda item: bool(item[1].fault))
    return found


def _holds(selector: Selector, wanted: str, subject: Subject) -> bool:
    if selector.name == "content-type" and ";" not in wanted:
        return subject.content_type == wanted.lower()
    return selector.text(subject) == wanted


def _unsigned(provider: Provider) -> str:
    if not provider.schemes:
        return f"{provider.name} does not sign its requests."
    places = list(dict.fromkeys(scheme.place.described for scheme in provider.schemes if not scheme.deprecated))
    places = places or [provider.schemes[0].place.described]
    return f"The request carries no signature: {provider.name} sends it in the {' or the '.join(places)}."


def check(
    scheme: Scheme,
    received: Received,
    subject: Subject,
    secrets: Sequence[Secret],
    at_us: int,
    context: Context = PLAIN,
) -> Outcome:
    """Return what comes of checking one scheme."""
    if received.fault:
        too_long = received.raw and not received.members and len(received.raw) == 200
        return Outcome(Verdict.MALFORMED if too_long else Verdict.INVALID, received.fault, had_key=True)
    match scheme.kind:
        case Kind.TOKEN:
            return _check_token(received, secrets)
        case Kind.BASIC:
            return _check_basic(received, secrets)
        case Kind.JWT:
            from workbench.providers.schemes.jwt import check_jwt

            return check_jwt(scheme, received, subject, secrets, at_us, context)
        case Kind.CODE:
            from workbench.providers.schemes import coded

            return coded(scheme.code).check(scheme, received, subject, secrets, at_us, context)
        case _:
            return _check_signed(scheme, received, subject, secrets, at_us)


def no_secret() -> Outcome:
    """The outcome where nobody said what to check with."""
    return Outcome(Verdict.NO_SECRET, "There is a signature, and no secret to check it with.")


def mismatch(secrets: Sequence[Secret], what: str = "signature") -> Outcome:
    """The outcome where every secret was tried and none fits."""
    tried = f"the secret {secrets[0].name}" if len(secrets) == 1 else f"any of the {len(secrets)} secrets"
    return Outcome(Verdict.INVALID, f"The {what} does not fit {tried}.", had_key=True)


def _check_token(received: Received, secrets: Sequence[Secret]) -> Outcome:
    if not secrets:
        return no_secret()
    sent = received.candidates[0].encode("latin-1", "replace")
    for secret in secrets:
        if hmac.compare_digest(sent, secret.value.encode("utf-8", "surrogateescape")):
            return Outcome(Verdict.VALID, "The token is the secret.", secret.name)
    return mismatch(secrets, "token")


def _check_basic(received: Received, secrets: Sequence[Secret]) -> Outcome:
    scheme, _, sent = received.candidates[0].partition(" ")
    if scheme.lower() != "basic":
        return Outcome(Verdict.INVALID, "The request is not authenticated with a user and a password.", had_key=True)
    content = decode(sent.strip(), "base64")
    if content is None:
        return Outcome(Verdict.MALFORMED, "The credentials after Basic are not base64.")
    if not secrets:
        return no_secret()
    for secret in secrets:
        if hmac.compare_digest(content, secret.value.encode("utf-8", "surrogateescape")):
            return Outcome(Verdict.VALID, "User and password are the secret's.", secret.name)
    return mismatch(secrets, "user and password")


# Signatures over a text


def _check_signed(
    scheme: Scheme, received: Received, subject: Subject, secrets: Sequence[Secret], at_us: int
) -> Outcome:
    signatures = [content for text in received.candidates if (content := decode(text, scheme.place.encoding))]
    if not signatures:
        return Outcome(Verdict.MALFORMED, fault_of_form(scheme, received.candidates[0]))
    try:
        filling, signed_at_us = read_filling(scheme, subject, received.members)
    except Missing as missing:
        reason = f"Part of what is signed is missing: {missing}."
        return Outcome(Verdict.INVALID, reason, had_key=True)
    except BadTime as error:
        return Outcome(Verdict.MALFORMED, str(error))
    if not secrets:
        return no_secret()
    bad_keys: list[str] = []
    for secret in secrets:
        try:
            if _matches(scheme, subject, filling, secret.value, signatures):
                return in_time(scheme, Outcome.match(secret, signed_at_us), at_us)
        except BadKey as error:
            bad_keys.append(f"{secret.name}: {error}")
        except Missing as missing:
            return Outcome(Verdict.INVALID, f"Part of what is signed is missing: {missing}.", had_key=True)
    if len(bad_keys) == len(secrets):
        return Outcome(Verdict.INVALID, f"No secret can be the key. {bad_keys[0]}")
    return mismatch(secrets)


def _matches(scheme: Scheme, subject: Subject, filling: Filling, secret: str, signatures: Sequence[bytes]) -> bool:
    if scheme.kind in (Kind.HMAC, Kind.DIGEST):
        expected = symmetric_signature(scheme, subject, filling, secret)
        return any(hmac.compare_digest(expected, signature) for signature in signatures)
    assert scheme.signed is not None
    text = scheme.signed.fill(subject, filling)
    return any(_public_match(scheme, secret, signature, text) for signature in signatures)


def symmetric_signature(scheme: Scheme, subject: Subject, filling: Filling, secret: str) -> bytes:
    """Return the signature of an HMAC or digest scheme; BadKey, Missing."""
    assert scheme.signed is not None
    if scheme.kind is Kind.HMAC:
        key = symmetric_key(secret, scheme.key_form)
        return hmac.digest(key, scheme.signed.fill(subject, filling), scheme.hash)
    filled = Filling(filling.timestamp, filling.message_id, symmetric_key(secret, scheme.key_form), filling.signature)
    return hashlib.new(scheme.hash, scheme.signed.fill(subject, filled), usedforsecurity=False).digest()


def _public_match(scheme: Scheme, secret: str, signature: bytes, text: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature

    try:
        if scheme.kind is Kind.ED25519:
            ed25519_public(secret, scheme.key_form).verify(signature, text)
        else:
            _verify_with(load_public(secret), scheme, signature, text)
    except InvalidSignature:
        return False
    except (ValueError, TypeError) as error:
        raise BadKey("The key cannot be used with this scheme.") from error
    return True


def _verify_with(key: object, scheme: Scheme, signature: bytes, text: bytes) -> None:
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

    algorithm = hash_algorithm(scheme.hash)
    if scheme.kind is Kind.ECDSA_P256:
        if not isinstance(key, ec.EllipticCurvePublicKey):
            raise BadKey("The key is not an elliptic curve key.")
        key.verify(signature, text, ec.ECDSA(algorithm))
        return
    if not isinstance(key, rsa.RSAPublicKey):
        raise BadKey("The key is not an RSA key.")
    key.verify(signature, text, padding.PKCS1v15(), algorithm)


def hash_algorithm(name: str):
    """Return the hash as `cryptography` names it."""
    from cryptography.hazmat.primitives import hashes

    return {
        "sha1": hashes.SHA1,
        "sha256": hashes.SHA256,
        "sha384": hashes.SHA384,
        "sha512": hashes.SHA512,
        "md5": hashes.MD5,
    }[name]()


# Time


class BadTime(Exception):
    """A timestamp that cannot be read; the text is a sentence."""


def read_filling(scheme: Scheme, subject: Subject, members: Mapping[str, str]) -> tuple[Filling, int | None]:
    """Return what the template needs, and when the request says it was signed; Missing, BadTime."""
    text, signed_at_us = "", None
    rule = scheme.timestamp
    if rule is not None:
        found = rule.source.text(subject, members)
        if found is None:
            raise Missing(_where(rule, scheme))
        text = found
        signed_at_us = read_time(rule, found)
    message_id = ""
    if scheme.message_id is not None:
        found = scheme.message_id.text(subject, members)
        if found is None:
            raise Missing(f"the {scheme.message_id.source} {scheme.message_id.name}")
        message_id = found
    return Filling(text, message_id, b"", members), signed_at_us


def _where(rule: TimestampRule, scheme: Scheme) -> str:
    if rule.source.source == "signature":
        return f"the time {rule.source.name}= in the {scheme.place.described}"
    return f"the time in {rule.source}"


def read_time(rule: TimestampRule, text: str) -> int:
    """Return microseconds since 1970; BadTime where the text is no time of the rule's unit."""
    if rule.unit == "iso":
        moment = None if text.strip().isdecimal() else parse_time(text)
        if moment is None:
            raise BadTime(f"The time {_short(text)} is not ISO 8601.")
        return moment
    if not (text.isascii() and text.isdecimal() and len(text) <= 16):
        raise BadTime(f"The time {_short(text)} is no whole number of {rule.unit}.")
    moment = int(text) * (1_000_000 if rule.unit == "seconds" else 1000)
    if moment > LATEST_S * 1_000_000:
        raise BadTime(f"The time {_short(text)} is beyond the year 9999: are these {rule.unit}?")
    return moment


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:40]}…")


def in_time(scheme: Scheme, outcome: Outcome, at_us: int) -> Outcome:
    """Return the outcome, or `stale` where it is right but its time is too far from `at_us`."""
    rule = scheme.timestamp
    if rule is None or rule.tolerance_s is None or outcome.signed_at_us is None:
        return outcome
    age_s = (at_us - outcome.signed_at_us) / 1_000_000
    if age_s > rule.tolerance_s:
        reason = f"The signature is right and {duration(age_s)} old; {duration(rule.tolerance_s)} are allowed."
    elif -age_s > rule.tolerance_s and not rule.accepts_future:
        ahead = f"The signature is right and its time is {duration(-age_s)} ahead of the arrival"
        reason = f"{ahead}; {duration(rule.tolerance_s)} are allowed. Look at the clocks."
    else:
        return outcome
    return outcome.as_stale(reason)


def duration(seconds: float) -> str:
    """Return a length of time in words: `12 s`, `5 min`, `2 h 3 min`, `4 days`."""
    whole = round(seconds)
    if whole < 120:
        return f"{whole} s"
    if whole < 7200:
        return f"{whole // 60} min" + (f" {whole % 60} s" if whole % 60 else "")
    if whole < 172_800:
        return f"{whole // 3600} h" + (f" {whole % 3600 // 60} min" if whole % 3600 // 60 else "")
    return f"{whole // 86_400} days"
