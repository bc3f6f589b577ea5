"""What `workbench send` prints: HTTPie's `--print` and `--pretty`, on a terminal and into a pipe."""

import json
import re
from pathlib import Path

import pytest
from fakes import RawTarget
from program import Inside, Program
from terminal import on_terminal

JSON_BODY = b'{"z": 1.10, "a": 12345678901234567890, "a": null}'
JSON_HEAD = b"HTTP/1.1 200 OK\r\nX-Z: 1\r\nContent-Type: application/json\r\nX-A: 2\r\nContent-Length: %d" % len(
    JSON_BODY
)
JSON_ANSWER = JSON_HEAD + b"\r\n\r\n" + JSON_BODY
FORMATTED = '{\n    "z": 1.10,\n    "a": 12345678901234567890,\n    "a": null\n}'
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def answer(body: bytes, *headers: str) -> bytes:
    lines = ["HTTP/1.1 200 OK", *headers, f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


async def test_terminal_shows_head_and_formatted_body_in_colours(workbench: Program) -> None:
    async with RawTarget(JSON_ANSWER) as target:
        code, shown = await on_terminal(workbench, "send", target.url)
        _, plain = await on_terminal(workbench, "send", target.url, NO_COLOR="1")
    assert code == 0
    assert "\x1b[" in shown
    assert "\x1b" not in plain
    expected = JSON_HEAD.decode().replace("\r\n", "\n") + "\n\n" + FORMATTED + "\n"
    assert plain == expected
    assert COLOUR.sub("", shown) == expected
    assert target.received[0].startswith(b"GET / ")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("-h",), ["response-head"]),
        (("-b",), ["response-body"]),
        (("--print=Hh",), ["request-head", "response-head"]),
        (("-p", "B"), ["request-body"]),
        (("-v",), ["request-head", "request-body", "response-head", "response-body"]),
        (("-vv",), ["request-head", "request-body", "response-head", "response-body", "meta"]),
        (("-m",), ["meta"]),
        (("-q",), []),
        ((), ["response-body"]),
    ],
)
async def test_parts_are_printed_as_asked_for(inside: Inside, words: tuple[str, ...], expected: list[str]) -> None:
    async with RawTarget(JSON_ANSWER) as target:
        ran = await inside("send", *words, target.url, "hello=world")
    marks = {
        "request-head": "POST / HTTP/1.1\n",
        "request-body": '{"hello": "world"}',
        "response-head": "HTTP/1.1 200 OK\n",
        "response-body": JSON_BODY.decode(),
        "meta": "Elapsed time: ",
    }
    assert ran.code == 0
    assert [name for name, mark in marks.items() if mark in ran.text] == expected
    assert ran.err == ""


async def test_pretty_in_a_pipe_and_sorted_on_request(inside: Inside) -> None:
    async with RawTarget(JSON_ANSWER) as target:
        formatted = await inside("send", "--pretty=format", target.url)
        coloured = await inside("send", "--pretty=all", "--style=monokai", target.url)
        arranged = await inside("send", "--sorted", "--print=h", target.url)
    assert formatted.text == FORMATTED + "\n"
    assert COLOUR.sub("", coloured.text) == FORMATTED + "\n"
    assert "\x1b[38;" in coloured.text
    assert arranged.text.splitlines()[1:] == [
        f"Content-Length: {len(JSON_BODY)}",
        "Content-Type: application/json",
        "X-A: 2",
        "X-Z: 1",
    ]


async def test_sorted_keys_keep_their_numbers(inside: Inside) -> None:
    async with RawTarget(
        answer(b'{"b": 1.10, "a": {"d": 1e400, "c": []}}', "Content-Type: application/json")
    ) as target:
        ran = await inside("send", "--sorted", "--pretty=none", target.url)
        pretty = await inside("send", "--sorted", "--pretty=format", target.url)
    indented = '{\n    "a": {\n        "c": [],\n        "d": 1e400\n    },\n    "b": 1.10\n}\n'
    assert ran.text == indented
    assert pretty.text == indented


async def test_nothing_that_is_shown_steers_a_terminal(workbench: Program, inside: Inside) -> None:
    hostile = answer(b"a\x1b[2Jb\x07\x9bc\x00", "X-Evil: \x1b]0;x\x07")
    hostile_text = answer(b"a\x1b[2Jb\xc2\x9bc", "Content-Type: text/plain", "X-Evil: 1")
    async with RawTarget(hostile_text) as target:
        _, shown = await on_terminal(workbench, "send", target.url, NO_COLOR="1")
        assert shown.endswith("a\ufffd[2Jb\ufffdc\n")
        piped = await inside("send", target.url)
        assert piped.out == b"a\x1b[2Jb\xc2\x9bc"
    async with RawTarget(hostile) as target:
        _, shown = await on_terminal(workbench, "send", target.url)
        assert "\x07" not in shown
        assert "\x1b]" not in shown


async def test_binary_is_a_note_on_a_terminal_and_bytes_in_a_pipe_or_file(
    workbench: Program, inside: Inside, tmp_path: Path
) -> None:
    content = bytes(range(256)) * 4
    file = tmp_path / "out.bin"
    async with RawTarget(answer(content, "Content-Type: application/octet-stream")) as target:
        _, shown = await on_terminal(workbench, "send", "-b", target.url, NO_COLOR="1")
        assert shown == "(1.0 kB of binary data, not shown; write it to a file with --output FILE)\n"
        assert (await inside("send", target.url)).out == content
        written = await inside("send", "-o", str(file), target.url)
    assert (written.out, file.read_bytes()) == (b"", content)


async def test_output_file_stays_where_there_is_no_answer(inside: Inside, tmp_path: Path) -> None:
    file = tmp_path / "kept"
    file.write_text("before")
    ran = await inside("send", "-o", str(file), "http://127.0.0.1:1/")
    assert (ran.code, file.read_text()) == (3, "before")
    link, device = tmp_path / "link", "/dev/null"
    link.symlink_to(file)
    async with RawTarget() as target:
        assert (await inside("send", "-o", str(link), target.url)).code == 0
        assert (await inside("send", "-o", device, target.url)).code == 0
    assert (link.is_symlink(), file.read_text()) == (True, "ok")
    assert not Path(device).is_file()


async def test_offline_on_a_terminal_is_readable(workbench: Program) -> None:
    code, shown = await on_terminal(workbench, "send", "--offline", "localhost", "a=b", NO_COLOR="1")
    assert code == 0
    assert shown.startswith("POST / HTTP/1.1\nHost: localhost\n")
    assert shown.endswith('\n\n{\n    "a": "b"\n}\n')


async def test_check_status_is_fail_and_says_why(inside: Inside) -> None:
    async with RawTarget(b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nno\r\n") as target:
        ran = await inside("send", "--check-status", target.url)
        quiet = await inside("send", "-qq", "--check-status", target.url)
        as_json = await inside("send", "--json", target.url)
    assert (ran.code, ran.out, ran.err) == (1, b"no\r\n", "workbench: HTTP 404 Not Found\n")
    assert (quiet.code, quiet.out, quiet.err) == (1, b"", "")
    assert json.loads(as_json.out)["status"] == 404


async def test_h_alone_is_help(inside: Inside) -> None:
    ran = await inside("send", "-h")
    assert ran.code == 0
    assert ran.text.startswith("usage: workbench send")
    assert "examples:" in ran.text
