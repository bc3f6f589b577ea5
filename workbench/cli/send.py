"""`workbench send`: compose a request in HTTPie's words and send it exactly so."""

import argparse
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from workbench.cli.console import Console
from workbench.cli.outcome import exit_code
from workbench.model.collection import BodyKind, ComposedBody, Field, SavedRequest
from workbench.model.delivery import Delivery
from workbench.model.errors import UsageError
from workbench.model.message import Body, Request
from workbench.model.signature import SignMode
from workbench.storage.paths import Paths

if TYPE_CHECKING:
    from workbench.engine.signing import Signing

_METHOD = re.compile(r"[A-Za-z]+")
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
SIGN_MODES = [mode.value for mode in SignMode if mode is not SignMode.KEEP]
_SEPARATORS = (":=", "==", "=", ":", ";", "@")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the words of `send`."""
    add = parser.add_argument
    add(
        "words",
        nargs="*",
        metavar="[METHOD] URL [ITEM ...]",
        help="H:v header, q==v query, a=b and a:=json JSON body",
    )
    add("--saved", metavar="FILE", help="a saved request's file instead of METHOD and URL")
    add("--data", metavar="TEXT", help="the body: text, @FILE for a file's bytes, - for standard input")
    add("--timeout", type=float, default=30.0, metavar="SECONDS", help="give up after (default: %(default)s)")
    add("--sign", metavar="PROVIDER", help="sign as this provider does; see: workbench providers list")
    add("--secret", metavar="REF", help="the secret to sign with: keyring:NAME, env:NAME, file:PATH or text:VALUE")
    add("--scheme", metavar="ID", help="one of the provider's schemes (default: its first)")
    add("--mode", choices=SIGN_MODES, default="fresh", help="sign rightly, or wrongly on purpose")
    add("--public-url", metavar="URL", help="the address to sign, where the receiver checks another than URL")
    add("--set", action="append", default=[], dest="settings", metavar="NAME=VALUE", help="webhook_id, audience …")
    add("--sample", metavar="PROVIDER/EVENT", help="a sample event as body and headers; with --sign it is signed")
    add("--offline", action="store_true", help="write the exact request instead of sending it")
    add("-v", "--verbose", action="store_true", help="show the request as it was sent, too")
    add("--fail", action="store_true", help="exit with 1 where the answer is not 2xx")
    add("--json", action="store_true", help="the delivery as one JSON object")
    parser.set_defaults(run=run_send)


def run_send(arguments: argparse.Namespace, console: Console) -> int:
    """Compose and send one request."""
    paths = Paths.of_home(arguments.home)
    if arguments.sample:
        arguments.sign = arguments.sign or (arguments.secret and arguments.sample.partition("/")[0])
    saved = _with_sample(_composed(arguments), arguments, paths) if arguments.sample else _composed(arguments)
    signing = _signing(arguments, paths)
    if arguments.offline:
        console.bytes(_offline(saved, signing).wire_chunks())
        return 0
    from workbench.engine.serving import run
    from workbench.engine.workbench import open_workbench

    async def send() -> Delivery:
        async with open_workbench(paths) as workbench:
            return await workbench.deliveries.send(saved, signing=signing, timeout_s=arguments.timeout)

    delivery = run(send())
    _show(delivery, arguments, console)
    return exit_code([delivery], fail=arguments.fail)


def _signing(arguments: argparse.Namespace, paths: Paths) -> "Signing | None":
    if not arguments.sign:
        if arguments.secret:
            raise UsageError("A secret was given, and nobody to sign as.", "Add --sign PROVIDER.")
        return None
    if not arguments.secret:
        raise UsageError("To sign, a secret is needed.", "Add --secret REF, such as --secret keyring:stripe/test.")
    from workbench.engine.signing import Signing
    from workbench.storage.packs import load_packs
    from workbench.storage.secrets import Secrets

    provider = load_packs(paths).require(arguments.sign)
    settings = dict(text.partition("=")[::2] for text in arguments.settings)
    return Signing(
        provider,
        Secrets(paths).resolve(arguments.secret).value,
        SignMode(arguments.mode),
        scheme=arguments.scheme or "",
        public_url=arguments.public_url or "",
        settings=settings,
    )


def _offline(saved: SavedRequest, signing: "Signing | None") -> Request:
    from workbench.engine.composing import compose
    from workbench.engine.signing import signed
    from workbench.model.clock import SystemClock

    target, request = compose(saved)
    return request if signing is None else signed(request, target.url, signing, SystemClock().now_us())


def _with_sample(saved: SavedRequest, arguments: argparse.Namespace, paths: Paths) -> SavedRequest:
    """Return the request with a sample's body and headers; what was typed wins."""
    from workbench.engine.sampling import sample_request
    from workbench.storage.packs import load_packs

    name, _, event = arguments.sample.partition("/")
    packs = load_packs(paths)
    return sample_request(packs, packs.require(name), event, saved)


