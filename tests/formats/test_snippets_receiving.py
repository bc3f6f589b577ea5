"""Generated receivers judge the known answers of `data/signatures.json` as their sources say."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from workbench.engine.snippet_recipes import verifying_recipe
from workbench.formats.snippets.receiving import RECEIVERS, generate_receiver
from workbench.model.errors import UsageError
from workbench.model.message import Headers, wire_text
from workbench.model.signature import Secret
from workbench.providers.context import Context
from workbench.providers.handshakes import find_handshake
from workbench.providers.pack import Provider, Scheme
from workbench.providers.subject import Subject, path_of
from workbench.providers.verification import present_schemes, verify
from workbench.storage.packs import Packs, load_packs
from workbench.storage.paths import Paths

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent.parent / "data" / "signatures.json").read_text(encoding="utf-8")
)["vectors"]

DRIVERS = {
    "python": """
import base64, importlib.util, json, sys
for case in json.load(open(sys.argv[1])):
    spec = importlib.util.spec_from_file_location("receive", case["file"])
    module = importlib.util.module_from_spec(spec); spec.loader.exec_module(module)
    request = {**case["request"], "body": base64.b64decode(case["request"]["body"])}
    print(json.dumps(bool(module.verify(request, case["secrets"], case["now"]))))
""",
    "node": """
import { readFileSync } from "node:fs";
for (const { file, request, secrets, now } of JSON.parse(readFileSync(process.argv[1]))) {
  const { verify } = await import(file);
  console.log(verify({ ...request, body: Buffer.from(request.body, "base64") }, secrets, now));
}
""",
    "ruby": """
require "json"
JSON.parse(File.read(ARGV[0])).each do |one|
  receiver = Module.new
  receiver.module_eval(File.read(one["file"]))
  said = one["request"]
  headers = said["headers"].transform_values { |value| value.encode("ISO-8859-1").b }
  request = { method: said["method"], url: said["url"], headers: headers, body: said["body"].unpack1("m") }
  puts Object.new.extend(receiver).verify(request, one["secrets"], one["now"]) ? "true" : "false"
end
""",
    "php": """
foreach (json_decode(file_get_contents($argv[1]), true) as $case) {
    $code = preg_replace('/^<[?]php|declare.strict_types=1.;/m', '', file_get_contents($case['file']));
    $space = 'n' . md5($case['file']);
    if (!function_exists("$space\\\\verify")) { eval("namespace $space; $code"); }
    $request = $case['request'];
    $request['body'] = base64_decode($request['body']);
    $request['headers'] = array_map(fn ($value) => as_latin1($value), $request['headers']);
    echo ("$space\\\\verify")($request, $case['secrets'], (float) $case['now']) ? "true\\n" : "false\\n";
}
function as_latin1(string $text): string { return utf8_decode($text); }
""",
    "go": """
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"
)

