"""The values of an environment's secrets: in the secret store, under `COLLECTION/ENVIRONMENT/NAME`.

The collection is called by its own name and not by its folder's, so that a second checkout finds them. Global secrets
are `globals/NAME`: their prefix is `GLOBALS`.
"""

from dataclasses import replace
from pathlib import Path

from workbench.model.variables import Environment, Variable
from workbench.storage.collection_files import COLLECTION_FILE, collection_root
from workbench.storage.collection_listing import collection_name
from workbench.storage.secrets import Secrets

GLOBALS = "globals"


def secret_prefix(root: Path, environment: str) -> str:
    """Return what the names of an environment's secrets begin with in the secret store."""
    return f"{_component(collection_name(root))}/{_component(environment)}"


def folder_secret_prefix(folder: Path) -> str:
    """Return what the names of a collection's own secrets, or a folder's, begin with in the secret store.

    A folder is known by where it lies: once it was renamed or moved, its secrets have to be given again.
    """
    folder = folder.absolute()
    root = collection_root(folder / COLLECTION_FILE)
    parts = [_component(part) for part in folder.relative_to(root).parts]
    return "/".join([_component(collection_name(root)), "*", *parts])


def _component(name: str) -> str:
    """Return a name without what would divide it from the next, and without what a secret's name may not have."""
    plain = name.replace("%", "%25").replace("/", "%2F").strip()
    return "".join(mark if mark.isprintable() else "-" for mark in plain) or "-"


def keep_secrets(secrets: Secrets, environment: Environment, prefix: str) -> Environment:
    """Put the values of secret variables into the store, and return the environment without them.

    A secret without a value is left as it is in the store. SecretError where the store is locked.
    """
    for variable in environment.variables:
        if variable.secret and variable.value:
            secrets.put(f"{prefix}/{_component(variable.name)}", variable.value)
    shown = tuple(replace(each, value="") if each.secret else each for each in environment.variables)
    return replace(environment, variables=shown)


def secret_values(secrets: Secrets, variables: tuple[Variable, ...], prefix: str) -> dict[str, str]:
    """Return the values of secret variables; those that were never kept on this machine are absent.

    SecretError where the store is locked.
    """
    names = [variable.name for variable in variables if variable.secret and variable.enabled]
    found = {name: secrets.store.get(f"{prefix}/{_component(name)}") for name in names}
    return {name: value for name, value in found.items() if value is not None}


def copy_secrets(secrets: Secrets, environment: Environment, prefix: str, new_prefix: str) -> None:
    """Keep the values of an environment's secrets under another prefix too."""
    for name, value in secret_values(secrets, environment.variables, prefix).items():
        secrets.put(f"{new_prefix}/{_component(name)}", value)


def forget_secrets(secrets: Secrets, environment: Environment, prefix: str) -> None:
    """Remove the values of an environment's secrets from the store."""
    for variable in environment.variables:
        if variable.secret:
            secrets.store.remove(f"{prefix}/{_component(variable.name)}")
