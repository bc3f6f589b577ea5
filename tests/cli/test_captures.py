"""`workbench captures`: what was caught, read back to the byte, exported, deleted."""

import asyncio
import csv
import io
import json
import subprocess
from pathlib import Path

import pytest
from fakes import Catcher, RawTarget
from program import Program

from workbench.storage.paths import Paths

JSON_POST = (
    b"POST /hook?a=1 HTTP/1.1\r\nHost: example.test\r\nX-Twice: one\r\ncontent-TYPE: application/json\r\n"
    b"x-twice: two\r\nContent-Length: 27\r\n\r\n"
)
JSON_BODY = b'{"id": 1.0,\r\n "name":"\xc3\xa9"}\n'
BINARY_POST = b"PUT /binary HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n\x00\xff\r\n\x1b"
CHUNKED_POST = (
    b"POST /chunked HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
    b"5;note=1\r\nhello\r\n0\r\nX-Sum: 9\r\n\r\n"
)


@pytest.fixture
async def caught(catcher: Catcher) -> None:
    """Three captures: JSON, binary, chunked with a trailer."""
    assert len(JSON_BODY) == 27
    for request in (JSON_POST + JSON_BODY, BINARY_POST, CHUNKED_POST):
        assert (await catcher.exchange(request)).startswith(b"HTTP/1.1 200 ")


