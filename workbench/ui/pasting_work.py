"""A pasted curl, HTTPie, PowerShell or fetch command becomes the request of its tab: one step that can be undone."""

import asyncio
from dataclasses import replace
from pathlib import Path

from workbench.formats.pasted.pasted import Pasted
from workbench.model.authentication import NO_AUTH, AuthKind
from workbench.model.collection import SavedRequest
from workbench.model.errors import WorkbenchError
from workbench.model.message import Body
from workbench.ui.composer.draft import Draft
from workbench.ui.composer.panel import ComposerPanel
from workbench.ui.composing_part import ComposingPart, Desk
from workbench.ui.environment_work import EnvironmentWork
from workbench.ui.widgets.notice_bar import Level, Notice
from workbench.ui.words import error_words

PASTED = "The command is now this request."


class PastingWork(ComposingPart):
    """Takes what is pasted into the URL."""

    def __init__(self, desk: Desk, environments: EnvironmentWork) -> None:
        super().__init__(desk)
        self._environments = environments
        desk.tabs.opened.connect(self._on_opened)

    def _on_opened(self, panel: ComposerPanel) -> None:
        panel.url.command_pasted.connect(lambda text: self._jobs.start(self._paste(panel, text), "read a command"))

    async def _paste(self, panel: ComposerPanel, text: str) -> None:
        from workbench.formats.pasted.detecting import parse_pasted

        try:
            first, *others = await asyncio.to_thread(parse_pasted, text)
        except WorkbenchError as error:
            # It was no command after all, so it is what was pasted.
            panel.url.insert(" ".join(text.split()))
            panel.notices.say("warning", error_words(error))
            return
        found = [_alone(await asyncio.to_thread(_with_file, each)) for each in (first, *others)]
        first, others = found[0], found[1:]
        added = await self._added(panel, first.request)
        name = panel.draft.request.name
        panel.replace_request(replace(first.request, name=first.request.name or name))
        for other in others:
            self._tabs.add(Draft(request=other.request, folder=panel.draft.folder), current=False)
        losses = [loss for pasted in (first, *others) for loss in pasted.losses]
        losses += added
        said = PASTED if not others else f"The first of {len(others) + 1} commands is now this request."
        level = Level.WARNING if losses else Level.INFO
        panel.notices.forget(PASTED)
        panel.notices.show_notice(Notice(level, "\n".join([said, *losses]), (("Undo", panel.undo),)))

    async def _added(self, panel: ComposerPanel, request: SavedRequest) -> list[str]:
        """Return what is to be said of headers that the command had not, and its place in a collection gives."""
        inherited = (await self._environments.surroundings(panel)).context.inherited
        given = [each.name for defaults in inherited for each in defaults.headers if each.enabled]
        own = {each.name.lower() for each in request.headers}
        added = [name for name in dict.fromkeys(given) if name.lower() not in own]
        return [f"The command did not send {', '.join(added)}, which this collection adds."] if added else []


def _alone(pasted: Pasted) -> Pasted:
    """Return the request without the authentication of the collection it is pasted into: the command had none."""
    if pasted.request.auth.kind is not AuthKind.INHERIT:
        return pasted
    return replace(pasted, request=replace(pasted.request, auth=NO_AUTH))


def _with_file(pasted: Pasted) -> Pasted:
    """Return the request with the file that is its body, looked for in the current folder and at home.

    A command that somebody pastes here would have read that file here. One that is missing is told, and refused when
    the request is sent.
    """
    name = pasted.request.body.content.path
    if name is None:
        return pasted
    for folder in (Path.cwd(), Path.home()):
        try:
            path = folder / Path(name).expanduser()
            if path.is_file():
                content, told = Body.of_file(str(path)), f"The body is the file {path}."
                break
        except (OSError, RuntimeError, ValueError):  # `~nobody` has no home, and a name may hold NUL.
            continue
    else:
        content, told = Body(path=name), f"The body is the file {name}, which was not found: choose it in Body."
    losses = [loss for loss in pasted.losses if not loss.startswith("The body is the file ")]
    body = replace(pasted.request.body, content=content)
    return Pasted(replace(pasted.request, body=body), (*losses, told))
