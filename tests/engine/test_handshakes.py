"""Handshakes as providers send them, on the socket: each gets the answer its documentation asks for, or is refused.

Expected answers are those of the providers' documents, named in the packs.
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from engine.conftest import RawTarget, Served, body_of, header_of, request, status_of

from workbench.engine.confirming import confirmation_of
from workbench.model.errors import UsageError
from workbench.storage.paths import Paths

Serve = Callable[..., AbstractAsyncContextManager[Served]]

SECRET = "handshake-secret"
DISCORD_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
DISCORD_PUBLIC = DISCORD_KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
JSON = "Content-Type: application/json"


def mac(key: str, text: bytes, algorithm: str = "sha256") -> bytes:
    return hmac.digest(key.encode(), text, algorithm)


@dataclass
class Wanted:
    """An answer: an empty content type means that none is asked for."""

    status: int = 200
    body: bytes | None = None
    json: object = None
    content_type: str = ""
    headers: dict[str, str] = field(default_factory=dict[str, str])


def slack(secret: str = SECRET, age_s: int = 0) -> bytes:
    body = b'{"token":"Jhj5dZrVaK7ZwHHjRyZWjbDl","challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P",'
    body += b'"type":"url_verification"}'
    now = str(int(time.time()) - age_s)
    signature = "v0=" + mac(secret, f"v0:{now}:".encode() + body).hex()
    lines = (JSON, f"X-Slack-Request-Timestamp: {now}", f"X-Slack-Signature: {signature}")
    return request("POST", "/slack", *lines, body=body)


def zoom(secret: str = SECRET) -> bytes:
    body = b'{"payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"},"event_ts":1654503849680,'
    body += b'"event":"endpoint.url_validation"}'
    now = str(int(time.time()))
    signature = "v0=" + mac(secret, f"v0:{now}:".encode() + body).hex()
    return request("POST", "/zoom", JSON, f"x-zm-request-timestamp: {now}", f"x-zm-signature: {signature}", body=body)


def discord(*, right: bool = True, kind: int = 1) -> bytes:
    body = b'{"id":"1","type":%d,"version":1}' % kind
    now = str(int(time.time()))
    signature = DISCORD_KEY.sign(now.encode() + (body if right else b"other")).hex()
    lines = (JSON, f"X-Signature-Ed25519: {signature}", f"X-Signature-Timestamp: {now}")
    return request("POST", "/discord", *lines, body=body)


def twitch(secret: str = SECRET) -> bytes:
    body = b'{"challenge":"pogchamp-kappa-360noscope-vohiyo","subscription":{"id":"f1c2","type":"channel.follow"}}'
    message, now = "e76c6bd4", time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    signature = "sha256=" + mac(secret, f"{message}{now}".encode() + body).hex()
    return request(
        "POST",
        "/twitch",
        JSON,
        f"Twitch-Eventsub-Message-Id: {message}",
        f"Twitch-Eventsub-Message-Timestamp: {now}",
        "Twitch-Eventsub-Message-Type: webhook_callback_verification",
        f"Twitch-Eventsub-Message-Signature: {signature}",
        body=body,
    )


def xero(secret: str = SECRET) -> bytes:
    body = b'{"events":[],"lastEventSequence":0,"firstEventSequence":0,"entropy":"S0m3r4Nd0mt3xt"}'
    signature = base64.b64encode(mac(secret, body)).decode()
    return request("POST", "/xero", JSON, f"x-xero-signature: {signature}", body=body)


def meta(token: str = SECRET) -> bytes:
    return request("GET", f"/meta?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={token}")


def endpoint(provider: str, secret: str = "env:HANDSHAKE_SECRET") -> str:
    return f"path: /{provider}*\nprovider: {provider}\nsecrets: ['{secret}']\n"


CRC = base64.b64encode(mac(SECRET, b"MTIzNDU2")).decode()
ENCRYPTED = mac(SECRET, b"qgg8vlvZRS6UYooatFL8Aw").hex()
TEXT = "text/plain"

ANSWERED: dict[str, tuple[str, bytes, Wanted]] = {
    "slack": (
        endpoint("slack"),
        slack(),
        Wanted(body=b"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P", content_type=TEXT),
    ),
    "meta": (endpoint("meta"), meta(), Wanted(body=b"1158201444", content_type=TEXT)),
    "zoom": (
        endpoint("zoom"),
        zoom(),
        Wanted(json={"plainToken": "qgg8vlvZRS6UYooatFL8Aw", "encryptedToken": ENCRYPTED}),
    ),
    "x": (
        endpoint("x-twitter"),
        request("GET", "/x-twitter?crc_token=MTIzNDU2&nonce=1"),
        Wanted(json={"response_token": f"sha256={CRC}"}),
    ),
    "graph": (
        "path: /graph\nprovider: ms-graph",
        request("POST", "/graph?validationToken=Validation%3A+Testing%2Fclient%20%C3%A9", "Content-Type: text/plain"),
        Wanted(body="Validation: Testing/client é".encode(), content_type=TEXT),
    ),
    "event-grid": (
        "path: /grid\nprovider: azure-event-grid",
        request(
            "POST",
            "/grid",
            JSON,
            "aeg-event-type: SubscriptionValidation",
            body=b'[{"id":"2d1781af","topic":"/t","subject":"","data":{"validationCode":"512d38b6-c7b8-40c8-89fe",'
            b'"validationUrl":"https://rp-eastus2.eventgrid.azure.net:553/"},"eventType":'
            b'"Microsoft.EventGrid.SubscriptionValidationEvent","eventTime":"2018-01-25T22:12:19.4556811Z"}]',
        ),
        Wanted(json={"validationResponse": "512d38b6-c7b8-40c8-89fe"}),
    ),
    "event-grid-cloudevents": (
        "path: /grid\nprovider: azure-event-grid",
        request("OPTIONS", "/grid", "WebHook-Request-Origin: eventgrid.azure.net"),
        Wanted(headers={"WebHook-Allowed-Origin": "eventgrid.azure.net"}),
    ),
    "cloudevents": (
        "path: /events",
        request(
            "OPTIONS", "/events", "WebHook-Request-Origin: eventemitter.example.com", "WebHook-Request-Rate: 120"
        ),
        Wanted(
            headers={
                "WebHook-Allowed-Origin": "eventemitter.example.com",
                "WebHook-Allowed-Rate": "120",
                "Allow": "POST",
            }
        ),
    ),
    "dropbox": (
        "path: /dropbox\nprovider: dropbox",
        request("GET", "/dropbox?challenge=abc123"),
        Wanted(body=b"abc123", content_type=TEXT, headers={"X-Content-Type-Options": "nosniff"}),
    ),
    "okta": (
        "path: /okta",
        request("GET", "/okta", "X-Okta-Verification-Challenge: my verification challenge"),
        Wanted(json={"verification": "my verification challenge"}),
    ),
    "asana": (
        "path: /asana",
        request("POST", "/asana", "X-Hook-Secret: b537207f20cbfa02357cf448134da559e8bd39d61597dcd5631b8012eae53e81"),
        Wanted(headers={"X-Hook-Secret": "b537207f20cbfa02357cf448134da559e8bd39d61597dcd5631b8012eae53e81"}),
    ),
    "trello": ("path: /trello\nprovider: trello", request("HEAD", "/trello"), Wanted(body=b"")),
    "mandrill": (
        "path: /mandrill\nprovider: mailchimp-transactional\nanswer: 404",
        request("HEAD", "/mandrill"),
        Wanted(body=b""),
    ),
    "discord": (endpoint("discord", "env:DISCORD_PUBLIC"), discord(), Wanted(json={"type": 1})),
    "discord-events": (
        endpoint("discord", "env:DISCORD_PUBLIC"),
        discord(kind=0),
        Wanted(204, body=b"", content_type="application/json"),
    ),
    "twitch": (endpoint("twitch"), twitch(), Wanted(body=b"pogchamp-kappa-360noscope-vohiyo", content_type=TEXT)),
    "monday": (
        "path: /monday",
        request(
            "POST", "/monday", JSON, body=b'{"challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"}'
        ),
        Wanted(json={"challenge": "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"}),
    ),
    "xero": (endpoint("xero"), xero(), Wanted(body=b"")),
}


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDSHAKE_SECRET", SECRET)
    monkeypatch.setenv("DISCORD_PUBLIC", DISCORD_PUBLIC)


@pytest.mark.parametrize("name", ANSWERED)
async def test_handshake_gets_the_documented_answer(served: Serve, name: str) -> None:
    text, sent, wanted = ANSWERED[name]
    async with served(under_test=text) as listener:
        answer = await listener.exchange(sent)
        assert status_of(answer) == wanted.status
        if wanted.json is not None:
            assert json.loads(body_of(answer)) == wanted.json
            assert header_of(answer, "Content-Type") == "application/json"
        if wanted.body is not None:
            assert body_of(answer) == wanted.body
        if wanted.content_type:
            assert header_of(answer, "Content-Type") == wanted.content_type
        for header, value in wanted.headers.items():
            assert header_of(answer, header) == value
        capture = listener.get(1)
        assert b"".join(capture.request.wire_chunks()) == sent
        assert "Handshake" in capture.answer_reason
        assert "answered" in capture.answer_reason
        assert capture.guard == ""


REFUSED: dict[str, tuple[str, bytes, int]] = {
    "slack, wrong secret": (endpoint("slack"), slack("another"), 403),
    "slack, six minutes old": (endpoint("slack"), slack(age_s=360), 403),
    "meta, wrong token": (endpoint("meta"), meta("guessed"), 403),
    "zoom, wrong secret": (endpoint("zoom"), zoom("another"), 403),
    "zoom, no secret to answer with": ("path: /zoom\nprovider: zoom", zoom(), 403),
    "x, no secret to answer with": ("path: /x\nprovider: x-twitter", request("GET", "/x?crc_token=a"), 403),
    "discord, wrong signature": (endpoint("discord", "env:DISCORD_PUBLIC"), discord(right=False), 401),
    "discord, no key to check with": ("path: /discord\nprovider: discord", discord(), 401),
    "twitch, wrong secret": (endpoint("twitch"), twitch("another"), 403),
    "xero, wrong signature": (endpoint("xero"), xero("another"), 401),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_wrong_handshake_is_refused_and_kept(served: Serve, name: str) -> None:
    text, sent, status = REFUSED[name]
    async with served(under_test=text) as listener:
        answer = await listener.exchange(sent)
        assert status_of(answer) == status
        capture = listener.get(1)
        assert capture.guard == "handshake"
        assert "refused" in capture.answer_reason
        assert b"".join(capture.request.wire_chunks()) == sent


PASSED_BY = {
    "meta, another mode": request("GET", "/any?hub.mode=unsubscribe&hub.challenge=1"),
    "cloudevents, no origin": request("OPTIONS", "/any"),
    "event grid, a notification": request("POST", "/any", JSON, "aeg-event-type: Notification", body=b"[]"),
    "okta, no challenge": request("GET", "/any"),
    "a HEAD of nobody": request("HEAD", "/any"),
    "zoom, another event": request("POST", "/any", JSON, body=b'{"event":"meeting.started"}'),
}


@pytest.mark.parametrize("name", PASSED_BY)
async def test_what_is_no_handshake_gets_the_usual_answer(served: Serve, name: str) -> None:
    async with served(under_test="path: /any\nanswer: 202") as listener:
        assert status_of(await listener.exchange(PASSED_BY[name])) == 202
        assert listener.get(1).answer_reason == ""


async def test_slack_is_answered_without_a_secret_and_says_so(served: Serve) -> None:
    async with served() as listener:
        answer = await listener.exchange(slack())
        assert body_of(answer).startswith(b"3eZbrw1a")
        assert header_of(answer, "Content-Type") == TEXT
        assert "not checked" in listener.get(1).answer_reason


async def test_discord_events_with_a_wrong_signature_get_401(served: Serve) -> None:
    async with served(bot=endpoint("discord", "env:DISCORD_PUBLIC")) as listener:
        assert status_of(await listener.exchange(discord(right=False, kind=2))) == 401
        assert status_of(await listener.exchange(discord(kind=2))) == 200
        assert listener.get(1).guard == "signature"


async def test_handshakes_can_be_switched_off(served: Serve) -> None:
    async with served(quiet="path: /okta\nhandshakes: false\nanswer: 204") as listener:
        answer = await listener.exchange(request("GET", "/okta", "X-Okta-Verification-Challenge: x"))
        assert status_of(answer) == 204


async def test_asana_secret_is_kept_for_its_own_endpoint_only(
    served: Serve, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_PASSPHRASE", "correct horse")
    given = "b537207f20cbfa02357cf448134da559"
    async with served(tasks="path: /tasks\nprovider: asana") as listener:
        await listener.exchange(request("POST", "/elsewhere", f"X-Hook-Secret: {given}"))
        assert "not kept" in listener.get(1).answer_reason
        await listener.exchange(request("POST", "/tasks", f"X-Hook-Secret: {given}"))
        assert "kept as asana/tasks" in listener.get(2).answer_reason
        assert given not in listener.get(2).answer_reason
        saved = (paths.workspace / "endpoints" / "tasks.yml").read_text()
        assert "keyring:asana/tasks" in saved
        assert given not in saved
        await listener.until(lambda: bool(listener.serving.configuration.rules.secrets["tasks"]))
        body = b'{"events":[]}'
        signature = hmac.new(given.encode(), body, hashlib.sha256).hexdigest()
        await listener.exchange(request("POST", "/tasks", JSON, f"X-Hook-Signature: {signature}", body=body))
        await listener.until(lambda: bool(listener.get(3).verification))
        assert listener.get(3).verification == "valid"


def subscription(url: str) -> bytes:
    """A SubscriptionConfirmation as Amazon's developer guide shows it."""
    body = json.dumps(
        {
            "Type": "SubscriptionConfirmation",
            "MessageId": "165545c9-2a5c-472c-8df2-7ff2be2b3b1b",
            "Token": "2336412f37",
            "TopicArn": "arn:aws:sns:us-west-2:123456789012:MyTopic",
            "Message": "You have chosen to subscribe to the topic arn:aws:sns:us-west-2:123456789012:MyTopic.",
            "SubscribeURL": url,
            "Timestamp": "2012-04-26T20:45:04.751Z",
            "SignatureVersion": "1",
            "Signature": "EXAMPLEpH+",
            "SigningCertURL": "https://sns.us-west-2.amazonaws.com/SimpleNotificationService-f3ecfb7224c7.pem",
        }
    ).encode()
    headers = ("x-amz-sns-message-type: SubscriptionConfirmation", "Content-Type: text/plain; charset=UTF-8")
    return request("POST", "/sns", *headers, body=body)


