"""The doctor names the mistake: each made as it happens in the wild, for each family of schemes that knows it."""

import gzip
import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from providers.conftest import request, subject

from workbench.model.message import Body, Headers, Request
from workbench.model.signature import Secret, Verdict
from workbench.providers.doctor import Explanation, explain
from workbench.providers.pack import Provider
from workbench.providers.signing import apply, choose_scheme, sign
from workbench.providers.subject import Subject
from workbench.storage.packs import Packs

AT_US = 1_790_000_000_000_000
BODY = b'{\n  "id": "evt_1",\n  "amount": 12.50,\n  "name": "Caf\xc3\xa9 <a&b>",\n  "url": "https://example.com/x"\n}'
URL = "https://hooks.example.com/stripe"

HEX, BASE64, TIMED, WHSEC, URLED = "github", "shopify", "stripe", "standard-webhooks", "square"
FAMILIES = (HEX, BASE64, TIMED, "slack", WHSEC, URLED, "trello", "zoom", "hubspot", "paddle")

KEYS = {WHSEC: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}


def key_of(provider: Provider) -> str:
    return KEYS.get(provider.id, "whsec_c2VjcmV0LW9mLXRoaXJ0eS10d28tYnl0ZXMtb3Itc28=")


def sent(provider: Provider, body: bytes = BODY, key: str = "", url: str = URL, at_us: int = AT_US) -> Request:
    """Return a request as the provider sends it."""
    plain = request(body, ("Content-Type", "application/json"), target="/stripe")
    seen = subject(plain, url)
    changes = sign(provider, choose_scheme(provider), seen, key or key_of(provider), at_us)
    return apply(plain, changes)


def cause(provider: Provider, came: Request, url: str = URL, key: str = "", others: tuple[Secret, ...] = ()) -> str:
    explanation = explained(provider, came, url, key, others)
    assert explanation.verification.verdict != "valid"
    assert explanation.causes[0].sentence.endswith(".")
    assert explanation.causes[0].advice.endswith(".")
    return explanation.causes[0].id


def explained(
    provider: Provider, came: Request, url: str = URL, key: str = "", others: tuple[Secret, ...] = ()
) -> Explanation:
    secret = Secret("mine", key or key_of(provider))
    return explain(provider, subject(came, url), [secret], AT_US, others=others)


def with_body(came: Request, body: bytes) -> Request:
    return Request(came.head, Body(body))


def with_header(came: Request, name: str, change: Callable[[str], str | None]) -> Request:
    pairs: list[tuple[str, str]] = []
    for key, value in came.headers:
        changed = change(value) if key.lower() == name.lower() else value
        if changed is not None:
            pairs.append((key, changed))
    return Request(type(came.head).build(came.head.start_line, Headers(tuple(pairs))), came.body)


PARSED = json.loads(BODY)
BODIES: dict[str, tuple[bytes, str]] = {
    "compact JSON": (json.dumps(PARSED, ensure_ascii=False, separators=(",", ":")).encode(), "reserialised-json"),
    "Python's JSON": (json.dumps(PARSED).encode(), "reserialised-json"),
    "sorted keys": (json.dumps(PARSED, sort_keys=True).encode(), "reserialised-json"),
    "PHP's slashes": (json.dumps(PARSED, separators=(",", ":")).replace("/", "\\/").encode(), "reserialised-json"),
    "a line feed lost": (BODY + b"\n", "trailing-newline"),
    "CR LF lost": (BODY + b"\r\n", "trailing-newline"),
    "CR LF turned into LF": (BODY.replace(b"\n", b"\r\n"), "line-ends"),
    "compressed": (gzip.compress(BODY, mtime=0), "decompressed-body"),
    "byte order mark lost": (b"\xef\xbb\xbf" + BODY, "byte-order-mark"),
    "Latin-1": (BODY.decode().encode("latin-1"), "charset"),
    "empty body": (b"", "body-lost"),
}


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("mistake", BODIES)
def test_a_body_that_is_not_the_one_signed(packs: Packs, family: str, mistake: str) -> None:
    provider = packs.require(family)
    signed_body, wanted = BODIES[mistake]
    assert cause(provider, with_body(sent(provider, signed_body), BODY)) == wanted


