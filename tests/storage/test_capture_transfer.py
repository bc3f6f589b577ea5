"""Captures out to files and back: every byte, credentials hidden unless asked for, faults told by their place."""

import asyncio
import base64
import io
import json
import tarfile
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from workbench.engine.importing_captures import ImportedFile, import_captures
from workbench.engine.workbench import Workbench, open_workbench
from workbench.model.capture import Arrival, Capture, Fault, ImportedCapture, Peer, Tls
from workbench.model.errors import FormatError, StorageError, UsageError
from workbench.model.message import Body, Head, Request, Response
from workbench.model.progress import Cancelled, Progress
from workbench.storage.capture_export import CaptureExport
from workbench.storage.captures import CaptureReader
from workbench.storage.paths import Paths
from workbench.storage.spool import INLINE_LIMIT_BYTES, spool_bytes

ARRIVED_US = 1_700_000_000_123_457
ANSWER = Response(Head(b"HTTP/1.1 200 OK\r\nSet-Cookie: session=s3cr3t\r\n\r\n"), Body(b"\xffok"))
SECRET_HEAD = (
    b"POST /hook?access_token=t0p&keys=2&a=1 HTTP/1.1\r\nHost: a\r\nauthorization: Bearer b34r3r\r\n"
    b"X-Gitlab-Token:  g1tlab\r\nCookie: a=b;\r\n c=f0lded\r\nX-Hub-Signature: sha1=abc\r\n\r\n"
)
SECRETS = (b"t0p", b"b34r3r", b"g1tlab", b"f0lded", b"s3cr3t")
WIRES = (
    Request(
        Head(b"POST /a HTTP/1.1\r\nHost: example.test\r\nX-\xc3\xa9: \xc3\xa9\r\n\r\n"), Body(b'{"a": 1.0,\r\n}')
    ),
    Request(Head(b"PUT /latin HTTP/1.1\r\nX-Name: caf\xe9\r\nX-Name: two\r\n\r\n"), Body(bytes(range(256)))),
    Request(
        Head(b"POST /chunked HTTP/1.1\nTransfer-Encoding: chunked\n\n"),
        Body(b"hello"),
        b"5;note=1\r\n0\r\nX-Sum: 9\r\n\r\n",
    ),
    Request(Head(b"\x16\x03\x01 not http at all"), Body(b"")),
    Request(Head(b"GET / HTTP/1.0\r\n\r\n"), Body("\u2028\x00 é 😀 \\u0000".encode())),
)


def arrival(request: Request, **more: Any) -> Arrival:
    return Arrival(
        request,
        ANSWER,
        Peer("10.0.0.9", 40_000, "127.0.0.1", 8080, Tls("TLSv1.3", "TLS_AES_256_GCM_SHA384", "example.test")),
        "billing",
        ARRIVED_US,
        ARRIVED_US + 5,
        **more,
    )


@pytest.fixture
async def here(paths: Paths) -> AsyncIterator[Workbench]:
    async with open_workbench(paths) as workbench:
        yield workbench


async def keep(workbench: Workbench, *requests: Request) -> list[Capture]:
    items = [ImportedCapture(arrival(request), ARRIVED_US + 9, pinned=False) for request in requests]
    items[-1] = replace(items[-1], pinned=True)
    items[-1].arrival.fault, items[-1].arrival.fault_message = Fault.MALFORMED, "It was odd."
    await workbench.add_captures(items)
    return captures(workbench)


def captures(workbench: Workbench) -> list[Capture]:
    with closing(CaptureReader(workbench.paths.captures, workbench.paths.spool)) as reader:
        found = [reader.get(number) for number in range(1, reader.position()[0] + 1)]
    return [each for each in found if each is not None]


def exported(workbench: Workbench, wanted: str, file: Path, **options: Any) -> CaptureExport:
    with closing(CaptureReader(workbench.paths.captures, workbench.paths.spool)) as reader:
        export = CaptureExport(reader, [each.number for each in captures(workbench)], wanted, **options)
        export.write(file)
    return export


async def imported(workbench: Workbench, file: Path) -> ImportedFile:
    return await import_captures(workbench, file, Progress())


def bare(capture: Capture) -> Capture:
    """A capture without its number, its bodies read."""
    request = replace(capture.request, body=Body(capture.request.body.read()))
    return replace(capture, number=0, request=request)


@pytest.mark.parametrize("wanted", ["ndjson", "har"])
async def test_what_was_exported_comes_back_to_the_byte(here: Workbench, tmp_path: Path, wanted: str) -> None:
    before = await keep(here, *WIRES)
    exported(here, wanted, tmp_path / "out", with_credentials=True)
    done = await imported(here, tmp_path / "out")
    assert done == ImportedFile(5, 6, 10)
    assert [bare(each) for each in captures(here)[5:]] == [bare(each) for each in before]
    exported(here, wanted, tmp_path / "again", with_credentials=True)
    assert (tmp_path / "again").stat().st_mode & 0o077 == 0


