"""Whatever comes in: a verdict with a reason, never an exception, and never `valid`."""

import base64
import hmac
import json
import time
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from providers.conftest import SECRET, request, subject

from workbench.model.message import Request
from workbench.model.signature import Secret, Verdict, Verification
from workbench.providers.checking import NOW_US, as_subject, example, key_pair, sign_request
from workbench.providers.context import Context
from workbench.providers.doctor import explain
from workbench.providers.pack import Provider, Scheme
from workbench.providers.verification import verify
from workbench.storage.packs import Packs, load_packs
from workbench.storage.paths import Paths

ALL = load_packs(Paths(Path("/nonexistent"), Path("/nonexistent"))).all
SCHEMES = [(provider, scheme) for provider in ALL for scheme in provider.schemes if scheme.place.header]
TEXTS = (
    "",
    " ",
    "=",
    ",",
    ";;;,,,===",
    "t=,v1=",
    "t=abc,v1=zz",
    "t=99999999999999999999999,v1=00",
    "v1,",
    "sha256=",
    "sha256=zz",
    "v0=" + "0" * 64,
    "Bearer ",
    "Bearer a.b.c",
    "Basic ",
    "Basic !!!",
    "a" * 1_000_000,
    "\u00e4\u00f6\u00fc\x00\x7f",
    "sig1=:AAAA:",
    'sig1=("@method");created=1',
    "(" * 10_000,
)


NO_PEM = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"


def judged(provider: Provider, request: Request, *secrets: Secret) -> Verification:
    said = verify(provider, as_subject(request), secrets or [SECRET], NOW_US)
    assert said.verdict is not Verdict.VALID
    assert said.reason.endswith(".")
    explain(provider, as_subject(request), secrets or [SECRET], NOW_US, verification=said)
    return said


@pytest.mark.parametrize(("provider", "scheme"), SCHEMES, ids=[f"{p.id}/{s.id}" for p, s in SCHEMES])
def test_malformed_headers(provider: Provider, scheme: Scheme) -> None:
    names = [scheme.place.header, "X-Slack-Request-Timestamp", "Signature-Input", "webhook-id", "webhook-timestamp"]
    for text in TEXTS:
        headers = [(name, text.replace("\x00", "")) for name in names]
        latin = [(name, value.encode().decode("latin-1")) for name, value in headers]
        judged(provider, request(b'{"type":1}', *latin))


@settings(max_examples=150, deadline=None)
@given(data=st.data(), text=st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=80))
def test_any_header_text(data: st.DataObject, text: str) -> None:
    provider, scheme = data.draw(st.sampled_from(SCHEMES))
    judged(provider, request(data.draw(st.binary(max_size=40)), (scheme.place.header, text)))


