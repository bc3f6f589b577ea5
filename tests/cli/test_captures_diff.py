"""`captures diff` and the views of a body on the command line."""

from fakes import Catcher
from program import Program


def post(body: bytes, *lines: bytes, kind: bytes = b"application/json") -> bytes:
    head = [b"POST /hook HTTP/1.1", b"Host: a", b"Content-Type: " + kind, b"Content-Length: %d" % len(body), *lines]
    return b"\r\n".join([*head, b"", body])


async def test_json_differs_by_path_and_noise_is_set_apart(workbench: Program, catcher: Catcher) -> None:
    first = b'{"id":"evt_1","amount":1.0,"items":[{"n":1},{"n":2}]}'
    second = b'{"items":[{"n":1},{"n":9},{"n":2}],"amount":1.00,"id":"evt_2"}'
    await catcher.exchange(post(first, b"X-A: 1", b"X-A: 2", b"Stripe-Signature: t=1"))
    await catcher.exchange(post(second, b"x-a: 1", b"X-A: 3", b"Stripe-Signature: t=2"))
    ran = await workbench("captures", "diff", "1", "2")
    assert ran.code == 1
    text, _, noise = ran.text.partition("@@ Ids, times and signatures")
    assert "-$.amount: 1.0\n+$.amount: 1.00\n" in text
    assert '+$.items[1]: {"n":9}' in text
    assert "$.items[2]" not in text
    assert "-x-a (spelling): X-A\n+x-a (spelling): x-a\n" in text
    assert "-X-A: 2\n+X-A: 3\n" in text
    assert '-$.id: "evt_1"' in noise
    assert "Stripe-Signature" in noise
    (told,) = (await workbench("captures", "diff", "1", "2", "--json")).objects
    assert told["same"] is False
    assert {"place": "$.amount", "before": "1.0", "after": "1.00", "is_noise": False} in told["body"]


async def test_nothing_lines_bytes_and_refusals(workbench: Program, catcher: Catcher) -> None:
    for body, kind in [
        (b"a\nb\r\n", b"text/plain"),
        (b"a\nb\n", b"text/plain"),
        (b"\0\1\2", b"x/y"),
        (b"\0\1\3", b"x/y"),
    ]:
        await catcher.exchange(post(body, kind=kind))
    same = await workbench("captures", "diff", "1", "#1")
    assert (same.code, same.text.splitlines()[-1]) == (0, " Nothing differs.")
    assert "-b␍\n+b\n" in (await workbench("captures", "diff", "1", "2")).text
    assert "-00000000  00 01 02" in (await workbench("captures", "diff", "3", "4")).text
    for wrong in ("x", "9", "delivery:4", "thing:1"):
        refused = await workbench("captures", "diff", "1", wrong)
        assert (refused.code, refused.text) == (2, "")


async def test_a_body_in_a_view_of_its_own(workbench: Program, catcher: Catcher) -> None:
    await catcher.exchange(post(b"\x08\x96\x01", kind=b"application/x-protobuf"))
    assert (await workbench("captures", "show", "1", "--view=protobuf")).text == "1: 150\n"
    assert (await workbench("captures", "show", "1", "--view", "hex")).text.startswith("00000000  08 96 01")
    assert "protobuf" in (await workbench("captures", "show", "1", "--view=table")).err
    assert "MessagePack" in (await workbench("captures", "show", "1", "--view=messagepack")).err
