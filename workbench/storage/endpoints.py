"""Endpoints as YAML files in the workspace, one each: `endpoints/<name>.yml`.

    path: /stripe/*
    provider: stripe
    public_url: https://hooks.example.com
    secrets:
      - keyring:stripe/live
      - {ref: "env:SLACK_SECRET", provider: slack}
    answer: {status: 200, content_type: application/json, template: '{"got": "{{ json.id }}"}'}
    program: fail 3 then 200
    guards: {allow: [127.0.0.0/8], rate: {requests: 10, per: 1}, signature: true}
    forward:
      - {url: "http://127.0.0.1:3000/hooks", events: ["invoice.*"], relay: true}

`endpoint_document` knows every field. Secrets are references, so the files may be shared. A broken file is left out
and said; others still count. Comments stay when a file is changed.
"""

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from workbench.model.endpoint import CATCH_ALL, Endpoint
from workbench.model.errors import FormatError, StorageError, UsageError
from workbench.storage.endpoint_document import FIELDS, document_of, read_document
from workbench.storage.paths import Paths
from workbench.storage.settings import write_own_file

FOLDER = "endpoints"
SIZE_LIMIT_BYTES = 256 * 1024

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,79}")


@dataclass(frozen=True, slots=True)
class Endpoints:
    """What was read: endpoints by name, and a sentence for each file that could not be used."""

    all: tuple[Endpoint, ...]
    problems: tuple[str, ...] = ()

    def get(self, name: str) -> Endpoint | None:
        return next((endpoint for endpoint in self.all if endpoint.name == name), None)


def load_endpoints(paths: Paths, before: Endpoints | None = None) -> Endpoints:
    """Return all endpoints of the workspace; the catch-all is always among them.

    A file that cannot be used now is as it was in `before`, where it is there.
    """
    found: list[Endpoint] = []
    problems: list[str] = []
    folder = paths.workspace / FOLDER
    for path in sorted(folder.glob("*.yml")) if folder.is_dir() else []:
        try:
            found.append(read_endpoint(path))
        except FormatError as error:
            last_good = before.get(path.stem) if before is not None else None
            problems.append(error.message + (" Its last good version stays in force." if last_good else ""))
            if last_good is not None:
                found.append(last_good)
    if not any(endpoint.name == CATCH_ALL for endpoint in found):
        found.append(Endpoint(CATCH_ALL))
    return Endpoints(tuple(sorted(found, key=lambda endpoint: endpoint.name)), tuple(problems))


def read_endpoint(path: Path) -> Endpoint:
    """Return the endpoint of a file; FormatError names the field that is wrong."""
    return read_document(path.stem, _parse(path), path)


def parse_endpoint(name: str, text: str) -> Endpoint:
    """Return the endpoint that a text describes, which is not in a file yet; FormatError."""
    path = Path(FOLDER) / f"{name}.yml"
    return read_document(name, _parse_text(text, path), path)


def read_endpoint_text(paths: Paths, name: str) -> str:
    """Return an endpoint's file as it is, or what it would be where there is none; UsageError, StorageError."""
    path = endpoint_path(paths, name)
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return as_yaml(Endpoint(name))
    except (OSError, UnicodeDecodeError) as error:
        raise StorageError(f"The endpoint {path} cannot be read: {error}.") from error


def write_endpoint_text(paths: Paths, name: str, text: str) -> None:
    """Replace an endpoint's file with a text, which must be sound; FormatError, UsageError, StorageError."""
    path = endpoint_path(paths, name)
    parse_endpoint(name, text)
    write_own_file(path, text.encode())


def endpoints_state(paths: Paths, schemas: Iterable[str] = ()) -> tuple[object, ...]:
    """Return what changes when a file of the endpoints does, or one of the JSON Schemas they name; reads no file."""
    folder = paths.workspace / FOLDER
    files = list(folder.glob("*.yml")) if folder.is_dir() else []
    files += [paths.workspace / name for name in schemas]
    return tuple(sorted((str(path), *_stamp(path)) for path in files))


def _stamp(path: Path) -> tuple[int, int, int]:
    try:
        status = path.stat()
    except OSError:
        return 0, 0, 0
    return status.st_mtime_ns, status.st_size, status.st_ino


def endpoint_path(paths: Paths, name: str) -> Path:
    """Return the file of an endpoint; UsageError where the name cannot be one."""
    if not _NAME.fullmatch(name):
        raise UsageError(f"{name!r} is no name for an endpoint.", "Use letters, digits, blanks, dots and dashes.")
    return paths.workspace / FOLDER / f"{name}.yml"


def save_endpoint(paths: Paths, endpoint: Endpoint) -> None:
    """Write an endpoint's file; comments and unknown fields of an old one stay. FormatError, StorageError."""
    from ruamel.yaml import YAML

    path = endpoint_path(paths, endpoint.name)
    yaml = YAML()
    yaml.indent(mapping=2, sequence=4, offset=2)
    old: Any = None
    if path.exists():
        _parse(path)
        old = cast("Any", yaml).load(path.read_text(encoding="utf-8"))
    document: Any = {} if old is None else old
    for name, value in document_of(endpoint).items():
        if value not in (None, "", [], {}):
            document[name] = value
        elif name in document:
            del document[name]
    stream = io.StringIO()
    cast("Any", yaml).dump(document, stream)
    write_own_file(path, stream.getvalue().encode())


def as_yaml(endpoint: Endpoint) -> str:
    """Return an endpoint as its file would have it."""
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = io.StringIO()
    fields = {name: value for name, value in document_of(endpoint).items() if value not in (None, "", [], {})}
    cast("Any", yaml).dump(fields, stream)
    return stream.getvalue()


def remove_endpoint(paths: Paths, name: str) -> None:
    """Delete an endpoint's file; UsageError where there is none."""
    path = endpoint_path(paths, name)
    try:
        path.unlink()
    except FileNotFoundError as error:
        raise UsageError(f"There is no endpoint {name!r}.", "See them with: workbench endpoints list") from error


def _parse(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > SIZE_LIMIT_BYTES:
            raise FormatError(f"The endpoint {path} is too large to be one.")
        return _parse_text(path.read_text(encoding="utf-8"), path)
    except OSError as error:
        raise FormatError(f"The endpoint {path} cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise FormatError(f"The endpoint {path} is no UTF-8: {error}.") from error


def _yaml_reason(error: Exception) -> str:
    mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
    if mark is None:
        return str(error).splitlines()[0]
    return f"{problem or 'it cannot be read'}, line {mark.line + 1}, column {mark.column + 1}"


def _parse_text(text: str, path: Path) -> dict[str, Any]:
    import yaml

    try:
        if any(isinstance(token, yaml.AliasToken) for token in cast("Any", yaml).scan(text)):
            raise FormatError(f"The endpoint {path} uses YAML aliases, which are not read.")
        data = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as error:
        raise FormatError(f"The endpoint {path} is no YAML: {_yaml_reason(error)}.") from error
    if not text.strip():
        raise FormatError(f"The endpoint {path} is empty.", f"It may have {', '.join(FIELDS)}.")
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise FormatError(f"The endpoint {path} holds no fields.", f"It may have {', '.join(FIELDS)}.")
    return cast("dict[str, Any]", data)