@pytest.mark.parametrize("family", FAMILIES)
def test_compressed_on_the_way(packs: Packs, family: str) -> None:
    provider = packs.require(family)
    assert cause(provider, with_body(sent(provider), gzip.compress(BODY))) == "compressed-body"


@pytest.mark.parametrize("family", FAMILIES)
def test_a_newline_added_on_the_way(packs: Packs, family: str) -> None:
    provider = packs.require(family)
    assert cause(provider, with_body(sent(provider), BODY + b"\n")) == "trailing-newline"


@pytest.mark.parametrize("family", FAMILIES)
def test_another_saved_secret(packs: Packs, family: str) -> None:
    provider = packs.require(family)
    other = "whsec_" + "b3RoZXItc2VjcmV0LW9mLXRoaXJ0eS10d28tYnl0ZXM="
    came = sent(provider, key=other)
    explanation = explained(provider, came, others=(Secret("keyring:stripe/test", other),))
    assert explanation.causes[0].id == "other-secret"
    assert "keyring:stripe/test" in explanation.causes[0].sentence
    assert other not in repr(explanation)


@pytest.mark.parametrize("family", [family for family in FAMILIES if family != WHSEC])
@pytest.mark.parametrize("written", ["{} ", "{}\n", '"{}"', "STRIPE_SECRET={}"])
def test_a_secret_copied_badly(packs: Packs, family: str, written: str) -> None:
    provider = packs.require(family)
    key = "plainsecret123"
    assert cause(provider, sent(provider, key=key), key=written.format(key)) == "secret-copied-badly"


@pytest.mark.parametrize("family", [HEX, BASE64, TIMED, "slack", URLED])
def test_a_secret_decoded_that_should_not_be(packs: Packs, family: str) -> None:
    provider = packs.require(family)
    scheme = replace(choose_scheme(provider), key_form="base64")
    key = "c2VjcmV0LW9mLXRoaXJ0eS10d28tYnl0ZXMtb3Itc28="
    plain = request(BODY, ("Content-Type", "application/json"), target="/stripe")
    came = apply(plain, sign(provider, scheme, subject(plain, URL), key, AT_US))
    assert cause(provider, came, key=key) == "secret-encoding"


def test_a_secret_not_decoded_that_should_be(packs: Packs) -> None:
    provider = packs.require(WHSEC)
    scheme = replace(choose_scheme(provider), key_form="text")
    plain = request(BODY, ("Content-Type", "application/json"))
    came = apply(plain, sign(provider, scheme, subject(plain), KEYS[WHSEC], AT_US))
    assert cause(provider, came) == "secret-encoding"


@pytest.mark.parametrize("family", [HEX, TIMED, "slack"])
def test_a_prefix_taken_off_the_secret(packs: Packs, family: str) -> None:
    provider = packs.require(family)
    assert cause(provider, sent(provider, key="abc123"), key="whsec_abc123") == "secret-prefix"


def test_hex_for_base64_and_the_other_way_round(packs: Packs) -> None:
    for family, header in ((HEX, "X-Hub-Signature-256"), (BASE64, "X-Shopify-Hmac-Sha256")):
        provider = packs.require(family)
        scheme = choose_scheme(provider)
        other = "base64" if scheme.place.encoding == "hex" else "hex"
        wrong = replace(scheme, place=replace(scheme.place, encoding=other))
        plain = request(BODY)
        came = apply(plain, sign(provider, wrong, subject(plain), key_of(provider), AT_US))
        assert header in dict(came.headers)
        assert cause(provider, came) == "wrong-encoding"


URLS = {
    "a tunnel's host": "https://abc.example.net/stripe",
    "http for https": "http://hooks.example.com/stripe",
    "a slash at the end": "https://hooks.example.com/stripe/",
    "a query that was lost": "https://hooks.example.com/stripe?a=1",
}


