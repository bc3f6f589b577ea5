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

`endpoint_document` knows every field. Secrets are references, so the files may be shared. A broken file is said, and
others still count; the last good text of each is kept in the home, since a restart must not open what was guarded.
Comments stay when a file is changed.

Values are read as they are written, never as what YAML 1.1 or 1.2 makes of `yes`, `on` or `12:30:00`: which fields
are numbers is known.
"""

import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from workbench.model.endpoint import CATCH_ALL, Endpoint
from workbench.model.errors import ChangedOutside, FormatError, StorageError, UsageError
from workbench.storage.endpoint_document import FIELDS, document_of, read_document
from workbench.storage.paths import Paths
from workbench.storage.settings import write_own_file

FOLDER = "endpoints"
LAST_GOOD = Path("state", "endpoints-last-good")
SIZE_LIMIT_BYTES = 256 * 1024
DEPTH_LIMIT = 32

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,79}")


@dataclass(frozen=True, slots=True)
class BrokenEndpoint:
    """A file that cannot be used: why, and what of our address it is about, as far as that can be read."""

    name: str
    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Endpoints:
    """What was read: endpoints by name, and what could not be used."""

    all: tuple[Endpoint, ...]
    broken: tuple[BrokenEndpoint, ...] = ()
    texts: dict[str, str] = field(default_factory=dict[str, str])
    """The files that could be used, as they were read, by name."""

    def get(self, name: str) -> Endpoint | None:
        return next((endpoint for endpoint in self.all if endpoint.name == name), None)

    @property
    def problems(self) -> tuple[str, ...]:
        """A sentence for each file that could not be used."""
        return tuple(broken.reason for broken in self.broken)


def load_endpoints(paths: Paths) -> Endpoints:
    """Return all endpoints of the workspace; the catch-all is always among them, unless its file is broken."""
    found: list[Endpoint] = []
    broken: list[BrokenEndpoint] = []
    texts: dict[str, str] = {}
    folder = paths.workspace / FOLDER
    for path in sorted(folder.glob("*.yml")) if folder.is_dir() else []:
        name, text = path.stem, ""
        try:
            text = _read_text(path)
            found.append(read_document(name, _parse_text(text, path), path))
            texts[name] = text
        except FormatError as error:
            broken.append(BrokenEndpoint(name, _path_in(text) or f"/{name}/*", error.message))
    if not any(item.name == CATCH_ALL for item in (*found, *broken)):
        found.append(Endpoint(CATCH_ALL))
    return Endpoints(tuple(sorted(found, key=lambda endpoint: endpoint.name)), tuple(broken), texts)


def _path_in(text: str) -> str:
    """Return the path that a text which is no endpoint seems to be about; empty where none stands there."""
    match = re.search(r"""^path:[ \t]+["']?(/[^\s"'#]*)""", text, re.MULTILINE)
    return match[1] if match else ""


def keep_last_good(paths: Paths, texts: Mapping[str, str]) -> None:
    """Keep these texts, by name, as what is in force should their files break; forget all others. StorageError."""
    folder = paths.data / LAST_GOOD
    try:
        kept = {path.stem: path for path in folder.glob("*.yml")} if folder.is_dir() else {}
        for name in kept.keys() - texts.keys():
            kept[name].unlink(missing_ok=True)
        for name, text in texts.items():
            content = text.encode()
            if name not in kept or kept[name].read_bytes() != content:
                write_own_file(folder / f"{name}.yml", content)
    except OSError as error:
        raise StorageError(
            f"The last good endpoints cannot be kept in {folder}: {error.strerror or error}."
        ) from error


def last_good(paths: Paths, name: str) -> tuple[Endpoint, str] | None:
    """Return the last version of an endpoint's file that could be used, with its text; None where there is none."""
    path = paths.data / LAST_GOOD / f"{name}.yml"
    try:
        text = _read_text(path)
        return read_document(name, _parse_text(text, path), path), text
    except FormatError:
        return None


def read_endpoint(path: Path) -> Endpoint:
    """Return the endpoint of a file; FormatError names the field that is wrong."""
    return read_document(path.stem, _parse_text(_read_text(path), path), path)


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


def write_endpoint_text(paths: Paths, name: str, text: str, loaded: str | None = None) -> None:
    """Replace an endpoint's file with a text, which must be sound; FormatError, UsageError, StorageError.

    ChangedOutside where the file is no longer what was `loaded`; None replaces it all the same.
    """
    path = endpoint_path(paths, name)
    parse_endpoint(name, text)
    if loaded is not None and read_endpoint_text(paths, name) != loaded:
        raise ChangedOutside(f"{path} was changed by another program since it was opened.")
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
    """Write an endpoint's file; comments of an old one stay. FormatError, StorageError."""
    _change_file(endpoint_path(paths, endpoint.name), document_of(endpoint))


def add_secret(paths: Paths, name: str, reference: str) -> None:
    """Add a secret to an endpoint's file as it is now, and change nothing else. FormatError, StorageError."""
    path = endpoint_path(paths, name)
    references = [*(use.reference for use in read_endpoint(path).secrets), reference]
    _change_file(path, {"secrets": references})


def set_public_url(paths: Paths, name: str, url: str) -> None:
    """Write the public URL into an endpoint's file, and change nothing else. FormatError, StorageError."""
    path = endpoint_path(paths, name)
    read_endpoint(path)
    _change_file(path, {"public_url": url})


def _change_file(path: Path, fields: Mapping[str, Any]) -> None:
    """Set fields in a file, and take out those that are empty; other fields, comments and quoting stay."""
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.preserve_quotes = True
    document: Any = None
    if path.exists():
        text = _read_text(path)
        _parse_text(text, path)
        document = cast("Any", yaml).load(text)
    document = {} if document is None else document
    for name, value in fields.items():
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


def _read_text(path: Path) -> str:
    try:
        if path.stat().st_size > SIZE_LIMIT_BYTES:
            raise FormatError(f"The endpoint {path} is too large to be one.")
        return path.read_text(encoding="utf-8")
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
    """Return a file's fields with every value as it is written."""
    import yaml

    try:
        _refuse_tricks(text, path)
        node: Any = cast("Any", yaml).compose(text, Loader=yaml.BaseLoader)
        data = None if node is None else _value_of(node, path)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise FormatError(f"The endpoint {path} is no YAML: {_yaml_reason(error)}.") from error
    if not text.strip():
        raise FormatError(f"The endpoint {path} is empty.", f"It may have {', '.join(FIELDS)}.")
    if data in (None, ""):
        return {}
    if not isinstance(data, dict):
        raise FormatError(f"The endpoint {path} holds no fields.", f"It may have {', '.join(FIELDS)}.")
    fields = cast("dict[str, Any]", data)
    return {name: value for name, value in fields.items() if value not in ("", "null", "~")}


def _refuse_tricks(text: str, path: Path) -> None:
    """Refuse what no endpoint needs and what takes a reader's time or stack: aliases, and depth."""
    import yaml

    opens = yaml.FlowSequenceStartToken, yaml.FlowMappingStartToken, yaml.BlockSequenceStartToken
    opens += (yaml.BlockMappingStartToken,)
    closes = yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken, yaml.BlockEndToken
    depth = 0
    for token in cast("Any", yaml).scan(text):
        if isinstance(token, yaml.AliasToken):
            raise FormatError(f"The endpoint {path} uses YAML aliases, which are not read.")
        depth += isinstance(token, opens) - isinstance(token, closes)
        if depth > DEPTH_LIMIT:
            raise FormatError(f"The endpoint {path} is no YAML that makes sense: it is nested too deep.")


def _value_of(node: Any, path: Path) -> Any:
    import yaml

    if isinstance(node, yaml.SequenceNode):
        return [_value_of(item, path) for item in cast("list[Any]", node.value)]
    if not isinstance(node, yaml.MappingNode):
        if any("\ud800" <= mark <= "\udfff" for mark in node.value):
            raise FormatError(f"The endpoint {path} holds half a character, line {node.start_mark.line + 1}.")
        return node.value
    found: dict[str, Any] = {}
    for key, value in cast("list[tuple[Any, Any]]", node.value):
        name = _value_of(key, path)
        if not isinstance(name, str) or name in found:
            raise FormatError(f"The endpoint {path} has {name!r} twice, line {key.start_mark.line + 1}.")
        found[name] = _value_of(value, path)
    return found
