"""What stands around a request, as the composer shows it: whose authentication and settings hold, and who says so."""

from dataclasses import dataclass, field
from pathlib import Path

from workbench.engine.sending_context import SendingContext, sending_context
from workbench.model.authentication import NO_AUTH, Auth, AuthKind
from workbench.model.errors import UsageError
from workbench.model.send_settings import INHERITED_SETTINGS, SendSettings
from workbench.model.variables import ScopeKind
from workbench.storage.environments import list_environments
from workbench.storage.secrets import Secrets


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a request gets from elsewhere."""

    context: SendingContext = field(default_factory=SendingContext)
    auth: Auth = NO_AUTH
    auth_source: str = ""
    """Who says so, in words; empty where nobody does."""
    settings: SendSettings = INHERITED_SETTINGS


def environment_names(collection: Path) -> list[str]:
    """Return the names of a collection's environments."""
    return [each.name for each in list_environments(collection)[0]]


def surroundings(root: Path | None, file: Path | None, environment: str, secrets: Secrets) -> Surroundings:
    """Return what surrounds the request of a file, or a new one to be there. Reads files: call it in a thread."""
    try:
        context = sending_context(file, environment, secrets, root=root)
    except UsageError:
        # The environment was deleted elsewhere: its box says so, and the rest still holds.
        context = sending_context(file, "", secrets, root=root)
    auth, source = _auth(context)
    settings = INHERITED_SETTINGS
    for defaults in context.inherited:
        settings = settings.over(defaults.settings)
    return Surroundings(context, auth, source, settings)


def _auth(context: SendingContext) -> tuple[Auth, str]:
    for level in reversed(context.levels):
        if level.defaults.auth.kind is not AuthKind.INHERIT:
            what = "collection" if level.kind is ScopeKind.COLLECTION else "folder"
            return level.defaults.auth, f"the {what} {level.name}"
    return NO_AUTH, ""