@pytest.mark.usefixtures("caught")
class TestReading:
    async def test_list_is_a_line_each_oldest_first(self, workbench: Program) -> None:
        lines = (await workbench("captures", "list")).text.splitlines()
        assert [line.split()[0] for line in lines] == ["#1", "#2", "#3"]
        assert "POST    /hook?a=1  200       27 B" in lines[0]

    async def test_list_as_json(self, workbench: Program) -> None:
        listed = (await workbench("captures", "list", "--json", "--limit=2")).objects
        assert [(each["number"], each["method"], each["target"]) for each in listed] == [
            (2, "PUT", "/binary"),
            (3, "POST", "/chunked"),
        ]

    @pytest.mark.parametrize(("words", "numbers"), [(["hook"], [1]), (["-hook"], [2, 3]), (["nothing"], [])])
    async def test_list_filters_by_words(self, workbench: Program, words: list[str], numbers: list[int]) -> None:
        ran = await workbench("captures", "list", "--json", "--", *words)
        assert [each["number"] for each in ran.objects] == numbers

    @pytest.mark.parametrize(
        ("number", "part", "expected"),
        [
            ("1", "body", JSON_BODY),
            ("#2", "body", b"\x00\xff\r\n\x1b"),
            ("3", "body", b"hello"),
            ("1", "raw", JSON_POST + JSON_BODY),
            ("2", "raw", BINARY_POST),
            ("3", "raw", CHUNKED_POST),
        ],
    )
    async def test_part_is_exactly_its_bytes(
        self, workbench: Program, number: str, part: str, expected: bytes
    ) -> None:
        assert (await workbench("captures", "show", number, f"--part={part}")).out == expected

    async def test_show_is_for_people_and_harmless_to_a_terminal(self, workbench: Program) -> None:
        shown = (await workbench("captures", "show", "1")).text
        assert "POST /hook?a=1 HTTP/1.1\n" in shown
        assert "X-Twice: one\n" in shown
        assert '"name": "é"' in shown
        binary = (await workbench("captures", "show", "2")).text
        assert "\x1b" not in binary
        assert "5 B of binary data" in binary

    async def test_show_as_json_holds_all(self, workbench: Program) -> None:
        first, second, third = [(await workbench("captures", "show", n, "--json")).objects[0] for n in "123"]
        assert first["request"]["headers"] == [
            ["Host", "example.test"], ["X-Twice", "one"], ["content-TYPE", "application/json"],
            ["x-twice", "two"], ["Content-Length", "27"],
        ]  # fmt: skip
        assert first["request"]["body"] == JSON_BODY.decode()
        assert second["request"]["body_base64"] == "AP8NChs="
        assert third["request"]["trailers"] == [["X-Sum", "9"]]

    async def test_csv_is_read_by_another_program(self, workbench: Program) -> None:
        rows = list(csv.DictReader(io.StringIO((await workbench("captures", "export", "--format=csv")).text)))
        assert [row["target"] for row in rows] == ["/hook?a=1", "/binary", "/chunked"]

    async def test_ndjson_is_what_show_says(self, workbench: Program) -> None:
        exported = (await workbench("captures", "export", "--format=ndjson", "1-2")).objects
        shown = [(await workbench("captures", "show", n, "--json")).objects[0] for n in "12"]
        for each in (*exported, *shown):
            each.pop("answered_at")  # Written a moment later.
        assert [each.pop("format") for each in exported] == [1, 1]
        assert exported[0]["request"].pop("head") == JSON_POST.decode()
        assert all(each["answer"].pop("head").startswith("HTTP/1.1 200 ") for each in exported)
        assert exported[1]["request"].pop("head").startswith("PUT /binary HTTP/1.1\r\n")
        assert exported == shown

    async def test_har_tells_each_exchange(self, workbench: Program) -> None:
        log = json.loads((await workbench("captures", "export", "--format=har")).out)["log"]
        assert log["version"] == "1.2"
        entries = log["entries"]
        assert [entry["request"]["method"] for entry in entries] == ["POST", "PUT", "POST"]
        assert entries[0]["request"]["postData"]["text"] == JSON_BODY.decode()
        assert {"name": "x-twice", "value": "two"} in entries[0]["request"]["headers"]

    async def test_curl_command_sends_the_same_bytes(self, workbench: Program) -> None:
        async with RawTarget() as target:
            exported = (await workbench("captures", "export", "--format=curl", "1")).text
            command = exported.partition("\n")[2].replace("http://example.test", target.url)
            shell = ["bash", "-c", f"{command.rstrip()} --silent"]
            await asyncio.to_thread(subprocess.run, shell, check=True, capture_output=True, timeout=20)
        head, _, body = target.received[0].partition(b"\r\n\r\n")
        assert body == JSON_BODY
        assert head.split(b"\r\n")[0] == b"POST /hook?a=1 HTTP/1.1"
        for line in (b"X-Twice: one", b"content-TYPE: application/json", b"x-twice: two"):
            assert line in head.split(b"\r\n")

    async def test_export_to_a_file_never_replaces_one_unasked(self, workbench: Program, tmp_path: Path) -> None:
        file = tmp_path / "out.csv"
        file.write_text("mine")
        refused = await workbench("captures", "export", "--format=csv", f"--output={file}")
        assert (refused.code, file.read_text()) == (2, "mine")
        assert refused.err == f"workbench: {file} exists already.\n  Use --force to replace it.\n"
        done = await workbench("captures", "export", "--format=csv", f"--output={file}", "--force")
        assert done.code == 0
        assert file.read_text().startswith("number,")

    async def test_delete_asks_for_yes_and_gives_no_number_again(self, workbench: Program, catcher: Catcher) -> None:
        asked = await workbench("captures", "delete", "1-2")
        assert (asked.code, asked.err) == (2, "workbench: This would delete 2 captures.\n  Add --yes to do it.\n")
        assert (await workbench("captures", "delete", "1-2", "--yes")).err == "2 captures deleted.\n"
        assert [each["number"] for each in (await workbench("captures", "list", "--json")).objects] == [3]
        await catcher.exchange(BINARY_POST)
        assert [each["number"] for each in (await workbench("captures", "list", "--json")).objects] == [3, 4]

    async def test_pinned_captures_are_kept(self, workbench: Program) -> None:
        await workbench("captures", "pin", "2")
        ran = await workbench("captures", "delete", "1-3", "--yes")
        assert ran.err == "1 capture pinned and kept; --pinned deletes them too.\n2 captures deleted.\n"
        assert [each["number"] for each in (await workbench("captures", "list", "--json")).objects] == [2]
        assert (await workbench("captures", "delete", "2", "--yes", "--pinned")).err == "1 capture deleted.\n"

    @pytest.mark.parametrize("words", [[""], [" ", ""]])
    async def test_an_empty_word_deletes_nothing(self, workbench: Program, words: list[str]) -> None:
        ran = await workbench("captures", "delete", *words, "--yes")
        assert (ran.code, len((await workbench("captures", "list", "--json")).objects)) == (2, 3)
        assert "An empty word chooses nothing." in ran.err

    async def test_words_and_options_stand_in_any_order(self, workbench: Program) -> None:
        ran = await workbench("captures", "list", "-hook", "--json", "POST", "-nothing")
        assert [each["number"] for each in ran.objects] == [3]

    async def test_numbers_may_stand_behind_commas(self, workbench: Program) -> None:
        assert (await workbench("captures", "export", "1-2,3", "--format=ndjson")).text.count("\n") == 3
        assert "goes backwards" in (await workbench("captures", "export", "3-1", "--format=ndjson")).err

    async def test_pin_shows_in_the_list(self, workbench: Program) -> None:
        assert (await workbench("captures", "pin", "2")).code == 0
        listed = (await workbench("captures", "list", "--json")).objects
        assert [each["pinned"] for each in listed] == [False, True, False]