SUBSCRIBE = "https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription&Token=2336412f37"


async def test_sns_subscription_is_answered_and_asked_about_never_confirmed_by_itself(
    served: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object, **__: object) -> None:
        raise AssertionError("nothing may be called unasked")

    monkeypatch.setattr("workbench.engine.sender.HttpSender.attempt", refuse)
    async with served() as listener:
        asked: list[int] = []
        listener.serving.captures.to_confirm.subscribe(lambda each: asked.append(each.number))
        assert status_of(await listener.exchange(subscription(SUBSCRIBE))) == 200
        assert asked == [1]
        assert "sns.us-west-2.amazonaws.com" in listener.get(1).answer_reason
        rules = listener.serving.configuration.rules
        confirmation = confirmation_of(rules, listener.get(1))
        assert (confirmation.provider.id, confirmation.url) == ("aws-sns", SUBSCRIBE)


@pytest.mark.parametrize(
    "url",
    [
        "https://sns.us-west-2.amazonaws.com.example.com/?Token=1",
        "https://sns.mybucket.s3.amazonaws.com/?Token=1",
        "https://sns.us-west-2.amazonaws.com/?Token=\u001b[2J",
        "http://sns.us-west-2.amazonaws.com/?Token=1",
        "https://sns.us-west-2.amazonaws.com@127.0.0.1/",
        "https://sns.us-west-2.amazonaws.com:8443/",
        "https://127.0.0.1\\@sns.us-west-2.amazonaws.com/",
        "https://[::1/",
        "",
    ],
)
async def test_sns_subscription_with_an_address_that_is_not_amazons_is_refused(served: Serve, url: str) -> None:
    async with served() as listener:
        assert status_of(await listener.exchange(subscription(url))) == 403
        assert listener.get(1).guard == "handshake"
        with pytest.raises(UsageError):
            confirmation_of(listener.serving.configuration.rules, listener.get(1))


