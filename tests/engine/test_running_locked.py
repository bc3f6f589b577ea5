"""A run whose secrets are locked says that, and not that a variable has no value."""

from pathlib import Path

import pytest

from workbench.engine.running import Runner, RunOptions
from workbench.engine.workbench import open_workbench
from workbench.model.collection import Field, SavedRequest
from workbench.model.variables import Environment, Variable
from workbench.storage.collections import create_collection, save_request
from workbench.storage.environments import save_with_secrets
from workbench.storage.paths import Paths
from workbench.storage.secrets import Secrets


@pytest.fixture
def root(paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A collection with a secret that a former session kept."""
    monkeypatch.setenv("WORKBENCH_NO_KEYRING", "1")
    monkeypatch.delenv("WORKBENCH_PASSPHRASE", raising=False)
    root = tmp_path / "shop"
    create_collection(root, "Shop")
    environment = Environment("prod", (Variable("token", "t0k", secret=True),))
    save_with_secrets(root, environment, Secrets(paths, "a passphrase for the tests"))
    request = SavedRequest("Pay", url="http://127.0.0.1:1/x", headers=(Field("X-Token", "{{token}}"),))
    save_request(root / "pay.yml", request)
    return root


async def test_locked_secrets_are_the_reason_that_is_given(root: Path, paths: Paths) -> None:
    async with open_workbench(paths) as workbench:
        runner = Runner(workbench, RunOptions(root, environment="prod"))
        await runner.run()
    (result,) = runner.results
    assert "has no value" not in result.failure
    assert result.failure.startswith("The request needs “token”, a secret, and secrets are locked")
    assert "WORKBENCH_PASSPHRASE" in result.failure
