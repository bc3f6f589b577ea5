"""`workbench endpoints`: where webhooks come in, who may send them, what is answered, and where they go then."""

import argparse
from dataclasses import replace
from typing import Any

from workbench.cli.console import Console
from workbench.cli.endpoint_words import add_words, change
from workbench.cli.home import add_home
from workbench.model.answer import USUAL
from workbench.model.endpoint import CATCH_ALL, NO_GUARDS, Endpoint, SecretUse
from workbench.model.errors import FormatError, UsageError
from workbench.storage.endpoint_document import document_of, read_document
from workbench.storage.endpoints import as_yaml, endpoint_path, load_endpoints, remove_endpoint, save_endpoint
from workbench.storage.packs import load_packs
from workbench.storage.paths import Paths
from workbench.storage.secrets import KINDS, SecretRef


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the words of `endpoints`."""
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    add = actions.add_parser("list", help="list all endpoints")
    add.add_argument("--json", action="store_true", help="one JSON object a line")
    add.set_defaults(run=run_list)
    add = actions.add_parser("show", help="show one endpoint")
    add.add_argument("name")
    add.add_argument("--json", action="store_true")
    add.set_defaults(run=run_show)
    for action, run in (("add", run_add), ("edit", run_edit)):
        add = actions.add_parser(action, help=f"{action} an endpoint")
        add.add_argument("name")
        add.add_argument("--path", metavar="PATTERN", help="such as '/stripe/*'")
        add.add_argument("--provider", metavar="NAME", help="see: workbench providers list")
        add.add_argument(
            "--secret", action="append", default=[], metavar="[PROVIDER=]REF", help="may be given again; replaces all"
        )
        add.add_argument("--public-url", metavar="URL", help="what the provider calls")
        add.add_argument("--set", action="append", default=[], dest="settings", metavar="NAME=VALUE")
        add_words(add)
        add.set_defaults(run=run)
    add = actions.add_parser("remove", help="remove an endpoint; its captures stay")
    add.add_argument("name")
    add.set_defaults(run=run_remove)
    add = actions.add_parser("check", help="check all files and secrets")
    add.set_defaults(run=run_check)
    for action in actions.choices.values():
        add_home(action)


def _json(endpoint: Endpoint) -> dict[str, Any]:
    shown = {name: value for name, value in document_of(endpoint).items() if value not in ("", [], {}, None)}
    shown["secrets"] = [
        {"reference": SecretRef.parse(use.reference).label, "provider": use.provider or None}
        for use in endpoint.secrets
    ]
    usual: dict[str, Any] = {"name": endpoint.name, "provider": None, "public_url": None, "settings": {}}
    return usual | shown


def run_list(arguments: argparse.Namespace, console: Console) -> int:
    """List endpoints, one a line."""
    loaded = load_endpoints(Paths.of_home(arguments.home))
    for endpoint in loaded.all:
        if arguments.json:
            console.json(_json(endpoint))
        else:
            secrets = f"{len(endpoint.secrets)} secret{'' if len(endpoint.secrets) == 1 else 's'}"
            line = f"{endpoint.name:20} {endpoint.path:20} {endpoint.provider or 'any provider':20} {secrets}"
            console.line("  ".join([line, *_also(endpoint)]))
    for problem in loaded.problems:
        console.note(f"workbench: {problem}")
    return 0


def run_show(arguments: argparse.Namespace, console: Console) -> int:
    """Show one endpoint."""
    endpoint = _existing(Paths.of_home(arguments.home), arguments.name)
    if arguments.json:
        console.json(_json(endpoint))
        return 0
    console.line(as_yaml(endpoint).rstrip())
    return 0


def _also(endpoint: Endpoint) -> list[str]:
    """Return in a few words what an endpoint does beside catching."""
    words: list[str] = []
    if endpoint.program.steps:
        words.append(endpoint.program.phrase or f"program of {len(endpoint.program.steps)} steps")
    elif endpoint.answer != USUAL:
        words.append(f"answers {endpoint.answer.status}")
    if endpoint.guards != NO_GUARDS:
        words.append("guarded")
    return words + [f"→ {forward.url}" for forward in endpoint.forwards]


def _existing(paths: Paths, name: str) -> Endpoint:
    loaded = load_endpoints(paths)
    endpoint = loaded.get(name)
    if broken := next((item for item in loaded.broken if item.name == name), None):
        raise FormatError(broken.reason, "Mend the file, or remove it with: workbench endpoints remove")
    if endpoint is None:
        raise UsageError(f"There is no endpoint {name!r}.", "See them with: workbench endpoints list")
    return endpoint


def run_add(arguments: argparse.Namespace, console: Console) -> int:
    """Add an endpoint."""
    paths = Paths.of_home(arguments.home)
    if endpoint_path(paths, arguments.name).exists():
        raise UsageError(f"There is an endpoint {arguments.name!r} already.", "Change it with: endpoints edit")
    if not arguments.path and arguments.name != CATCH_ALL:
        arguments.path = f"/{arguments.name}/*"
    return _save(paths, _changed(paths, Endpoint(arguments.name), arguments), console)


def run_edit(arguments: argparse.Namespace, console: Console) -> int:
    """Change what is named of an endpoint, and leave the rest."""
    paths = Paths.of_home(arguments.home)
    return _save(paths, _changed(paths, _existing(paths, arguments.name), arguments), console)


def _changed(paths: Paths, endpoint: Endpoint, arguments: argparse.Namespace) -> Endpoint:
    changes: dict[str, Any] = {}
    if arguments.path:
        if not arguments.path.startswith("/"):
            raise UsageError(f"{arguments.path!r} does not begin with a slash.", "Write it like '/stripe/*'.")
        changes["path"] = arguments.path
    packs = load_packs(paths)
    if arguments.provider:
        changes["provider"] = packs.require(arguments.provider).id
    if arguments.secret:
        changes["secrets"] = tuple(_secret(text, packs) for text in arguments.secret)
    if arguments.public_url:
        if not arguments.public_url.startswith(("http://", "https://")):
            raise UsageError(f"{arguments.public_url!r} is no address.", "Write it like https://example.com.")
        changes["public_url"] = arguments.public_url
    if arguments.settings:
        pairs = [text.partition("=") for text in arguments.settings]
        changes["settings"] = tuple((name, value) for name, _, value in pairs)
    document = document_of(replace(endpoint, **changes))
    document = {name: value for name, value in document.items() if value not in (None, "", [], {})}
    change(document, arguments)
    return read_document(endpoint.name, document, endpoint_path(paths, endpoint.name))


def _secret(text: str, packs: Any) -> SecretUse:
    provider, equals, reference = text.partition("=")
    if not equals or provider.partition(":")[0] in KINDS:
        provider, reference = "", text
    if SecretRef.parse(reference).kind == "text":
        raise UsageError(
            "An endpoint's file may be shared, so it holds no secret's value.",
            "Save it with `workbench secrets set NAME` and write keyring:NAME.",
        )
    return SecretUse(reference, packs.require(provider).id if provider else "")


def _save(paths: Paths, endpoint: Endpoint, console: Console) -> int:
    save_endpoint(paths, endpoint)
    console.note(f"Saved {endpoint_path(paths, endpoint.name)}. A running listener takes it up within a second.")
    return 0


def run_remove(arguments: argparse.Namespace, console: Console) -> int:
    """Remove an endpoint's file."""
    remove_endpoint(Paths.of_home(arguments.home), arguments.name)
    console.note(f"Removed {arguments.name}; its captures stay.")
    return 0


def run_check(arguments: argparse.Namespace, console: Console) -> int:
    """Check every file and secret; exit code 1 where something is wrong."""
    from workbench.engine.rules import Rules

    rules = Rules.load(Paths.of_home(arguments.home))
    problems = list(rules.problems)
    for endpoint in rules.endpoints.all:
        if endpoint.provider and rules.packs.get(endpoint.provider) is None:
            problems.append(f"Endpoint {endpoint.name}: there is no provider {endpoint.provider!r}.")
    for problem in problems:
        console.line(problem)
    if not problems:
        console.line(f"{len(rules.endpoints.all)} endpoints, all sound.")
    return 1 if problems else 0
