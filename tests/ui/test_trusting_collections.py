"""A collection of somebody else's that reaches for a file: it is said, allowed by hand, and only then sent."""

import json
from pathlib import Path

from fakes import RawTarget
from PySide6.QtWidgets import QPushButton
from test_collection_tree import found, open_request
from ui.conftest import a_window, until

from workbench.model.collection import Field, SavedRequest
from workbench.storage.collections import create_collection, new_request_path, save_request
from workbench.storage.paths import Paths
from workbench.storage.trusted_collections import is_trusted
from workbench.ui.composer.panel import ComposerPanel
from workbench.ui.theme import Appearance


async def test_trust_is_asked_for_and_nothing_is_sent_before(
    paths: Paths, appearance: Appearance, tmp_path: Path
) -> None:
    (tmp_path / "id_rsa").write_text("a private key")
    root = tmp_path / "cloned"
    create_collection(root, "Cloned")
    async with RawTarget() as target:
        request = SavedRequest(name="Evil", url=target.url, headers=(Field("X", "{{$file ../id_rsa}}"),))
        save_request(new_request_path(root, "Evil"), request)
        paths.window_state.write_text(json.dumps({"collections": [str(root)]}))
        async for window in a_window(paths, appearance):
            await until(lambda window=window: found(window, "Evil"))
            panel = await open_request(window, "Evil")
            window.commands["send"].trigger()

            def offered(panel: ComposerPanel = panel) -> list[QPushButton]:
                buttons = panel.notices.findChildren(QPushButton)
                return [each for each in buttons if each.text() == "Trust this collection"]

            await until(offered)
            assert target.received == []
            offered()[0].click()
            await until(lambda: is_trusted(paths, root))
            window.commands["send"].trigger()
            await until(lambda: target.received)
            assert b"X: a private key" in target.received[0]