@pytest.mark.parametrize("family", [URLED, "trello", "hubspot"])
@pytest.mark.parametrize("mistake", list(URLS)[1:3])
def test_another_url(packs: Packs, family: str, mistake: str) -> None:
    provider = packs.require(family)
    explanation = explained(provider, sent(provider), url=URLS[mistake])
    assert explanation.causes[0].id == "other-url"
    assert URL in explanation.causes[0].sentence


def test_twilio_behind_a_proxy_that_says_which_host_was_called(packs: Packs) -> None:
    provider = packs.require("twilio")
    form = ("Content-Type", "application/x-www-form-urlencoded")
    plain = request(b"Body=Hi&From=%2B1", form, ("X-Forwarded-Host", "hooks.example.com"), target="/sms")
    seen = subject(plain, "https://hooks.example.com/sms")
    came = apply(plain, sign(provider, choose_scheme(provider), seen, "token", AT_US))
    assert cause(provider, came, url="http://localhost:8080/sms", key="token") == "other-url"


def test_twilio_form_written_anew(packs: Packs) -> None:
    provider = packs.require("twilio")
    plain = request(b"Body=Hi&From=%2B1", ("Content-Type", "application/x-www-form-urlencoded"), target="/sms")
    came = apply(plain, sign(provider, choose_scheme(provider), subject(plain), "token", AT_US))
    assert cause(provider, with_body(came, b"Body=Hi&From=+1"), url="https://example.com", key="token") in (
        "wrong-secret",
        "reserialised-form",
    )


@pytest.mark.parametrize("family", FAMILIES)
def test_the_signature_is_missing(packs: Packs, family: str) -> None:
    provider = packs.require(family)
    header = choose_scheme(provider).place.header
    assert cause(provider, with_header(sent(provider), header, lambda _: None)) == "header-missing"


def test_a_header_that_a_proxy_renamed(packs: Packs) -> None:
    provider = packs.require(HEX)
    came = sent(provider)
    value = came.headers.get("X-Hub-Signature-256")
    renamed = request(BODY, ("X_Hub_Signature_256", value))
    assert cause(provider, renamed) == "header-renamed"


@pytest.mark.parametrize(("family", "header"), [("slack", "X-Slack-Request-Timestamp"), (WHSEC, "webhook-id")])
def test_a_signed_header_is_missing(packs: Packs, family: str, header: str) -> None:
    provider = packs.require(family)
    assert cause(provider, with_header(sent(provider), header, lambda _: None)) == "header-missing"


@pytest.mark.parametrize(("family", "age_s", "wanted"), [(TIMED, 3600, "too-old"), ("slack", -3600, "clock-ahead")])
def test_clocks(packs: Packs, family: str, age_s: int, wanted: str) -> None:
    provider = packs.require(family)
    assert cause(provider, sent(provider, at_us=AT_US - age_s * 1_000_000)) == wanted


def test_milliseconds_for_seconds(packs: Packs) -> None:
    provider = packs.require("slack")
    scheme = choose_scheme(provider)
    assert scheme.timestamp is not None
    wrong = replace(scheme, timestamp=replace(scheme.timestamp, unit="milliseconds"))
    plain = request(BODY)
    came = apply(plain, sign(provider, wrong, subject(plain), key_of(provider), AT_US))
    assert cause(provider, came) == "wrong-unit"


def test_another_version_of_the_scheme(packs: Packs) -> None:
    provider = packs.require(TIMED)
    came = with_header(sent(provider), "Stripe-Signature", lambda value: value.replace("v1=", "v0="))
    assert cause(provider, came) == "wrong-version"


@pytest.mark.parametrize("family", [HEX, BASE64, TIMED, "slack", URLED])
def test_another_hash(packs: Packs, family: str) -> None:
    provider = packs.require(family)
    scheme = replace(choose_scheme(provider), hash="sha512")
    plain = request(BODY, target="/stripe")
    came = apply(plain, sign(provider, scheme, subject(plain, URL), key_of(provider), AT_US))
    assert cause(provider, came) == "wrong-hash"


