"""Saved searches: filter lines by name, in one TOML file of the workspace that people may edit and share.

    "Failed invoices" = "event:invoice.* status:>=400"

Order and comments stay. A file that cannot be read is said, and left as it is.
"""

from workbench.model.errors import StorageError, UsageError
from workbench.storage.paths import Paths
from workbench.storage.settings import write_own_file

LONGEST_NAME = 80


def saved_searches(paths: Paths) -> dict[str, str]:
    """Return filter lines by name, in the file's order; StorageError where the file cannot be read."""
    path = paths.saved_searches
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise _unreadable(paths, error) from error
    import tomllib

    try:
        values = tomllib.loads(text)
    except ValueError as error:
        raise _unreadable(paths, error) from error
    return {name: line for name, line in values.items() if isinstance(line, str)}


def saved_search(paths: Paths, name: str) -> str:
    """Return the filter line of a name, in any case; UsageError names those that there are."""
    searches = saved_searches(paths)
    for each, line in searches.items():
        if each.casefold() == name.casefold():
            return line
    known = ", ".join(searches)
    raise UsageError(
        f"There is no saved search {name!r}.",
        f"There are {known}." if known else "Save one: workbench captures saved add NAME FILTER.",
    )


def save_search(paths: Paths, name: str, line: str) -> None:
    """Keep a filter line under a name, replacing the one it had; UsageError, StorageError change nothing."""
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise UsageError(f"{name!r} cannot be a name.", f"Use 1 to {LONGEST_NAME} characters.")
    if not line.strip():
        raise UsageError("An empty filter is not worth a name.", "Type a filter first.")
    _change(paths, name, line.strip())


def delete_search(paths: Paths, name: str) -> None:
    """Forget a saved search; UsageError where there is none of that name."""
    saved_search(paths, name)
    _change(paths, next(each for each in saved_searches(paths) if each.casefold() == name.casefold()), None)


def _change(paths: Paths, name: str, line: str | None) -> None:
    import tomlkit

    path = paths.saved_searches
    try:
        document = tomlkit.parse(path.read_text(encoding="utf-8")) if path.exists() else tomlkit.document()
    except (OSError, ValueError) as error:
        raise _unreadable(paths, error) from error
    if line is None:
        del document[name]
    else:
        document[name] = line
    write_own_file(path, tomlkit.dumps(document).encode())


def _unreadable(paths: Paths, error: Exception) -> StorageError:
    return StorageError(
        f"The saved searches {paths.saved_searches} cannot be read: {error}.", "Mend or remove the file."
    )
