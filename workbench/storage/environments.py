"""Environments: `environments/NAME.yml` of a collection, and the workspace's `globals.yml`.

The values of secrets are in no file, see `storage.environment_secrets`. Globals are for all collections of a
workspace, hence beside them.
"""

import os
import re
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from workbench.model.errors import ChangedOutside, CollectionError
from workbench.model.variables import Environment
from workbench.storage.collection_document import Plain, StoredFile, parse
from workbench.storage.collection_files import (
    ENVIRONMENTS,
    digest,
    failing_as,
    inside,
    is_device,
    read_file,
    remove_file,
)
from workbench.storage.collection_reading import NO_FILE, Fingerprint
from workbench.storage.collection_trash import Deleted, delete
from workbench.storage.collection_writing import ENVIRONMENT, text_of
from workbench.storage.durable_file import write_whole
from workbench.storage.environment_secrets import (
    GLOBALS,
    copy_secrets,
    forget_secrets,
    keep_secrets,
    own_prefix,
    secret_prefix,
    without_secret_values,
)
from workbench.storage.environment_words import environment_of, environment_rows, plain_environment
from workbench.storage.secrets import SecretError, Secrets

_NO_FILE_NAME = re.compile(r'[<>:"/\\|?*\x00-\x1f]')


def list_environments(root: Path) -> tuple[tuple[Environment, ...], tuple[str, ...]]:
    """Return a collection's environments by name, and a sentence for each file that cannot be read."""
    found: list[Environment] = []
    problems: list[str] = []
    folder = root.absolute() / ENVIRONMENTS
    for file in sorted(folder.glob("*.yml")) if folder.is_dir() and not folder.is_symlink() else []:
        try:
            found.append(read_environment(file))
        except CollectionError as error:
            problems.append(error.message)
    return tuple(sorted(found, key=lambda environment: environment.name.casefold())), tuple(problems)


def read_environment(file: Path) -> Environment:
    """Return what an environment's file says, without what it extends; CollectionError."""
    file = file.absolute()
    return environment_of(_read(file).plain, file)


def _read(file: Path) -> StoredFile:
    raw = read_file(file)
    document = parse(raw, file.name)
    return StoredFile(raw, document, plain_environment(document))


def environment_fingerprint(file: Path) -> Fingerprint:
    """Return what tells whether an environment's file changed; NO_FILE where there is none."""
    return Fingerprint(digest(file)) if file.exists() else NO_FILE


def save_environment(root: Path, environment: Environment, *, expected: Fingerprint | None = None) -> Environment:
    """Write an environment to its file, a new one where it has none, and return it as it reads now.

    Values of secrets are not written: `save_with_secrets` keeps them. No change writes nothing. ChangedOutside
    where the file is no longer what `expected` was taken of.
    """
    file = Path(environment.path) if environment.path else _new_file(root.absolute(), environment.name)
    if expected is not None:
        _check_unchanged(file, expected)
    inside(root.absolute(), os.path.relpath(file, root.absolute()), file.name)
    wanted = replace(without_secret_values(environment), name=environment.name or file.stem, path=str(file))
    stored = _read(file) if file.exists() or file.is_symlink() else None
    before = environment_of(stored.plain, file) if stored else None
    if wanted == before:
        return wanted
    text = text_of(ENVIRONMENT, _wanted(wanted, before, stored.plain if stored else {}), stored)
    if text is None:
        raise CollectionError(
            f"{file.name} cannot be saved without changing what else is written in it.",
            "Make this change in a text editor.",
        )
    with failing_as(f"{file.name} could not be saved"):
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, [text])
    return wanted


def save_with_secrets(
    root: Path, environment: Environment, secrets: Secrets, *, expected: Fingerprint | None = None
) -> Environment:
    """Save an environment and keep the values of its secrets; a new one gets none of a former one of its name.

    Errors are those of `save_environment`, and SecretError; after one of them no value was kept.
    """
    if expected is not None:
        _check_unchanged(Path(environment.path), expected)
    if not environment.path:
        _new_file(root.absolute(), environment.name)
        _forget_former(root, environment.name, secrets)
    if any(each.secret and each.value for each in environment.variables):
        environment = keep_secrets(secrets, environment, own_prefix(secrets, root, environment.name))
    return save_environment(root, environment, expected=expected)


def _forget_former(root: Path, name: str, secrets: Secrets) -> None:
    """Remove what is kept for an environment that is gone, unless another file has that name in it.

    A locked store keeps it: an environment without secrets is saved all the same.
    """
    if not _is_there(root, name):
        with suppress(SecretError):
            forget_secrets(secrets, secret_prefix(secrets, root, name))


def _is_there(root: Path, name: str) -> bool:
    return any(each.name == name for each in list_environments(root)[0])


def _check_unchanged(file: Path, expected: Fingerprint) -> None:
    if environment_fingerprint(file) != expected:
        raise ChangedOutside(f"{file.name} was changed by another program since it was opened.", "Open it again.")


