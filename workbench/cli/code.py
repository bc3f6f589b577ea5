"""`workbench code`: a request as a program that sends it, signing included, or the receiver that verifies it."""

import argparse
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.collection_names import saved_file
from workbench.cli.console import Console
from workbench.cli.sending.authentication import named_auth
from workbench.cli.sending.words import add_request_words
from workbench.cli.variable_words import read_variables
from workbench.formats.snippets.plan import BODY_FILE
from workbench.model.errors import UsageError
from workbench.model.message import Request
from workbench.model.signature import SigningChoice
from workbench.storage.paths import Paths

if TYPE_CHECKING:
    from workbench.cli.sending.dispatch import Order
    from workbench.formats.snippets.recipe import SigningRecipe
    from workbench.formats.snippets.snippet import Snippet


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the words of `code`."""
    add = parser.add_argument
    add("words", nargs="*", metavar="[METHOD] URL [ITEM ...]", help="a request in HTTPie's words, as with `send`")
    add("--target", metavar="NAME", help="the client to write for; see: workbench code --list")
    add("--capture", metavar="N", help="a captured request instead of METHOD and URL")
    add("--to", metavar="URL", help="where a captured request goes (default: the host it came to)")
    add("--sign", metavar="PROVIDER", help="let the program sign as this provider does")
    add("--receiver", metavar="NAME", help="write the program that verifies instead; it needs --provider")
    add("--provider", metavar="PROVIDER", help="whose webhooks the receiver verifies")
    add("--scheme", metavar="ID", help="one of the provider's schemes (default: the request's, else its first)")
    add("--public-url", metavar="URL", help="the address that is signed, where the receiver believes another")
    add("-o", "--output", metavar="FILE", help="write the program there, and beside it a body too large for it")
    add("--list", action="store_true", help="list the targets and receivers")
    add("--json", action="store_true", help="the program and its notes as one JSON object")
    add_request_words(parser)
    parser.set_defaults(run=run_code, timeout=None)


def run_code(arguments: argparse.Namespace, console: Console) -> int:
    """Write one program."""
    if arguments.list:
        return _list(arguments, console)
    paths = Paths.of_home(arguments.home)
    if arguments.receiver:
        if arguments.words or arguments.target:
            raise UsageError("A receiver is not made of a request.", "Leave out METHOD, URL, items and --target.")
        _show(_receiver(arguments, paths), None, arguments, console)
        return 0
    if not arguments.target:
        raise UsageError("For which client?", "Name it with --target NAME; see: workbench code --list")
    wanted = _wanted(arguments, paths, console)
    from workbench.formats.snippets.generation import generate

    recipe = _recipe(wanted, paths)
    snippet = generate(arguments.target, wanted.request, wanted.base_url, recipe, wanted.body_file)
    _show(replace(snippet, notes=(*snippet.notes, *wanted.notes)), wanted.request, arguments, console)
    return 0


def _list(arguments: argparse.Namespace, console: Console) -> int:
    from workbench.formats.snippets.generation import TARGETS, target_named
    from workbench.formats.snippets.receiving import RECEIVERS

    if arguments.json:
        console.json({"targets": list(TARGETS), "receivers": list(RECEIVERS)})
        return 0
    for name in TARGETS:
        console.line(f"--target {name:18} {target_named(name).title}")
    for name in RECEIVERS:
        console.line(f"--receiver {name}")
    return 0


# The request


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The request that the program is to send, not signed."""

    base_url: str
    """Scheme and authority."""
    request: Request
    signing: SigningChoice
    body_file: str
    """What to call the body's file, if it needs one; empty for a file that stays where it is."""
    notes: tuple[str, ...] = ()
    credentials: "SigningRecipe | None" = None
    """How the program gets the request's own credentials, where nobody signs and it must not hold them."""


def _wanted(arguments: argparse.Namespace, paths: Paths, console: Console) -> _Wanted:
    given = [bool(arguments.words), bool(arguments.saved), bool(arguments.capture)]
    if sum(given) != 1:
        raise UsageError(
            "Which request?", "Say METHOD and URL, or --saved REQUEST, or --capture N, as one of the three."
        )
    choice = SigningChoice(arguments.sign or "", arguments.scheme or "", public_url=arguments.public_url or "")
    if arguments.capture:
        return _Wanted(*_captured(arguments, paths), choice, BODY_FILE)
    from workbench.cli.sending.dispatch import shown
    from workbench.engine.request_programs import credentials_recipe, program_notes

    order = _order(arguments, paths, console)
    prepared = shown(order, paths, console.note)
    if not arguments.sign and not arguments.scheme:
        choice = prepared.saved.signing
    request = prepared.request
    stays = request.body.path is not None and request.body.path == order.saved.body.content.path
    body_file = "" if stays else BODY_FILE
    recipe = None if choice.provider else credentials_recipe(prepared, request)
    notes = program_notes(prepared, recipe=recipe)
    return _Wanted(prepared.target.url, request, choice, body_file, notes, recipe)


