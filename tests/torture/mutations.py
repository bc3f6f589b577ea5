"""Real requests, and what an attacker or a broken sender makes of them."""

import random
from pathlib import Path

SAMPLES = Path(__file__).resolve().parents[2] / "resources" / "providers"
_TOKENS = (
    b"\r\n", b"\r\n\r\n", b"\n", b"\r", b"\0", b" ", b"\t", b":", b"\xff\xfe", b"%00", b"HTTP/1.1", b"HTTP/9.9",
    b"Content-Length: 0\r\n", b"Content-Length: 99999999999999999999\r\n", b"Content-Length: -1\r\n",
    b"Content-Length: 0x10\r\n", b"Content-Length: 1, 1\r\n", b"Transfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: gzip, chunked\r\n", b"Transfer-Encoding : chunked\r\n", b"Expect: 100-continue\r\n",
    b"Connection: close\r\n", b"Connection: Upgrade\r\nUpgrade: websocket\r\n", b"Host: \r\n", b" folded\r\n",
    b"0\r\n\r\n", b"FFFFFFFFFFFFFFFF\r\n", b"5;a=b\r\nhello\r\n", b"-1\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00", b"A" * 5000, b"X: " + b"y" * 70_000 + b"\r\n", b"a: b\r\n" * 200,
    b"Content-Encoding: gzip\r\n", b"Content-Type: application/json; charset=\xff\r\n",
)  # fmt: skip


def real_requests() -> list[bytes]:
    """Return requests that listeners accept: samples of every provider, and each way to frame a body."""
    requests = [
        b"GET /hub?hub.mode=subscribe&hub.challenge=1 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n",
        b"POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
        b"5\r\nhello\r\n1;ext=1\r\n \r\n0\r\nX-Sum: 1\r\n\r\n",
        b"POST /e HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc",
        b"POST /m HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=X\r\nContent-Length: 70\r\n\r\n"
        b'--X\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\n1\r\n--X--',
    ]
    for file in sorted(SAMPLES.glob("*/samples/*"))[::5]:
        body = file.read_bytes()[:4000]
        head = (
            f"POST /{file.parent.parent.name} HTTP/1.1\r\nHost: hooks.example.com\r\nUser-Agent: x\r\n"
            "Content-Type: application/json\r\nX-Hub-Signature-256: sha256=00\r\nStripe-Signature: t=1,v1=00\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        requests.append(head.encode() + body)
    return requests


def mutated(request: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """Return a request after one to six accidents, most of them in its head."""
    data = bytearray(request)
    for _ in range(chance.randint(1, 6)):
        reach = len(data) if chance.random() < 0.2 else min(len(data), 200)
        start = chance.randrange(reach + 1)
        end = min(len(data), start + chance.randint(1, 40))
        match chance.randrange(7):
            case 0 if start < len(data):
                data[start] ^= 1 << chance.randrange(8)
            case 1:
                del data[start:end]
            case 2:
                data[start:start] = data[start:end] * chance.randint(1, 50)
            case 3:
                data[start:start] = chance.choice(_TOKENS)
            case 4:
                del data[start:]
                break
            case 5:
                other = chance.choice(others)
                data[start:] = other[chance.randrange(len(other)) :]
            case _:
                data[start:end] = chance.randbytes(end - start)
    return bytes(data)
