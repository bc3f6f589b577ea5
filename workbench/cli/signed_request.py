"""The words that `sign` and `verify` share: a request said on the command line, a provider, secrets, settings."""

import argparse
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from workbench.cli.console import Console
from workbench.model.clock import SystemClock, parse_instant
from workbench.model.errors import UsageError
from workbench.model.message import Headers, wire_text
from workbench.model.signature import Secret
from workbench.providers.context import Context
from workbench.providers.pack import Provider
from workbench.providers.subject import Subject, path_of
from workbench.storage.fetched_keys import kept_key
from workbench.storage.packs import Packs, load_packs, read_toml
from workbench.storage.paths import Paths
from workbench.storage.secrets import SecretRef, Secrets

_PLAIN_SETTINGS = ("webhook_id", "audience", "algorithm", "key_id", "label", "email")


def add_request_words(parser: argparse.ArgumentParser) -> None:
    """Add what describes the request: the body's file, headers, URL, method."""
    add = parser.add_argument
    add("file", nargs="?", default="-", metavar="FILE", help="the body's exact bytes (default: - standard input)")
    add("--url", metavar="URL", help="the address the provider calls, with its query")
    add("--method", default="POST", metavar="METHOD", help="default: %(default)s")
    add("--header", "-H", action="append", default=[], metavar="'K: V'", help="a header; may be given again")
    add("--at", metavar="TIME", help="as of then: RFC 3339 or seconds since 1970 (default: now)")


def add_provider_words(parser: argparse.ArgumentParser, *, required: bool) -> None:
    """Add provider, secrets and settings."""
    add = parser.add_argument
    add("--provider", metavar="NAME", required=required, help="see: workbench providers list")
    add("--pack", metavar="FILE", help="a provider.toml of your own instead of --provider")
    add(
        "--secret", action="append", default=[], metavar="REF", help="keyring:NAME, env:NAME, file:PATH or text:VALUE"
    )
    add(
        "--set",
        action="append",
        default=[],
        dest="settings",
        metavar="NAME=VALUE",
        help="webhook_id, audience, algorithm, or a field of the scheme such as signature.header",
    )


def read_subject(arguments: argparse.Namespace) -> Subject:
    """Return the request that the words describe; UsageError."""
    headers = Headers(tuple(_header(text) for text in arguments.header))
    url = arguments.url or ""
    if url and "://" not in url:
        raise UsageError(f"{url!r} is no full address.", "Write it like https://example.com/hooks?x=1.")
    return Subject(arguments.method.upper(), path_of(url) if url else "/", headers, read_bytes(arguments.file), url)


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise UsageError(f"{text!r} is no header.", "Write it like 'Name: value'.")
    return name.strip(), wire_text(value.strip(" \t"))


def read_bytes(name: str) -> bytes:
    """Return a file's bytes, or those of standard input for `-`."""
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        with open(name, "rb") as file:
            return file.read()
    except OSError as error:
        raise UsageError(f"The file {name} cannot be read: {error.strerror or error}.") from error


def read_at(arguments: argparse.Namespace) -> int:
    """Return the time of `--at` in microseconds, or now."""
    if arguments.at is None:
        return SystemClock().now_us()
    instant = parse_instant(arguments.at)
    if instant is None:
        raise UsageError(f"{arguments.at!r} is no time.", "Write 2026-11-24T12:00:00Z, or seconds since 1970.")
    return instant


def read_secrets(arguments: argparse.Namespace, console: Console, paths: Paths) -> list[Secret]:
    """Return the secrets of `--secret`, in order; SecretError."""
    secrets = Secrets(paths)
    found: list[Secret] = []
    for reference in arguments.secret:
        if SecretRef.parse(reference).kind == "text":
            console.note(
                "workbench: text: shows the secret to everyone who can list processes; env: or file: do not."
            )
        found.append(secrets.resolve(reference))
    return found


def read_context(arguments: argparse.Namespace, paths: Paths) -> Context:
    """Return the settings that are no fields of a scheme, and the keys that were fetched before."""
    pairs = [_setting(text) for text in arguments.settings]
    settings = {name: value for name, value in pairs if name in _PLAIN_SETTINGS}
    return Context(settings, lambda url: kept_key(paths, url))


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise UsageError(f"{text!r} is no setting.", "Write it like --set webhook_id=8PT597110X687430LKGECATA.")
    return name.strip().replace("-", "_") if "." not in name else name.strip(), value


def read_provider(arguments: argparse.Namespace, packs: Packs | None = None) -> Provider:
    """Return the provider that was named, with the fields of `--set` in place of its scheme's own."""
    from workbench.storage.packs import load_pack_file

    if arguments.pack:
        from pathlib import Path

        provider, folder = load_pack_file(Path(arguments.pack))
        data = read_toml(folder / "provider.toml") if folder.joinpath("provider.toml").exists() else {}
        return _with_fields(provider, data, arguments)
    packs = packs or load_packs(Paths.of_home(arguments.home))
    if not arguments.provider:
        raise UsageError("Which provider?", "Name it with --provider NAME; see: workbench providers list")
    provider = packs.require(arguments.provider)
    return _with_fields(provider, packs.data(provider.id), arguments)


def _with_fields(provider: Provider, data: Mapping[str, Any], arguments: argparse.Namespace) -> Provider:
    fields = [pair for pair in map(_setting, arguments.settings) if pair[0] not in _PLAIN_SETTINGS]
    if not fields:
        return provider
    from workbench.providers.pack_reading import read_pack

    schemes = cast("list[dict[str, Any]]", data.get("scheme", [{}]))
    wanted = getattr(arguments, "scheme", None)
    table: dict[str, Any] = {}
    for scheme in schemes:
        if wanted in (None, scheme.get("id")):
            table = dict(scheme)
            break
    for name, value in fields:
        _put(table, name.split("."), value)
    changed = {**data, "scheme": [table], "sample": [], "detect": []}
    return replace(read_pack(provider.id, changed), samples=provider.samples)


def _put(table: dict[str, Any], path: list[str], value: str) -> None:
    for name in path[:-1]:
        table[name] = dict(table.get(name) or {})
        table = table[name]
    match path[-1]:
        case "algorithms" | "issuer":
            table[path[-1]] = value.split(",")
        case "tolerance" | "max_age":
            table[path[-1]] = int(value) if value.isdecimal() else value
        case _:
            table[path[-1]] = value
    if path[-1] in ("header", "query", "body", "headers"):
        for other in ("header", "query", "body", "headers"):
            if other != path[-1]:
                table.pop(other, None)
