"""What the signature doctor found, for people and as JSON."""

from typing import Any

from workbench.cli.console import Console
from workbench.cli.render import RESET, printable
from workbench.cli.verify import show_verdict, verification_json
from workbench.providers.doctor import Explanation
from workbench.providers.keys import masked
from workbench.providers.signed_text import Part

SHOWN_BYTES = 2048
"""How much of each part is shown on a terminal; JSON has all of it."""

_COLOURS = {"text": "\x1b[2m", "body": "\x1b[36m", "timestamp": "\x1b[33m", "id": "\x1b[35m", "url": "\x1b[32m"}


def show_explanation(explanation: Explanation, console: Console, *, as_json: bool, show_key: bool) -> None:
    """Write an explanation."""
    if as_json:
        console.json(explanation_json(explanation, show_key=show_key))
        return
    show_verdict(explanation.verification, console)
    for cause in explanation.causes:
        console.line(f"\nCause: {cause.sentence}")
        console.line(f"  {cause.advice}")
    if explanation.place:
        console.line(f"\nReceived in the {explanation.place}:\n  {printable(explanation.received)}")
    for name, text in explanation.expected:
        console.line(f"Expected with {name}:\n  {text}")
    for name, key in explanation.keys:
        console.line(f"Key of {name}:\n  {key.hex() if show_key else masked(key)}")
    if explanation.missing:
        console.line(f"\n{explanation.missing}")
    if explanation.parts:
        size = sum(len(part.content) for part in explanation.parts)
        console.line(f"\nSigned, {size:,} bytes:")
        for part in explanation.parts:
            console.line(f"  {_source(part, console):14} {_shown(part)}")
        console.line(f"\nIn hex:\n{_hex(explanation.parts)}")


def _source(part: Part, console: Console) -> str:
    name = part.source.split(":", 1)[0]
    colour = _COLOURS.get(name, "\x1b[34m") if console.colours else ""
    return f"{colour}{part.source:14}{RESET if colour else ''}"


def _shown(part: Part) -> str:
    text = part.content[:SHOWN_BYTES].decode("utf-8", "backslashreplace")
    shown = printable(text.replace("\r", "␍").replace("\n", "␊").replace("\t", "␉"))
    more = len(part.content) - SHOWN_BYTES
    return f"{shown}…  ({more:,} bytes more)" if more > 0 else shown


def _hex(parts: tuple[Part, ...]) -> str:
    content = b"".join(part.content for part in parts)
    lines = [content[start : start + 16] for start in range(0, min(len(content), 512), 16)]
    rows = [f"  {start * 16:08x}  {line.hex(' '):47}  {_ascii(line)}" for start, line in enumerate(lines)]
    if len(content) > 512:
        rows.append(f"  … {len(content) - 512:,} bytes more")
    return "\n".join(rows)


def _ascii(line: bytes) -> str:
    return "".join(chr(byte) if 32 <= byte < 127 else "·" for byte in line)


def explanation_json(explanation: Explanation, *, show_key: bool = False) -> dict[str, Any]:
    """Return an explanation for JSON; keys are masked unless they were asked for."""
    return verification_json(explanation.verification) | {
        "place": explanation.place or None,
        "received": explanation.received or None,
        "expected": [{"secret": name, "signature": text} for name, text in explanation.expected],
        "keys": [{"secret": name, "key": key.hex() if show_key else masked(key)} for name, key in explanation.keys],
        "signed": [
            {
                "source": part.source,
                "text": part.content.decode("utf-8", "replace"),
                "hex": part.content.hex(),
            }
            for part in explanation.parts
        ],
        "missing": explanation.missing or None,
        "causes": [
            {"id": cause.id, "sentence": cause.sentence, "advice": cause.advice} for cause in explanation.causes
        ],
        "tried": explanation.tried,
    }