async def test_a_body_in_the_spool_travels_in_parts(here: Workbench, tmp_path: Path) -> None:
    content = bytes(range(256)) * (INLINE_LIMIT_BYTES // 256 * 3) + b"end"
    spooled = Body.of_file(str(here.paths.spool / spool_bytes(here.paths.spool, content)))
    await keep(here, Request(WIRES[0].head, spooled), WIRES[0])
    exported(here, "ndjson", tmp_path / "out")
    assert max(map(len, (tmp_path / "out").read_bytes().splitlines())) < 1.5 * INLINE_LIMIT_BYTES
    await imported(here, tmp_path / "out")
    back = captures(here)[2]
    assert back.request.body.path != spooled.path
    assert back.request.body.read() == content


@pytest.mark.parametrize("wanted", ["ndjson", "har", "csv", "curl", "httpie", "raw"])
async def test_credentials_stay_behind_unless_asked_for(here: Workbench, tmp_path: Path, wanted: str) -> None:
    await keep(here, Request(Head(SECRET_HEAD), Body(b"x")), WIRES[0])
    said = " ".join(exported(here, wanted, tmp_path / "out").report())
    content = (tmp_path / "out").read_bytes()
    assert [secret for secret in SECRETS if secret in content] == []
    assert "?access_token (1)" in said
    if wanted in ("ndjson", "har", "raw"):
        assert b"sha1=abc" in content
        assert all(
            name in said for name in ("authorization (1)", "x-gitlab-token (1)", "cookie (1)", "set-cookie (2)")
        )
    with_all = exported(here, wanted, tmp_path / "all", with_credentials=True)
    assert b"t0p" in (tmp_path / "all").read_bytes()
    assert with_all.report() == ["Credentials are in the file: whoever gets it can use them."]


async def test_raw_files_are_exactly_the_bytes(here: Workbench, tmp_path: Path) -> None:
    await keep(here, *WIRES)
    exported(here, "raw", tmp_path / "out.tar", with_credentials=True)
    with tarfile.open(tmp_path / "out.tar") as archive:
        files = {info.name: archive.extractfile(info).read() for info in archive.getmembers()}  # type: ignore[union-attr]
    assert files["0000003.request"] == WIRES[2].head.raw + b"5;note=1\r\nhello\r\n0\r\nX-Sum: 9\r\n\r\n"
    assert files["0000002.body"] == bytes(range(256))
    assert "0000004.body" not in files
    assert files["0000001.answer"] == ANSWER.head.raw + b"\xffok"


def damaged(lines: list[bytes], what: str) -> bytes:
    match what:
        case "cut":
            return b"".join(lines)[:-30]
        case "sum":
            lines[2] = lines[2].replace(b'"hello"', b'"hallo"')
        case "type":
            lines[1] = lines[1].replace(b'"port":40000', b'"port":"40000"')
        case "base64":
            lines[1] = lines[1].replace(b'"body_base64":"A', b'"body_base64":"*')
        case "time":
            lines[0] = lines[0].replace(b'"received_at":"2023', b'"received_at":"then')
        case "format":
            lines[4] = lines[4].replace(b'"format":1', b'"format":9')
        case _:
            raise AssertionError(what)
    return b"".join(lines)


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("cut", "Line 5: This is not JSON: "),
        ("sum", "Line 3: The body is not the one of which “body_sha256” is the sum"),
        ("type", "Line 2: Expected `int`, got `str` - at `$.peer.port`."),
        ("base64", "Line 2: “body_base64” is not base64."),
        ("time", "Line 1: “received_at” is 'then"),
        ("format", "Line 5: It is of format 9, and this program knows format 1."),
    ],
)
async def test_a_damaged_file_is_refused_with_its_line(
    here: Workbench, tmp_path: Path, what: str, words: str
) -> None:
    await keep(here, *WIRES)
    exported(here, "ndjson", tmp_path / "out")
    lines = (tmp_path / "out").read_bytes().splitlines(keepends=True)
    (tmp_path / "out").write_bytes(damaged(lines, what))
    with pytest.raises(FormatError) as refused:
        await imported(here, tmp_path / "out")
    assert refused.value.message.startswith(words)
    assert len(captures(here)) == 5
    assert list(here.paths.spool.glob("*")) == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty."),
        (b"number,received_at\n1,2\n", "This is neither NDJSON of captures nor an HTTP archive"),
        (b'{"log": {"entries": [{"request": {}}, ', "Entry 1: Its “startedDateTime” is missing"),
        (b'{"log": {"version": "1.2"}}', "This is no HTTP archive: it has no “log” with a list “entries”."),
        (b'{"log": 5}', "This is no HTTP archive"),
        (b'{"log": {"entries": [nonsense', "This is not JSON before the first entry"),
        (b'{"number":1,"method":"POST"}\n', "Line 1: Object missing required field"),
        (b"\xff\xfe{", "This is neither NDJSON"),
        (b'{"log": {"entries": ["' + b"[" * 100_000, "This is not JSON before the first entry"),
    ],
)
async def test_what_is_no_export_is_refused(here: Workbench, tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "in").write_bytes(content)
    with pytest.raises(FormatError) as refused:
        await imported(here, tmp_path / "in")
    assert refused.value.message.startswith(words)