FORGED: dict[str, tuple[str, bytes]] = {
    "asana": ("provider: asana", request("POST", "/f", JSON, "X-Hook-Secret: x", body=b'{"events":[{"a":1}]}')),
    "monday": ("provider: monday", request("POST", "/f", JSON, body=b'{"challenge":"x","event":{"type":"paid"}}')),
    "nobody's": ("", request("POST", "/f", JSON, "X-Hook-Secret: x", body=b'{"events":[{"a":1}]}')),
    "graph": ("provider: ms-graph", request("POST", "/f?validationToken=x", JSON, body=b'{"value":[]}')),
}


@pytest.mark.parametrize("name", FORGED)
async def test_event_in_the_shape_of_a_handshake_does_not_pass_for_a_signed_one(served: Serve, name: str) -> None:
    provider, sent = FORGED[name]
    large = sent.replace(b"Content-Length", b"X-Padding: x\r\nContent-Length")
    guarded = f"path: /f\n{provider}\nsecrets: [env:HANDSHAKE_SECRET]\nguards: {{signature: true}}\n"
    async with RawTarget() as target:
        text = f"{guarded}handshakes: false\nforward: '{target.url}'"
        async with served(forged=text) as listener:
            assert status_of(await listener.exchange(large)) == 401
            assert listener.get(1).guard == "signature"
            await listener.until(lambda: bool(listener.get(1).verification) or name == "nobody's")
            assert listener.get(1).verification != "valid"
            assert listener.forwards(1) == []
        assert target.received == []


