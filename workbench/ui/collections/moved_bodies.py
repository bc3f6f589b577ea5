"""Bodies that are files of a collection: saving, moving and renaming a request may move them, and its tab follows."""

import asyncio
from pathlib import Path

from workbench.model.message import Body
from workbench.storage.collections import read_request
from workbench.ui.composer.panel import ComposerPanel


async def follow_body(panel: ComposerPanel, saved: Body | None = None) -> None:
    """Let a tab read its body where the request's file has it now; `saved` is the body that was just saved.

    CollectionError where the file cannot be read.
    """
    draft = panel.draft
    held = {each.body.content for each in (draft.request, draft.saved) if each is not None}
    files = [body for body in held if body.path is not None]
    if not files:
        return
    now, gone = await asyncio.to_thread(_looked_at, Path(draft.file), files)
    for body in files:
        if (body == saved or body in gone) and body.size == now.size and body != now:
            panel.body_moved(body, now)


def _looked_at(file: Path, bodies: list[Body]) -> tuple[Body, list[Body]]:
    """Return the body that a request's file has, and which of these are no longer where they were."""
    gone = [body for body in bodies if body.path is not None and not Path(body.path).exists()]
    return read_request(file).body.content, gone