def _order(arguments: argparse.Namespace, paths: Paths, console: Console) -> "Order":
    """Return the request that the words or the saved file say, as `send` reads them."""
    from workbench.cli.sending.composing import composed
    from workbench.cli.sending.dispatch import Order
    from workbench.storage.collections import read_request

    file = saved_file(arguments, paths)
    saved = composed(arguments, console.note)[0] if file is None else read_request(file)
    saved = replace(saved, auth=named_auth(arguments) or saved.auth)
    return Order(
        saved,
        file,
        arguments.environment or "",
        read_variables(arguments.variables),
        may_ask=not arguments.ignore_stdin,
    )


def _captured(arguments: argparse.Namespace, paths: Paths) -> tuple[str, Request]:
    from workbench.cli.selection import existing, numbers_of
    from workbench.engine.replaying import replay_request
    from workbench.storage.captures import CaptureReader

    numbers = numbers_of([arguments.capture])
    if numbers is None or len(numbers) != 1:
        raise UsageError(f"{arguments.capture!r} is not the number of a capture.", "Use one such as 12 or #12.")
    paths.ensure()
    with closing(CaptureReader(paths.captures, paths.spool)) as reader:
        capture = existing(reader, numbers[0])
    host = capture.request.headers.get("host") or "localhost"
    target, request = replay_request(capture, arguments.to or f"http://{host}")
    return target.url, request


# Signing and verifying


def _recipe(wanted: _Wanted, paths: Paths) -> "SigningRecipe | None":
    choice = wanted.signing
    if not choice.provider:
        if choice.scheme:
            raise UsageError("A scheme was given, and nobody to sign as.", "Add --sign PROVIDER.")
        return wanted.credentials
    from workbench.engine.request_programs import program_recipe
    from workbench.storage.packs import load_packs

    provider = load_packs(paths).require(choice.provider)
    return program_recipe(provider, choice, wanted.request, wanted.base_url)


def _receiver(arguments: argparse.Namespace, paths: Paths) -> "Snippet":
    if not arguments.provider:
        raise UsageError("Whose webhooks?", "Name the provider with --provider NAME; see: workbench providers list")
    from workbench.engine.snippet_recipes import verifying_recipe
    from workbench.formats.snippets.receiving import generate_receiver
    from workbench.providers.signing import choose_scheme
    from workbench.storage.packs import load_packs

    provider = load_packs(paths).require(arguments.provider)
    scheme = choose_scheme(provider, wanted=arguments.scheme or "")
    return generate_receiver(arguments.receiver, verifying_recipe(provider, scheme))


# The way out


def _show(snippet: "Snippet", request: Request | None, arguments: argparse.Namespace, console: Console) -> None:
    if arguments.output:
        _write(snippet, request, Path(arguments.output))
    if arguments.json:
        console.json(
            {
                "language": snippet.language,
                "file_name": snippet.file_name,
                "text": snippet.text,
                "notes": list(snippet.notes),
                "body_file": snippet.body_file or None,
            }
        )
        return
    if not arguments.output:
        console.line(snippet.text.removesuffix("\n"))
        if _must_write_body(snippet, request):
            console.note(f"workbench: {snippet.body_file} is not written; give the program a place with -o FILE.")
    for note in snippet.notes:
        console.note(f"workbench: {note}")


def _must_write_body(snippet: "Snippet", request: Request | None) -> bool:
    return request is not None and bool(snippet.body_file) and snippet.body_file != request.body.path


def _write(snippet: "Snippet", request: Request | None, place: Path) -> None:
    try:
        place.write_text(snippet.text, encoding="utf-8", newline="\n")
        if request is not None and _must_write_body(snippet, request):
            with place.with_name(snippet.body_file).open("wb") as file:
                file.writelines(request.body.chunks())
    except OSError as error:
        raise UsageError(f"{error.filename or place} cannot be written: {error.strerror or error}.") from error
