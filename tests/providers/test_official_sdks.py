"""Ours against the providers' own libraries, both ways. They are an extra: what is not installed is not tried."""

import time

import pytest
from providers.conftest import request, subject

from workbench.model.message import Request
from workbench.model.signature import Secret, SignMode, Verdict
from workbench.providers.signing import apply, choose_scheme, sign
from workbench.providers.verification import verify
from workbench.storage.packs import Packs

BODY = b'{"id":"evt_1","type":"invoice.paid","name":"Caf\xc3\xa9"}'
JSON = ("Content-Type", "application/json")
FORM = ("Content-Type", "application/x-www-form-urlencoded")
URL = "https://example.com/hooks"


def now_us() -> int:
    return time.time_ns() // 1000


def signed(
    packs: Packs, name: str, key: str, body: bytes = BODY, mode: SignMode = SignMode.FRESH, kind=JSON
) -> Request:
    provider = packs.require(name)
    plain = request(body, kind)
    changes = sign(provider, choose_scheme(provider), subject(plain, URL), key, now_us(), mode)
    return apply(plain, changes)


def ours(packs: Packs, name: str, key: str, body: bytes, *headers: tuple[str, str]) -> Verdict:
    came = request(body, *headers)
    return verify(packs.require(name), subject(came, URL), [Secret("k", key)], now_us()).verdict


def test_stripe(packs: Packs) -> None:
    stripe = pytest.importorskip("stripe")
    key = "whsec_test_secret"
    good = signed(packs, "stripe", key).headers.get("stripe-signature")
    assert stripe.WebhookSignature.verify_header(BODY.decode(), good, key, 300)
    old = signed(packs, "stripe", key, mode=SignMode.STALE).headers.get("stripe-signature")
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.WebhookSignature.verify_header(BODY.decode(), old, key, 300)
    theirs = stripe.WebhookSignature.generate_signature_header(BODY.decode(), key)
    assert ours(packs, "stripe", key, BODY, ("Stripe-Signature", theirs)) is Verdict.VALID


def test_slack(packs: Packs) -> None:
    signature = pytest.importorskip("slack_sdk.signature")
    key = "8f742231b10e8888abcd99yyyzzz85a5"
    verifier = signature.SignatureVerifier(key)
    made = signed(packs, "slack", key)
    assert verifier.is_valid_request(BODY, dict(made.headers))
    stamp = str(now_us() // 1_000_000)
    theirs = verifier.generate_signature(timestamp=stamp, body=BODY)
    headers = (("X-Slack-Signature", theirs), ("X-Slack-Request-Timestamp", stamp))
    assert ours(packs, "slack", key, BODY, *headers) is Verdict.VALID


def test_twilio(packs: Packs) -> None:
    validator = pytest.importorskip("twilio.request_validator").RequestValidator("token")
    body = b"From=%2B15005550006&Body=Hi+there&MediaUrl="
    made = signed(packs, "twilio", "token", body, kind=FORM)
    params = {"From": "+15005550006", "Body": "Hi there", "MediaUrl": ""}
    assert validator.validate(URL, params, made.headers.get("x-twilio-signature"))
    theirs = validator.compute_signature(URL, params)
    assert ours(packs, "twilio", "token", body, FORM, ("X-Twilio-Signature", theirs)) is Verdict.VALID
    made = signed(packs, "twilio", "token", BODY)
    full = f"https://example.com{made.target}"
    assert validator.validate(full, BODY.decode(), made.headers.get("x-twilio-signature"))


@pytest.mark.parametrize(("name", "module"), [("standard-webhooks", "standardwebhooks"), ("svix", "svix.webhooks")])
def test_standard_webhooks(packs: Packs, name: str, module: str) -> None:
    import datetime

    webhook = pytest.importorskip(module).Webhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    made = signed(packs, name, key)
    webhook.verify(BODY, {name.lower(): value for name, value in made.headers})
    moment = datetime.datetime.fromtimestamp(now_us() // 1_000_000, datetime.UTC)
    theirs = webhook.sign("msg_1", moment, BODY.decode())
    prefix = "svix" if name == "svix" else "webhook"
    headers = ((f"{prefix}-id", "msg_1"), (f"{prefix}-timestamp", str(int(moment.timestamp()))))
    assert ours(packs, name, key, BODY, *headers, (f"{prefix}-signature", theirs)) is Verdict.VALID


def test_github(packs: Packs) -> None:
    sansio = pytest.importorskip("gidgethub.sansio")
    made = signed(packs, "github", "s3cret")
    sansio.validate_event(BODY, signature=made.headers.get("x-hub-signature-256"), secret="s3cret")


def test_discord(packs: Packs) -> None:
    interactions = pytest.importorskip("discord_interactions")
    from workbench.providers.checking import key_pair

    private, public = key_pair(packs.require("discord").schemes[0])
    made = signed(packs, "discord", private)
    stamp, signature = made.headers.get("x-signature-timestamp"), made.headers.get("x-signature-ed25519")
    assert interactions.verify_key(BODY, signature, stamp, public)
