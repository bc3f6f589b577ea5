"""Tunnels that a person wrote down, in `tunnels.toml` beside the settings; the program's own need none.

    [my-server]
    kind = "ssh"
    host = "me@example.com"
    url = "https://hooks.example.com"

    [ngrok]
    token = "keyring:ngrok"

A table of a name that the program has changes that one. Secrets are references. Comments and order stay.
"""

import re
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from workbench.model.errors import FormatError, StorageError, UsageError
from workbench.model.tunnel import Tunnel, TunnelKind
from workbench.model.tunnel_presets import PRESETS
from workbench.storage.paths import Paths
from workbench.storage.secrets import SecretError, SecretRef
from workbench.storage.settings import write_own_file

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
FIELDS = tuple(field.name for field in fields(Tunnel) if field.name != "name")


def tunnels_file(paths: Paths) -> Path:
    """Return the file of a home's own tunnels."""
    return paths.config / "tunnels.toml"


def load_tunnels(paths: Paths) -> tuple[Tunnel, ...]:
    """Return all tunnels, those of the program first; FormatError names what is wrong in the file."""
    known = {tunnel.name: tunnel for tunnel in PRESETS}
    for name, table in _tables(paths).items():
        known[name] = read_tunnel(name, table, known.get(name))
    return tuple(known.values())


def find_tunnel(paths: Paths, name: str) -> Tunnel:
    """Return a tunnel by name; a public address stands for itself. UsageError lists what there is."""
    if name.startswith(("http://", "https://")):
        return read_tunnel("own-url", {"kind": "own-url", "url": name})
    tunnels = load_tunnels(paths)
    found = next((tunnel for tunnel in tunnels if tunnel.name == name), None)
    if found is None:
        names = ", ".join(tunnel.name for tunnel in tunnels)
        raise UsageError(f"There is no tunnel {name!r}.", f"There are: {names}; or give your own public address.")
    return found


def read_tunnel(name: str, table: dict[str, Any], onto: Tunnel | None = None) -> Tunnel:
    """Return the tunnel that a table describes, or changes; FormatError names the field."""
    if not _NAME.fullmatch(name):
        raise FormatError(f"{name!r} is no name for a tunnel.", "Use letters, digits, dots and dashes.")
    if onto is None and "kind" not in table:
        raise FormatError(f"The tunnel {name} has no kind.", f"Kinds are: {', '.join(TunnelKind)}.")
    unknown = sorted(set(table) - set(FIELDS))
    if unknown:
        raise FormatError(f"The tunnel {name} has {unknown[0]}, which is no field.", f"Fields: {', '.join(FIELDS)}.")
    values = {field: _value(name, field, value) for field, value in table.items()}
    tunnel = replace(onto, **values) if onto else Tunnel(name, **values)
    _check(tunnel)
    return tunnel


def save_tunnel(paths: Paths, tunnel: Tunnel) -> None:
    """Write a tunnel down; FormatError, StorageError."""
    _check(tunnel)
    preset = next((item for item in PRESETS if item.name == tunnel.name), Tunnel(tunnel.name, tunnel.kind))
    usual = asdict(preset)
    table = {name: _plain(value) for name, value in asdict(tunnel).items() if name != "name" and value != usual[name]}
    if preset.name not in {item.name for item in PRESETS}:
        table = {"kind": str(tunnel.kind), **table}
    _change(paths, tunnel.name, table)


def remove_tunnel(paths: Paths, name: str) -> None:
    """Forget a tunnel that was written down; UsageError where there is none of that name."""
    if name not in _tables(paths):
        raise UsageError(f"{name!r} is not written down in {tunnels_file(paths)}.")
    _change(paths, name, None)


def _tables(paths: Paths) -> dict[str, dict[str, Any]]:
    path = tunnels_file(paths)
    if not path.exists():
        return {}
    import tomllib

    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FormatError(f"The tunnels {path} cannot be read: {error}.", "Mend or remove the file.") from error
    wrong = next((name for name, table in document.items() if not isinstance(table, dict)), None)
    if wrong is not None:
        raise FormatError(f"{wrong} in {path} is no tunnel.", "Write a table: [NAME], then its fields.")
    return document


def _change(paths: Paths, name: str, table: dict[str, Any] | None) -> None:
    import tomlkit

    path = tunnels_file(paths)
    try:
        document = tomlkit.parse(path.read_text(encoding="utf-8")) if path.exists() else tomlkit.document()
    except (OSError, ValueError) as error:
        raise StorageError(f"The tunnels {path} cannot be read: {error}.", "Mend or remove the file.") from error
    if table is None:
        del document[name]
    else:
        document[name] = table
    write_own_file(path, tomlkit.dumps(document).encode())


def _plain(value: Any) -> Any:
    return list(cast("tuple[Any, ...]", value)) if isinstance(value, tuple) else value


def _value(name: str, field: str, value: Any) -> Any:
    match field:
        case "kind":
            if value not in tuple(TunnelKind):
                raise FormatError(
                    f"The tunnel {name} is of no known kind: {value!r}.", f"Kinds: {', '.join(TunnelKind)}."
                )
            return TunnelKind(value)
        case "port" | "remote_port":
            if type(value) is not int or not 0 <= value <= 65535:
                raise FormatError(f"{field} of the tunnel {name} is no port: {value!r}.", "Ports go from 0 to 65535.")
            return value
        case "probe_every_s":
            if type(value) not in (int, float) or not 1 <= value <= 3600:
                raise FormatError(f"{field} of the tunnel {name} cannot be {value!r}.", "Use 1 to 3600 seconds.")
            return float(value)
        case "words":
            if not isinstance(value, list) or not all(isinstance(word, str) for word in cast("list[Any]", value)):
                raise FormatError(f"words of the tunnel {name} must be a list of texts.")
            return tuple(cast("list[str]", value))
        case _:
            if not isinstance(value, str):
                raise FormatError(f"{field} of the tunnel {name} must be a text.")
            return value


def _check(tunnel: Tunnel) -> None:
    """Refuse what cannot be meant, before a program is started with it."""
    name = tunnel.name
    if tunnel.kind is TunnelKind.SSH and (not tunnel.host or tunnel.host.startswith("-") or " " in tunnel.host):
        raise FormatError(f"The tunnel {name} needs the server's host.", 'Write it like host = "me@example.com".')
    if tunnel.kind is TunnelKind.OWN_URL and not tunnel.url:
        raise FormatError(
            f"The tunnel {name} needs its public url.", 'Write it like url = "https://hooks.example.com".'
        )
    for field, url in (("url", tunnel.url), ("server", tunnel.server)):
        if url and not _is_address(url):
            raise FormatError(
                f"{field} of the tunnel {name} is no address: {url!r}.", "Write it like https://example.com."
            )
    if tunnel.token:
        try:
            SecretRef.parse(tunnel.token)
        except SecretError as error:
            raise FormatError(f"token of the tunnel {name} is no reference to a secret.", error.hint) from error
    if tunnel.url_pattern:
        try:
            groups = re.compile(tunnel.url_pattern).groups
        except re.error as error:
            raise FormatError(f"url_pattern of the tunnel {name} cannot be used: {error}.") from error
        if groups < 1:
            raise FormatError(f"url_pattern of the tunnel {name} has no group.", "Put the address in parentheses.")


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 0) >= 0
    except ValueError:
        return False
