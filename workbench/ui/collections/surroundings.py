"""What stands around a request: variables it sees, authentication and settings it inherits. Blocks: use a thread."""

from dataclasses import dataclass, field
from pathlib import Path

from workbench.model.authentication import NO_AUTH, Auth, AuthKind
from workbench.model.errors import WorkbenchError
from workbench.model.send_settings import INHERITED_SETTINGS, SendSettings
from workbench.model.variables import Environment, Scope, ScopeKind, Scopes, Variable
from workbench.storage.collection_defaults import Inherited, resolution
from workbench.storage.environment_secrets import GLOBALS, secret_prefix, secret_values
from workbench.storage.environments import extended, list_environments, read_globals
from workbench.storage.secrets import Secrets


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a request gets from elsewhere."""

    scopes: Scopes = field(default_factory=Scopes)
    auth: Auth = NO_AUTH
    auth_source: str = ""
    """Who says so, in words; empty where nobody does."""
    settings: SendSettings = INHERITED_SETTINGS
    problems: tuple[str, ...] = ()
    """Sentences on what could not be had: a file, a secret of a locked store."""


def environment_names(collection: Path) -> list[str]:
    """Return the names of a collection's environments; none where there is no collection."""
    return [each.name for each in list_environments(collection)[0]]


def surroundings(root: Path | None, file: Path | None, environment: str, secrets: Secrets) -> Surroundings:
    """Return what surrounds the request of a file, or a new one to be in that folder."""
    problems: list[str] = []
    scopes: list[Scope] = []
    levels: tuple[Inherited, ...] = ()
    if root is not None:
        scopes.append(_globals(root.parent, secrets, problems))
        try:
            levels = resolution(file or root / "new.yml")
        except WorkbenchError as error:
            problems.append(error.message)
        scopes += [_scope(level.kind, level.name, level.defaults.variables, {}) for level in levels]
        scopes += _environments(root, environment, secrets, problems)
    auth, source = _auth(levels)
    return Surroundings(
        Scopes(tuple(scope for scope in scopes if scope.values)), auth, source, _settings(levels), tuple(problems)
    )


def _globals(workspace: Path, secrets: Secrets, problems: list[str]) -> Scope:
    try:
        found = read_globals(workspace)
    except WorkbenchError as error:
        problems.append(error.message)
        return Scope(ScopeKind.GLOBAL, "", {})
    return _of_environment(ScopeKind.GLOBAL, found, GLOBALS, secrets, problems)


def _environments(root: Path, name: str, secrets: Secrets, problems: list[str]) -> list[Scope]:
    if not name:
        return []
    chosen = next((each for each in list_environments(root)[0] if each.name == name), None)
    if chosen is None:
        problems.append(f"There is no environment {name} any more.")
        return []
    chain, amiss = extended(root, chosen)
    problems += amiss
    kind = ScopeKind.ENVIRONMENT
    return [_of_environment(kind, each, secret_prefix(root, each.name), secrets, problems) for each in chain]


def _of_environment(
    kind: ScopeKind, environment: Environment, prefix: str, secrets: Secrets, problems: list[str]
) -> Scope:
    hidden: dict[str, str] = {}
    if any(each.secret and each.enabled for each in environment.variables):
        try:
            hidden = secret_values(secrets, environment.variables, prefix)
        except WorkbenchError as error:
            problems.append(error.message)
    return _scope(kind, environment.name, environment.variables, hidden)


def _scope(kind: ScopeKind, name: str, variables: tuple[Variable, ...], hidden: dict[str, str]) -> Scope:
    plain = {each.name: each.value for each in variables if each.enabled and each.name and not each.secret}
    return Scope(kind, name, {**plain, **hidden}, frozenset(hidden))


def _auth(levels: tuple[Inherited, ...]) -> tuple[Auth, str]:
    for level in reversed(levels):
        if level.defaults.auth.kind is not AuthKind.INHERIT:
            what = "collection" if level.kind is ScopeKind.COLLECTION else "folder"
            return level.defaults.auth, f"the {what} {level.name}"
    return NO_AUTH, ""


def _settings(levels: tuple[Inherited, ...]) -> SendSettings:
    merged = INHERITED_SETTINGS
    for level in reversed(levels):
        merged = merged.over(level.defaults.settings)
    return merged
