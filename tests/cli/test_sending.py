"""`workbench replay` and `workbench send`: what a raw socket receives, and what a shell is told."""

import json
from pathlib import Path

import pytest
from fakes import Catcher, RawTarget
from program import Program

from workbench.storage.paths import Paths
from workbench.storage.settings import load_settings, save_settings

CAPTURED = (
    b"POST /hook?a=1 HTTP/1.1\r\nHost: example.test\r\nX-Twice: one\r\ncontent-TYPE: application/json\r\n"
    b'x-twice: two\r\nContent-Length: 8\r\n\r\n{"a": 1}'
)
TEAPOT = b"HTTP/1.1 418 I'm a teapot\r\nContent-Length: 3\r\n\r\nno\n"


async def test_replay_is_the_same_but_for_the_host(workbench: Program, catcher: Catcher) -> None:
    await catcher.exchange(CAPTURED)
    async with RawTarget() as target:
        ran = await workbench("replay", "1", f"--to={target.url}")
        host = target.url.removeprefix("http://").encode()
        assert target.received == [CAPTURED.replace(b"example.test", host)]
        assert ran.code == 0
        assert ran.text.startswith(f"#1 -> POST {target.url}/hook?a=1  200 OK  ")
        kept = await workbench("replay", "1", "--keep-host", "--json")
        assert target.received[1] == CAPTURED
    assert kept.objects[0]["capture"] == 1
    assert kept.objects[0]["status"] == 200


async def test_replay_of_many_is_in_order(workbench: Program, catcher: Catcher) -> None:
    for path in (b"/1", b"/2", b"/3"):
        await catcher.exchange(CAPTURED.replace(b"/hook?a=1", path))
    async with RawTarget() as target:
        assert (await workbench("replay", "3", "1-2", "--to", target.url)).code == 0
        assert (await workbench("replay", "--query=/2", "--to", f"{target.url}/fixed")).code == 0
    assert [request.split(b" ")[1] for request in target.received] == [b"/3", b"/1", b"/2", b"/fixed"]


