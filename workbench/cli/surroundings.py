"""What surrounds a request that is sent from the command line: folders' defaults, and the variables it sees."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from workbench.cli.collection_names import collections
from workbench.model.collection import Defaults, SavedRequest
from workbench.model.errors import UsageError
from workbench.model.variables import Environment, Scope, ScopeKind, Scopes, Variable
from workbench.storage.collection_defaults import Inherited, resolution
from workbench.storage.collection_files import COLLECTION_FILE, collection_root
from workbench.storage.dot_env import read_dot_env
from workbench.storage.environment_secrets import GLOBALS, secret_prefix, secret_values
from workbench.storage.environments import extended, list_environments, read_globals
from workbench.storage.paths import Paths
from workbench.storage.secrets import Secrets


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a request gets from elsewhere."""

    scopes: Scopes
    inherited: tuple[Defaults, ...]
    """Nearest first."""
    root: Path | None
    """The collection's folder, where relative files start; None for a request of no collection."""


def surroundings(
    paths: Paths, saved: SavedRequest, file: Path | None, environment: str, local: Mapping[str, str]
) -> Surroundings:
    """Return what surrounds a request, or its file; CollectionError, UsageError for an environment that is not there.

    A request of no collection sees the globals, and an environment of any collection of the workspace.
    """
    secrets = Secrets(paths)
    root = collection_root(file) if file is not None else None
    levels = resolution(file) if file is not None else ()
    workspace = root.parent if root is not None else paths.workspace
    scopes = [
        *_of_environment(ScopeKind.GLOBAL, read_globals(workspace), GLOBALS, None, secrets),
        *(_scope(level.kind, level.name, level.defaults.variables) for level in levels),
        *_of_chosen(_roots(root, paths), environment, secrets),
        _scope(ScopeKind.REQUEST, "this request", saved.variables),
        Scope(ScopeKind.LOCAL, "--var", dict(local)),
    ]
    return Surroundings(Scopes(tuple(scope for scope in scopes if scope.values)), _nearest_first(levels), root)


def _nearest_first(levels: tuple[Inherited, ...]) -> tuple[Defaults, ...]:
    return tuple(level.defaults for level in reversed(levels))


def _roots(root: Path | None, paths: Paths) -> list[Path]:
    return list(collections(paths)) if root is None else [root] if (root / COLLECTION_FILE).exists() else []


def _of_chosen(roots: list[Path], name: str, secrets: Secrets) -> Iterator[Scope]:
    if not name:
        return
    known = [(root, each) for root in roots for each in list_environments(root)[0]]
    found = [(root, each) for root, each in known if each.name.casefold() == name.casefold()]
    if not found:
        names = ", ".join(dict.fromkeys(each.name for _, each in known)) or "none yet"
        raise UsageError(f"There is no environment {name!r}.", f"There are: {names}.")
    if len(found) > 1:
        raise UsageError(f"Several collections have an environment {name!r}.", "Send a saved request of one of them.")
    root, chosen = found[0]
    chain, problems = extended(root, chosen)
    if problems:
        raise UsageError(problems[0], f"Mend {chosen.path}.")
    for each in chain:
        yield from _of_environment(ScopeKind.ENVIRONMENT, each, secret_prefix(root, each.name), root, secrets)


def _of_environment(
    kind: ScopeKind, environment: Environment, prefix: str, root: Path | None, secrets: Secrets
) -> Iterator[Scope]:
    """Yield what an environment's `.env` file gives, which is all masked, and then its own variables."""
    if root is not None and environment.dot_env_file:
        values = read_dot_env(root, environment).values
        yield Scope(kind, environment.dot_env_file, values, frozenset(values))
    hidden: dict[str, str] = {}
    if any(variable.secret and variable.enabled for variable in environment.variables):
        hidden = secret_values(secrets, environment.variables, prefix)
    yield _scope(kind, environment.name, environment.variables, hidden)


def _scope(
    kind: ScopeKind, name: str, variables: tuple[Variable, ...], hidden: Mapping[str, str] | None = None
) -> Scope:
    plain = {each.name: each.value for each in variables if each.enabled and each.name and not each.secret}
    return Scope(kind, name, {**plain, **(hidden or {})}, frozenset(hidden or ()))
