"""What answers gave: sent where it was taken, forgotten with its environment or on a person's word."""

from pathlib import Path

import pytest
from fakes import RawTarget
from ui.conftest import a_window, until

from workbench.model.checks import Taking
from workbench.model.collection import SavedRequest
from workbench.model.variables import Environment, Variable
from workbench.storage.collections import create_collection
from workbench.storage.environments import save_environment
from workbench.storage.paths import Paths
from workbench.ui.composer.panel import ComposerPanel
from workbench.ui.main_window import MainWindow
from workbench.ui.theme import Appearance

ANSWER = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 18\r\n\r\n{"token": "t0ken"}'


@pytest.fixture
def roots(paths: Paths) -> tuple[Path, Path]:
    """Two collections with environments of the same names."""
    roots = paths.workspace / "a", paths.workspace / "b"
    for root in roots:
        create_collection(root, root.name.upper())
        for name in ("staging", "prod"):
            save_environment(root, Environment(name, (Variable("token", f"own-of-{name}"),)))
    return roots


@pytest.fixture
async def window(roots: tuple[Path, Path], paths: Paths, appearance: Appearance):
    async for window in a_window(paths, appearance):
        await until(lambda window=window: len(window.sidebar.collections.trees) == 2)
        yield window


async def new_tab_in(window: MainWindow, root: Path) -> ComposerPanel:
    window.sidebar.collections.choose(str(root))
    window.commands["new_request"].trigger()
    panel = window.tabs.currentWidget()
    assert isinstance(panel, ComposerPanel)
    await until(lambda: panel.bar.environment.findData("staging") > 0)
    return panel


async def choose_environment(panel: ComposerPanel, name: str) -> None:
    box = panel.bar.environment
    box.setCurrentIndex(box.findData(name))
    box.activated.emit(box.currentIndex())
    await until(lambda: token(panel) == (f"own-of-{name}" if name else None))


def token(panel: ComposerPanel) -> str | None:
    known = panel.variables.words.scopes.find("token")
    return known.value if known else None


async def take_token(window: MainWindow, panel: ComposerPanel, target: RawTarget) -> None:
    panel.replace_request(SavedRequest(url=target.url + "/{{token}}", takings=(Taking("token", "$.token"),)))
    window.commands["send"].trigger()
    await until(lambda: token(panel) == "t0ken")


async def test_a_taken_value_stays_in_its_collection_and_environment(
    window: MainWindow, roots: tuple[Path, Path]
) -> None:
    first, other = await new_tab_in(window, roots[0]), await new_tab_in(window, roots[1])
    await choose_environment(other, "staging")
    window.tabs.setCurrentWidget(first)
    await choose_environment(first, "staging")
    async with RawTarget(ANSWER) as target:
        await take_token(window, first, target)
        assert token(other) == "own-of-staging"
        await choose_environment(first, "prod")
        window.commands["send"].trigger()
        await until(lambda: len(target.received) == 2 and target.received[1])
        assert target.received[1].startswith(b"GET /own-of-prod ")
        await until(lambda: not first.is_sending and token(first) == "t0ken")
        await choose_environment(first, "staging")


async def test_taken_values_are_forgotten_when_a_person_says_so(window: MainWindow, roots: tuple[Path, Path]) -> None:
    panel = await new_tab_in(window, roots[0])
    await choose_environment(panel, "staging")
    async with RawTarget(ANSWER) as target:
        await take_token(window, panel, target)
    window.commands["forget_taken"].trigger()
    await until(lambda: token(panel) == "own-of-staging")
    assert window.notices.text == "Taken values forgotten: 1."
