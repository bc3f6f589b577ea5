"""New from sample: a provider's event in a tab, signed and addressed as its endpoint checks it."""

import asyncio

from workbench.model.collection import SavedRequest
from workbench.model.endpoint import Endpoint
from workbench.model.signature import SigningChoice
from workbench.providers.pack import Provider
from workbench.ui.composer.draft import Draft
from workbench.ui.composing_part import ComposingPart, Desk
from workbench.ui.dialogs import finished
from workbench.ui.signature_work import SignatureWork


class SampleWork(ComposingPart):
    """Everything behind "New from sample…"."""

    def __init__(self, desk: Desk, signing: SignatureWork) -> None:
        super().__init__(desk)
        self._signatures = signing.signatures
        desk.window.commands.connect({"new_sample": lambda: self._jobs.start(self._new(), "start from a sample")})

    async def _new(self) -> None:
        """Ask for an event and open it in a tab, ready to be signed and sent."""
        from workbench.engine.sampling import sample_request
        from workbench.ui.sample_dialog import SampleDialog

        packs = await asyncio.to_thread(self._signatures.packs)
        dialog = SampleDialog(await asyncio.to_thread(packs.by_name), self._window)
        if await finished(dialog) != dialog.DialogCode.Accepted or dialog.chosen is None:
            return
        provider, event = packs.require(dialog.chosen[0]), dialog.chosen[1]
        rules = await asyncio.to_thread(self._signatures.rules)
        endpoint = next((each for each in rules.endpoints.all if each.provider == provider.id), None)
        signing = await self._signing(provider, endpoint)
        base = SavedRequest(method="POST", url=self._url(endpoint), signing=signing)
        self._tabs.add(Draft(request=sample_request(packs, provider, event, base)))

    def _url(self, endpoint: Endpoint | None) -> str:
        """Return the endpoint's address while we listen; else where replays go."""
        target, listening = self._window.settings.replay_target, self._window.listener.url
        if endpoint is not None and listening:
            return listening + endpoint.path.partition("*")[0].rstrip("/")
        return target or listening or "http://localhost:3000"

    async def _signing(self, provider: Provider, endpoint: Endpoint | None) -> SigningChoice:
        if not provider.schemes:
            return SigningChoice()
        if endpoint is None:
            return SigningChoice(provider.id, secret=await self._usual_secret(provider.id))
        own = (each.reference for each in endpoint.secrets if each.provider in ("", provider.id))
        secret = next(own, "") or await self._usual_secret(provider.id)
        public_url, settings = endpoint.public_url, endpoint.settings
        return SigningChoice(provider.id, secret=secret, public_url=public_url, settings=settings)

    async def _usual_secret(self, provider: str) -> str:
        """Return a saved secret that is named after a provider, or nothing."""
        names = await asyncio.to_thread(self._signatures.names)
        return next((f"keyring:{name}" for name in names if name.startswith(provider)), "")
