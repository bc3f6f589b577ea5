"""The values of an environment's secrets: in the secret store, under `COLLECTION'S ID/ENVIRONMENT/NAME`.

Those of the variables of a collection and its folders lie under `COLLECTION'S ID/%folders/FOLDER/NAME`.

The id is of the collection's folder on this machine, see `storage.collection_identities`: a second checkout, and a
stranger's collection of the same name, have their own. Global secrets are `globals/NAME`, for the collections of the
home's workspace; a `globals.yml` elsewhere has its own, too.
"""

from dataclasses import replace
from pathlib import Path
from shlex import quote

from workbench.model.variables import Environment, Variable
from workbench.storage.collection_identities import Identities, name_component
from workbench.storage.secrets import Secrets

GLOBALS = "globals"
_FOLDERS = "%folders"
"""No environment is called so: a `%` in a name is written `%25`."""


def secret_prefix(secrets: Secrets, root: Path, environment: str) -> str:
    """Return what the names of an environment's secrets begin with; empty where none of its collection are kept.

    StorageError where the list of collections cannot be read.
    """
    identity = Identities(secrets.paths).known(root)
    return f"{identity}/{name_component(environment)}" if identity else ""


def own_prefix(secrets: Secrets, root: Path, environment: str) -> str:
    """Return `secret_prefix` to keep secrets under: the collection gets an id where it has none. StorageError."""
    return f"{Identities(secrets.paths).made(root)}/{name_component(environment)}"


def globals_prefix(secrets: Secrets, workspace: Path) -> str:
    """Return what the names of global secrets begin with; those of the home are for its own workspace alone."""
    if workspace.resolve() == secrets.paths.workspace.resolve():
        return GLOBALS
    return secret_prefix(secrets, workspace, GLOBALS)


def moved_here(secrets: Secrets, root: Path, environments: tuple[Environment, ...]) -> tuple[str, ...]:
    """Return what to ask where secrets of environments have no values: whether a namesake that is gone was moved."""
    identities = Identities(secrets.paths)
    if identities.known(root) or not any(each.secret for one in environments for each in one.variables):
        return ()
    return tuple(
        f"Secrets were kept for a collection of this name in {place}, which is gone. If it was moved here, say so: "
        f"workbench collections moved {quote(place)} {quote(str(root))}"
        for place in identities.former_places(root)
    )


def without_secret_values(environment: Environment) -> Environment:
    """Return an environment as it may be written into a file: its secrets have names, and no values."""
    shown = tuple(replace(each, value="") if each.secret else each for each in environment.variables)
    return replace(environment, variables=shown)


def keep_secrets(secrets: Secrets, environment: Environment, prefix: str) -> Environment:
    """Put the values of secret variables into the store, and return the environment without them.

    A secret without a value is left as it is in the store. SecretError where the store is locked.
    """
    for variable in environment.variables:
        if variable.secret and variable.value:
            secrets.put(f"{prefix}/{name_component(variable.name)}", variable.value)
    return without_secret_values(environment)


def keep_folder_secrets(secrets: Secrets, root: Path, folder: Path, variables: tuple[Variable, ...]) -> None:
    """Put the values of secret variables of a collection, or of a folder in it, into the store.

    A secret without a value is left as it is in the store. SecretError where the store is locked.
    """
    kept = [variable for variable in variables if variable.secret and variable.value]
    if not kept:
        return
    prefix = f"{Identities(secrets.paths).made(root)}/{_FOLDERS}/{_folder_component(root, folder)}"
    for variable in kept:
        secrets.put(f"{prefix}/{name_component(variable.name)}", variable.value)


def folder_secret_values(
    secrets: Secrets, root: Path, folder: Path, variables: tuple[Variable, ...]
) -> dict[str, str]:
    """Return the values of secret variables of a collection or a folder; those that were never kept are absent.

    A folder that was moved or renamed still has a value of which the collection keeps only one by that name.
    SecretError where the store is locked.
    """
    identity = Identities(secrets.paths).known(root)
    names = [variable.name for variable in variables if variable.secret and variable.enabled]
    if not identity or not names:
        return {}
    prefix = f"{identity}/{_FOLDERS}/"
    known = [name for name in secrets.store.names() if name.startswith(prefix)]
    found: dict[str, str] = {}
    for name in names:
        own = f"{prefix}{_folder_component(root, folder)}/{name_component(name)}"
        alike = [each for each in known if each.rpartition("/")[2] == name_component(name)]
        chosen = own if own in known else alike[0] if len(alike) == 1 else ""
        value = secrets.store.get(chosen) if chosen else None
        if value is not None:
            found[name] = value
    return found


def _folder_component(root: Path, folder: Path) -> str:
    return name_component(folder.absolute().relative_to(root.absolute()).as_posix())


def secret_values(secrets: Secrets, variables: tuple[Variable, ...], prefix: str) -> dict[str, str]:
    """Return the values of secret variables; those that were never kept on this machine are absent.

    SecretError where the store is locked.
    """
    names = [variable.name for variable in variables if variable.secret and variable.enabled]
    found = {name: secrets.store.get(f"{prefix}/{name_component(name)}") if prefix else None for name in names}
    return {name: value for name, value in found.items() if value is not None}


def copy_secrets(secrets: Secrets, environment: Environment, prefix: str, new_prefix: str) -> None:
    """Keep the values of an environment's secrets under another prefix too."""
    for name, value in secret_values(secrets, environment.variables, prefix).items():
        secrets.put(f"{new_prefix}/{name_component(name)}", value)


def forget_secrets(secrets: Secrets, prefix: str) -> tuple[str, ...]:
    """Remove all values under an environment's prefix, and return the variables' names; SecretError where locked."""
    found = [name for name in secrets.store.names() if prefix and name.startswith(f"{prefix}/")]
    for name in found:
        secrets.store.remove(name)
    return tuple(name.removeprefix(f"{prefix}/") for name in found)