async def test_large_event_in_the_shape_of_a_handshake_is_refused(served: Serve) -> None:
    body = b'{"events":["' + b"x" * 70_000 + b'"]}'
    text = "path: /f\nprovider: asana\nsecrets: [env:HANDSHAKE_SECRET]\nguards: {signature: true}"
    async with served(forged=text) as listener:
        assert status_of(await listener.exchange(request("POST", "/f", JSON, "X-Hook-Secret: x", body=body))) == 401


async def test_xero_event_is_no_handshake_though_it_has_entropy(served: Serve) -> None:
    body = (
        b'{"events":[{"resourceId":"717f2bfc-c6d4-41fd-b238-3f2f0c0cf777","eventCategory":"INVOICE",'
        b'"eventType":"UPDATE"}],"firstEventSequence":1,"lastEventSequence":1,"entropy":"VSBKSARVOBICBLJRBOED"}'
    )
    signature = base64.b64encode(mac(SECRET, body)).decode()
    sent = request("POST", "/xero", JSON, f"x-xero-signature: {signature}", body=body)
    async with RawTarget() as target:
        text = f"{endpoint('xero')}guards: {{signature: true}}\nforward: '{target.url}'\nanswer: 202"
        async with served(under_test=text) as listener:
            assert status_of(await listener.exchange(sent)) == 202
            await listener.until(lambda: len(target.received) == 1)
            assert status_of(await listener.exchange(sent.replace(b"INVOICE", b"CONTACT"))) == 401
