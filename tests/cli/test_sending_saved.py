"""Saved requests by name, with their environment, their folders' defaults and their assertions."""

import json
from pathlib import Path

import pytest
from fakes import RawTarget
from program import Inside

from workbench.storage.collections import create_collection
from workbench.storage.paths import Paths

REQUEST = """\
info:
  name: Invoice paid
  type: http
http:
  method: POST
  url: "{{base}}/hooks"
  headers:
    - name: X-Token
      value: "{{token}}"
  body:
    type: json
    data: '{"amount": {{amount}}}'
runtime:
  assertions:
    - expression: res.status
      operator: eq
      value: "200"
"""
FOLDER = """\
info:
  name: Stripe events
  type: folder
request:
  headers:
    - name: X-Folder
      value: given
"""


@pytest.fixture
def billing(paths: Paths) -> Path:
    folder = paths.workspace / "billing"
    create_collection(folder, "Billing API")
    (folder / "environments").mkdir()
    (folder / "stripe").mkdir()
    (folder / "stripe" / "folder.yml").write_text(FOLDER)
    (folder / "stripe" / "invoice-paid.yml").write_text(REQUEST)
    return folder


def environment(folder: Path, name: str, **values: str) -> None:
    rows = "".join(f"  - name: {key}\n    value: {json.dumps(value)}\n" for key, value in values.items())
    (folder / "environments" / f"{name}.yml").write_text(f"name: {name}\nvariables:\n{rows}")


@pytest.mark.parametrize(
    "words",
    ["Billing API/Stripe events/Invoice paid", "billing/stripe/invoice-paid", "stripe/INVOICE-PAID", "FILE"],
)
async def test_request_is_found_by_name_or_file(inside: Inside, billing: Path, words: str) -> None:
    saved = str(billing / "stripe" / "invoice-paid.yml") if words == "FILE" else words
    async with RawTarget() as target:
        environment(billing, "local", base=target.url, token="from the environment", amount="1")
        ran = await inside("send", "--saved", saved, "--env", "local", "--var", "amount=1.10")
    assert (ran.code, ran.out, ran.err) == (0, b"ok", "")
    head, _, body = target.received[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /hooks HTTP/1.1\r\n")
    assert b"\r\nX-Token: from the environment\r\n" in head
    assert b"\r\nX-Folder: given\r\n" in head
    assert body == b'{"amount": 1.10}'


async def test_what_is_missing_is_named_and_nothing_is_sent(inside: Inside, billing: Path) -> None:
    environment(billing, "local", token="x")
    words = ("send", "--saved", "stripe/invoice-paid")
    ran = await inside(*words, "--env", "local")
    assert (ran.code, ran.err.splitlines()[0]) == (2, "workbench: These variables have no value: “base”, “amount”.")
    assert "--var" in ran.err
    assert "Body →" not in ran.err
    ran = await inside(*words, "--env", "production")
    assert (ran.code, ran.err) == (2, "workbench: There is no environment 'production'.\n  There are: local.\n")
    ran = await inside("send", "--saved", "billing/nothing")
    assert ran.code == 2
    assert "There are: Billing API/Stripe events/Invoice paid." in ran.err


async def test_failed_assertion_is_told_and_counts(inside: Inside, billing: Path) -> None:
    async with RawTarget(b"HTTP/1.1 500 Oops\r\nContent-Length: 2\r\n\r\nno") as target:
        words = (
            "send",
            "--saved",
            "stripe/invoice-paid",
            f"--var=base={target.url}",
            "--var=token=t",
            "--var=amount=1",
        )
        ran = await inside(*words)
        as_json = await inside(*words, "--json")
    assert (ran.code, ran.out) == (1, b"no")
    assert "500" in ran.err
    (said,) = as_json.objects
    assert (as_json.code, said["status"]) == (1, 500)
    assert [check["passed"] for check in said["checks"]] == [False]


async def test_environment_of_the_workspace_serves_typed_words(inside: Inside, billing: Path) -> None:
    async with RawTarget() as target:
        environment(billing, "local", base=target.url)
        assert (await inside("send", "--env=local", "{{base}}/x", "a={{$uuid}}")).code == 0
    head, _, body = target.received[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /x ")
    assert len(json.loads(body)["a"]) == 36
