"""`workbench run`: a folder's requests on a socket, their lines, reports and exit codes."""

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from fakes import RawTarget
from program import Inside

from workbench.storage.collections import create_collection
from workbench.storage.paths import Paths


def request(name: str, place: int, *, expected: int = 200, path: str = "", method: str = "GET") -> str:
    return (
        f"info:\n  name: {name}\n  type: http\n  seq: {place}\nhttp:\n  method: {method}\n"
        f'  url: "{{{{base}}}}/{path or name}"\n'
        f'runtime:\n  assertions:\n    - expression: res.status\n      operator: eq\n      value: "{expected}"\n'
    )


@pytest.fixture
def smoke(paths: Paths) -> Path:
    folder = paths.workspace / "api"
    create_collection(folder, "API")
    (folder / "smoke").mkdir()
    (folder / "smoke" / "folder.yml").write_text("info:\n  name: Smoke tests\n  type: folder\n")
    (folder / "smoke" / "b.yml").write_text(request("first", 1))
    (folder / "smoke" / "a.yml").write_text(request("second", 2))
    return folder


def starts(target: RawTarget) -> list[bytes]:
    return [raw.split(b" HTTP/")[0] for raw in target.received]


@pytest.mark.parametrize("words", ["api/smoke", "API/Smoke tests", "PATH"])
async def test_requests_run_in_the_trees_order(inside: Inside, smoke: Path, words: str) -> None:
    async with RawTarget() as target:
        place = str(smoke / "smoke") if words == "PATH" else words
        ran = await inside("run", place, f"--var=base={target.url}")
    assert starts(target) == [b"GET /first", b"GET /second"]
    assert (ran.code, ran.err) == (0, "")
    lines = ran.text.splitlines()
    assert [line.split()[:4] for line in lines[:2]] == [
        ["ok", "GET", "first", "200"],
        ["ok", "GET", "second", "200"],
    ]
    assert lines[2].startswith("2 of 2 requests, 0 failed; 2 assertions, 0 failed; ")


async def test_one_assertion_is_counted_as_one(inside: Inside, smoke: Path) -> None:
    async with RawTarget() as target:
        ran = await inside("run", str(smoke / "smoke" / "a.yml"), f"--var=base={target.url}")
    assert ran.text.splitlines()[-1].startswith("1 of 1 requests, 0 failed; 1 assertion, 0 failed; ")


async def test_failure_is_told_reported_and_counts(inside: Inside, smoke: Path, tmp_path: Path) -> None:
    (smoke / "smoke" / "c.yml").write_text(request("<third> & \x85", 0, expected=201, path="third"))
    junit, page = tmp_path / "report.xml", tmp_path / "report.html"
    async with RawTarget() as target:
        words = ("run", "api", f"--var=base={target.url}", f"--junit={junit}", f"--html={page}")
        ran = await inside(*words)
        stopped = await inside(*words[:3], "--stop-on-failure", "--json")
    assert ran.code == 1
    assert ran.text.splitlines()[0].startswith("FAIL  GET")
    assert "201" in ran.text.splitlines()[1]
    suites = ElementTree.parse(junit).getroot()
    assert [suites.get(count) for count in ("tests", "failures", "errors")] == ["6", "1", "0"]
    assert "<third>" not in page.read_text()
    assert "third" in page.read_text()
    assert (stopped.code, [each.get("passed") for each in stopped.objects]) == (1, [False, False])
    assert stopped.objects[-1]["sent"] == 1
    assert stopped.objects[-1]["planned"] == 3


async def test_rows_of_data_and_rounds_are_iterations(inside: Inside, smoke: Path, tmp_path: Path) -> None:
    data = tmp_path / "rows.csv"
    data.write_text("who,n\nana,1\nbob,2\n")
    (smoke / "smoke" / "b.yml").write_text(request("first", 1, path="{{who}}/{{n}}"))
    (smoke / "smoke" / "a.yml").unlink()
    async with RawTarget() as target:
        ran = await inside("run", "api", f"--data={data}", "--repeat=2", f"--var=base={target.url}", "--json")
    assert starts(target) == [b"GET /ana/1", b"GET /bob/2"] * 2
    assert [each["iteration"] for each in ran.objects[:-1]] == [1, 2, 3, 4]
    assert json.loads(ran.out.splitlines()[-1])["passed"] is True


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nobody",), "There is no folder 'nobody'."),
        (("api", "--env=nobody"), "There is no environment 'nobody'."),
        (("api", "--data=/no/such.csv"), "/no/such.csv"),
        (("api", "--repeat=0"), "'0' is not a number of rounds"),
        (("api", "--delay=-1"), "'-1' is not a number of seconds"),
    ],
)
async def test_what_cannot_run_is_one_sentence(
    inside: Inside, smoke: Path, words: tuple[str, ...], said: str
) -> None:
    ran = await inside("run", *words)
    assert (ran.code, ran.out) == (2, b"")
    assert said in ran.err


async def test_missing_variables_fail_their_request_alone(inside: Inside, smoke: Path) -> None:
    ran = await inside("run", "api")
    assert ran.code == 1
    assert ran.text.count("The variable “base” has no value.") == 2


async def test_json_says_why_a_500_failed(inside: Inside, tmp_path: Path) -> None:
    async with RawTarget(b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n") as target:
        file = tmp_path / "c" / "get.yml"
        file.parent.mkdir()
        (file.parent / "opencollection.yml").write_text("opencollection: 1.0.0\ninfo: {name: C}\n")
        file.write_text(f"info: {{name: get, type: http}}\nhttp: {{method: GET, url: '{target.url}'}}\n")
        ran = await inside("run", str(file.parent), "--json")
    told = json.loads(ran.text.splitlines()[0])
    assert (ran.code, told["status"], told["failure"]) == (1, 500, "The answer was 500.")