async def test_a_batch_passes_over_what_is_no_request(workbench: Program, catcher: Catcher) -> None:
    await catcher.exchange(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
    await catcher.wait_for(1)
    await catcher.exchange(CAPTURED)
    async with RawTarget() as target:
        ran = await workbench("replay", "1-2", "--to", target.url)
        assert (ran.code, len(target.received)) == (0, 1)
        assert ran.err.startswith("#1 was passed over: Capture 1 is not an HTTP request")
        assert (await workbench("replay", "1", "--to", target.url)).code == 2


async def test_options_and_words_stand_in_any_order_and_json_is_known(workbench: Program) -> None:
    async with RawTarget() as target:
        ran = await workbench("send", "POST", target.url, "--data", '{"x":1}', "X-Late:yes", "--timeout", "5", "q==1")
    assert ran.code == 0
    assert target.received[0].startswith(b"POST /?q=1 HTTP/1.1\r\n")
    assert b"\r\nX-Late: yes\r\n" in target.received[0]
    assert b"\r\nContent-Type: application/json\r\n" in target.received[0]


async def test_replay_without_a_target_says_so(workbench: Program, catcher: Catcher) -> None:
    await catcher.exchange(CAPTURED)
    ran = await workbench("replay", "1")
    assert (ran.code, ran.err) == (2, "workbench: There is no target to replay to yet.\n  Name one with --to URL.\n")


async def test_the_command_line_keeps_its_own_last_target_and_leaves_the_windows(
    workbench: Program, catcher: Catcher, paths: Paths
) -> None:
    await catcher.exchange(CAPTURED)
    save_settings(paths.settings, {"replay_target": "http://of.the.window:3000"})
    async with RawTarget() as target:
        assert (await workbench("replay", "1", "--to", target.url)).code == 0
        assert (await workbench("replay", "1")).code == 0
        assert len(target.received) == 2
    assert load_settings(paths.settings)[0].replay_target == "http://of.the.window:3000"


async def test_answers_that_are_not_2xx_matter_only_with_fail(workbench: Program, catcher: Catcher) -> None:
    await catcher.exchange(CAPTURED)
    async with RawTarget(TEAPOT) as target:
        assert (await workbench("replay", "1", "--to", target.url)).code == 0
        assert (await workbench("replay", "1", "--to", target.url, "--fail")).code == 1
        assert (await workbench("send", target.url, "--fail")).code == 1


@pytest.mark.parametrize(
    ("url", "said", "code"),
    [
        ("http://no-such-host.invalid/", "no-such-host.invalid", 3),
        ("http://127.0.0.1:1/", "127.0.0.1:1", 3),
        ("http://", "http://", 2),
        ("ftp://localhost/", "ftp", 2),
        ("ht!tp://localhost/", "begins with no scheme", 2),
        ("://localhost/", "begins with no scheme", 2),
        ("POST", "There is no URL to send to.", 2),
        ("http://localhost:99999/", "99999", 2),
        ("http://exa mple.test/", "exa mple.test", 2),
    ],
)
async def test_targets_that_cannot_be_reached_are_one_sentence(
    workbench: Program, url: str, said: str, code: int
) -> None:
    ran = await workbench("send", url)
    assert (ran.code, ran.out) == (code, b"")
    assert ran.err.startswith("workbench: ")
    assert said in ran.err
    assert len(ran.err.splitlines()) <= 2


async def test_items_are_httpies_words(workbench: Program) -> None:
    words = [
        "put",
        "localhost:9/a?b=1",
        "X-One:1",
        "Accept:",
        "q==c d",
        "name=é",
        "count:=3",
        "list:=[1, 2]",
        "X-Empty;",
    ]
    ran = await workbench("send", "--offline", *words)
    head, _, body = ran.out.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert lines[0] == b"PUT /a?b=1&q=c%20d HTTP/1.1"
    assert b"Host: localhost:9" in lines
    assert b"X-One: 1" in lines
    assert b"X-Empty: " in lines or b"X-Empty:" in lines
    assert not [line for line in lines if line.lower().startswith(b"accept:")]
    assert json.loads(body) == {"name": "é", "count": 3, "list": [1, 2]}
    assert b"Content-Length: %d" % len(body) in lines


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbfa\r\nb\n\x00\xff", b"plain"])
async def test_data_is_sent_to_the_byte(workbench: Program, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "body.bin"
    file.write_bytes(content)
    async with RawTarget() as target:
        assert (await workbench("send", "POST", target.url, f"--data=@{file}")).code == 0
        assert (await workbench("send", "POST", target.url, "--data=-", stdin=content)).code == 0
    assert [request.partition(b"\r\n\r\n")[2] for request in target.received] == [content, content]


async def test_answer_is_written_to_the_byte_into_a_pipe(workbench: Program) -> None:
    answer = bytes(range(256)) * 10
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % len(answer)
    async with RawTarget(head + answer) as target:
        ran = await workbench("send", target.url)
    assert ran.out == answer


async def test_verbose_shows_the_request_as_it_was_sent(workbench: Program) -> None:
    async with RawTarget() as target:
        ran = await workbench("send", "-v", target.url, "a=b")
        head = target.received[0].partition(b"\r\n\r\n")[0].decode().replace("\r\n", "\n")
    assert ran.text.startswith(head)
    assert ran.text.endswith("\n\nok\n")


async def test_saved_request_is_sent(workbench: Program, tmp_path: Path) -> None:
    async with RawTarget() as target:
        file = tmp_path / "ping.yml"
        file.write_text(
            f"info:\n  name: Ping\n  type: http\nhttp:\n  method: PATCH\n  url: {target.url}/saved\n"
            "  body:\n    type: text\n    data: hello\n"
        )
        assert (await workbench("send", "--saved", str(file))).code == 0
    assert target.received[0].startswith(b"PATCH /saved HTTP/1.1\r\n")
    assert target.received[0].endswith(b"\r\n\r\nhello")


async def test_broken_saved_request_is_one_sentence(workbench: Program, tmp_path: Path) -> None:
    file = tmp_path / "broken.yml"
    file.write_text("http: [unclosed\n")
    ran = await workbench("send", "--saved", str(file))
    assert (ran.code, ran.out) == (2, b"")
    assert "broken.yml" in ran.err
    assert file.read_text() == "http: [unclosed\n"


async def test_target_that_never_answers_ends_in_time(workbench: Program) -> None:
    async with RawTarget(None) as target:
        ran = await workbench("send", target.url, "--timeout=0.3")
    assert ran.code == 3
    assert "0.3" in ran.err
