"""The licences of what this program is made of, as what is installed says of itself. No Qt."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

_OURS = "webhook-workbench"
_LICENCE_FILES = ("licen", "copying", "notice", "authors")
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Licensed:
    """A package, its version, the name of its licence, where it is found and the texts that came with it."""

    name: str
    version: str
    licence: str
    home: str
    texts: tuple[str, ...] = ()


def used_packages() -> list[Licensed]:
    """Return what the program needs and has, and what that needs in turn, by name. Reads files: not at once."""
    names: dict[str, Distribution] = {}
    waiting = list(_needs(_OURS))
    while waiting:
        name = waiting.pop()
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue
        known = found.metadata["Name"] or name
        if known not in names:
            names[known] = found
            waiting += _needs(known)
    return [_licensed(found) for _, found in sorted(names.items(), key=lambda each: each[0].casefold())]


def _needs(name: str) -> Iterator[str]:
    """Yield the names of what a package needs; what only an extra needs is looked for all the same."""
    try:
        wanted = distribution(name).requires or []
    except PackageNotFoundError:
        return
    for requirement in wanted:
        text, _, marker = requirement.partition(";")
        if "extra" not in marker or name != _OURS:
            yield text.split("[")[0].split(" ")[0].rstrip("<>=!~()0123456789.,*").strip()


def _licensed(found: Distribution) -> Licensed:
    about = found.metadata
    classifiers = [
        line.split(" :: ")[-1] for line in about.get_all("Classifier") or [] if line.startswith("License ::")
    ]
    named = _field(found, "License-Expression") or ", ".join(classifiers) or _field(found, "License").strip()
    licence = named.splitlines()[0] if named else "see its text"
    return Licensed(
        name=about["Name"],
        version=found.version,
        licence=licence if len(licence) <= _LONGEST_NAME else "see its text",
        home=_home(found),
        texts=tuple(_texts(found)),
    )


def _field(found: Distribution, name: str) -> str:
    """Return a field's first value, empty where there is none: by brackets some mappings raise, others do not."""
    return next(iter(found.metadata.get_all(name) or []), "")


def _home(found: Distribution) -> str:
    for line in found.metadata.get_all("Project-URL") or []:
        label, _, url = line.partition(",")
        if label.strip().casefold() in ("homepage", "home", "source", "repository", "source code"):
            return url.strip()
    return _field(found, "Home-page")


def _texts(found: Distribution) -> Iterator[str]:
    for file in found.files or []:
        if ".dist-info" in str(file) and file.name.casefold().startswith(_LICENCE_FILES):
            path = Path(str(found.locate_file(file)))
            try:
                yield path.read_text(encoding="utf-8", errors="replace")
            except OSError:
                continue
