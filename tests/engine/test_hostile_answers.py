"""What an answer says is data: taken, it is put in as it stands, masked, and never read for variables."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web
from engine.test_authenticating import serving
from engine.test_variables import sources

from workbench.engine.checking_answers import Answer, take
from workbench.engine.running import Runner, RunOptions
from workbench.engine.variables import preview, resolve, resolve_text
from workbench.engine.workbench import Workbench, open_workbench
from workbench.model.checks import Taking
from workbench.model.collection import Field, SavedRequest
from workbench.model.delivery import Attempt, Timings
from workbench.model.masking import masked_request
from workbench.model.message import Body, Head, Request, Response
from workbench.model.variables import Scope, ScopeKind, Scopes
from workbench.storage.paths import Paths

EVIL = "{{$env WORKBENCH_TEST_SECRET}}{{tok}}{{missing}}{{id}}"


@pytest.fixture
async def workbench(paths: Paths) -> AsyncIterator[Workbench]:
    async with open_workbench(paths) as opened:
        yield opened


async def test_local_values_are_text_and_not_templates() -> None:
    outer = Scopes((Scope(ScopeKind.ENVIRONMENT, "e", {"tok": "T", "around": "<{{id}}>"}),))
    found = outer.with_local({"id": EVIL})
    given = replace(sources(), environment={"WORKBENCH_TEST_SECRET": "S"})
    assert await resolve_text("/{{id}}", found, given) == f"/{EVIL}"
    assert await resolve_text("{{around}}", found, given) == f"<{EVIL}>"
    (shown,) = preview("{{id}}", found)
    assert (shown.value, shown.source) == (EVIL, "local local")


async def test_secret_local_values_are_masked() -> None:
    found = Scopes().with_local({"id": EVIL}, frozenset({"id"}))
    resolved = await resolve(SavedRequest(headers=(Field("X", "{{id}}"),)), found, sources())
    assert EVIL in resolved.secrets


def test_values_that_would_be_templates_in_a_file_are_not_taken_into_one() -> None:
    head = Head.build("HTTP/1.1 200 OK", ())
    attempt = Attempt(
        Request(Head.build("GET / HTTP/1.1", ())), 0, Timings(), response=Response(head, Body(EVIL.encode()))
    )
    kept, refused, plain = take(
        Answer.of(attempt),
        (Taking("a", "body"), Taking("b", "body", "environment"), Taking("c", "status", "collection")),
    )
    assert (kept.value, plain.value) == (EVIL, "200")
    assert refused.value is None
    assert refused.problem.startswith("b was not taken: its value holds {{…}}")


async def test_run_sends_what_was_taken_as_it_is_and_masks_it(
    workbench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_TEST_SECRET", "leaked")
    heard: list[str] = []

    async def handle(request: web.BaseRequest) -> web.Response:
        heard.append(request.headers.get("X-Id", ""))
        return web.json_response({"id": EVIL})

    root = tmp_path / "shop"
    root.mkdir()
    (root / "opencollection.yml").write_text("opencollection: 1.0.0\ninfo: {name: Shop}\n")
    (root / "1.yml").write_text(
        """
info: {name: First, type: http, seq: 1}
http: {method: GET, url: "{{host}}/one"}
runtime:
  actions:
  - type: set-variable
    selector: {expression: res.body.id, method: jsonq}
    variable: {name: id, scope: runtime}
"""
    )
    (root / "2.yml").write_text(
        """
info: {name: Second, type: http, seq: 2}
http:
  method: GET
  url: "{{host}}/two"
  headers:
  - {name: X-Id, value: "{{id}}"}
  - {name: X-Row, value: "{{row}}"}
runtime:
  assertions:
  - {expression: res.status, operator: eq, value: "{{id}}"}
"""
    )
    async with serving(handle) as url:
        report = await Runner(workbench, RunOptions(root, variables={"host": url}, rows=({"row": "{{tok}}"},))).run()
    assert heard == ["", EVIL]
    second = report.results[1]
    assert "{{$env" not in second.reason
    delivery = await workbench.history.run(lambda reader: reader.get(second.delivery_number))
    assert delivery is not None
    shown = masked_request(delivery.last.request, delivery.last.secret_ranges)
    assert shown.headers.get("x-id") == "********"
    assert shown.headers.get("x-row") == "{{tok}}"