def _composed(arguments: argparse.Namespace) -> SavedRequest:
    if arguments.saved:
        if arguments.words or arguments.data:
            raise UsageError("A saved request is sent as it is.", "Leave out METHOD, URL, items and --data.")
        from workbench.storage.collections import read_request

        return read_request(Path(arguments.saved))
    words = list(arguments.words)
    if not words:
        raise UsageError("There is no URL to send to.", "For example: workbench send POST localhost:3000 a=b")
    if len(words) == 1 and words[0] in _METHODS:
        raise UsageError("There is no URL to send to.", f"For example: workbench send {words[0]} localhost:3000")
    method = words.pop(0) if len(words) > 1 and _METHOD.fullmatch(words[0]) else ""
    return _with_items(method, words[0], words[1:], arguments.data)


def _with_items(method: str, url: str, items: Sequence[str], data: str | None) -> SavedRequest:
    headers: list[Field] = []
    query: list[str] = []
    members: dict[str, Any] = {}
    for item in items:
        name, separator, value = _split(item)
        match separator:
            case ":":
                # As in HTTPie, `Name:` takes a header away that would be added.
                headers.append(Field(name, value, enabled=bool(value)))
            case ";":
                headers.append(Field(name, ""))
            case "==":
                query.append(f"{quote(name, safe='')}={quote(value, safe='')}")
            case "=":
                members[name] = value
            case ":=":
                members[name] = _json(item, value)
            case _:
                raise UsageError(f"{item!r} names a file to upload, which is not offered yet.", "Use --data @FILE.")
    if members and data is not None:
        raise UsageError("There are two bodies: --data and items such as a=b.", "Use one of them.")
    body = _body(members, data)
    joined = url + ("&" if "?" in url else "?") + "&".join(query) if query else url
    chosen = method.upper() or ("GET" if body.kind is BodyKind.NONE else "POST")
    return SavedRequest(method=chosen, url=joined, headers=tuple(headers), body=body)


def _split(item: str) -> tuple[str, str, str]:
    """Split at the first separator; of two at one place the longer counts."""
    found = [(item.find(mark), -len(mark), mark) for mark in _SEPARATORS if mark in item]
    if not found or min(found)[0] == 0:
        raise UsageError(f"{item!r} is not an item.", "Write Header:value, name==value, name=value or name:=json.")
    position, _, mark = min(found)
    return item[:position], mark, item[position + len(mark) :]


def _json(item: str, value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError as error:
        raise UsageError(f"{item!r} does not hold JSON after `:=`: {error}.", "Use = for text.") from error


def _body(members: dict[str, Any], data: str | None) -> ComposedBody:
    if members:
        return ComposedBody(BodyKind.JSON, Body(json.dumps(members, ensure_ascii=False).encode()))
    if data is None:
        return ComposedBody()
    if data == "-":
        return ComposedBody(BodyKind.BYTES, Body(sys.stdin.buffer.read()))
    if data.startswith("@"):
        return ComposedBody(BodyKind.BYTES, _file(data[1:]))
    kind = BodyKind.JSON if _is_json(data) else BodyKind.TEXT
    return ComposedBody(kind, Body(data.encode("utf-8", "surrogateescape")))


def _is_json(text: str) -> bool:
    """True for an object or a list: what is meant as JSON, unlike a bare word or number."""
    try:
        return isinstance(json.loads(text), dict | list)
    except (ValueError, RecursionError):
        return False


def _file(name: str) -> Body:
    try:
        with open(name, "rb"):
            return Body.of_file(name)
    except OSError as error:
        raise UsageError(f"The file {name} cannot be read: {error.strerror or error}.") from error


def _show(delivery: Delivery, arguments: argparse.Namespace, console: Console) -> None:
    if arguments.json:
        from workbench.formats.capture_json import delivery_json

        console.json(delivery_json(delivery))
        return
    from workbench.cli.render import body_text, head_text

    colours = console.colours
    request, response, failure = delivery.last.request, delivery.last.response, delivery.last.failure
    if arguments.verbose:
        encoding = request.headers.get("content-encoding")
        console.line(head_text(request.head, colours=colours) + "\n")
        if request.body.size:
            console.line(body_text(request.body.read(), request.head.content_type, encoding, colours=colours) + "\n")
    if failure is not None:
        console.note(f"workbench: {failure.message}")
    if response is None:
        return
    if not console.is_terminal and not arguments.verbose:
        console.bytes(response.body.chunks())
        return
    console.line(head_text(response.head, colours=colours) + "\n")
    encoding = response.headers.get("content-encoding")
    if response.body.size:
        console.line(body_text(response.body.read(), response.head.content_type, encoding, colours=colours))
