"""What `sign` makes, `verify` accepts; with any covered byte changed it does not."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.model.message import Body, Request
from workbench.model.signature import Covers, Secret, SignMode, Verdict
from workbench.providers.checking import NOW_US, SETTINGS, as_subject, check_schemes, example, key_pair
from workbench.providers.pack import Provider, Scheme
from workbench.providers.signing import apply, sign
from workbench.providers.verification import verify
from workbench.storage.packs import load_packs
from workbench.storage.paths import Paths

_ALL = load_packs(Paths(Path("/nonexistent"), Path("/nonexistent"))).all
SCHEMES = [(provider, scheme) for provider in _ALL for scheme in provider.schemes]
NAMES = [f"{provider.id}/{scheme.id}" for provider, scheme in SCHEMES]


def needs_fields(scheme: Scheme) -> bool:
    """True where the signature or its time is inside the body, so that it cannot be just any bytes."""
    inside = bool(scheme.place.body) or (scheme.timestamp is not None and scheme.timestamp.source.source == "body")
    places = scheme.signed.places if scheme.signed else set()
    return inside or "sorted_form" in places or any(place.startswith("body:") for place in places)


ANY_BODY = [
    pair
    for pair in SCHEMES
    if pair[1].signed is not None and pair[1].covers is Covers.BODY and not needs_fields(pair[1])
]


@pytest.mark.parametrize("provider", _ALL, ids=lambda provider: provider.id)
def test_every_scheme_signs_what_it_verifies(provider: Provider) -> None:
    assert check_schemes(provider) == []


def signed(provider: Provider, scheme: Scheme, request: Request, mode: SignMode = SignMode.FRESH) -> Request:
    private, _ = key_pair(scheme)
    return apply(request, sign(provider, scheme, as_subject(request), private, NOW_US, mode, SETTINGS))


def verdict(provider: Provider, scheme: Scheme, request: Request) -> Verdict:
    _, public = key_pair(scheme)
    return verify(provider, as_subject(request), [Secret("key", public)], NOW_US, SETTINGS).verdict


@pytest.mark.parametrize(("provider", "scheme"), ANY_BODY, ids=[f"{p.id}/{s.id}" for p, s in ANY_BODY])
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(min_size=1, max_size=200), data=st.data())
def test_any_body_round_trips_and_any_changed_byte_is_noticed(
    provider: Provider, scheme: Scheme, content: bytes, data: st.DataObject
) -> None:
    made = example(scheme)
    request = signed(provider, scheme, Request(made.head, Body(content)))
    assert verdict(provider, scheme, request) is Verdict.VALID
    place = data.draw(st.integers(0, len(content) - 1))
    other = bytes([content[place] ^ data.draw(st.integers(1, 255))])
    tampered = content[:place] + other + content[place + 1 :]
    assert verdict(provider, scheme, Request(request.head, Body(tampered))) is not Verdict.VALID


@pytest.mark.parametrize(("provider", "scheme"), SCHEMES, ids=NAMES)
def test_wrong_on_purpose_is_noticed(provider: Provider, scheme: Scheme) -> None:
    for mode in (SignMode.MISSING, SignMode.WRONG_KEY):
        request = signed(provider, scheme, signed(provider, scheme, example(scheme)), mode)
        assert verdict(provider, scheme, request) is not Verdict.VALID, mode
    ages = scheme.timestamp is not None and scheme.timestamp.tolerance_s is not None
    if ages:
        assert verdict(provider, scheme, signed(provider, scheme, example(scheme), SignMode.STALE)) is Verdict.STALE
    if scheme.covers is Covers.BODY:
        request = signed(provider, scheme, example(scheme), SignMode.TAMPERED)
        assert verdict(provider, scheme, request) is not Verdict.VALID


@pytest.mark.parametrize(("provider", "scheme"), SCHEMES, ids=NAMES)
def test_signing_touches_nothing_but_the_signature(provider: Provider, scheme: Scheme) -> None:
    before = example(scheme)
    after = signed(provider, scheme, before)
    made = {name.lower() for name, value in after.headers if (name, value) not in list(before.headers)}
    kept = [pair for pair in before.headers if pair[0].lower() not in made]
    assert [pair for pair in after.headers if pair[0].lower() not in made] == kept
    if not needs_fields(scheme) and scheme.code not in ("adyen", "aws-sns"):
        assert after.body.content == before.body.content
