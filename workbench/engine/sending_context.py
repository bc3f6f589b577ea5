"""What a saved request gets from around it: variables, headers, authentication and settings of its folders.

The window and the command line call this one function, so a request means the same in both. It reads small files and
the secret store, and blocks while it does: call it in a thread. What cannot be had is a sentence, not an error: a
locked keyring must not keep a request from being sent that needs no secret.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from workbench.model.collection import Defaults, SavedRequest
from workbench.model.errors import UsageError, WorkbenchError
from workbench.model.variables import Environment, Scope, ScopeKind, Scopes, Variable
from workbench.storage.collection_defaults import Inherited, resolution
from workbench.storage.collection_files import collection_root
from workbench.storage.dot_env import read_dot_env
from workbench.storage.environment_secrets import (
    folder_secret_values,
    globals_prefix,
    moved_here,
    secret_prefix,
    secret_values,
)
from workbench.storage.environments import extended, list_environments, read_globals
from workbench.storage.secrets import Secrets


@dataclass(frozen=True, slots=True)
class SendingContext:
    """What surrounds a request; `scopes_for` adds what is the request's own."""

    scopes: Scopes = field(default_factory=Scopes)
    """Global, collection, folders, environment: farthest first."""
    inherited: tuple[Defaults, ...] = ()
    """What folders and the collection give, nearest first."""
    levels: tuple[Inherited, ...] = ()
    """The same with names, from the collection down; for who wants to say where a value comes from."""
    folder: Path | None = None
    """The collection's folder: relative files start there."""
    problems: tuple[str, ...] = ()
    """Sentences on what could not be had."""
    locked: frozenset[str] = frozenset()
    """Names of secrets whose values are in a store that is locked."""

    def scopes_for(
        self, saved: SavedRequest, local: Mapping[str, str] | None = None, secrets: frozenset[str] = frozenset()
    ) -> Scopes:
        """Return all scopes of a request: its own variables over these, and the local values on top."""
        own = _plain(ScopeKind.REQUEST, saved.name, saved.variables)
        scopes = Scopes((*self.scopes.all, own)) if own.values else self.scopes
        return scopes.with_local(local, secrets) if local else scopes


def sending_context(
    file: Path | None, environment: str, secrets: Secrets, *, root: Path | None = None
) -> SendingContext:
    """Return what surrounds the request of a file; of a new one to be in the collection `root` where it has none.

    UsageError where a name is given that no environment has.
    """
    amiss = _Amiss()
    problems = amiss.problems
    place = root or (collection_root(file.absolute()) if file is not None else None)
    if place is None:
        return SendingContext()
    levels = _levels(file or place / "new.yml", problems)
    scopes = [
        _globals(place.parent, secrets, amiss),
        *(_level(level, place, secrets, amiss) for level in levels),
        *_environment(place, environment, secrets, amiss),
    ]
    return SendingContext(
        Scopes(tuple(scope for scope in scopes if scope.values or scope.secrets)),
        tuple(level.defaults for level in reversed(levels)),
        levels,
        place,
        tuple(problems),
        frozenset(amiss.locked),
    )


@dataclass(slots=True)
class _Amiss:
    """What is found on the way that could not be had."""

    problems: list[str] = field(default_factory=list[str])
    locked: set[str] = field(default_factory=set[str])


def _levels(file: Path, problems: list[str]) -> tuple[Inherited, ...]:
    try:
        return resolution(file)
    except WorkbenchError as error:
        problems.append(error.message)
        return ()


def _plain(kind: ScopeKind, name: str, variables: tuple[Variable, ...]) -> Scope:
    """Return a scope of values that stand in a file; a secret there has no value, and none is invented."""
    counting = [each for each in variables if each.enabled and not (each.secret and not each.value)]
    secret = frozenset(each.name for each in counting if each.secret)
    return Scope(kind, name, {each.name: each.value for each in counting}, secret)


def _globals(workspace: Path, secrets: Secrets, amiss: _Amiss) -> Scope:
    try:
        found = read_globals(workspace)
    except WorkbenchError as error:
        amiss.problems.append(error.message)
        return Scope(ScopeKind.GLOBAL, "", {})
    return _with_secrets(ScopeKind.GLOBAL, found, globals_prefix(secrets, workspace), secrets, amiss)


def _environment(root: Path, name: str, secrets: Secrets, amiss: _Amiss) -> list[Scope]:
    if not name:
        return []
    known, unreadable = list_environments(root)
    chosen = next((each for each in known if each.name == name), None)
    if chosen is None:
        names = ", ".join(each.name for each in known)
        hint = f"There are: {names}." if known else "This collection has no environments."
        raise UsageError(f"There is no environment {name!r}.", " ".join((hint, *unreadable)))
    chain, broken = extended(root, chosen)
    amiss.problems += (*broken, *moved_here(secrets, root, chain))
    scopes: list[Scope] = []
    for each in chain:
        scopes.append(_dot_env(root, each, amiss.problems))
        prefix = secret_prefix(secrets, root, each.name)
        scopes.append(_with_secrets(ScopeKind.ENVIRONMENT, each, prefix, secrets, amiss))
    return scopes


def _dot_env(root: Path, environment: Environment, problems: list[str]) -> Scope:
    """Return what the `.env` file of an environment gives; all of it is taken for secret."""
    try:
        found = read_dot_env(root, environment)
    except WorkbenchError as error:
        problems.append(error.message)
        return Scope(ScopeKind.ENVIRONMENT, environment.name, {})
    problems += found.problems
    return Scope(ScopeKind.ENVIRONMENT, environment.dot_env_file, found.values, frozenset(found.values))


def _level(level: Inherited, root: Path, secrets: Secrets, amiss: _Amiss) -> Scope:
    """Return what a collection or a folder gives; its secrets come from the store, unless the file has a value."""
    plain = _plain(level.kind, level.name, level.defaults.variables)
    empty = tuple(each for each in level.defaults.variables if each.secret and each.enabled and not each.value)
    if not empty:
        return plain
    try:
        hidden = folder_secret_values(secrets, root, level.folder, empty)
    except WorkbenchError as error:
        amiss.problems.append(error.message)
        if secrets.is_locked:
            amiss.locked |= {each.name for each in empty}
        return plain
    return Scope(plain.kind, plain.name, {**plain.values, **hidden}, plain.secrets | hidden.keys())


def _with_secrets(kind: ScopeKind, environment: Environment, prefix: str, secrets: Secrets, amiss: _Amiss) -> Scope:
    plain = _plain(kind, environment.name, environment.variables)
    wanted = frozenset(each.name for each in environment.variables if each.secret and each.enabled)
    if not wanted:
        return plain
    try:
        hidden = secret_values(secrets, environment.variables, prefix)
    except WorkbenchError as error:
        amiss.problems.append(error.message)
        hidden = dict[str, str]()
        if secrets.is_locked:
            amiss.locked |= wanted
    return Scope(kind, environment.name, {**plain.values, **hidden}, wanted)
