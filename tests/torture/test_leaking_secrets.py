"""A session that uses secrets in every way, and a search for them in all that it left, said and showed of itself."""

import base64
import json
import os
import urllib.parse
from pathlib import Path

import pytest
from fakes import RawTarget
from program import Inside, Program, Ran, listening
from torture_figures import Account

from workbench.storage.collections import create_collection
from workbench.storage.environment_secrets import own_prefix
from workbench.storage.paths import Paths
from workbench.storage.secrets import Secrets

SIGNING = "whsec_c2lnbmluZy1zZWNyZXQtb2YtdGhlLXRvcnR1cmU="
STORED = 'github-secret-Ω-"quoted"-of-the-torture'
BEARER = "bearer-token-of-the-torture-4711"
PASSPHRASE = "passphrase-of-the-torture-0815"
NEVER = {"signing secret": SIGNING, "stored secret": STORED, "passphrase": PASSPHRASE}
"""What is nobody's bytes on the wire: no file, no output and no process list may hold it."""

REQUEST = """\
info: {name: Paid, type: http}
http:
  method: POST
  url: "{{base}}/hooks"
  headers:
    - {name: X-Plain, value: "{{token}}"}
  body: {type: json, data: '{"key": "{{token}}"}'}
  auth: {type: bearer, token: "{{token}}"}
"""


def forms(secret: str) -> dict[str, bytes]:
    """Return how a secret may look: as it is, escaped, encoded."""
    raw = secret.encode()
    return {
        "plain": raw,
        "hex": raw.hex().encode(),
        "base64": base64.b64encode(raw).rstrip(b"="),
        "url": urllib.parse.quote(secret, safe="").encode(),
        "json": json.dumps(secret)[1:-1].encode(),
        "its key": base64.b64decode(secret.removeprefix("whsec_")) if secret.startswith("whsec_") else raw,
        "utf-16": secret.encode("utf-16-le"),
    }


def found_in(place: str, content: bytes, secrets: dict[str, str]) -> list[str]:
    return [
        f"{name} ({form}) in {place}"
        for name, secret in secrets.items()
        for form, looks in forms(secret).items()
        if looks in content
    ]


def process_list() -> bytes:
    """Return the words of all processes, as any user may read them."""
    words = b""
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words += file.read_bytes() + b"\n"
        except OSError:
            continue
    return words


@pytest.fixture
def workbench(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> Program:
    monkeypatch.setenv("WORKBENCH_NO_KEYRING", "1")
    monkeypatch.setenv("WORKBENCH_PASSPHRASE", PASSPHRASE)
    monkeypatch.setenv("STRIPE_SECRET", SIGNING)
    program = Program(str(paths.data))
    program.environment = dict(os.environ)
    return program


def make_collection(paths: Paths, base: str) -> None:
    folder = paths.workspace / "billing"
    create_collection(folder, "Billing")
    (folder / "environments").mkdir()
    (folder / "environments" / "local.yml").write_text(
        f"name: local\nvariables:\n  - {{name: base, value: '{base}'}}\n  - {{name: token, secret: true}}\n"
    )
    (folder / "paid.yml").write_text(REQUEST)
    secrets = Secrets(paths)
    secrets.put(f"{own_prefix(secrets, folder, 'local')}/token", BEARER)


async def test_no_secret_is_left_said_or_shown(workbench: Program, paths: Paths, tmp_path: Path, account: Account):
    figure = account.figure("places searched for secrets")
    said: dict[str, Ran] = {}
    lists = b""

    inside = Inside(workbench.home)

    async def run(*words: str) -> Ran:
        said[" ".join(words)] = ran = await inside(*words)
        return ran

    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "body.json").write_bytes(b'{"id": "evt_1", "type": "invoice.paid"}')
    said["secrets set"] = await workbench("secrets", "set", "github/one", stdin=STORED.encode())
    await run("endpoints", "add", "stripe", "--path=/stripe", "--provider=stripe", "--secret=env:STRIPE_SECRET")
    await run("endpoints", "add", "github", "--path=/github", "--provider=github", "--secret=keyring:github/one")
    async with RawTarget() as target, listening(workbench) as catching:
        make_collection(paths, target.url)
        for name, secret in (("stripe", "env:STRIPE_SECRET"), ("github", "keyring:github/one")):
            url = f"{catching.url}/{name}"
            sign = (f"--provider={name}", f"--secret={secret}")
            await run("sign", *sign, str(outside / "body.json"), "--json")
            await run("send", url, "--sample", f"{name}/{'push' if name == 'github' else 'invoice.paid'}",
                      "--sign", name, "--secret", secret, "-v")  # fmt: skip
            await run("send", url, f"@{outside / 'body.json'}", "-v")
            await run(
                "verify", *sign, "--explain", "--header=X-Hub-Signature-256: sha256=00", str(outside / "body.json")
            )
            await run("code", "--target=python-requests", "--sign", name, "POST", url)
        lists += process_list()
        sent = await run("send", "--saved", "billing/paid", "--env=local", "-v")
        assert sent.code == 0, sent
        assert BEARER.encode() in target.received[-1]
        await run("run", str(paths.workspace / "billing"), "--env=local",
                  f"--junit={outside / 'junit.xml'}", f"--html={outside / 'report.html'}", "--json")  # fmt: skip
        for number in ("1", "4"):
            await run("captures", "show", number, "--json")
            await run("verify", "--capture", number, "--explain")
        await run("replay", "1", f"--to={target.url}", "--sign=fresh", "--json")
        catching.process.terminate()
        said["listen"] = await catching.ended()
    for form in ("har", "ndjson", "csv", "curl"):
        await run("captures", "export", f"--format={form}", "-o", str(outside / f"captures.{form}"))
    for form in ("postman", "opencollection", "insomnia", "har", "http", "curl"):
        await run("collections", "export", str(paths.workspace / "billing"), f"--format={form}",
                  "-o", str(outside / f"collection.{form}"))  # fmt: skip
    await run("environments", "show", "local", "--json")
    await run("secrets", "list", "--json")
    await run("endpoints", "show", "stripe", "--json")
    await run("log", "--json")
    leaks = found_in("the process list", lists, NEVER | {"bearer": BEARER})
    files = [path for folder in (paths.data, outside) for path in folder.rglob("*") if path.is_file()]
    for path in files:
        # What was sent is in the history to the byte, behind a mask: it is the record of what went out.
        secrets = NEVER if path.name.startswith("history.db") else NEVER | {"bearer": BEARER}
        leaks += found_in(str(path), path.read_bytes(), secrets)
    for words, ran in said.items():
        leaks += found_in(words, ran.out + ran.err.encode(), NEVER | {"bearer": BEARER})
    figure.tried(len(files) + len(said) + 1)
    assert leaks == []
    assert len(said) > 30
    assert [(words, ran.err) for words, ran in said.items() if ran.code == 2] == []
    figure.survived(len(files) + len(said) + 1)
