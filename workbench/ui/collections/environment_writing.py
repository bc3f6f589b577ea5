"""Environments between their files and the window: read with what tells whether others change them, and written.

All of it reads or writes files: call it in a thread.
"""

from dataclasses import replace
from pathlib import Path

from workbench.model.variables import Environment, Variable
from workbench.storage.collection_defaults import defaults_fingerprint, read_defaults, save_defaults
from workbench.storage.collections import NO_FILE, Fingerprint
from workbench.storage.environments import (
    ENVIRONMENTS,
    environment_fingerprint,
    list_environments,
    rename_environment,
    save_with_secrets,
)
from workbench.storage.secrets import Secrets

Fingerprints = dict[str, Fingerprint]
"""What the files of environments were when they were read, by their paths."""


def read_environments(root: Path) -> tuple[tuple[Environment, ...], tuple[str, ...], Fingerprints]:
    """Return a collection's environments, what is amiss in them, and what tells whether others change them."""
    files = sorted((root.absolute() / ENVIRONMENTS).glob("*.yml"))
    known = {str(file): environment_fingerprint(file) for file in files}
    found, problems = list_environments(root)
    return found, problems, {each.path: known.get(each.path, NO_FILE) for each in found}


def write_environment(
    root: Path, environment: Environment, former: str, secrets: Secrets, known: Fingerprints
) -> Environment:
    """Write one environment, which was called `former`, and return it as it reads now; `known` has its file then.

    ChangedOutside where the file is no longer what is known of it.
    """
    expected = known.get(environment.path)
    saved = save_with_secrets(root, replace(environment, name=former), secrets, expected=expected)
    if former != environment.name:
        saved = rename_environment(root, saved, environment.name, secrets)
    known[saved.path] = environment_fingerprint(Path(saved.path))
    return saved


def _with(variables: tuple[Variable, ...], name: str, value: str) -> tuple[Variable, ...]:
    if not any(each.name == name for each in variables):
        return (*variables, Variable(name, value))
    return tuple(replace(each, value=value) if each.name == name else each for each in variables)


def set_in_environment(root: Path, environment: str, name: str, value: str, secrets: Secrets) -> None:
    """Give a variable of an environment a value, as a taking asks for; none where the environment is gone."""
    found, _, known = read_environments(root)
    chosen = next((each for each in found if each.name == environment), None)
    if chosen is not None:
        given = replace(chosen, variables=_with(chosen.variables, name, value))
        write_environment(root, given, chosen.name, secrets, known)


def set_in_collection(root: Path, name: str, value: str) -> None:
    """Give a variable of a collection a value."""
    known = defaults_fingerprint(root)
    defaults = read_defaults(root)
    save_defaults(root, replace(defaults, variables=_with(defaults.variables, name, value)), expected=known)