async def test_home_may_stand_anywhere(workbench: Program, paths: Paths, catcher: Catcher, tmp_path: Path) -> None:
    await catcher.exchange(BINARY_POST)
    elsewhere = Program(str(tmp_path / "elsewhere"))
    home = f"--home={paths.data}"
    for words in (["captures", home, "show", "1"], ["captures", "show", "1", home]):
        shown = await elsewhere(*words, "--part=raw")
        assert shown.out == (await workbench("captures", "show", "1", "--part=raw")).out == BINARY_POST


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["captures", "show", "7"], "There is no capture 7."),
        (["captures", "show", "seven"], "'seven' is not the number of a capture."),
        (["captures", "list", "--limit=0"], "'0' is not a number of captures"),
        (["captures", "export", "--format=docx"], "invalid choice: 'docx'"),
        (["captures"], "ACTION"),
        (["replay", "7", "--to=localhost:1"], "There is no capture 7."),
        (["replay"], "Say which captures"),
        (["nonsense"], "nonsense"),
    ],
)
async def test_wrong_words_are_one_sentence_and_exit_2(workbench: Program, words: list[str], said: str) -> None:
    ran = await workbench(*words)
    assert (ran.code, ran.out) == (2, b"")
    assert said in ran.err


async def test_nothing_captured_is_said(workbench: Program) -> None:
    ran = await workbench("captures", "list")
    assert (ran.code, ran.out, ran.err) == (0, b"", "Nothing was captured yet.\n")


async def test_missing_body_file_is_one_sentence(workbench: Program, catcher: Catcher, paths: Paths) -> None:
    size = 2 * 1024 * 1024
    await catcher.exchange(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % size + b"x" * size)
    for file in paths.spool.iterdir():
        file.rename(file.with_name("away"))
    ran = await workbench("captures", "show", "1", "--part=body")
    assert (ran.code, ran.out) == (4, b"")
    assert ran.err.startswith("workbench: The body in ")


@pytest.mark.usefixtures("caught")
async def test_reader_that_leaves_early_is_no_error(workbench: Program) -> None:
    process = await workbench.start("captures", "export", "--format=ndjson")
    assert process.stdout is not None
    process.stdout._transport.close()  # type: ignore[attr-defined]
    assert process.stderr is not None
    said = await process.stderr.read()
    assert (await process.wait(), said) == (0, b"")


async def test_confirming_needs_a_yes_and_something_to_confirm(workbench: Program, catcher: Catcher) -> None:
    body = b'{"Type": "SubscriptionConfirmation", "SubscribeURL": "https://sns.eu-west-1.amazonaws.com/?Token=1"}'
    head = b"POST / HTTP/1.1\r\nHost: a\r\nx-amz-sns-message-type: SubscriptionConfirmation\r\n"
    await catcher.exchange(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    await catcher.exchange(JSON_POST + JSON_BODY)
    asked = await workbench("captures", "confirm", "1")
    assert asked.code == 2
    assert "https://sns.eu-west-1.amazonaws.com/?Token=1" in asked.err
    assert "--yes" in asked.err
    nothing = await workbench("captures", "confirm", "2", "--yes")
    assert nothing.code == 2
    assert "no confirmation" in nothing.err
