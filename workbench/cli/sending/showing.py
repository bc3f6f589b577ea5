"""What of an exchange is printed, and how: HTTPie's `--print`, `--pretty` and their short forms.

On a terminal the answer's head and body, formatted and coloured; into a pipe the body alone, to the byte. Formatting
never changes a number or a key, and nothing that is shown can steer a terminal.
"""

import argparse
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from workbench.cli.console import Console
from workbench.cli.render import PRETTY_LIMIT_BYTES, printable, size_text
from workbench.cli.sending.colouring import Painter
from workbench.formats.body import View, view
from workbench.formats.kind import Kind
from workbench.model.delivery import Attempt, Timings
from workbench.model.errors import UsageError, WorkbenchError
from workbench.model.masking import masked_request
from workbench.model.message import Body, Head, Request, Response, readable

REQUEST_HEAD, REQUEST_BODY, RESPONSE_HEAD, RESPONSE_BODY, META = "H", "B", "h", "b", "m"
PARTS = "HBhbm"
_CONTROL = {**dict.fromkeys((*range(32), *range(0x7F, 0xA0)), "\ufffd"), 9: "\t", 10: "\n", 13: ""}


@dataclass(frozen=True, slots=True)
class Look:
    """What to print, and how."""

    parts: str
    is_formatted: bool
    painter: Painter | None
    is_sorted: bool = False
    is_safe: bool = True
    """Nothing but text goes out: a terminal reads it, or somebody asked for formatted text."""
    shows_secrets: bool = False
    limit_bytes: int | None = None
    """Larger bodies are not shown: nobody reads megabytes on a terminal."""

    @property
    def is_exact(self) -> bool:
        return not (self.is_safe or self.is_sorted)


def look_of(arguments: argparse.Namespace, console: Console, default: str) -> Look:
    """Return what the words ask for; `default` are the parts where they ask for none. UsageError."""
    pretty = arguments.pretty or ("all" if console.is_terminal else "none")
    # NO_COLOR counts where colours are nobody's explicit wish.
    is_coloured = pretty in ("all", "colors") and (arguments.pretty is not None or console.colours)
    return Look(
        parts=_parts(arguments) or default,
        is_formatted=pretty in ("all", "format"),
        painter=Painter(arguments.style) if is_coloured else None,
        is_sorted=arguments.sorted,
        is_safe=console.is_terminal or pretty != "none",
        shows_secrets=arguments.show_secrets,
        limit_bytes=PRETTY_LIMIT_BYTES if console.is_terminal else None,
    )


def _parts(arguments: argparse.Namespace) -> str:
    if arguments.print is not None:
        wrong = sorted(set(arguments.print) - set(PARTS))
        if wrong:
            raise UsageError(f"--print knows no {''.join(wrong)!r}.", f"Choose from {PARTS}.")
        return arguments.print
    if arguments.verbose:
        return PARTS if arguments.verbose > 1 else "HBhb"
    return "".join(
        letter
        for letter, chosen in (("h", arguments.headers), ("b", arguments.body), ("m", arguments.meta))
        if chosen
    )


def show(exchanges: Iterable[Attempt], look: Look, console: Console) -> None:
    """Print the parts of these exchanges, an empty line between them; a body alone goes out to the byte."""
    blocks = [block for attempt in exchanges for block in _exchange(attempt, look)]
    if len(blocks) == 1 and isinstance(blocks[0], Body):
        console.bytes(blocks[0].chunks())
        return
    for number, block in enumerate(blocks):
        if number:
            console.line()
        if isinstance(block, Body):
            console.bytes(block.chunks())
            console.line()
        else:
            console.line(block)


def show_request(request: Request, look: Look, console: Console) -> None:
    """Print a request that was not sent."""
    show([Attempt(request, 0, Timings())], look, console)


