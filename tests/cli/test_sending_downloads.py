"""`workbench send --download`: whose name a file gets, what is overwritten, and how a broken one goes on."""

from pathlib import Path

import pytest
from fakes import RawTarget
from program import Inside, Program
from terminal import on_terminal

CONTENT = b"0123456789"


def answer(*headers: str, status: str = "200 OK", body: bytes = CONTENT) -> bytes:
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


@pytest.mark.parametrize(
    ("headers", "path", "name"),
    [
        ((), "/archive/master.tar.gz", "master.tar.gz"),
        (("Content-Type: text/html; charset=utf-8",), "/", "index.html"),
        (("Content-Type: text/plain",), "/foo", "foo.txt"),
        (("Content-Disposition: attachment; filename=hello-WORLD_123.txt",), "/x", "hello-WORLD_123.txt"),
        (('Content-Disposition: attachment; filename="white space.txt"',), "/x", "white space.txt"),
        (("Content-Disposition: attachment; filename=.hello",), "/x", "hello"),
        (('Content-Disposition: attachment; filename="../../../etc/cron.d/x"',), "/y", "x"),
        (('Content-Disposition: attachment; filename="..\\\\..\\\\evil.exe"',), "/y", "evil.exe"),
        (('Content-Disposition: attachment; filename=".."',), "/y", "y"),
        (('Content-Disposition: attachment; filename="a\x1b[2J:b|c"',), "/y", "a[2Jbc"),
        (("Content-Disposition: attachment; filename*=UTF-8''na%C3%AFve%2F..%2Fx.txt",), "/y", "x.txt"),
        ((f"Content-Disposition: attachment; filename={'a' * 5000}.txt",), "/y", "a" * 196 + ".txt"),
        ((), "/%2e%2e%2f%2e%2e%2fpasswd", "passwd"),
        ((), "/CON.txt", "_CON.txt"),
    ],
)
def test_name_of_the_file(headers: tuple[str, ...], path: str, name: str) -> None:
    """The first six are HTTPie's; the others try to leave the folder."""
    from workbench.cli.sending.downloads import file_name
    from workbench.model.message import Body, Head, Response

    head, _, body = answer(*headers).partition(b"\r\n\r\n")
    assert file_name(Response(Head(head + b"\r\n\r\n"), Body(body)), f"http://example.org{path}") == name


async def test_file_is_saved_and_never_overwritten(workbench: Program, tmp_path: Path) -> None:
    folder = tmp_path / "downloads"
    folder.mkdir()
    async with RawTarget(answer("Content-Disposition: attachment; filename=file.txt")) as target:
        code, shown = await on_terminal(workbench, "send", "-d", target.url, cwd=folder, NO_COLOR="1")
        assert (code, (folder / "file.txt").read_bytes()) == (0, CONTENT)
        assert "HTTP/1.1 200 OK\n" in shown
        assert "Done. 10 B in " in shown
        (folder / "file.txt").write_text("mine")
        assert (await on_terminal(workbench, "send", "-d", target.url, cwd=folder))[0] == 0
    assert (folder / "file.txt").read_text() == "mine"
    assert (folder / "file-1.txt").read_bytes() == CONTENT


async def test_body_goes_into_a_pipe_and_the_head_beside_it(inside: Inside) -> None:
    async with RawTarget(answer("X-A: 1")) as target:
        ran = await inside("send", "--download", target.url)
    assert (ran.code, ran.out) == (0, CONTENT)
    assert ran.err.startswith("HTTP/1.1 200 OK\n")


async def test_broken_download_goes_on(inside: Inside, tmp_path: Path) -> None:
    file = tmp_path / "file.bin"
    file.write_bytes(CONTENT[:4])
    rest = answer("Content-Range: bytes 4-9/10", status="206 Partial Content", body=CONTENT[4:])
    async with RawTarget(rest) as target:
        ran = await inside("send", "-dco", str(file), target.url)
    assert (ran.code, file.read_bytes()) == (0, CONTENT)
    assert b"\r\nRange: bytes=4-\r\n" in target.received[0]
    file.write_bytes(CONTENT[:4])
    async with RawTarget(answer()) as target:
        assert (await inside("send", "-dco", str(file), target.url)).code == 0
    assert file.read_bytes() == CONTENT
    file.write_bytes(CONTENT[:4])
    wrong = answer("Content-Range: bytes 0-5/10", status="206 Partial Content", body=CONTENT[:6])
    async with RawTarget(wrong) as target:
        ran = await inside("send", "-dco", str(file), target.url)
    assert (ran.code, file.read_bytes()) == (2, CONTENT[:4])
    assert "The answer is not the rest that was asked for: bytes 0-5/10." in ran.err


async def test_errors_are_no_downloads(inside: Inside, tmp_path: Path) -> None:
    file = tmp_path / "file.bin"
    file.write_text("mine")
    async with RawTarget(answer(status="404 Not Found", body=b"no")) as target:
        ran = await inside("send", "-d", "-o", str(file), target.url)
    assert (ran.code, ran.out, file.read_text()) == (1, b"", "mine")
    assert ran.err.startswith("HTTP/1.1 404 Not Found\n")
    cut = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"
    async with RawTarget(cut) as target:
        ran = await inside("send", "-d", "-o", str(file), target.url)
    assert (ran.code, file.read_text()) == (3, "mine")
