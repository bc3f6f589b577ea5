"""Where a redirect leads: what of a request's head may go along."""

from collections.abc import AsyncIterator

import pytest
from engine.proxies import serving
from engine.test_sending_options import FOLLOW, OK, routes, to

from workbench.engine.signing import Signing
from workbench.engine.workbench import Workbench, open_workbench
from workbench.model.collection import BodyKind, ComposedBody, Field, SavedRequest
from workbench.model.message import Body
from workbench.storage.packs import load_packs
from workbench.storage.paths import Paths


@pytest.fixture
async def workbench(paths: Paths) -> AsyncIterator[Workbench]:
    async with open_workbench(paths) as opened:
        yield opened


def posted(port: int, *headers: Field) -> SavedRequest:
    return SavedRequest(
        method="POST",
        url=f"http://127.0.0.1:{port}/",
        headers=(Field("X-Own", "1"), *headers),
        body=ComposedBody(BodyKind.JSON, Body(b"{}")),
        settings=FOLLOW,
    )


@pytest.mark.parametrize(("status", "kept"), [(302, False), (303, False), (307, True)])
async def test_signature_goes_no_further_than_its_body(
    workbench: Workbench, paths: Paths, status: int, kept: bool
) -> None:
    provider = load_packs(paths).get("standard-webhooks")
    assert provider is not None
    signing = Signing(provider, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    async with serving(routes(root=to("next", status), next=OK)) as target:
        await workbench.deliveries.send(posted(target.port), signing=signing)
        first, second = target.heard
    for name in (b"webhook-id:", b"webhook-timestamp:", b"webhook-signature:"):
        assert name in first.lower()
        assert (name in second.lower()) is kept
    assert b"X-Own: 1" in second


async def test_headers_that_look_secret_stay_with_their_origin(workbench: Workbench) -> None:
    names = (
        "X-Api-Key", "apikey", "PRIVATE-TOKEN", "X-Auth-Token", "X-Hub-Signature-256", "Stripe-Signature",
        "Proxy-Authorization", "X-Client-Secret",
    )  # fmt: skip
    headers = (*(Field(name, "typed") for name in names), Field("X-Tokens-Used", "kept"), Field("Monkey", "kept"))
    async with (
        serving(routes(there=OK)) as other,
        serving(routes(root=to(f"http://127.0.0.1:{other.port}/there", 307), here=OK)) as target,
    ):
        await workbench.deliveries.send(posted(target.port, *headers))
        here, there = target.heard[0], other.heard[0]
    assert here.count(b": typed\r\n") == len(names)
    assert b"typed" not in there
    assert there.count(b": kept\r\n") == 2
    assert b"X-Own: 1" in there


async def test_headers_that_look_secret_follow_within_their_origin(workbench: Workbench) -> None:
    async with serving(routes(root=to("next", 302), next=OK)) as target:
        await workbench.deliveries.send(posted(target.port, Field("X-Api-Key", "typed")))
        assert b"X-Api-Key: typed" in target.heard[1]