@pytest.mark.parametrize(("provider", "scheme"), SCHEMES, ids=[f"{p.id}/{s.id}" for p, s in SCHEMES])
@pytest.mark.parametrize(
    "secret", ["", "not base64 !", "zz", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"]
)
def test_secrets_that_are_no_keys(provider: Provider, scheme: Scheme, secret: str) -> None:
    private, _ = key_pair(scheme)
    made = sign_request(provider, scheme, example(scheme), private)
    judged(provider, made, Secret("wrong", secret))


@pytest.mark.parametrize("provider", ALL, ids=lambda provider: provider.id)
def test_no_secret_at_all(provider: Provider) -> None:
    for scheme in provider.schemes:
        private, _ = key_pair(scheme)
        made = sign_request(provider, scheme, example(scheme), private)
        said = verify(provider, as_subject(made), [], NOW_US, Context({"webhook_id": "1"}))
        assert said.verdict is Verdict.NO_SECRET, said.reason


def test_a_signature_of_ten_megabytes_is_refused_quickly(packs: Packs) -> None:
    huge = "v1=" + "a" * 10_000_000
    began = time.perf_counter()
    said = judged(packs.require("stripe"), request(b"{}", ("Stripe-Signature", huge)))
    assert said.verdict is Verdict.MALFORMED
    assert time.perf_counter() - began < 5


def token(header: dict[str, object], claims: dict[str, object], key: bytes = b"") -> str:
    def part(value: dict[str, object]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    signed = f"{part(header)}.{part(claims)}"
    signature = hmac.digest(key, signed.encode(), "sha256") if key else b""
    return f"{signed}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


@pytest.mark.parametrize("name", ["plaid", "google-pubsub", "monday", "jwt"])
@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "HS512", "", 7, None, ["HS256"]])
def test_a_token_does_not_choose_its_algorithm(packs: Packs, name: str, algorithm: object) -> None:
    provider = packs.require(name)
    prefix, header = provider.schemes[0].place.prefix, provider.schemes[0].place.header
    text = token({"alg": algorithm, "typ": "JWT"}, {"iat": NOW_US // 1_000_000})
    said = judged(provider, request(b"{}", (header, prefix + text)))
    assert said.verdict in (Verdict.INVALID, Verdict.MALFORMED)


@pytest.mark.parametrize("name", ["plaid", "google-pubsub"])
def test_a_public_key_is_no_shared_secret(packs: Packs, name: str) -> None:
    """Key confusion: HMAC with the public key, which everybody has."""
    provider = packs.require(name)
    scheme = provider.schemes[0]
    _, public = key_pair(scheme)
    claims: dict[str, object] = {"iat": NOW_US // 1_000_000, "request_body_sha256": sha256(b"{}").hexdigest()}
    text = token({"alg": "HS256", "typ": "JWT"}, claims, public.encode())
    judged(provider, request(b"{}", (scheme.place.header, scheme.place.prefix + text)), Secret("public", public))


def test_a_public_key_given_to_a_shared_secret_scheme(packs: Packs) -> None:
    _, public = key_pair(packs.require("plaid").schemes[0])
    text = token({"alg": "HS256"}, {"iat": NOW_US // 1_000_000}, public.encode())
    judged(packs.require("jwt"), request(b"{}", ("Authorization", f"Bearer {text}")), Secret("public", public))


ADDRESSES = [
    "http://sns.us-east-1.amazonaws.com/a.pem",
    "https://sns.us-east-1.amazonaws.com.evil.example/a.pem",
    "https://evil.example/sns.us-east-1.amazonaws.com/a.pem",
    "https://sns.us-east-1.amazonaws.com@evil.example/a.pem",
    "https://sns.us-east-1.amazonaws.com:8443/a.pem",
    "https://bucket.s3.amazonaws.com/a.pem",
    "https://sns.us-east-1.amazonaws.com/a.txt",
    "https://[::1",
    "",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_certificates_from_elsewhere(packs: Packs, address: str) -> None:
    provider = packs.require("aws-sns")
    private, public = key_pair(provider.schemes[0])
    made = sign_request(provider, provider.schemes[0], example(provider.schemes[0]), private)
    body = json.loads(made.body.content) | {"SigningCertURL": address}
    moved = request(json.dumps(body).encode(), ("Content-Type", "text/plain"))
    asked: list[str] = []

    def keys(url: str) -> str:
        asked.append(url)
        return public

    said = verify(provider, subject(moved), [Secret("cert", public)], NOW_US, Context(keys=keys))
    assert (said.verdict, asked) == (Verdict.INVALID, [])
    assert "Amazon's" in said.reason


@pytest.mark.parametrize(
    "address", ["https://api.paypal.com.evil.example/c", "http://api.paypal.com/c", "https://x/"]
)
def test_paypal_certificates_from_elsewhere(packs: Packs, address: str) -> None:
    provider = packs.require("paypal")
    private, public = key_pair(provider.schemes[0])
    made = example(provider.schemes[0])
    changed = request(b"{}", *list(made.headers)[1:-1], ("PAYPAL-CERT-URL", address))
    signed = sign_request(provider, provider.schemes[0], changed, private)
    said = verify(provider, as_subject(signed), [Secret("c", public)], NOW_US, Context({"webhook_id": "1"}))
    assert said.verdict is Verdict.INVALID
    assert "PayPal's" in said.reason


def test_deep_json_is_nobodys_event(packs: Packs) -> None:
    deep = request(b"[" * 200_000, ("Content-Type", "application/json"))
    assert packs.detector.detect(subject(deep))[0] is None
