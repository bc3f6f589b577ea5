"""Packs: complete, sound, overridden by the user's own, and clear about what is wrong with one."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from workbench.cli.console import Console
from workbench.cli.main import main
from workbench.providers.detection import describe
from workbench.providers.pack import Provider
from workbench.providers.samples import filled_subject
from workbench.storage.packs import Packs, load_packs
from workbench.storage.paths import Paths

COMPLETE = (
    "stripe",
    "github",
    "slack",
    "zapier",
    "shopify",
    "mailchimp-transactional",
    "mailchimp-marketing",
    "twilio",
)
ALL = load_packs(Paths(Path("/nonexistent"), Path("/nonexistent"))).all

PACK = """
format = 1
name = "Acme"
documentation = "https://docs.acme.example/webhooks"
checked = 2026-11-24
evidence = "documented"

[[detect]]
headers = ["Acme-Signature"]

[events]
type = "body:event"

[[scheme]]
id = "v1"
kind = "hmac"
signature = { header = "Acme-Signature", pairs = ",", pick = "v1", encoding = "hex" }
timestamp = { from = "signature:t", unit = "seconds", tolerance = 300 }
signed = "{timestamp}.{body}"

[[sample]]
event = "order.paid"
file = "order-paid.json"
"""


def run(*argv: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    code = main(list(argv), Console(out, err))
    return code, out.getvalue(), err.getvalue()


def write_pack(home: Path, name: str = "acme", text: str = PACK) -> Path:
    folder = home / "providers" / name
    (folder / "samples").mkdir(parents=True)
    (folder / "provider.toml").write_text(text)
    (folder / "samples" / "order-paid.json").write_bytes(b'{"event":"order.paid"}')
    return folder / "provider.toml"


def test_there_are_fifty_and_more() -> None:
    assert len(ALL) >= 50


@pytest.mark.parametrize("provider", ALL, ids=lambda provider: provider.id)
def test_pack_says_where_its_rules_are_from(provider: Provider) -> None:
    assert provider.documentation.startswith("https://")
    assert provider.checked.year >= 2026
    if provider.evidence == "second-hand":
        assert provider.unconfirmed or provider.notes or provider.documentation


@pytest.mark.parametrize("name", COMPLETE)
def test_the_eight_are_complete(packs: Packs, name: str) -> None:
    provider = packs.require(name)
    assert len({sample.file for sample in provider.samples}) >= 5
    for column in ("detect", "schemes", "retry", "user_agent", "notes", "samples"):
        assert getattr(provider, column), column
    assert provider.events.type


@pytest.mark.parametrize("provider", ALL, ids=lambda provider: provider.id)
def test_a_sample_is_known_as_its_providers(packs: Packs, provider: Provider) -> None:
    for sample in provider.samples:
        seen = filled_subject(sample, packs.sample_body(provider, sample))
        if "json" in sample.content_type:
            json.loads(seen.body)
        if provider.events.type and provider.id not in ("x-twitter", "telegram"):
            assert describe(provider, seen).event, sample.file


AMBIGUOUS: list[tuple[str, dict[str, str], str]] = [
    ("github", {"X-Hub-Signature": "sha1=0", "X-GitHub-Event": "push"}, "{}"),
    ("gitea", {"X-Hub-Signature": "sha1=0", "X-GitHub-Event": "push", "X-Gitea-Event": "push"}, "{}"),
    ("bitbucket", {"X-Hub-Signature": "sha256=0", "X-Event-Key": "repo:push"}, "{}"),
    ("jira", {"X-Hub-Signature": "sha256=0"}, '{"webhookEvent":"jira:issue_created"}'),
    ("intercom", {"X-Hub-Signature": "sha1=0"}, '{"type":"notification_event","topic":"ping"}'),
    ("meta", {"X-Hub-Signature-256": "sha256=0"}, '{"object":"page","entry":[]}'),
    ("github", {"X-Hub-Signature-256": "sha256=0", "User-Agent": "GitHub-Hookshot/abc"}, "{}"),
    ("gitlab", {"webhook-id": "1", "webhook-signature": "v1,0", "X-Gitlab-Event": "Push Hook"}, "{}"),
    ("standard-webhooks", {"webhook-id": "1", "webhook-signature": "v1,0"}, "{}"),
]


@pytest.mark.parametrize(("wanted", "headers", "body"), AMBIGUOUS)
def test_shared_headers_are_told_apart(tmp_path: Path, wanted: str, headers: dict[str, str], body: str) -> None:
    (tmp_path / "body").write_text(body)
    said = [f"--header={name}: {value}" for name, value in headers.items()]
    code, out, _ = run(
        "providers", "detect", "--json", f"--home={tmp_path}", "-H", "Content-Type: application/json", *said,
        str(tmp_path / "body"),
    )  # fmt: skip
    assert (code, json.loads(out)["provider"]) == (0, wanted)


def test_a_pack_of_ones_own_is_used_and_overrides(tmp_path: Path) -> None:
    file = write_pack(tmp_path)
    assert run("providers", "check", str(file))[0] == 0
    code, out, _ = run("providers", "show", "acme", "--json", f"--home={tmp_path}")
    assert (code, json.loads(out)["own"]) == (0, True)
    code, out, _ = run("providers", "samples", "acme", f"--home={tmp_path}")
    assert "order.paid" in out
    write_pack(tmp_path, "stripe", PACK.replace("Acme", "My Stripe"))
    _, out, _ = run("providers", "show", "stripe", "--json", f"--home={tmp_path}")
    assert json.loads(out)["name"] == "My Stripe"


def test_a_changed_pack_is_read_anew(tmp_path: Path) -> None:
    tmp_path.joinpath("x").mkdir()
    file = write_pack(tmp_path)
    assert run("providers", "list", f"--home={tmp_path}")[0] == 0
    file.write_text(PACK.replace("Acme", "Acme of today"))
    assert "Acme of today" in run("providers", "list", f"--home={tmp_path}")[1]


def test_a_broken_pack_is_said_and_harms_nobody(tmp_path: Path) -> None:
    write_pack(tmp_path, "broken", "format = 1\nname = ")
    write_pack(tmp_path, "wrong", PACK.replace('kind = "hmac"', 'kind = "hmack"'))
    code, out, err = run("providers", "list", f"--home={tmp_path}")
    assert code == 0
    assert "stripe" in out
    assert "broken" in err
    assert "wrong" in err


MISTAKES: list[tuple[str, str, str]] = [
    ('hash = "sha257"', 'kind = "hmac"\nhash = "sha257"', "hash"),
    ("unknown field", 'kind = "hmac"\nhsah = "sha1"', "hsah"),
    ("no kind", 'knid = "hmac"', "k"),
    ("digest without secret", 'kind = "digest"', "secret"),
]


@pytest.mark.parametrize(("what", "line", "named"), MISTAKES)
def test_check_names_what_is_wrong(tmp_path: Path, what: str, line: str, named: str) -> None:
    file = write_pack(tmp_path, text=PACK.replace('kind = "hmac"', line))
    code, out, _ = run("providers", "check", str(file), "--json")
    said: dict[str, Any] = json.loads(out)
    assert (code, said["ok"]) == (1, False)
    assert any("[[scheme]] 1" in problem and named in problem for problem in said["problems"]), said


def test_check_names_every_problem_at_once(tmp_path: Path) -> None:
    text = PACK.replace('"body:event"', '"bodi:event"').replace("{timestamp}.", "{tiemstamp}.")
    code, out, _ = run("providers", "check", str(write_pack(tmp_path, text=text)), "--json")
    problems = json.loads(out)["problems"]
    assert code == 1
    assert len(problems) == 2
    assert "bodi:event" in " ".join(problems)
    assert "tiemstamp" in " ".join(problems)


def test_a_sample_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    file = write_pack(tmp_path)
    (file.parent / "samples" / "order-paid.json").unlink()
    code, out, _ = run("providers", "check", str(file))
    assert code == 1
    assert "order-paid.json" in out


def test_a_name_nearly_right_is_helped_with(tmp_path: Path) -> None:
    code, _, err = run("providers", "show", "strip", f"--home={tmp_path}")
    assert code == 2
    assert "stripe" in err
