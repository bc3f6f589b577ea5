"""Verify, sign, send and replay signed, with secrets and endpoints, as a shell runs them."""

import hashlib
import hmac
import json
import time
from pathlib import Path

import pytest
from fakes import RawTarget
from program import Listening, Program, listening

from workbench.storage.paths import Paths

KEY = "whsec_test_of_the_command_line"
EVENT = b'{"id":"evt_1","object":"event","type":"invoice.paid","created":1700000000}'
PASSPHRASE = "a passphrase for the tests"


def stripe_header(body: bytes, at_s: int, key: str = KEY) -> bytes:
    """The header as Stripe's documentation says it: HMAC-SHA256 over `timestamp.body`."""
    digest = hmac.new(key.encode(), b"%d." % at_s + body, hashlib.sha256).hexdigest()
    return b"t=%d,v1=%s" % (at_s, digest.encode())


def stripe_post(body: bytes, at_s: int, key: str = KEY) -> bytes:
    lines = [
        b"POST /stripe/hook HTTP/1.1",
        b"Host: example.test",
        b"User-Agent: Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        b"Content-Type: application/json; charset=utf-8",
        b"Stripe-Signature: " + stripe_header(body, at_s, key),
        b"Content-Length: %d" % len(body),
    ]
    return b"\r\n".join([*lines, b"", b""]) + body


async def deliver(listener: Listening, raw: bytes) -> None:
    import asyncio

    from fakes import read_answer

    reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
    writer.write(raw)
    assert (await read_answer(reader)).startswith(b"HTTP/1.1 200")
    writer.close()


@pytest.fixture
async def sealed(workbench: Program) -> Program:
    """A home whose secrets are in the encrypted file, with a Stripe endpoint that names one."""
    workbench.environment = {
        **workbench.environment, "WORKBENCH_NO_KEYRING": "1", "WORKBENCH_PASSPHRASE": PASSPHRASE
    }  # fmt: skip
    assert (await workbench("secrets", "set", "stripe/test", stdin=KEY.encode() + b"\n")).code == 0
    words = ("--path=/stripe/*", "--provider=stripe", "--secret=keyring:stripe/test")
    assert (await workbench("endpoints", "add", "billing", *words)).code == 0
    return workbench


async def test_captures_are_judged_by_the_endpoints_secret(sealed: Program) -> None:
    now = int(time.time())
    async with listening(sealed, "--count=3") as listener:
        await deliver(listener, stripe_post(EVENT, now))
        await deliver(listener, stripe_post(EVENT, now - 3600))
        await deliver(listener, stripe_post(EVENT, now, "another key"))
        said = [await listener.next() for _ in range(3)]
    assert [each["verification"]["verdict"] for each in said] == ["valid", "stale", "invalid"]
    assert [each["endpoint"] for each in said] == ["billing"] * 3
    assert {each["provider"] for each in said} == {"stripe"}
    assert {each["event"] for each in said} == {"invoice.paid"}
    assert all(each["verification"]["reason"].endswith(".") for each in said)


async def test_second_of_several_secrets_is_found_and_named(sealed: Program) -> None:
    await sealed("secrets", "set", "stripe/old", stdin=b"an older key\n")
    words = ("--secret=keyring:stripe/old", "--secret=keyring:stripe/test")
    assert (await sealed("endpoints", "edit", "billing", *words)).code == 0
    async with listening(sealed, "--count=1") as listener:
        await deliver(listener, stripe_post(EVENT, int(time.time())))
        said = await listener.next()
    assert said["verification"]["verdict"] == "valid"
    assert said["verification"]["matched_secret"] == "keyring:stripe/test"


async def test_verdicts_follow_the_secrets(sealed: Program) -> None:
    async with listening(sealed, "--count=1") as listener:
        await deliver(listener, stripe_post(EVENT, int(time.time()), "not yet known"))
        assert (await listener.next())["verification"]["verdict"] == "invalid"
    await sealed("secrets", "set", "stripe/test", stdin=b"not yet known\n")
    process = await sealed.start("listen", "--control", "--port=0")
    assert process.stdout is not None
    listener = Listening(process, json.loads(await process.stdout.readline()))
    listener.order(reload=True)
    await listener.until(lambda said: said.get("judged") == 1)
    shown = await sealed("captures", "show", "1", "--json")
    assert shown.objects[0]["verification"]["verdict"] == "valid"
    listener.order(stop=True)
    await listener.ended()


async def test_hour_old_event_replays_fresh_and_is_stale_when_kept(sealed: Program) -> None:
    async with listening(sealed, "--count=1") as listener:
        await deliver(listener, stripe_post(EVENT, int(time.time()) - 3600))
        await listener.next()
    async with RawTarget() as target:
        assert (await sealed("replay", "1", "--to", target.url)).code == 0
        fresh = await sealed("replay", "1", "--to", target.url, "--sign=fresh")
        assert fresh.code == 0
    kept_raw, fresh_raw = target.received
    old = next(line for line in kept_raw.split(b"\r\n") if line.startswith(b"Stripe-Signature"))
    new = next(line for line in fresh_raw.split(b"\r\n") if line.startswith(b"Stripe-Signature"))
    assert fresh_raw.replace(new, old) == kept_raw
    signed_at = int(new.split(b"t=")[1].split(b",")[0])
    assert abs(signed_at - time.time()) < 60
    assert new == b"Stripe-Signature: " + stripe_header(EVENT, signed_at)
    stripe = pytest.importorskip("stripe")
    stripe.Webhook.construct_event(EVENT, new.split(b": ")[1].decode(), KEY)
    with pytest.raises(stripe.SignatureVerificationError, match="outside the tolerance"):
        stripe.Webhook.construct_event(EVENT, old.split(b": ")[1].decode(), KEY)