def test_a_prefix_cut_off_the_signature(packs: Packs) -> None:
    provider = packs.require(HEX)
    came = with_header(sent(provider), "X-Hub-Signature-256", lambda value: value.removeprefix("sha256="))
    assert cause(provider, came) == "prefix-missing"


STRIPE, GITHUB, SHOPIFY = "Stripe-Signature", "X-Hub-Signature-256", "X-Shopify-Hmac-Sha256"
LENGTHS: dict[str, tuple[str, str, Callable[[str], str], str]] = {
    "a digit too many": (TIMED, STRIPE, lambda value: f"{value}0", "65 hex digits; HMAC-SHA256 makes 64"),
    "a digit lost": (TIMED, STRIPE, lambda value: value[:-1], "63 hex digits; HMAC-SHA256 makes 64"),
    "a byte too many": (HEX, GITHUB, lambda value: f"{value}00", "66 hex digits; HMAC-SHA256 makes 64"),
    "cut short": (HEX, GITHUB, lambda value: value[:-8], "56 hex digits; HMAC-SHA256 makes 64"),
    "a letter": (TIMED, STRIPE, lambda value: f"{value[:-1]}g", "is not hex: it holds 'g'"),
    "padding lost": (BASE64, SHOPIFY, lambda value: value[:-1], "43 characters of base64; HMAC-SHA256 makes 44"),
    "base64 cut short": (BASE64, SHOPIFY, lambda value: value[:-4], "30 bytes in base64; HMAC-SHA256 makes 32"),
}


@pytest.mark.parametrize("mistake", LENGTHS)
def test_a_signature_of_another_length_or_alphabet(packs: Packs, mistake: str) -> None:
    family, header, change, said = LENGTHS[mistake]
    provider = packs.require(family)
    explanation = explained(provider, with_header(sent(provider), header, change))
    assert [cause.id for cause in explanation.causes] == ["malformed"]
    assert f"{said}." in explanation.causes[0].sentence
    assert "secret" not in explanation.causes[0].advice
    if explanation.verification.verdict is Verdict.MALFORMED:
        assert explanation.verification.reason == explanation.causes[0].sentence  # Said once, and not otherwise.


@pytest.mark.parametrize("family", [TIMED, "slack", URLED])
def test_only_the_body_was_signed(packs: Packs, family: str) -> None:
    from workbench.providers.signed_text import SignedText

    provider = packs.require(family)
    scheme = replace(choose_scheme(provider), signed=SignedText.parse("{body}"))
    plain = request(BODY, target="/stripe")
    came = apply(plain, sign(provider, scheme, subject(plain, URL), key_of(provider), AT_US))
    assert cause(provider, came) == "only-the-body"


@pytest.mark.parametrize("family", FAMILIES)
def test_what_cannot_be_explained_is_not_explained_away(packs: Packs, family: str) -> None:
    provider = packs.require(family)
    other = "whsec_" + "bm9ib2R5LWtub3dzLXRoaXMtc2VjcmV0LW9mLW1pbmU="
    assert cause(provider, sent(provider, key=other)) == "wrong-secret"


def test_parts_are_what_is_signed_in_order(packs: Packs) -> None:
    explanation = explained(packs.require(TIMED), sent(packs.require(TIMED)))
    assert [part.source for part in explanation.parts] == ["timestamp", "text", "body"]
    assert b"".join(part.content for part in explanation.parts) == b"1790000000." + BODY


def test_a_secret_is_in_no_repr(packs: Packs) -> None:
    provider = packs.require(TIMED)
    explanation = explained(provider, sent(provider))
    assert key_of(provider) not in repr(explanation) + repr(Secret("n", key_of(provider)))


def test_a_token_is_told_from_a_signature(packs: Packs) -> None:
    provider = packs.require("telegram")
    came = request(b"{}", ("X-Telegram-Bot-Api-Secret-Token", "other"))
    assert cause(provider, came, key="mine") == "wrong-secret"
    seen = Subject.of_head(came.head, b"{}", URL)
    assert "secret itself" in explain(provider, seen, [Secret("mine", "mine")], AT_US).missing