def _wanted(environment: Environment, before: Environment | None, former: Plain) -> Plain:
    plain = dict(former)
    if before is None or environment.name != before.name:
        plain["name"] = environment.name
    if before is None or environment.variables != before.variables:
        plain["variables"] = environment_rows(environment.variables, former.get("variables", []))
    if before is None or environment.extends != before.extends:
        plain["extends"] = environment.extends
    if before is None or environment.dot_env_file != before.dot_env_file:
        plain["dotEnvFilePath"] = environment.dot_env_file
    return {key: value for key, value in plain.items() if value}


def _new_file(root: Path, name: str) -> Path:
    """Return the file of a new environment: Bruno calls an environment by its file, so the name stays readable.

    CollectionError where the name is none, or taken.
    """
    stem = _NO_FILE_NAME.sub("-", name).strip(" .")
    if not stem or is_device(stem):
        raise CollectionError(f"{name!r} is no name for an environment.", "Use one such as local or staging.")
    folder = root / ENVIRONMENTS
    taken = {file.stem.casefold() for file in folder.glob("*")} if folder.is_dir() else set[str]()
    if stem.casefold() in taken:
        raise CollectionError(f"There is an environment “{name}” already.", "Choose another name.")
    return folder / f"{stem}.yml"


def rename_environment(
    root: Path, environment: Environment, name: str, secrets: Secrets | None = None
) -> Environment:
    """Give an environment another name and file; those that extend it follow, and so do its secrets.

    Without `secrets` their values stay under the former name. CollectionError where the name is taken.
    """
    root, former = root.absolute(), Path(environment.path)
    if name == environment.name:
        return environment
    same_file = _NO_FILE_NAME.sub("-", name).strip(" .").casefold() == former.stem.casefold()
    file = former if same_file else _new_file(root, name)
    if secrets:
        _forget_former(root, name, secrets)
    with failing_as(f"{former.name} could not be renamed"):
        if file != former:
            write_whole(file, [read_file(former)])
    renamed = save_environment(root, replace(environment, name=name, path=str(file)))
    if secrets:
        _copy_secrets(root, environment, name, secrets)
    for other in list_environments(root)[0]:
        if other.extends == environment.name:
            save_environment(root, replace(other, extends=name))
    with failing_as(f"{former.name} could not be removed"):
        if file != former:
            remove_file(former)
    if secrets:
        _forget_former(root, environment.name, secrets)
    return renamed


def _copy_secrets(root: Path, environment: Environment, name: str, secrets: Secrets) -> None:
    former, new = (secret_prefix(secrets, root, each) for each in (environment.name, name))
    copy_secrets(secrets, environment, former, new)


def delete_environment(root: Path, environment: Environment, secrets: Secrets) -> tuple[Deleted, str]:
    """Move an environment into the trash and remove its secrets at once, and return a sentence about them.

    The sentence is empty where there were none: taking the deletion back brings back all but those. SecretError where
    the store is locked and the environment has secrets, CollectionError; then nothing was deleted.
    """
    hides = any(each.secret for each in environment.variables)
    prefix = secret_prefix(secrets, root, environment.name) if hides else ""
    if prefix:
        secrets.store.names()
    deleted = delete(Path(environment.path))
    names = forget_secrets(secrets, prefix) if prefix and not _is_there(root, environment.name) else ()
    if not names:
        return deleted, ""
    return deleted, f"{environment.name} is deleted, and the values of its secrets with it: {', '.join(names)}."


def duplicate_environment(
    root: Path, environment: Environment, name: str, secrets: Secrets | None = None
) -> Environment:
    """Make a copy under another name, comments included; with `secrets` their values too."""
    file = _new_file(root.absolute(), name)
    if secrets:
        _forget_former(root, name, secrets)
    with failing_as(f"{file.name} could not be made"):
        write_whole(file, [read_file(Path(environment.path))])
    copy = save_environment(root, replace(environment, name=name, path=str(file)))
    if secrets:
        _copy_secrets(root, environment, name, secrets)
    return copy


def globals_file(workspace: Path) -> Path:
    """Return the file of the variables that all collections of a workspace see."""
    return workspace / f"{GLOBALS}.yml"


def read_globals(workspace: Path) -> Environment:
    """Return the global variables; none where there is no file. CollectionError."""
    file = globals_file(workspace.absolute())
    if not file.exists() and not file.is_symlink():
        return Environment(GLOBALS, path=str(file))
    return read_environment(file)


def extended(root: Path, environment: Environment) -> tuple[tuple[Environment, ...], tuple[str, ...]]:
    """Return an environment after those it extends, farthest first, and a sentence for what is amiss in them."""
    known = {other.name: other for other in list_environments(root)[0]}
    chain = [environment]
    while name := chain[0].extends:
        if name not in known:
            return tuple(chain), (f"{chain[0].name} extends the environment {name}, which is not there.",)
        if name in {one.name for one in chain}:
            return tuple(chain), (f"{chain[0].name} extends {name}, which extends it in turn.",)
        chain.insert(0, known[name])
    return tuple(chain), ()