async def test_send_signs_the_bytes_that_go_out(sealed: Program) -> None:
    async with RawTarget() as target:
        words = ("--sign=stripe", "--secret=keyring:stripe/test", "--data", EVENT.decode())
        assert (await sealed("send", "POST", target.url, *words)).code == 0
    head, _, body = target.received[0].partition(b"\r\n\r\n")
    assert body == EVENT
    sent = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"stripe-signature: "))
    at_s = int(sent.split(b"t=")[1].split(b",")[0])
    assert sent.split(b": ")[1] == stripe_header(EVENT, at_s)


async def test_a_sample_is_sent_as_the_provider_would(sealed: Program) -> None:
    async with listening(sealed, "--count=1") as listener:
        words = ("--sample=stripe/invoice.paid", "--sign=stripe", "--secret=keyring:stripe/test")
        assert (await sealed("send", "POST", f"{listener.url}/stripe/x", *words)).code == 0
        said = await listener.next()
    assert (said["event"], said["verification"]["verdict"]) == ("invoice.paid", "valid")


@pytest.mark.parametrize("mode", ["tampered", "missing", "wrong-key", "stale"])
async def test_wrong_signatures_on_purpose_are_refused(sealed: Program, mode: str) -> None:
    async with listening(sealed, "--count=1") as listener:
        words = ("--sample=stripe/invoice.paid", "--sign=stripe", "--secret=keyring:stripe/test", f"--mode={mode}")
        assert (await sealed("send", "POST", f"{listener.url}/stripe/x", *words)).code == 0
        said = await listener.next()
    assert said["verification"]["verdict"] in {"stale": ["stale"], "missing": ["unsigned"]}.get(mode, ["invalid"])


async def test_sign_and_verify_fit_together_in_a_pipe(workbench: Program, tmp_path: Path) -> None:
    body = tmp_path / "body.json"
    body.write_bytes(b'{"zen": "Keep it logically awesome."}')
    signed = await workbench("sign", str(body), "--provider=github", "--secret=text:x", "--json")
    headers = signed.objects[0]["headers"]
    expected = hmac.new(b"x", body.read_bytes(), hashlib.sha256).hexdigest()
    assert ["X-Hub-Signature-256", f"sha256={expected}"] in headers
    words = [f"-H{name}: {value}" for name, value in headers]
    assert (await workbench("verify", str(body), "--provider=github", "--secret=text:x", *words)).code == 0
    body.write_bytes(b'{"zen": "Keep it logically awesome!"}')
    refused = await workbench("verify", str(body), "--provider=github", "--secret=text:x", *words)
    assert refused.code == 1


async def test_secrets_are_in_no_file_and_no_output(sealed: Program, paths: Paths) -> None:
    async with listening(sealed, "--count=1") as listener:
        await deliver(listener, stripe_post(EVENT, int(time.time())))
        ran = await listener.ended()
    async with RawTarget() as target:
        await sealed("replay", "1", "--to", target.url, "--sign=fresh")
    said = [ran.out, ran.err.encode()]
    for words in (
        ("secrets", "list"),
        ("endpoints", "show", "billing", "--json"),
        ("captures", "show", "1", "--json"),
        ("captures", "export", "1", "--format=har"),
        ("verify", "--capture", "1", "--explain"),
    ):
        shown = await sealed(*words)
        assert shown.code == 0, words
        said += [shown.out, shown.err.encode()]
    files = [path.read_bytes() for path in paths.data.rglob("*") if path.is_file()]
    assert all(KEY.encode() not in content for content in [*said, *files])
    shown = await sealed("verify", "--capture", "1", "--explain", "--show-key")
    assert KEY in shown.text or KEY.encode().hex() in shown.text.replace(" ", "")


async def test_wrong_passphrase_is_said_and_changes_nothing(sealed: Program) -> None:
    sealed.environment = {**sealed.environment, "WORKBENCH_PASSPHRASE": "wrong"}
    refused = await sealed("secrets", "set", "stripe/test", stdin=b"other\n")
    assert refused.code != 0
    assert "passphrase" in refused.err
    sealed.environment = {**sealed.environment, "WORKBENCH_PASSPHRASE": PASSPHRASE}
    assert "stripe/test" in (await sealed("secrets", "list")).text


async def test_certificates_come_from_the_providers_hosts_only(workbench: Program, tmp_path: Path) -> None:
    body = tmp_path / "sns.json"
    async with RawTarget() as target:
        message = {
            "Type": "Notification", "MessageId": "1", "TopicArn": "arn:aws:sns:us-east-1:1:t", "Message": "m",
            "Timestamp": "2026-11-24T00:00:00.000Z", "SignatureVersion": "2", "Signature": "AAAA",
            "SigningCertURL": f"{target.url}/SimpleNotificationService-1.pem",
        }  # fmt: skip
        body.write_text(json.dumps(message))
        ran = await workbench("verify", str(body), "--provider=aws-sns", "--fetch-keys", "--json")
        assert ran.code != 0
        assert not target.received
        assert "Nothing was fetched" in ran.err or "host" in ran.text


async def test_unknown_words_are_sentences(workbench: Program) -> None:
    for words in (
        ("verify", "-", "--provider=stripes"),
        ("sign", "-", "--provider=github", "--secret=nothing"),
        ("send", "http://127.0.0.1:1", "--sample=stripe/nothing"),
        ("endpoints", "add", "x", "--path=hook"),
        ("endpoints", "add", "x", "--secret=text:visible"),
        ("secrets", "remove", "never"),
    ):
        ran = await workbench(*words)
        assert ran.code == 2, (words, ran)
        assert ran.err.startswith("workbench: ")