func init() {
	var cases []struct {
		Request struct {
			Method, URL string
			Headers     map[string]string
			Body        []byte
		}
		Secrets []string
		Now     float64
	}
	text, _ := os.ReadFile(os.Getenv("CASES"))
	if err := json.Unmarshal(text, &cases); err != nil {
		panic(err)
	}
	for _, one := range cases {
		request := Request{one.Request.Method, one.Request.URL, map[string][]string{}, one.Request.Body}
		for name, value := range one.Request.Headers {
			var bytes []byte
			for _, mark := range value {
				bytes = append(bytes, byte(mark))
			}
			request.Header.Set(name, string(bytes))
		}
		fmt.Println(Verify(request, one.Secrets, time.UnixMilli(int64(one.Now*1000))))
	}
	os.Exit(0)
}
""",
}
_COMMANDS = {
    "python": [sys.executable, "-c"],
    "node": ["node", "--input-type=module", "-e"],
    "ruby": ["ruby", "-e"],
    "php": ["php", "-d", "error_reporting=E_ALL & ~E_DEPRECATED", "-d", "display_errors=stderr", "-r"],
}
RUNNABLE = [name for name in RECEIVERS if name == "python" or shutil.which(name)]


@dataclass(frozen=True)
class Case:
    """A known answer and the scheme it belongs to."""

    vector: dict[str, Any]
    provider: Provider
    scheme: Scheme
    subject: Subject

    @property
    def wanted(self) -> bool:
        return self.vector["expect"] == "valid"

    def request(self, body: bytes) -> dict[str, Any]:
        import base64

        headers = {name.lower(): value for name, value in reversed(self.subject.headers.pairs)}
        said = {"method": self.subject.method, "url": self.subject.url, "headers": headers}
        return said | {"body": base64.b64encode(body).decode()}


@cache
def all_packs() -> Packs:
    nowhere = Path(__file__).parent / "nowhere"
    return load_packs(Paths(nowhere, nowhere))


@cache
def cases() -> tuple[Case, ...]:
    """Return the known answers whose schemes can be told without a library."""
    found: list[Case] = []
    for vector in VECTORS:
        provider = all_packs().require(vector["provider"])
        url = vector["url"] or "http://localhost/"
        headers = Headers(tuple((name, wire_text(value)) for name, value in vector["headers"].items()))
        subject = Subject(vector["method"], path_of(url), headers, vector["body"].encode(), url)
        handshake = find_handshake(provider, subject)
        if not vector["secret"] or (handshake is not None and not handshake.verify_first):
            continue
        at_us = int(now_of(vector) * 1_000_000)
        said = verify(provider, subject, [Secret("key", vector["secret"])], at_us, Context())
        present = [scheme for scheme, _ in present_schemes(provider, subject)]
        scheme = provider.scheme(said.scheme) or next(iter(present), provider.schemes[0])
        if not verifying_recipe(provider, scheme).problem:
            found.append(Case(vector, provider, scheme, subject))
    return tuple(found)


def now_of(vector: dict[str, Any]) -> float:
    return float(vector["verify_at"] or 1_790_000_000)


def judged(name: str, folder: Path, chosen: list[tuple[Case, bytes, list[str]]]) -> list[bool]:
    """Return what a receiver in that language says of each request."""
    said: list[dict[str, Any]] = []
    for case, body, secrets in chosen:
        snippet = generate_receiver(name, verifying_recipe(case.provider, case.scheme))
        file = folder / f"{case.provider.id}-{case.scheme.id}" / snippet.file_name
        file.parent.mkdir(exist_ok=True)
        file.write_text(snippet.text, encoding="utf-8")
        said.append(
            {"file": str(file), "request": case.request(body), "secrets": secrets, "now": now_of(case.vector)}
        )
    if name == "go":
        return _judged_by_go(folder, said)
    (folder / "cases.json").write_text(json.dumps(said), encoding="utf-8")
    return _output(
        [*_COMMANDS[name], DRIVERS[name], *(["--"] if name in ("php",) else []), str(folder / "cases.json")]
    )


def _judged_by_go(folder: Path, said: list[dict[str, Any]]) -> list[bool]:
    verdicts: dict[int, bool] = {}
    for file in dict.fromkeys(each["file"] for each in said):
        numbers = [number for number, each in enumerate(said) if each["file"] == file]
        place = Path(file).parent
        (place / "driver.go").write_text(DRIVERS["go"], encoding="utf-8")
        (place / "cases.json").write_text(json.dumps([said[number] for number in numbers]), encoding="utf-8")
        found = _output(["go", "run", file, str(place / "driver.go")], {"CASES": str(place / "cases.json")})
        verdicts |= dict(zip(numbers, found, strict=True))
    return [verdicts[number] for number in range(len(said))]


def _output(command: list[str], environment: dict[str, str] | None = None) -> list[bool]:
    done = subprocess.run(
        command, env={**os.environ, **(environment or {})}, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return [json.loads(line) for line in done.stdout.split()]


def few(name: str) -> list[Case]:
    """Return the cases for a language; those that are slow to compile get some schemes only."""
    shown = {"stripe", "svix", "mailgun", "azure-event-grid", "hubspot"}
    return [case for case in cases() if name != "go" or case.provider.id in shown]


@pytest.mark.parametrize("name", RUNNABLE)
def test_known_answers(name: str, tmp_path: Path) -> None:
    chosen = few(name)
    said = judged(name, tmp_path, [(case, case.subject.body, [case.vector["secret"]]) for case in chosen])
    wrong = [case.vector["id"] for case, verdict in zip(chosen, said, strict=True) if verdict != case.wanted]
    assert wrong == []
    assert sum(said) > (5 if name == "go" else 30)


@pytest.mark.parametrize("name", RUNNABLE)
def test_changed_body_another_secret_and_none_are_refused(name: str, tmp_path: Path) -> None:
    valid = [case for case in few(name) if case.wanted]
    covered = [case for case in valid if case.scheme.covers == "body" and not case.scheme.kind.sends_the_secret]
    changed = [(case, case.subject.body + b" ", [case.vector["secret"]]) for case in covered]
    other = [(case, case.subject.body, ["6f74686572"]) for case in valid]
    none = [(case, case.subject.body, []) for case in valid]
    said = judged(name, tmp_path, [*changed, *other, *none])
    assert said == [False] * len(said)


@pytest.mark.parametrize("name", RUNNABLE)
def test_any_of_several_secrets_may_sign(name: str, tmp_path: Path) -> None:
    valid = [case for case in few(name) if case.wanted]
    first = {case.scheme.id + case.provider.id: case for case in valid}.values()
    said = judged(name, tmp_path, [(case, case.subject.body, ["6f74", case.vector["secret"]]) for case in first])
    assert said == [True] * len(said)


@pytest.mark.parametrize("name", RUNNABLE)
def test_empty_key_signs_nothing(name: str, tmp_path: Path) -> None:
    import hmac

    provider = all_packs().require("adyen")
    scheme = provider.schemes[0]
    import base64

    signature = base64.b64encode(hmac.digest(b"", b"{}", "sha256")).decode()
    subject = Subject("POST", "/", Headers((("HmacSignature", signature),)), b"{}", "http://localhost/")
    case = Case({"verify_at": None, "expect": "invalid"}, provider, scheme, subject)
    assert judged(name, tmp_path, [(case, b"{}", [""])]) == [False]


def test_every_receiver_compares_in_constant_time() -> None:
    said = {
        "python": "compare_digest", "node": "timingSafeEqual", "go": "hmac.Equal", "ruby": "secure_compare",
        "php": "hash_equals",
    }  # fmt: skip
    for name, word in said.items():
        provider = all_packs().require("github")
        text = generate_receiver(name, verifying_recipe(provider, provider.schemes[0])).text
        assert word in text
        assert "GITHUB_WEBHOOK_SECRET" in text


def test_what_needs_a_library_is_refused_with_a_sentence() -> None:
    provider = all_packs().require("discord")
    with pytest.raises(UsageError, match="private key"):
        generate_receiver("python", verifying_recipe(provider, provider.schemes[0]))
    provider = all_packs().require("stripe")
    with pytest.raises(UsageError, match="no receiver"):
        generate_receiver("cobol", verifying_recipe(provider, provider.schemes[0]))