async def test_an_archive_of_a_browser_becomes_captures(here: Workbench, tmp_path: Path) -> None:
    """The entry follows the example of the HAR 1.2 specification."""
    entry = {
        "startedDateTime": "2009-04-16T12:07:23.596Z",
        "time": 50,
        "request": {
            "method": "POST",
            "url": "http://www.example.com/path/?param=value#part",
            "httpVersion": "HTTP/1.1",
            "headers": [{"name": ":authority", "value": "x"}, {"name": "Accept", "value": "te\r\nX: y"}],
            "queryString": [{"name": "param", "value": "value"}],
            "postData": {"mimeType": "text/plain", "text": "plain posted data"},
        },
        "response": {
            "status": 200,
            "statusText": "OK",
            "httpVersion": "h2",
            "headers": [{"name": "Via", "value": "a"}],
            "content": {"size": 2, "text": base64.b64encode(b"\x00\xff").decode(), "encoding": "base64"},
        },
        "cache": {},
        "timings": {"blocked": 0, "send": 20, "wait": 10, "receive": 20},
    }  # fmt: skip
    (tmp_path / "in.har").write_text(json.dumps({"log": {"version": "1.2", "entries": [entry]}}, indent=2))
    assert (await imported(here, tmp_path / "in.har")).count == 1
    [capture] = captures(here)
    assert capture.request.head.raw == (
        b"POST /path/?param=value HTTP/1.1\r\nHost: www.example.com\r\nAccept: te  X: y\r\n\r\n"
    )
    assert capture.request.body.read() == b"plain posted data"
    assert capture.answer.head.raw == b"HTTP/1.1 200 OK\r\nVia: a\r\n\r\n"
    assert capture.answer.body.read() == b"\x00\xff"
    assert capture.received_at_us == 1_239_883_643_596_000
    assert capture.answered_at_us == capture.received_at_us + 50_000


async def test_cancelling_leaves_neither_file_nor_captures(here: Workbench, tmp_path: Path) -> None:
    class Stops(Progress):
        def __init__(self, what: str, at: int) -> None:
            super().__init__()
            self.stop_at = what, at

        def advance(self, count: int = 1) -> None:
            self.cancelled = self.what == self.stop_at[0] and self.done + count >= self.stop_at[1]
            super().advance(count)

    await here.add_captures([ImportedCapture(arrival(WIRES[0])) for _ in range(600)])
    before = tmp_path / "out"
    before.write_text("mine")
    with pytest.raises(Cancelled):
        exported(here, "ndjson", before, progress=Stops("exported", 300))
    assert before.read_text() == "mine"
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == ["out"]
    exported(here, "ndjson", before)
    for what, at in (("checked", 300), ("imported", 300)):
        with pytest.raises(Cancelled) as stopped:
            await import_captures(here, before, Stops(what, at))
        assert len(captures(here)) == 600
    assert stopped.value.hint == "Nothing was imported: what had been stored was taken out again."


async def test_a_task_that_is_cancelled_takes_back_what_it_stored(here: Workbench, tmp_path: Path) -> None:
    await here.add_captures([ImportedCapture(arrival(WIRES[0])) for _ in range(600)])
    exported(here, "ndjson", tmp_path / "out")
    loop = asyncio.get_running_loop()

    class Tells(Progress):
        def advance(self, count: int = 1) -> None:
            if self.what == "imported":
                loop.call_soon_threadsafe(task.cancel)
            super().advance(count)

    task = asyncio.ensure_future(import_captures(here, tmp_path / "out", Tells()))
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(captures(here)) == 600


async def test_a_spool_file_that_is_gone_is_said(here: Workbench, tmp_path: Path) -> None:
    name = spool_bytes(here.paths.spool, b"x" * (INLINE_LIMIT_BYTES + 1))
    await keep(here, Request(WIRES[0].head, Body.of_file(str(here.paths.spool / name))))
    (here.paths.spool / name).unlink()
    with pytest.raises(StorageError, match="The body of a capture is missing"):
        exported(here, "raw", tmp_path / "out")
    assert not (tmp_path / "out").exists()
    with pytest.raises(UsageError, match="cannot be written"):
        exported(here, "csv", tmp_path / "no folder" / "out")


def test_reading_lines_holds_one_capture() -> None:
    """Ten thousand captures of a file are read while two megabytes suffice."""
    import tracemalloc

    from workbench.formats.capture_lines import capture_lines
    from workbench.formats.capture_lines_reading import read_capture_lines

    one = Capture(
        1, WIRES[0], ANSWER, Peer(), "a", 1, 2, 3, None, "", "", "", "", None, None, "", "", "", "", "", pinned=False
    )  # fmt: skip
    file = io.BytesIO(b"".join(capture_lines(one)) * 3000)
    tracemalloc.start()
    count = sum(1 for _ in read_capture_lines(file, lambda pieces: Body(b"".join(pieces))))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 3000
    assert peak < 2_000_000
