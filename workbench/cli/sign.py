"""`workbench sign`: the headers that a provider would send with this body."""

import argparse

from workbench.cli.console import Console
from workbench.cli.signed_request import (
    add_provider_words,
    add_request_words,
    read_at,
    read_context,
    read_provider,
    read_secrets,
    read_subject,
)
from workbench.model.errors import UsageError
from workbench.model.message import Body, body_json
from workbench.model.signature import SignMode
from workbench.providers.signing import choose_scheme, sign
from workbench.storage.paths import Paths

MODES = [mode.value for mode in SignMode if mode is not SignMode.KEEP]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the words of `sign`."""
    add_request_words(parser)
    add_provider_words(parser, required=False)
    add = parser.add_argument
    add("--scheme", metavar="ID", help="one of the provider's schemes (default: its first)")
    add("--mode", choices=MODES, default="fresh", help="sign rightly, or wrongly on purpose (default: %(default)s)")
    add("--json", action="store_true", help="headers, target and body as one JSON object")
    add("-o", "--output", metavar="FILE", help="write the body as it must be sent (signatures inside a body)")
    parser.set_defaults(run=run_sign)


def run_sign(arguments: argparse.Namespace, console: Console) -> int:
    """Write the headers that signing adds, one a line."""
    provider = read_provider(arguments)
    secrets = read_secrets(arguments, console, Paths.of_home(arguments.home))
    if len(secrets) != 1:
        raise UsageError("One secret signs.", "Give it with --secret REF, once.")
    subject = read_subject(arguments)
    scheme = choose_scheme(provider, subject, arguments.scheme or "")
    if scheme.signs_url and not arguments.url:
        raise UsageError(
            f"{provider.name} signs the address too.", "Say it with --url URL, as the provider calls it."
        )
    changes = sign(
        provider,
        scheme,
        subject,
        secrets[0].value,
        read_at(arguments),
        SignMode(arguments.mode),
        read_context(arguments, Paths.of_home(arguments.home)),
    )
    body = subject.body if changes.body is None else changes.body
    if arguments.output:
        _write(arguments.output, body)
    if arguments.json:
        console.json(
            {
                "provider": provider.id,
                "scheme": scheme.id,
                "headers": [[name, value] for name, value in changes.headers if value is not None],
                "removed_headers": [name for name, value in changes.headers if value is None],
                "target": changes.target,
                "body_changed": changes.body is not None,
                **body_json(Body(body)),
            }
        )
        return 0
    for name, value in changes.headers:
        if value is not None:
            console.line(f"{name}: {value}")
    if changes.target is not None:
        console.note(f"The request's target is now {changes.target}")
    if changes.body is not None and not arguments.output:
        console.note("The signature is inside the body: write it with -o FILE, or see it with --json.")
    return 0


def _write(name: str, body: bytes) -> None:
    try:
        with open(name, "wb") as file:
            file.write(body)
    except OSError as error:
        raise UsageError(f"The file {name} cannot be written: {error.strerror or error}.") from error
