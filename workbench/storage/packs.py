"""Provider packs from disk: those that come with the program, and the user's own, which win.

Reading sixty TOML files takes 150 ms, so what was read is kept as one JSON file in the data folder; it is used as
long as no pack's file has another time or size. A user's pack that is broken is left out and said, never fatal.
"""

import logging
import tomllib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import msgspec

import workbench
from workbench.model.errors import FormatError, UsageError
from workbench.providers.detection import Detector
from workbench.providers.pack import Provider, Sample
from workbench.providers.pack_reading import PackError, read_pack
from workbench.storage.paths import Paths
from workbench.storage.resources import resource_path

log = logging.getLogger(__name__)

FILE = "provider.toml"
SAMPLES = "samples"


@dataclass(frozen=True, slots=True)
class _Source:
    """A pack's folder and its dictionary, not yet checked."""

    folder: Path
    data: dict[str, Any] = field(repr=False)
    is_own: bool = False


class Packs:
    """All packs of one home by their ids; each is checked when it is first asked for."""

    def __init__(self, sources: dict[str, _Source], problems: list[str]) -> None:
        self._sources = sources
        self._providers: dict[str, Provider] = {}
        self.problems = problems
        """Sentences about packs that were left out."""

    @property
    def ids(self) -> list[str]:
        return sorted(self._sources)

    def get(self, name: str) -> Provider | None:
        """Return the provider of that id or alias, in any case, or None; PackError where its pack is broken."""
        wanted = name.strip().lower()
        if wanted not in self._sources:
            wanted = self._aliases.get(wanted, "")
        if wanted not in self._sources:
            return None
        if wanted not in self._providers:
            source = self._sources[wanted]
            self._providers[wanted] = read_pack(wanted, source.data, is_own=source.is_own)
        return self._providers[wanted]

    def require(self, name: str) -> Provider:
        """Return the provider; UsageError with the nearest names where there is none."""
        provider = self.get(name)
        if provider is not None:
            return provider
        import difflib

        near = difflib.get_close_matches(name.lower(), [*self._sources, *self._aliases], n=3, cutoff=0.5)
        hint = f"Did you mean {', '.join(near)}?" if near else "See them all with: workbench providers list"
        raise UsageError(f"There is no provider {name!r}.", hint)

    @cached_property
    def _aliases(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for id, source in self._sources.items():
            for alias in source.data.get("aliases", []):
                found.setdefault(str(alias).lower(), id)
        return found

    def by_name(self) -> list[Provider]:
        """Return every usable provider in the order of the names that people are shown."""
        return sorted(self.all, key=lambda provider: provider.name.casefold())

    @cached_property
    def all(self) -> list[Provider]:
        """Every usable provider by id; broken ones are in `problems`."""
        found: list[Provider] = []
        for id in self.ids:
            try:
                provider = self.get(id)
            except PackError as error:
                self.problems.append(error.message)
                continue
            if provider is not None:
                found.append(provider)
        return found

    @cached_property
    def detector(self) -> Detector:
        return Detector(self.all)

    def data(self, id: str) -> dict[str, Any]:
        """Return a pack as it was written."""
        return self._sources[id].data

    def folder(self, provider: Provider) -> Path:
        return self._sources[provider.id].folder

    def sample_body(self, provider: Provider, sample: Sample) -> bytes:
        """Return a sample's bytes; FormatError where its file cannot be read."""
        return read_sample(self.folder(provider), sample)


def read_sample(folder: Path, sample: Sample) -> bytes:
    """Return a sample's bytes; FormatError where its file cannot be read."""
    path = folder / SAMPLES / sample.file
    try:
        return path.read_bytes()
    except OSError as error:
        raise FormatError(f"The sample {path} cannot be read: {error.strerror or error}.") from error


def load_packs(paths: Paths) -> Packs:
    """Return the packs of a home."""
    files = _files(paths)
    stamp = _stamp(files)
    kept = _kept(paths.packs_cache, stamp)
    if kept is not None:
        return Packs({id: _Source(files[id][0].parent, data, files[id][1]) for id, data in kept.items()}, [])
    problems: list[str] = []
    sources: dict[str, _Source] = {}
    for id, (path, is_own) in files.items():
        try:
            sources[id] = _Source(path.parent, read_toml(path), is_own)
        except FormatError as error:
            problems.append(error.message)
    if not problems:
        _keep(paths.packs_cache, stamp, sources)
    return Packs(sources, problems)


def _files(paths: Paths) -> dict[str, tuple[Path, bool]]:
    found: dict[str, tuple[Path, bool]] = {}
    for root, is_own in ((resource_path("providers"), False), (paths.own_packs, True)):
        if root.is_dir():
            found |= {path.parent.name: (path, is_own) for path in sorted(root.glob(f"*/{FILE}"))}
    return found


def _stamp(files: dict[str, tuple[Path, bool]]) -> list[Any]:
    described: list[Any] = [workbench.__version__]
    for id, (path, _) in files.items():
        status = path.stat()
        described.append([id, str(path), status.st_mtime_ns, status.st_size])
    return described


def _kept(cache: Path, stamp: list[Any]) -> dict[str, dict[str, Any]] | None:
    try:
        data = msgspec.json.decode(cache.read_bytes())
    except (OSError, msgspec.DecodeError):
        return None
    if not isinstance(data, dict) or cast("dict[str, Any]", data).get("stamp") != stamp:
        return None
    return cast("dict[str, Any]", data)["packs"]


def _keep(cache: Path, stamp: list[Any], sources: dict[str, _Source]) -> None:
    data = {"stamp": stamp, "packs": {id: source.data for id, source in sources.items()}}
    try:
        if not cache.parent.is_dir():
            return  # Nothing is created by only looking.
        temporary = cache.with_suffix(".new")
        temporary.write_bytes(msgspec.json.encode(data))
        temporary.replace(cache)
    except OSError as error:
        log.info("the packs were read and could not be kept: %s", error)


def read_toml(path: Path) -> dict[str, Any]:
    """Return a pack's dictionary; FormatError names the line that is no TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FormatError(f"The provider pack {path} cannot be read: {error.strerror or error}.") from error
    except ValueError as error:
        raise FormatError(f"The provider pack {path} is no TOML: {error}.") from error


def load_pack_file(path: Path) -> tuple[Provider, Path]:
    """Return the provider of a file or folder, and its folder; FormatError, or PackError with every problem."""
    file = path / FILE if path.is_dir() else path
    folder = file.resolve().parent
    return read_pack(folder.name, read_toml(file), is_own=True), folder
