"""What was imported, put into a collection that is there: its environments beside the others, the rest as a folder.

What Postman exports is a file for the collection and a file for each environment; they belong together again here.
Nothing that is there is written over: an environment whose name is taken gets a number.
"""

from dataclasses import replace
from pathlib import Path

from workbench.model.collection import CollectionTree, Defaults
from workbench.model.errors import CollectionError
from workbench.model.variables import Environment
from workbench.storage.collection_files import COLLECTION_FILE
from workbench.storage.environments import list_environments, save_with_secrets
from workbench.storage.secrets import Secrets
from workbench.storage.whole_collections import add_tree


def has_requests(tree: CollectionTree) -> bool:
    """Return whether a tree is more than environments: then it becomes a folder of the collection that it joins."""
    return bool(tree.folders or tree.requests or tree.defaults != Defaults())


def join_folder(root: Path, tree: CollectionTree) -> Path | None:
    """Write a tree's requests as a new folder of a collection, and return that; None where it has none.

    CollectionError, and then nothing was written.
    """
    _refuse_others(root)
    return add_tree(root, replace(tree, environments=())) if has_requests(tree) else None


def join_environment(root: Path, environment: Environment, secrets: Secrets) -> Environment:
    """Save an environment beside those of a collection, under a name that is free; return it as it is kept.

    CollectionError; SecretError where it has values of secrets and their store is locked: then nothing was written.
    """
    _refuse_others(root)
    taken = {each.name.casefold() for each in list_environments(root)[0]}
    name, number = environment.name, 1
    while name.casefold() in taken:
        number += 1
        name = f"{environment.name} {number}"
    return save_with_secrets(root, replace(environment, name=name, path=""), secrets)


def _refuse_others(root: Path) -> None:
    if not (root / COLLECTION_FILE).is_file():
        raise CollectionError(f"{root} is no collection: it has no {COLLECTION_FILE}.", "Give a collection's folder.")
