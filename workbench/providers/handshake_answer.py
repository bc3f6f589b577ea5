"""What to answer a handshake, and why: decided from the request, the packs and the secrets of its endpoint."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from workbench.model.signature import Secret, Verdict
from workbench.providers.confirmation import confirming_url
from workbench.providers.context import Context
from workbench.providers.handshakes import Reply, find_handshake, is_handshake, reply_to, verify_handshake
from workbench.providers.pack import Handshake, Provider
from workbench.providers.subject import Subject
from workbench.providers.verification import verify_signature

BODY_ONLY_LIMIT_BYTES = 1024
"""Largest body of a handshake that nothing but its body tells; those of the providers have 100 to 300 bytes."""


@dataclass(frozen=True, slots=True)
class Shaken:
    """A handshake's answer; `secret` is one that the provider gave to check later requests with."""

    provider: Provider
    reply: Reply
    reason: str
    is_accepted: bool
    secret: str = ""
    is_to_confirm: bool = False
    """Whether the user is to be asked, since confirming it calls out."""


class Handshakes:
    """The handshakes of many packs, those that say most of a request first: Slack's before monday's."""

    def __init__(self, providers: Iterable[Provider]) -> None:
        found = [(provider, item) for provider in providers for item in provider.handshakes if _says_enough(item)]
        self._ranked = sorted(found, key=lambda pair: (-_weight(pair[1]), pair[0].id))
        self._gate = _Gate([item for _, item in found])

    def may_be(self, head: bytes, body: bytes) -> bool:
        """Return False where a request is surely none; a look at the bytes, for every request of a burst."""
        return self._gate.may_be(head, body)

    def find(self, subject: Subject, provider: Provider | None) -> tuple[Provider, Handshake] | None:
        """Return whose handshake it is; where the endpoint's provider is known, only that one's count."""
        if provider is not None:
            handshake = find_handshake(provider, subject)
            return None if handshake is None else (provider, handshake)
        return next((pair for pair in self._ranked if is_handshake(pair[1], subject)), None)


class _Gate:
    """Cheap signs that a request may be a handshake: a method, a header's name, a word in the target or the body."""

    def __init__(self, handshakes: Sequence[Handshake]) -> None:
        # Plain searches: a pattern of all names takes ten times as long.
        self._headers = tuple({b"\n%s:" % item.headers[0][0].lower().encode() for item in handshakes if item.headers})
        self._targets = tuple({item.query[-1][0].encode() for item in handshakes if item.query and not item.headers})
        bodies = [item for item in handshakes if not item.query and not item.headers]
        self._bodies = tuple({_needle(item) for item in bodies})

    def may_be(self, head: bytes, body: bytes) -> bool:
        if not head.startswith(b"POST"):
            return True
        lowered = head.lower()
        for name in self._headers:
            if name in lowered:
                return True
        if b"?" in (line := head.partition(b"\n")[0]) and any(word in line for word in self._targets):
            return True
        return len(body) <= BODY_ONLY_LIMIT_BYTES and any(word in body for word in self._bodies)


def _needle(handshake: Handshake) -> bytes:
    """Return what a handshake's body must hold somewhere: a value it must have, else a field's name."""
    selector, wanted = max(handshake.body, key=lambda pair: len(pair[1] or ""))
    return (wanted or selector.name.rpartition(".")[2]).encode()


def _says_enough(handshake: Handshake) -> bool:
    """A bare method says nothing of the sender."""
    return bool(handshake.headers or handshake.query or handshake.body)


def _weight(handshake: Handshake) -> int:
    conditions = [*handshake.headers, *handshake.query, *handshake.body]
    return sum(3 if wanted is not None else 2 for _, wanted in conditions)


def answer_handshake(
    provider: Provider,
    handshake: Handshake,
    subject: Subject,
    secrets: Sequence[Secret],
    at_us: int,
    context: Context,
) -> Shaken:
    """Decide. A wrong signature or token is refused; without a secret to check it by, what needs none is answered."""
    fitting = [secret for secret in secrets if secret.provider in ("", provider.id)]
    said = f"Handshake {handshake.name} of {provider.name}"
    if handshake.confirm is not None:
        return _to_confirm(provider, handshake, subject, said)
    key, proof = "", "it carries no signature"
    if handshake.verify_first or handshake.token is not None:
        if handshake.verify_first:
            verification = verify_signature(provider, subject, fitting, at_us, context)
        else:
            verification = verify_handshake(provider, handshake, subject, fitting)
        if verification.verdict is Verdict.VALID:
            key, proof = _value(fitting, verification.matched_secret), "checked first"
        elif fitting or _needs_secret(handshake) or handshake.refuse_status == 401:
            return _refused(provider, handshake, f"{said} refused: {verification.reason}")
        else:
            proof = "not checked, as the endpoint has no secret for it"
    elif _needs_secret(handshake):
        if not fitting:
            missing = "the answer is made with a secret, and the endpoint has none."
            return _refused(provider, handshake, f"{said} refused: {missing}")
        key = fitting[0].value
    reply = reply_to(handshake, subject, key)
    given = (handshake.store_secret.text(subject) or "") if handshake.store_secret is not None else ""
    return Shaken(provider, reply, f"{said} answered; {proof}.", is_accepted=True, secret=given)


def _to_confirm(provider: Provider, handshake: Handshake, subject: Subject, said: str) -> Shaken:
    url = confirming_url(handshake, subject)
    if not url:
        return _refused(provider, handshake, f"{said} refused: its address to confirm is not {provider.name}'s.")
    reason = f"{said} answered, and not confirmed: that calls {urlsplit(url).hostname}, so it is for you to say."
    return Shaken(provider, reply_to(handshake, subject), reason, is_accepted=True, is_to_confirm=True)


def _refused(provider: Provider, handshake: Handshake, reason: str) -> Shaken:
    return Shaken(provider, Reply(handshake.refuse_status, "", ""), reason, is_accepted=False)


def _value(secrets: Sequence[Secret], name: str) -> str:
    return next((secret.value for secret in secrets if secret.name == name), "")


def _needs_secret(handshake: Handshake) -> bool:
    return "{hmac_" in repr(handshake.reply)


def refuses_bad_signatures(provider: Provider) -> bool:
    """True for a provider that sends wrong signatures on purpose and wants 401 for them."""
    return any(handshake.refuse_status == 401 for handshake in provider.handshakes)
