"""Runs of real folders against a real server: order, data, chains, stopping; and the reports of them."""

import asyncio
import json
import re
import textwrap
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from aiohttp import web
from engine.test_authenticating import serving

from workbench.engine.run_data import read_rows
from workbench.engine.running import Runner, RunOptions, RunStep
from workbench.engine.workbench import Workbench, open_workbench
from workbench.formats.run_reports import html_page, junit_xml
from workbench.model.checks import Assertion, CheckResult
from workbench.model.errors import FormatError, UsageError
from workbench.model.run import RequestResult, RunReport
from workbench.storage.paths import Paths


@pytest.fixture
async def workbench(paths: Paths) -> AsyncIterator[Workbench]:
    async with open_workbench(paths) as opened:
        yield opened


class Shop:
    """A server with a log-in, an item for its token, and nothing else."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    async def handle(self, request: web.BaseRequest) -> web.Response:
        self.heard.append(f"{request.method} {request.path_qs} {request.headers.get('Authorization', '')}".strip())
        if request.path == "/login":
            return web.json_response({"token": f"t-{len(self.heard)}"}, status=201)
        if request.path == "/item":
            return web.json_response({"n": 1.50, "id": request.query.get("id")})
        if request.path == "/wait":
            await asyncio.Event().wait()
        return web.Response(status=404, text="no <b>such</b> thing")


FILES = {
    "opencollection.yml": "opencollection: 1.0.0\ninfo: {name: Shop}\n",
    "2-item.yml": """
        info: {name: Item, type: http, seq: 2}
        http:
          method: GET
          url: "{{host}}/item?id={{id}}"
          headers:
          - {name: Authorization, value: "Bearer {{token}}"}
        runtime:
          assertions:
          - {expression: res.status, operator: eq, value: "200"}
          - {expression: res.body.id, operator: eq, value: "{{id}}"}
    """,
    "1-last.yml": """
        info: {name: Last, type: http, seq: 3}
        http: {method: DELETE, url: "{{host}}/gone"}
    """,
    "first/folder.yml": "info: {name: First, type: folder, seq: 1}\n",
    "first/login.yml": """
        info: {name: Log in, type: http, seq: 1}
        http: {method: POST, url: "{{host}}/login"}
        runtime:
          actions:
          - type: set-variable
            selector: {expression: res.body.token, method: jsonq}
            variable: {name: token, scope: runtime}
    """,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    for name, text in FILES.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text))
    return root


async def test_in_order_with_rows_and_a_chain(workbench: Workbench, folder: Path) -> None:
    shop, steps, came = Shop(), list[RunStep](), list[RequestResult]()
    async with serving(shop.handle) as url:
        options = RunOptions(folder, variables={"host": url}, rows=({"id": "a"}, {"id": "b"}))
        runner = Runner(workbench, options)
        runner.started.subscribe(steps.append)
        runner.finished.subscribe(came.append)
        report = await runner.run()
    assert shop.heard == [
        "POST /login",
        "GET /item?id=a Bearer t-1",
        "DELETE /gone",
        "POST /login",
        "GET /item?id=b Bearer t-4",
        "DELETE /gone",
    ]
    assert [(each.number, each.planned, each.iteration, each.name) for each in steps[:4]] == [
        (1, 6, 1, "Log in"),
        (2, 6, 1, "Item"),
        (3, 6, 1, "Last"),
        (4, 6, 2, "Log in"),
    ]
    assert tuple(came) == report.results
    assert [(each.name, each.path, each.status, each.passed) for each in report.results[:3]] == [
        ("Log in", "first/login.yml", 201, True),
        ("Item", "2-item.yml", 200, True),
        ("Last", "1-last.yml", 404, False),
    ]
    assert report.results[0].taken == ("token",)
    assert report.results[2].reason == "The answer was 404."
    assert (report.planned, report.failed_count, report.passed, report.ended_early) == (6, 2, False, "")
    stored = await workbench.history.run(lambda reader: reader.get(report.results[1].delivery_number))
    assert stored is not None
    assert stored.name == "Item"


async def test_failures_stop_where_wanted_and_missing_names_are_one(workbench: Workbench, folder: Path) -> None:
    shop = Shop()
    async with serving(shop.handle) as url:
        ended = await Runner(
            workbench, RunOptions(folder, variables={"host": url, "id": "x"}, rounds=2, stop_on_failure=True)
        ).run()
        missing = await Runner(workbench, RunOptions(folder, variables={"host": url})).run()
        one = await Runner(workbench, RunOptions(folder / "first" / "login.yml", variables={"host": url})).run()
    assert [each.name for each in ended.results] == ["Log in", "Item", "Last"]
    assert ended.ended_early == "The run ended at the first failure: Last."
    assert missing.results[1].failure == "The variable “id” has no value."
    assert missing.results[1].delivery_number == 0
    assert [(each.path, each.passed) for each in one.results] == [("login.yml", True)]


async def test_cancelled_and_stopped_runs_have_a_report(workbench: Workbench, folder: Path) -> None:
    shop = Shop()
    (folder / "1-last.yml").write_text(
        'info: {name: Wait, type: http, seq: 1}\nhttp: {method: GET, url: "{{host}}/wait"}\n'
    )
    async with serving(shop.handle) as url:
        runner = Runner(workbench, RunOptions(folder, variables={"host": url, "id": "1"}))
        waiting = asyncio.Event()
        runner.started.subscribe(lambda step: waiting.set() if step.name == "Wait" else None)
        task = asyncio.ensure_future(runner.run())
        await waiting.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert [each.name for each in runner.report().results] == ["Log in"]
        assert runner.report().ended_early == "The run was cancelled."
        stopped = Runner(workbench, RunOptions(folder, variables={"host": url, "id": "1"}))
        stopped.finished.subscribe(lambda _: stopped.stop())
        report = await stopped.run()
    assert (len(report.results), report.ended_early) == (1, "The run was stopped.")


async def test_nothing_to_run_is_said(workbench: Workbench, folder: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(UsageError, match="no requests"):
        await Runner(workbench, RunOptions(empty)).run()
    with pytest.raises(UsageError, match="at least one round"):
        await Runner(workbench, RunOptions(folder, rounds=0)).run()
    with pytest.raises(UsageError, match="no environment 'prod'"):
        await Runner(workbench, RunOptions(folder, environment="prod")).run()


# Data


def test_rows_of_csv_and_json(tmp_path: Path) -> None:
    file = tmp_path / "rows"
    file.write_bytes(b'\xef\xbb\xbfid, name\r\n1,"a, ""b""\r\nc"\r\n2,\xc3\xa9\r\n')
    assert read_rows(file) == ({"id": "1", "name": 'a, "b"\r\nc'}, {"id": "2", "name": "é"})
    file.write_text('[{"id": 1.0, "b": true, "n": null, "o": {"a": [12345678901234567890]}, "t": "x"}]')
    assert read_rows(file) == (
        {"id": "1.0", "b": "true", "n": "null", "o": '{"a":[12345678901234567890]}', "t": "x"},
    )


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "no rows"),
        (b"a,b\n", "no rows"),
        (b"[]", "no rows"),
        (b"a,b\n1\n", "another number of values in line 2"),
        (b"a,b\n1,2,3\n", "another number of values in line 2"),
        (b'{"a": 1}', "not a list"),
        (b"[1]", "row 1 is none"),
        (b"[{", "not JSON"),
        (b"\xff\xfe", "not UTF-8"),
        (b'a\n"x\n', "no CSV"),
    ],
)
def test_rows_that_cannot_be_read(tmp_path: Path, content: bytes, part: str) -> None:
    file = tmp_path / "rows"
    file.write_bytes(content)
    with pytest.raises(FormatError, match=part):
        read_rows(file)
    with pytest.raises(FormatError, match="cannot be read"):
        read_rows(tmp_path / "none")


# Reports

EVIL = '<script>alert(1)</script>"&\x00\x1b\ud800'
REPORT = RunReport(
    "Shop",
    "local",
    1_795_608_000_000_000,
    2_500_000,
    4,
    (
        RequestResult("Good", "good.yml", 1, 1_795_608_000_000_000, "GET", "http://h/", 200, 12_345, 5),
        RequestResult(
            EVIL,
            "evil.yml",
            2,
            1_795_608_000_000_000,
            "GET",
            f"http://h/{EVIL}",
            200,
            1_000,
            checks=(
                CheckResult(Assertion("status", "eq", "200"), True),
                CheckResult(Assertion("body", "isJson"), False, f"found {EVIL}"),
            ),
            problems=("x was not taken: it is gone.",),
        ),
        RequestResult("Down", "down.yml", 1, 1_795_608_000_000_000, failure="Nothing is listening."),
    ),
    "The run was stopped.",
)


def test_junit_is_what_build_servers_read() -> None:
    suites = ElementTree.fromstring(junit_xml(REPORT))
    assert suites.tag == "testsuites"
    assert {name: suites.get(name) for name in ("name", "tests", "failures", "errors", "time")} == {
        "name": "Shop",
        "tests": "6",
        "failures": "2",
        "errors": "2",
        "time": "2.500000",
    }
    good, evil, down, ended = suites
    assert (good.get("time"), good.get("timestamp")) == ("0.012345", "2026-11-25T12:00:00")
    assert [case.get("name") for case in evil] == ["answer", "status eq 200", "body isJson"]
    assert [[child.tag for child in case] for case in evil] == [["failure"], [], ["failure"]]
    assert evil[2][0].get("message") == 'found <script>alert(1)</script>"&\ufffd\ufffd\ufffd'
    assert down[0][0].get("message") == "Nothing is listening."
    assert ended[0][0].get("message") == "The run was stopped. 3 of 4 requests were sent."
    counted = sum(len(suite.findall("testcase")) for suite in suites)
    assert counted == int(suites.get("tests") or 0)


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


def test_page_runs_and_loads_nothing() -> None:
    page = html_page(REPORT)
    assert page.encode()
    found = _Tags()
    found.feed(page)
    assert not found.tags & {"script", "img", "link", "iframe", "a", "form"}
    assert not {name for name in found.attributes if name.startswith("on") or name in ("src", "href")}
    assert "default-src 'none'" in page
    for words in ("3 of 4 requests sent, 2 failed", "Nothing is listening.", "The run was stopped.", "12.3 ms"):
        assert words in re.sub(r"\s+", " ", page)


async def test_report_of_a_real_run_is_well_formed(workbench: Workbench, folder: Path) -> None:
    async with serving(Shop().handle) as url:
        report = await Runner(workbench, RunOptions(folder, variables={"host": url, "id": "1"})).run()
    suites = ElementTree.fromstring(junit_xml(report))
    assert [suite.get("name") for suite in suites] == ["Log in", "Item", "Last"]
    assert json.dumps([suite.get("failures") for suite in suites]) == '["0", "0", "1"]'
    assert "res.body.id" in html_page(report)
