"""Programs made of a tab's request: to send it, with its signing, and to receive and verify it."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.engine.secrets_by_name import NAMED
from workbench.model.errors import UsageError, WorkbenchError
from workbench.model.masking import masked_request, secret_ranges
from workbench.model.signature import SigningChoice
from workbench.providers.pack import Provider
from workbench.ui.composer.code_dialog import CodeDialog, CodeTarget
from workbench.ui.composing_part import ComposingPart, Desk
from workbench.ui.dialogs import choose_new_file, finished
from workbench.ui.sending_work import SendingWork
from workbench.ui.signature_work import SignatureWork
from workbench.ui.words import error_words

if TYPE_CHECKING:
    from workbench.engine.preparing import Prepared
    from workbench.formats.snippets.snippet import Snippet


class CodeWork(ComposingPart):
    """Everything behind "Show as code"."""

    def __init__(self, desk: Desk, signing: SignatureWork, sending: SendingWork) -> None:
        super().__init__(desk)
        self._signing = signing
        self._sending = sending
        self._last = ""
        desk.window.commands.connect({"code": lambda: self._jobs.start(self._show(), "show code")})

    async def _show(self) -> None:
        panel = self._tabs.current()
        if panel is None:
            return
        prepared = await self._sending.prepared_to_show(panel)
        choice = prepared.saved.signing
        provider = await self._provider(choice)
        targets = await asyncio.to_thread(_targets, provider)
        dialog = CodeDialog(targets, self._window.appearance, self._window)

        async def make(target: CodeTarget) -> None:
            try:
                snippet = await asyncio.to_thread(_snippet, target, prepared, provider)
            except WorkbenchError as error:
                if dialog.target == target:
                    dialog.show_problem(error_words(error))
            else:
                # One that was chosen before may be made after: only what is chosen now is shown.
                if dialog.target == target:
                    dialog.show_snippet(snippet)
                    self._last = target.name

        dialog.target_chosen.connect(lambda target: self._jobs.start(make(target), "make a program"))
        dialog.save_wanted.connect(lambda snippet: self._jobs.start(self._save(dialog, snippet), "save a program"))
        dialog.choose(self._last)
        await finished(dialog)

    async def _provider(self, choice: SigningChoice) -> Provider | None:
        if not choice.provider:
            return None
        packs = await asyncio.to_thread(self._signing.signatures.packs)
        return await asyncio.to_thread(packs.require, choice.provider)

    async def _save(self, dialog: CodeDialog, snippet: "Snippet") -> None:
        path = await choose_new_file(dialog, "Save program", str(Path.home() / snippet.file_name))
        if path is not None:
            await asyncio.to_thread(_write, Path(path), snippet.text)
            self._window.show_info(f"The program is written to {path}.")


def _targets(provider: Provider | None) -> list[CodeTarget]:
    from workbench.formats.snippets.generation import TARGETS, target_named
    from workbench.formats.snippets.receiving import RECEIVERS

    found = [CodeTarget(name, target_named(name).title or name) for name in TARGETS]
    if provider is not None and provider.schemes:
        titles = {"node": "Node.js", "php": "PHP"}
        found += [
            CodeTarget(f"receive-{name}", titles.get(name) or name.title(), receives=True) for name in RECEIVERS
        ]
    return found


def _snippet(target: CodeTarget, prepared: "Prepared", provider: Provider | None) -> "Snippet":
    from workbench.engine.request_programs import (
        credentials_recipe,
        is_masked_beside,
        program_notes,
        program_recipe,
    )
    from workbench.engine.snippet_recipes import verifying_recipe
    from workbench.formats.snippets.generation import generate
    from workbench.formats.snippets.receiving import generate_receiver
    from workbench.providers.signing import choose_scheme

    choice = prepared.saved.signing
    if target.receives:
        if provider is None:
            raise UsageError("There is nothing to verify.", "Choose a provider in the tab Sign.")
        scheme = choose_scheme(provider, wanted=choice.scheme)
        return generate_receiver(target.name.removeprefix("receive-"), verifying_recipe(provider, scheme))
    # A token that was typed or fetched must not leave in a program; names in the place of secrets may.
    hidden = [each for each in prepared.secrets if not each.startswith(NAMED)]
    request = masked_request(prepared.request, secret_ranges(prepared.request, hidden))
    signing = provider if provider is not None and provider.schemes else None
    recipe = program_recipe(signing, choice, request, prepared.target.url) or credentials_recipe(prepared, request)
    snippet = generate(target.name, request, prepared.target.url, recipe)
    is_masked = is_masked_beside(recipe, request, prepared.request)
    notes = program_notes(prepared, is_masked=is_masked, recipe=recipe)
    return replace(snippet, notes=(*snippet.notes, *notes))


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"{path} could not be written: {error.strerror or error}.") from error
