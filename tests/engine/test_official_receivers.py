"""The providers' own libraries behind a forward: what came through the listener is what they accept.

They are an extra (`pip install --group official-sdks`): a library that is not installed is not tried.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from urllib.parse import parse_qsl

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from engine.conftest import Served, request, status_of

from workbench.model.message import Body, Head, Request
from workbench.providers.signing import apply, choose_scheme, sign
from workbench.providers.subject import Subject
from workbench.storage.packs import load_packs
from workbench.storage.paths import Paths

Serve = Callable[..., AbstractAsyncContextManager[Served]]
Accepts = Callable[[web.Request, bytes], bool]

PUBLIC_URL = "https://hooks.example.com/hook"
JSON_BODY = b'{"id": "evt_1", "object": "event", "type": "invoice.paid",\r\n "amount": 1.10, "name": "Caf\\u00e9"}\n'


@asynccontextmanager
async def receiver(accepts: Accepts) -> AsyncIterator[TestServer]:
    """A user's program: 200 where the provider's library accepts the request, 400 where it does not."""

    async def handle(incoming: web.Request) -> web.Response:
        return web.Response(status=200 if accepts(incoming, await incoming.read()) else 400)

    application = web.Application()
    application.router.add_route("*", "/{tail:.*}", handle)
    async with TestServer(application) as server:
        yield server


def signed(paths: Paths, provider: str, secret: str, kind: str, body: bytes) -> bytes:
    """Return a request as the provider would send it."""
    raw = request("POST", "/hook", f"Content-Type: {kind}", body=body)
    head = Head(raw[: len(raw) - len(body)])
    pack = load_packs(paths).require(provider)
    subject = Subject.of_head(head, body, PUBLIC_URL)
    made = apply(Request(head, Body(body)), sign(pack, choose_scheme(pack), subject, secret, time.time_ns() // 1000))
    return b"".join(made.wire_chunks())


def stripe_accepts(incoming: web.Request, body: bytes) -> bool:
    stripe = pytest.importorskip("stripe")
    try:
        event = stripe.Webhook.construct_event(body, incoming.headers["Stripe-Signature"], "whsec_test")
    except stripe.SignatureVerificationError:
        return False
    return event["type"] == "invoice.paid"


def slack_accepts(incoming: web.Request, body: bytes) -> bool:
    signature = pytest.importorskip("slack_sdk.signature")
    return signature.SignatureVerifier("slack-secret").is_valid_request(body, dict(incoming.headers))


def twilio_accepts(incoming: web.Request, body: bytes) -> bool:
    validator = pytest.importorskip("twilio.request_validator").RequestValidator("twilio-token")
    form = dict(parse_qsl(body.decode(), keep_blank_values=True))
    return validator.validate(PUBLIC_URL, form, incoming.headers["X-Twilio-Signature"])


CASES = [
    pytest.param("stripe", "stripe", "whsec_test", "application/json", JSON_BODY, stripe_accepts, id="stripe"),
    pytest.param("slack", "slack_sdk", "slack-secret", "application/json", JSON_BODY, slack_accepts, id="slack"),
    pytest.param(
        "twilio",
        "twilio",
        "twilio-token",
        "application/x-www-form-urlencoded",
        b"From=%2B15005550006&Body=Caf%C3%A9&Empty=",
        twilio_accepts,
        id="twilio",
    ),
]


@pytest.mark.parametrize(("provider", "library", "secret", "kind", "body", "accepts"), CASES)
async def test_library_accepts_what_came_through(
    served: Serve, paths: Paths, provider: str, library: str, secret: str, kind: str, body: bytes, accepts: Accepts
) -> None:
    pytest.importorskip(library)
    async with receiver(accepts) as server:
        target = f"http://127.0.0.1:{server.port}"
        async with served(hook=f"path: /hook\nforward:\n  - url: {target}\n    relay: true\n") as listener:
            good = signed(paths, provider, secret, kind, body)
            assert status_of(await listener.exchange(good)) == 200
            wrong = good[:-1] + bytes([good[-1] ^ 1])
            assert status_of(await listener.exchange(wrong)) == 400
            assert await asyncio.to_thread(listener.get, 2)
