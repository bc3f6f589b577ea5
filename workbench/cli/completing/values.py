"""Names that change, for completion: quick, bounded, and silent about what cannot be read."""

from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import islice

from workbench.model.errors import WorkbenchError
from workbench.storage.paths import Paths

LIMIT = 1000
CAPTURES_LIMIT = 50


def values(kind: str, paths: Paths) -> list[str]:
    """Return the names of that kind, none where they cannot be had; control characters are left out."""
    try:
        return [name for name in islice(_KINDS[kind](paths), LIMIT) if name.isprintable()]
    except WorkbenchError:
        return []


def _providers(paths: Paths) -> Iterator[str]:
    from workbench.storage.packs import load_packs

    return (provider.id for provider in load_packs(paths).all)


def _samples(paths: Paths) -> Iterator[str]:
    from workbench.storage.packs import load_packs

    return (f"{each.id}/{sample.event}" for each in load_packs(paths).all for sample in each.samples)


def _captures(paths: Paths) -> Iterator[str]:
    from workbench.model.query import CaptureQuery
    from workbench.storage.captures import CaptureReader

    if not paths.captures.exists():
        return
    with closing(CaptureReader(paths.captures, paths.spool)) as reader:
        numbers = list(reader.numbers(CaptureQuery()))
    yield from (str(number) for number in numbers[: -CAPTURES_LIMIT - 1 : -1])


def _saved(paths: Paths) -> Iterator[str]:
    from workbench.cli.collection_names import named_requests

    return (request.stems for request in named_requests(paths))


def _folders(paths: Paths) -> Iterator[str]:
    from workbench.cli.collection_names import named_folders

    return (folder.stems for folder in named_folders(paths))


def _environments(paths: Paths) -> Iterator[str]:
    files = sorted(paths.workspace.glob("*/environments/*.yml"))
    return iter(dict.fromkeys(file.stem for file in files))


def _endpoints(paths: Paths) -> Iterator[str]:
    from workbench.storage.endpoints import load_endpoints

    return (endpoint.name for endpoint in load_endpoints(paths).all)


def _targets(_: Paths) -> Iterator[str]:
    from workbench.formats.snippets.generation import TARGETS

    return iter(TARGETS)


def _receivers(_: Paths) -> Iterator[str]:
    from workbench.formats.snippets.receiving import RECEIVERS

    return iter(RECEIVERS)


def _tunnels(paths: Paths) -> Iterator[str]:
    from workbench.storage.tunnels import load_tunnels

    return (tunnel.name for tunnel in load_tunnels(paths))


_KINDS: dict[str, Callable[[Paths], Iterator[str]]] = {
    "providers": _providers,
    "samples": _samples,
    "captures": _captures,
    "saved": _saved,
    "folders": _folders,
    "environments": _environments,
    "endpoints": _endpoints,
    "targets": _targets,
    "receivers": _receivers,
    "tunnels": _tunnels,
}