def _exchange(attempt: Attempt, look: Look) -> Iterator[str | Body]:
    ranges = () if look.shows_secrets else attempt.secret_ranges
    yield from _message(masked_request(attempt.request, ranges), look, REQUEST_HEAD, REQUEST_BODY)
    if attempt.response is not None:
        yield from _message(attempt.response, look, RESPONSE_HEAD, RESPONSE_BODY)
    if META in look.parts and attempt.timings.total_us:
        yield _painted(_meta(attempt.timings), look, "yaml")


def _message(message: Request | Response, look: Look, head: str, body: str) -> Iterator[str | Body]:
    if head in look.parts:
        yield head_text(message.head, look)
    if body in look.parts and message.body.size:
        yield message.body if look.is_exact else _body_text(message, look)


def head_text(head: Head, look: Look) -> str:
    """Return a head as it is printed."""
    lines = [f"{printable(name)}: {printable(readable(value))}" for name, value in head.headers]
    text = "\n".join([printable(head.start_line), *(sorted(lines, key=str.lower) if look.is_sorted else lines)])
    return _painted(text, look, "http")


def _body_text(message: Request | Response, look: Look) -> str:
    size = message.body.size
    if look.limit_bytes is not None and size > look.limit_bytes:
        return f"({size_text(size)}; write it to a file with --output FILE)"
    seen = view(message.body.read(), message.head.content_type, message.headers.get("content-encoding"), View.SOURCE)
    content = seen.decoded.content
    if seen.kind in (Kind.BINARY, Kind.MESSAGE_PACK, Kind.PROTOBUF) or b"\0" in content:
        return f"({size_text(size)} of binary data, not shown; write it to a file with --output FILE)"
    if look.is_formatted or look.is_sorted:
        content = _formatted(seen.kind, content, look)
    text = _harmless(content, message.head.content_type)
    # Colouring takes seconds a megabyte.
    return text if size > PRETTY_LIMIT_BYTES else _painted(text, look, seen.language or "")


def _harmless(content: bytes, content_type: str) -> str:
    return without_controls(content.decode(charset_of(content_type), "replace")).rstrip("\n")


def without_controls(text: str) -> str:
    """Return text that cannot steer a terminal."""
    return text.translate(_CONTROL)


def charset_of(content_type: str) -> str:
    """Return the charset that a Content-Type says, UTF-8 where it says none that is known."""
    import codecs
    from email.message import Message

    message = Message()
    message["content-type"] = content_type.replace("\r", " ").replace("\n", " ")
    said = str(message.get_param("charset", "utf-8") or "utf-8")
    try:
        codecs.lookup(said)
    except LookupError:
        return "utf-8"
    return said


def _formatted(kind: Kind, content: bytes, look: Look) -> bytes:
    """Return the body indented as HTTPie does, by four; what cannot be read stays as it is."""
    try:
        if kind is Kind.JSON:
            import msgspec

            from workbench.formats.httpie.json_values import sorted_json

            text = content.removeprefix(b"\xef\xbb\xbf")
            return msgspec.json.format(sorted_json(text) if look.is_sorted else text, indent=4)
        if kind is Kind.XML and look.is_formatted:
            from workbench.formats import xml_text

            return xml_text.pretty(content)
    except (ValueError, RecursionError, WorkbenchError):
        return content
    return content


def _painted(text: str, look: Look, language: str) -> str:
    return look.painter.paint(text, language) if look.painter and language else text


def _meta(timings: Timings) -> str:
    """Return HTTPie's line, and below it how long each phase took."""
    phases = (
        ("DNS", timings.resolve_us),
        ("Connect", timings.connect_us),
        ("TLS", timings.tls_us),
        ("Send", timings.send_us),
        ("Wait", timings.wait_us),
        ("Receive", timings.receive_us),
    )
    lines = [f"Elapsed time: {timings.total_us / 1_000_000:.6f}s"]
    return "\n".join([*lines, *(f"{name}: {spent / 1_000_000:.6f}s" for name, spent in phases if spent is not None)])
