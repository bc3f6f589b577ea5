"""A form body as bytes and as rows: `a=1&b=two+words`. No Qt.

Rows are shown decoded. Only the pair that was edited is written anew; the others keep the quoting they came with.
"""

from collections.abc import Sequence
from urllib.parse import unquote_plus

from workbench.model.collection import Field

_KEPT = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._*")
"""What the URL standard's form serialiser leaves as it is."""


def read_form(text: str) -> tuple[Field, ...]:
    """Return the pairs of a form body, decoded."""
    return tuple(_decoded(pair) for pair in text.split("&") if pair)


def _decoded(pair: str) -> Field:
    name, _, value = pair.partition("=")
    return Field(unquote_plus(name), unquote_plus(value))


def form_text(fields: Sequence[Field], before: str = "") -> str:
    """Return the enabled rows as a body; a pair of `before` that means the same stays as it was written."""
    written = [(_decoded(pair), pair) for pair in before.split("&") if pair]
    pairs: list[str] = []
    for field in fields:
        if not field.enabled:
            continue
        plain = Field(field.name, field.value)
        known = next((each for each in written if each[0] == plain), None)
        if known is not None:
            written.remove(known)
        pairs.append(known[1] if known else f"{_quoted(field.name)}={_quoted(field.value)}")
    return "&".join(pairs)


def _quoted(text: str) -> str:
    """Return text as a form writes it; `{{variables}}` stay readable, so that they are still found."""
    parts: list[str] = []
    rest = text
    while "{{" in rest and "}}" in rest.partition("{{")[2]:
        before, _, after = rest.partition("{{")
        inside, _, rest = after.partition("}}")
        parts += (_percent(before), "{{", inside, "}}")
    return "".join(parts) + _percent(rest)


def _percent(text: str) -> str:
    return "".join(_mark(mark) for mark in text)


def _mark(mark: str) -> str:
    if mark in _KEPT:
        return mark
    return "+" if mark == " " else "".join(f"%{byte:02X}" for byte in mark.encode("utf-8", "surrogatepass"))
