"""Secrets that a request is made of show neither in what is kept nor in what is said when it cannot be sent."""

import asyncio
import base64
import warnings
from collections.abc import AsyncIterator

import pytest
from fakes import RawTarget

from workbench.engine.authenticating import json_web_token
from workbench.engine.workbench import Workbench, open_workbench
from workbench.model.authentication import Auth, AuthKind
from workbench.model.checks import Taking
from workbench.model.collection import BodyKind, ComposedBody, Field, Part, SavedRequest
from workbench.model.errors import WorkbenchError
from workbench.model.masking import masked_request
from workbench.model.variables import Scope, ScopeKind, Scopes
from workbench.storage.paths import Paths


@pytest.fixture
async def workbench(paths: Paths) -> AsyncIterator[Workbench]:
    async with open_workbench(paths) as opened:
        yield opened


def secret(value: str) -> Scopes:
    return Scopes((Scope(ScopeKind.ENVIRONMENT, "e", {"pw": value}, frozenset({"pw"})),))


@pytest.mark.parametrize("typed", ["ada:{{pw}}@", "ada:s3cr%26t@", "{{pw}}@", "{{pw}}:@"])
async def test_user_and_password_of_a_url_are_masked(workbench: Workbench, typed: str) -> None:
    async with RawTarget() as target:
        url = target.url.replace("//", f"//{typed}")
        delivery = await workbench.deliveries.send(SavedRequest(url=url), scopes=secret("s3cr&t".replace("&", "%26")))
        raw = target.received[0]
    sent = raw.partition(b"Authorization: Basic ")[2].partition(b"\r\n")[0]
    assert b"s3cr&t" in base64.b64decode(sent)
    shown = masked_request(delivery.last.request, delivery.last.secret_ranges)
    assert shown.headers.get("authorization") == "Basic ********"
    assert "s3cr" not in delivery.url


@pytest.mark.parametrize(
    ("saved", "value"),
    [
        (SavedRequest(url="ftp://h/{{pw}}"), "Hidden'one"),
        (SavedRequest(url="{{pw}}://h/"), "hidden-one"),
        (SavedRequest(url="http://{{pw}}/"), "Hidden<One>"),
        (SavedRequest(url="http://{{pw}}.test/"), "\xfcHidden" + "x" * 70),
        (SavedRequest(url="http://h:{{pw}}/"), "12hidden"),
        (SavedRequest(url="http://u:{{pw}}@h/"), "ab/hidden"),
        (SavedRequest(url="http://[{{pw}}]/"), "hidden"),
        (SavedRequest(method="{{pw}}", url="http://h/"), " hidden one\\"),
        (SavedRequest(url="http://h/", headers=(Field("{{pw}}", "1"),)), " hidden one"),
        (SavedRequest(url="http://h/", headers=(Field("X {{pw}}", "1"),)), "hidden"),
        (
            SavedRequest(
                url="http://h/", body=ComposedBody(BodyKind.MULTIPART, parts=(Part("a", "", True, ("/no/{{pw}}",)),))
            ),
            "hidden",
        ),
        (SavedRequest(url="http://h/{{pw | urlencode | nosuch}}"), "hidden"),
        (
            SavedRequest(url="http://h/", auth=Auth(AuthKind.JWT, (("secret", "k"), ("lifetime_s", "{{pw}}")))),
            "hidden",
        ),
    ],
    ids=[*map(str, range(13))],
)
async def test_errors_do_not_tell_secrets(workbench: Workbench, saved: SavedRequest, value: str) -> None:
    with pytest.raises(WorkbenchError) as caught:
        await workbench.deliveries.send(saved, scopes=secret(value))
    said = f"{caught.value.message} {caught.value.hint} {caught.value}".lower()
    assert "hidden" not in said
    assert "'ab'" not in said


async def test_failures_and_takings_do_not_tell_secrets(workbench: Workbench) -> None:
    silent = await workbench.deliveries.send(
        SavedRequest(url="http://{{pw}}.invalid/", takings=(Taking("x", "nothing.{{pw}}"),)), scopes=secret("hidden")
    )
    assert silent.last.failure is not None
    assert "hidden" not in silent.last.failure.message
    async with RawTarget() as target:
        sent = await workbench.deliveries.send_and_check(
            SavedRequest(url=target.url, takings=(Taking("x", "nothing.{{pw}}"),)), scopes=secret("hidden")
        )
    assert sent.taken[0].problem
    assert "hidden" not in sent.taken[0].problem


async def test_short_keys_of_tokens_are_no_business_of_standard_error() -> None:
    auth = Auth(AuthKind.JWT, (("algorithm", "HS256"), ("secret", "short"), ("lifetime_s", "0")))
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        assert (await asyncio.to_thread(json_web_token, auth, 0)).count(".") == 2
    assert seen == []
