"""Answers kept as examples of their request: named by a person, without what is this user's alone."""

import asyncio
from dataclasses import replace

from workbench.model.errors import UsageError
from workbench.model.examples import Example, example_kind
from workbench.model.masking import masked_text
from workbench.model.message import Response, readable
from workbench.model.variables import Scopes
from workbench.ui.composer.panel import ComposerPanel
from workbench.ui.composing_part import ComposingPart, Desk
from workbench.ui.dialogs import ask_text
from workbench.ui.environment_work import EnvironmentWork

LIMIT_BYTES = 1024 * 1024
"""A longer body makes a file that nobody reads."""
_LEFT_OUT = frozenset({"set-cookie", "connection", "transfer-encoding", "content-length", "content-encoding", "date"})
"""Headers that are of one answer alone, or of this user."""


class ExamplesWork(ComposingPart):
    """Everything behind "Keep as an example"."""

    def __init__(self, desk: Desk, environments: EnvironmentWork) -> None:
        super().__init__(desk)
        self._environments = environments
        desk.tabs.opened.connect(self._on_opened)

    def _on_opened(self, panel: ComposerPanel) -> None:
        panel.answer.offer_examples()
        panel.answer.example_wanted.connect(
            lambda response: self._jobs.start(self._keep(panel, response), "keep an example")
        )

    async def _keep(self, panel: ComposerPanel, response: Response) -> None:
        scopes = (await self._environments.surroundings(panel)).context.scopes
        example = await asyncio.to_thread(_example, response, scopes)
        label = "It goes into the request's file, without cookies and known secrets. Name of the example:"
        usual = f"{example.status} {example.reason}".strip()
        name = await ask_text(self._window, "Keep as an example", label, usual, _problem)
        if name is None:
            return
        request = panel.draft.request
        panel.replace_request(replace(request, examples=(*request.examples, replace(example, name=name.strip()))))
        panel.sections.show_section("Examples")


def _problem(name: str) -> str:
    return "" if name.strip() else "A name, please."


def _example(response: Response, scopes: Scopes) -> Example:
    """Return an answer as an example that has no name yet; UsageError where its body is no text, or too long."""
    from workbench.engine.checking_answers import Answer

    if response.body.size > LIMIT_BYTES:
        raise UsageError("The answer is too long for an example: over 1 MiB.", "Save its body to a file instead.")
    try:
        body = Answer(response).text
    except OSError as error:
        raise UsageError("The answer's body is no longer stored.", "Send the request again.") from error
    if "\0" in body or "\ufffd" in body or len(body) > LIMIT_BYTES:
        raise UsageError("The answer is no text, so it cannot be an example.", "Save its body to a file instead.")
    secrets = {
        value for scope in scopes.all for name, value in scope.values.items() if value and name in scope.secrets
    }
    headers = tuple(
        (name, masked_text(readable(value), secrets))
        for name, value in response.headers
        if name.lower() not in _LEFT_OUT
    )
    kind = example_kind(response.head.content_type)
    return Example("", response.status, response.reason, headers, masked_text(body, secrets), kind)
