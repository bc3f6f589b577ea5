"""Files of endpoints while the listener runs and over restarts: what is broken never opens what was guarded."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from engine.conftest import Served, body_of, request, status_of, write_endpoint

from workbench.engine import rules as rules_module
from workbench.engine.endpoint_trial import add_endpoint
from workbench.engine.rules import Rules
from workbench.model.errors import StorageError
from workbench.model.log_entry import LogEntry, LogKind
from workbench.storage.endpoints import load_endpoints
from workbench.storage.log import LogReader
from workbench.storage.paths import Paths
from workbench.storage.secrets import Secrets

Serve = Callable[..., AbstractAsyncContextManager[Served]]
GUARDED = "path: /hook\nguards: {bearer: 'env:HOOK_KEY'}"
HOOK = request("POST", "/hook", body=b"{}")


def with_key(key: str) -> bytes:
    return request("POST", "/hook", f"Authorization: Bearer {key}", body=b"{}")


async def taken_up(listener: Served) -> None:
    """Wait until something is taken up that comes after what a test has done to files."""
    seen = asyncio.Event()
    listener.serving.configuration.taken_up.subscribe(lambda _: seen.set())
    write_endpoint(listener.paths, "later", "path: /later\nanswer: 209")
    async with asyncio.timeout(10):
        await seen.wait()
    assert status_of(await listener.exchange(request("POST", "/later"))) == 209


def log_of(paths: Paths) -> list[LogEntry]:
    reader = LogReader(paths.captures)
    try:
        return list(reader.entries())
    finally:
        reader.close()


async def test_broken_file_stays_as_it_was_over_a_restart(served: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_KEY", "sesame")
    async with served(hook=GUARDED) as listener:
        assert status_of(await listener.exchange(HOOK)) == 401
    write_endpoint(listener.paths, "hook", "path: /hook\nguard: {}")
    async with served() as listener:
        assert status_of(await listener.exchange(HOOK)) == 401
        assert status_of(await listener.exchange(with_key("sesame"))) == 200
        assert any("last good version" in problem for problem in listener.serving.configuration.rules.problems)


@pytest.mark.parametrize("text", ["path: /hook\nguard: {}", "path: '/hook'\nguards: [", "path: /hook\npath: /hook"])
async def test_file_that_never_was_good_lets_nobody_in(served: Serve, text: str) -> None:
    async with served(hook=text) as listener:
        assert status_of(await listener.exchange(HOOK)) == 503
        assert listener.get(1).endpoint == "hook"
        assert status_of(await listener.exchange(request("POST", "/other"))) == 200


async def test_file_without_a_path_is_about_its_name(served: Serve) -> None:
    async with served(billing="}{") as listener:
        assert status_of(await listener.exchange(request("POST", "/billing/x"))) == 503


async def test_removed_endpoint_leaves_no_last_good_version(served: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_KEY", "sesame")
    async with served(hook=GUARDED) as listener:
        path = listener.paths.workspace / "endpoints" / "hook.yml"
        path.unlink()
        await taken_up(listener)
    write_endpoint(listener.paths, "hook", "nonsense")
    async with served() as listener:
        assert status_of(await listener.exchange(with_key("sesame"))) == 503


async def test_last_good_version_has_its_own_credentials(served: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_KEY", "old")
    monkeypatch.setenv("OTHER_KEY", "new")
    async with served(hook=GUARDED) as listener:
        write_endpoint(listener.paths, "hook", "path: /hook\nguards: {bearer: 'env:OTHER_KEY', schema: missing.json}")
        await taken_up(listener)
        assert status_of(await listener.exchange(with_key("old"))) == 200
        assert status_of(await listener.exchange(with_key("new"))) == 401


async def test_last_good_version_has_its_own_secrets(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLD", "old")
    monkeypatch.setenv("NEW", "new")
    write_endpoint(paths, "hook", "path: /hook\nprovider: github\nsecrets: ['env:OLD']")
    before = await asyncio.to_thread(Rules.load, paths)
    write_endpoint(paths, "hook", "path: /hook\nsecrets: ['env:NEW']\nguards: {schema: missing.json}")
    after = await asyncio.to_thread(Rules.load, paths, None, before)
    endpoint = after.endpoints.get("hook")
    assert endpoint is not None
    assert endpoint.provider == "github"
    assert [secret.value for secret in after.secrets_of(endpoint)] == ["old"]


async def test_nothing_ends_the_watch(served: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    async with served(hook="path: /hook") as listener:
        listener.serving.configuration.problems.subscribe(said.extend)

        def broken(_: object) -> None:
            raise RuntimeError("a bug of ours")

        with monkeypatch.context() as patched:
            patched.setattr(rules_module, "load_endpoints", broken)
            write_endpoint(listener.paths, "hook", "path: /hook\nanswer: 201")
            await listener.until(lambda: any("RuntimeError" in sentence for sentence in said))
        write_endpoint(listener.paths, "hook", "path: /hook\nanswer: 202 ")
        await taken_up(listener)
        assert status_of(await listener.exchange(HOOK)) == 202


async def test_store_that_fails_does_not_end_the_watch(served: Serve) -> None:
    async with served(hook="path: /hook") as listener:
        configuration, said = listener.serving.configuration, list[str]()
        configuration.problems.subscribe(said.extend)
        use = configuration.use

        async def fails(*_: object) -> None:
            raise StorageError("The disk is full.")

        configuration.use = fails
        write_endpoint(listener.paths, "hook", "path: /hook\nanswer: 201")
        await listener.until(lambda: any("The disk is full." in sentence for sentence in said))
        configuration.use = use
        await taken_up(listener)
        assert status_of(await listener.exchange(HOOK)) == 201


async def test_handshake_changes_nothing_of_a_file_but_its_secrets(
    served: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_NO_KEYRING", "1")
    monkeypatch.setenv("WORKBENCH_PASSPHRASE", "open")
    shake = request("POST", "/asana", "X-Hook-Secret: b537207f20cbfa02357cf448134da559", body=b"{}")
    async with served(asana="path: /asana\nprovider: asana") as listener:
        path = listener.paths.workspace / "endpoints" / "asana.yml"
        # Changed by its owner a moment ago, and not yet in force.
        path.write_text("# mine\npath: /asana\nprovider: asana\nguards: {rate: {requests: 9, per: 1}}\nanswer: 202\n")
        assert status_of(await listener.exchange(shake)) == 200
        text = path.read_text()
        assert text.startswith("# mine\npath: /asana\nprovider: asana\nguards: {rate: {requests: 9, per: 1}}\n")
        assert "keyring:asana/asana" in text
        assert "forward" not in text
        secrets = Secrets(listener.paths)
        assert secrets.store.get("asana/asana") == "b537207f20cbfa02357cf448134da559"
        path.write_text("path: /asana\nprovider: asana\n")
        await taken_up(listener)
        await listener.exchange(shake.replace(b"b537", b"0000"))
        assert secrets.store.get("asana/asana") == "b537207f20cbfa02357cf448134da559"
        assert "there is a secret asana/asana already" in listener.get(3).answer_reason


def test_new_endpoint_leaves_a_broken_file_alone(paths: Paths) -> None:
    write_endpoint(paths, "stripe", "path: /stripe\nsecrets: [keyring:live]\ngards: {}")
    assert add_endpoint(paths, "stripe").name == "stripe-2"
    assert "keyring:live" in (paths.workspace / "endpoints" / "stripe.yml").read_text()
    assert [broken.name for broken in load_endpoints(paths).broken] == ["stripe"]


async def test_log_says_what_was_refused_and_what_was_changed(served: Serve) -> None:
    async with served(hook="path: /hook\nguards: {methods: [GET]}") as listener:
        await listener.exchange(HOOK)
        await listener.exchange(request("POST", "/usual"))
        write_endpoint(listener.paths, "hook", "path: /hook\nprogram: fail 1 then 200")
        await taken_up(listener)
        await listener.exchange(HOOK)
        write_endpoint(listener.paths, "hook", "path: /hook\nprogramm: x")
        sentence = "last good version"
        await listener.until(lambda: any(sentence in entry.message for entry in log_of(listener.paths)))
    entries = log_of(listener.paths)
    refused = next(entry for entry in entries if entry.kind is LogKind.REFUSED)
    assert (refused.capture_number, refused.status, refused.guard, refused.subject) == (1, 405, "method", "hook")
    assert 2 not in {entry.capture_number for entry in entries}
    changed = [(entry.subject, entry.message) for entry in entries if entry.kind is LogKind.CHANGED]
    assert ("hook", 'Changed: program none → fail 1 then 200, guards {"methods": ["GET"]} → none.') in changed
    assert any(subject == "later" and message.startswith("Added: ") for subject, message in changed)
    answered = next(entry for entry in entries if entry.kind is LogKind.ANSWERED)
    assert answered.status == 500
    listener_entries = [entry.message for entry in entries if entry.kind is LogKind.LISTENER]
    assert listener_entries[0].startswith("Listening on http://127.0.0.1:")
    assert listener_entries[-1] == "Stopped listening."
    assert [entry.at_us for entry in entries] == sorted(entry.at_us for entry in entries)


async def test_values_are_answered_as_they_are_written(served: Serve) -> None:
    text = "path: /hook\nanswer:\n  body: yes\n  headers: {X-On: on, X-Time: 12:30:00, X-Version: 1.10, X-Octal: 010}"
    async with served(hook=text) as listener:
        answer = await listener.exchange(HOOK)
    assert body_of(answer) == b"yes"
    for line in (b"X-On: on", b"X-Time: 12:30:00", b"X-Version: 1.10", b"X-Octal: 010"):
        assert line + b"\r\n" in answer


def last_good(paths: Paths) -> Path:
    return paths.data / "state" / "endpoints-last-good"


async def test_last_good_versions_are_kept_to_the_byte(served: Serve) -> None:
    text = "# ours\npath: /hook\n"
    async with served(hook=text) as listener:
        assert (last_good(listener.paths) / "hook.yml").read_text() == text
