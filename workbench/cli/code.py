"""`workbench code`: a request as a program that sends it, signing included, or the receiver that verifies it."""

import argparse
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.console import Console
from workbench.model.collection import BodyKind, SavedRequest
from workbench.model.errors import UsageError
from workbench.model.message import Body, Request
from workbench.model.template import placeholders
from workbench.storage.paths import Paths

if TYPE_CHECKING:
    from workbench.formats.snippets.recipe import SigningRecipe
    from workbench.formats.snippets.snippet import Snippet


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the words of `code`."""
    add = parser.add_argument
    add("words", nargs="*", metavar="[METHOD] URL [ITEM ...]", help="a request in HTTPie's words, as with `send`")
    add("--target", metavar="NAME", help="the client to write for; see: workbench code --list")
    add("--saved", metavar="FILE", help="a saved request's file instead of METHOD and URL")
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
    parser.set_defaults(run=run_code)


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
    base_url, request = _request(arguments, paths, console)
    from workbench.formats.snippets.generation import generate

    recipe = _recipe(arguments, paths, request, base_url)
    snippet = generate(arguments.target, request, base_url, recipe, _body_file(arguments, request))
    _show(snippet, request, arguments, console)
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


def _request(arguments: argparse.Namespace, paths: Paths, console: Console) -> tuple[str, Request]:
    """Return scheme and authority, and the request as it goes out, not signed."""
    given = [bool(arguments.words), bool(arguments.saved), bool(arguments.capture)]
    if sum(given) != 1:
        raise UsageError(
            "Which request?", "Say METHOD and URL, or --saved FILE, or --capture N, as one of the three."
        )
    if arguments.capture:
        return _captured(arguments, paths)
    from workbench.engine.composing import compose

    saved = _saved(arguments) if arguments.saved else _typed(arguments.words, console)
    target, request = compose(saved)
    if saved.body.kind is BodyKind.MULTIPART and saved.body.parts and not request.body.size:
        raise UsageError("A form with parts cannot be made into a program yet.", "Use another kind of body.")
    texts = [saved.url, *(field.value for field in saved.headers)]
    names = {found.source.name for text in texts for found in placeholders(text)}
    if names:
        console.note(f"workbench: {', '.join(sorted(names))} stood for a value; the program holds the braces.")
    return target.url, request


def _saved(arguments: argparse.Namespace) -> SavedRequest:
    from workbench.storage.collections import read_request

    return read_request(Path(arguments.saved))


def _typed(words: list[str], console: Console) -> SavedRequest:
    """Return the request that HTTPie's words say; a file that they name becomes the body as it is."""
    from workbench.formats.pasted.bash_words import Command, Word
    from workbench.formats.pasted.httpie_command import httpie_requests

    (pasted,) = httpie_requests([Command([Word("http"), *map(Word, words)])])
    for loss in pasted.losses:
        console.note(f"workbench: {loss}")
    body = pasted.request.body
    if body.content.path is None:
        return pasted.request
    try:
        content = Body.of_file(body.content.path)
    except OSError as error:
        raise UsageError(f"The file {body.content.path} cannot be read: {error.strerror or error}.") from error
    return replace(pasted.request, body=replace(body, content=content))


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


def _body_file(arguments: argparse.Namespace, request: Request) -> str:
    """Return what to call the body's file: a captured one is copied, a composed one stays where it is."""
    from workbench.formats.snippets.plan import BODY_FILE

    return BODY_FILE if arguments.capture or request.body.path is None else ""


# Signing and verifying


def _recipe(arguments: argparse.Namespace, paths: Paths, request: Request, base_url: str) -> "SigningRecipe | None":
    if not arguments.sign:
        if arguments.scheme:
            raise UsageError("A scheme was given, and nobody to sign as.", "Add --sign PROVIDER.")
        return None
    from workbench.engine.snippet_recipes import signing_recipe
    from workbench.providers.signing import choose_scheme
    from workbench.providers.subject import Subject
    from workbench.storage.packs import load_packs

    provider = load_packs(paths).require(arguments.sign)
    public_url = arguments.public_url or f"{base_url}{request.target}"
    subject = Subject.of_head(request.head, request.body.read(), public_url)
    return signing_recipe(provider, choose_scheme(provider, subject, arguments.scheme or ""), request, public_url)


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
