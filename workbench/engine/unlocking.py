"""Whether a request waits for secrets in a store that is locked: known before it is sent, so that a face can ask.

A request that needs none of them is sent with the store locked.
"""

from collections.abc import Mapping

from workbench.engine.preparing import with_defaults
from workbench.engine.sending_context import SendingContext
from workbench.engine.variables import names_in
from workbench.model.collection import SavedRequest
from workbench.model.errors import UsageError
from workbench.model.signature import SigningChoice, SignMode
from workbench.model.variables import Scopes
from workbench.storage.secrets import Secrets


def waits_for_secrets(
    saved: SavedRequest, context: SendingContext, secrets: Secrets, local: Mapping[str, str] | None = None
) -> bool:
    """Return whether unlocking the store would give a request what it needs. Reads files and blocks."""
    if not secrets.is_locked:
        return False
    merged, scopes = with_defaults(saved, context.inherited), context.scopes_for(saved, local)
    if _signs_with_kept(merged.signing):
        return True
    try:
        return any(name in context.locked and _is_hidden(name, scopes) for name in names_in(merged, scopes))
    except UsageError:
        return False  # Sending says what is wrong with it.


def _signs_with_kept(choice: SigningChoice) -> bool:
    signs = choice.provider and choice.mode not in (SignMode.KEEP, SignMode.MISSING)
    return bool(signs) and choice.secret.startswith("keyring:")


def _is_hidden(name: str, scopes: Scopes) -> bool:
    """Return whether the nearest scope that knows a name has no value for it."""
    nearest = next((each for each in reversed(scopes.all) if name in each.values or name in each.secrets), None)
    return nearest is not None and name not in nearest.values
