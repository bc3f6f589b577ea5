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
from workbench.storage.secrets import PASSPHRASE_VARIABLE, SecretError, Secrets


def waits_for_secrets(
    saved: SavedRequest, context: SendingContext, secrets: Secrets, local: Mapping[str, str] | None = None
) -> bool:
    """Return whether unlocking the store would give a request what it needs. Reads files and blocks."""
    if not secrets.is_locked:
        return False
    signing = with_defaults(saved, context.inherited).signing
    return _signs_with_kept(signing) or bool(locked_names(saved, context, local))


def locked_names(
    saved: SavedRequest, context: SendingContext, local: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """Return the secrets that a request uses and whose values are locked, by name. Reads files and blocks."""
    if not context.locked:
        return ()
    merged, scopes = with_defaults(saved, context.inherited), context.scopes_for(saved, local)
    try:
        used = names_in(merged, scopes)
    except UsageError:
        return ()  # Sending says what is wrong with it.
    return tuple(sorted(name for name in used & context.locked if _is_hidden(name, scopes)))


def refuse_locked(saved: SavedRequest, context: SendingContext, local: Mapping[str, str] | None = None) -> None:
    """Raise SecretError where a value that a request lacks is locked: for faces that ask nobody.

    A value of the same name from farther away counts, as that of a `.env` file.
    """
    scopes = context.scopes_for(saved, local)
    names = [name for name in locked_names(saved, context, local) if scopes.find(name) is None]
    if names:
        listed = ", ".join(f"“{name}”" for name in names)
        what = "a secret" if len(names) == 1 else "secrets"
        raise SecretError(
            f"The request needs {listed}, {what}, and secrets are locked: {PASSPHRASE_VARIABLE} is not set.",
            "Set it to their passphrase.",
        )


def _signs_with_kept(choice: SigningChoice) -> bool:
    signs = choice.provider and choice.mode not in (SignMode.KEEP, SignMode.MISSING)
    return bool(signs) and choice.secret.startswith("keyring:")


def _is_hidden(name: str, scopes: Scopes) -> bool:
    """Return whether the nearest scope that knows a name has no value for it."""
    nearest = next((each for each in reversed(scopes.all) if name in each.values or name in each.secrets), None)
    return nearest is not None and name not in nearest.values
