"""Known answers: signatures that providers publish, that their libraries make, or that the documents describe.

Through `workbench verify --json`, as a user has it. `data/signatures.json` says of each where it comes from.
"""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from workbench.cli.console import Console
from workbench.cli.main import main
from workbench.model.message import Headers, wire_text
from workbench.providers.handshakes import find_handshake, reply_to
from workbench.providers.subject import Subject, path_of
from workbench.storage.packs import Packs

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent.parent / "data" / "signatures.json").read_text(encoding="utf-8")
)["vectors"]

VERDICTS = {
    "expired-timestamp": "stale",
    "future-timestamp": "stale",
    "expired-jwt": "stale",
    "unsigned-handshake": "unsigned",
}


def words(vector: dict[str, Any], folder: Path) -> list[str]:
    body = folder / "body"
    body.write_bytes(vector["body"].encode())
    said = ["verify", str(body), "--json", f"--home={folder}", f"--provider={vector['provider']}"]
    said += [f"--method={vector['method']}"]
    said += [f"--header={name}: {value}" for name, value in vector["headers"].items()]
    if vector["url"]:
        said.append(f"--url={vector['url']}")
    if vector["secret"]:
        (folder / "secret").write_text(vector["secret"], encoding="utf-8")
        said.append(f"--secret=file:{folder / 'secret'}")
    if vector["verify_at"] is not None:
        said.append(f"--at={vector['verify_at']}")
    return said + [f"--set={name}={vector[name]}" for name in ("webhook_id", "audience") if vector.get(name)]


def verified(argv: list[str]) -> tuple[int, dict[str, Any]]:
    out = io.StringIO()
    code = main(argv, Console(out, io.StringIO()))
    return code, json.loads(out.getvalue())


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_known_answer(vector: dict[str, Any], tmp_path: Path) -> None:
    code, said = verified(words(vector, tmp_path))
    assert (said["verdict"] == "valid") == (vector["expect"] == "valid"), said["reason"]
    assert code == (0 if vector["expect"] == "valid" else 1)
    assert said["reason"].endswith(".")
    wanted = VERDICTS.get((vector["reason"] or "").split(" ")[0])
    if wanted:
        assert said["verdict"] == wanted


ROTATED = [vector for vector in VECTORS if vector.get("also_valid_with_secret")]


@pytest.mark.parametrize("vector", ROTATED, ids=lambda vector: vector["id"])
def test_any_of_several_secrets_may_match(vector: dict[str, Any], tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.write_text(vector["also_valid_with_secret"])
    argv = [word for word in words(vector, tmp_path) if not word.startswith("--secret")]
    code, said = verified([*argv, f"--secret=file:{tmp_path / 'body'}", f"--secret=file:{old}"])
    assert (code, said["verdict"], said["matched_secret"]) == (0, "valid", f"file:{old}")


ANSWERED = [vector for vector in VECTORS if "reply_status" in (vector.get("handshake") or {})]


@pytest.mark.parametrize("vector", ANSWERED, ids=lambda vector: vector["id"])
def test_handshake_wants_the_documented_answer(vector: dict[str, Any], packs: Packs) -> None:
    provider = packs.require(vector["provider"])
    url = vector["url"] or ""
    headers = Headers(tuple((name, wire_text(value)) for name, value in vector["headers"].items()))
    subject = Subject(vector["method"], path_of(url) if url else "/", headers, vector["body"].encode(), url)
    handshake = find_handshake(provider, subject)
    assert handshake is not None
    reply, wanted = reply_to(handshake, subject, vector["secret"] or ""), vector["handshake"]
    assert reply.status == wanted["reply_status"]
    if "reply_json" in wanted:
        assert json.loads(reply.body) == wanted["reply_json"]
    if "reply_body" in wanted:
        assert reply.body == wanted["reply_body"]
    for name, value in wanted.get("reply_headers", {}).items():
        assert dict(reply.headers)[name] == value
