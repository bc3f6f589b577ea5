"""A handshake is told by its shape, which anyone can give to a request: its verdict is never that of a signature."""

import hashlib
import hmac

import pytest

from workbench.model.message import Headers
from workbench.model.signature import Secret, Verdict
from workbench.providers.handshakes import find_handshake
from workbench.providers.subject import Subject
from workbench.providers.verification import verify, verify_signature
from workbench.storage.packs import Packs

SECRET = Secret("the-secret", "s3cret")

SHAPED: dict[str, tuple[str, tuple[tuple[str, str], ...], bytes]] = {
    "asana": ("/", (("X-Hook-Secret", "abc"),), b'{"events":[{"action":"deleted"}]}'),
    "monday": ("/", (), b'{"challenge":"x","event":{"type":"create_item"}}'),
    "notion": ("/", (), b'{"verification_token":"x","type":"page.created"}'),
    "ms-graph": ("/?validationToken=x", (), b'{"value":[{"changeType":"created"}]}'),
    "azure-event-grid": ("/", (("aeg-event-type", "SubscriptionValidation"),), b'[{"eventType":"Other"}]'),
}


def subject(target: str, headers: tuple[tuple[str, str], ...], body: bytes) -> Subject:
    return Subject("POST", target, Headers((("Content-Type", "application/json"), *headers)), body)


@pytest.mark.parametrize("name", SHAPED)
def test_shape_of_a_handshake_proves_nothing(name: str, packs: Packs) -> None:
    shaped = subject(*SHAPED[name])
    provider = packs.require(name)
    assert find_handshake(provider, shaped) is not None
    assert verify(provider, shaped, [SECRET], 0).verdict is Verdict.UNSIGNED
    assert verify_signature(provider, shaped, [SECRET], 0).verdict is not Verdict.VALID


def test_signature_of_a_request_shaped_as_a_handshake_is_checked(packs: Packs) -> None:
    body = b'{"events":[]}'
    provider = packs.require("asana")
    right = hmac.new(b"s3cret", body, hashlib.sha256).hexdigest()
    for sent, verdict in ((right, Verdict.VALID), ("00" * 32, Verdict.INVALID)):
        shaped = subject("/", (("X-Hook-Secret", "abc"), ("X-Hook-Signature", sent)), body)
        assert verify(provider, shaped, [SECRET], 0).verdict is verdict


def test_no_sample_of_an_event_is_a_handshake(packs: Packs) -> None:
    """An event that is taken for a handshake is answered, and goes nowhere."""
    taken: list[str] = []
    for provider in packs.all:
        for sample in provider.samples:
            body = packs.sample_body(provider, sample)
            event = Subject(sample.method, f"/?{sample.query}", Headers(sample.headers), body)
            signed = Subject(sample.method, f"/?{sample.query}", _signed(provider.id, sample.headers), body)
            if find_handshake(provider, event) or find_handshake(provider, signed):
                taken.append(f"{provider.id}/{sample.event}")
    assert [name for name in taken if not name.endswith(EVENTS_THAT_ARE)] == []


EVENTS_THAT_ARE = ("url_verification", "PING", "endpoint.url_validation")


def _signed(provider: str, headers: tuple[tuple[str, str], ...]) -> Headers:
    return Headers((*headers, ("x-xero-signature", "AA==")) if provider == "xero" else headers)
