"""Changing a collection's file where it changed, and nowhere else.

ruamel.yaml keeps comments, key order, quoting and unknown keys; two plain forms (`storage.opencollection`) say what
differs. ruamel hangs the blank lines and comments before a part on the end of the part above it, so they are taken
off before rows come and go, and given back to whatever stands above afterwards.
"""

import io
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any

from workbench.storage.collection_document import Mapping, Node, Sequence, decode, shield
from workbench.storage.opencollection import Plain

_KEY_ORDER = (
    *("name", "value", "type", "seq", "method", "url", "headers", "params", "body"),
    *("filePath", "contentType", "selected", "data", "description", "disabled"),
)
_NO_WRAPPING = 2**31


def new_text(plain: Plain) -> bytes:
    """Return a new file of these parts, a blank line between them, as Bruno lays it out."""
    return "\n".join(_dump(_yaml(2, 2), {key: _fresh(part, key)}) for key, part in plain.items()).encode()


def patched_text(raw: bytes, document: Mapping, former: Plain, wanted: Plain) -> bytes:
    """Return the file with what differs between the plain forms changed; line ends and indentation stay.

    `document` and `former` are what `raw` says. Raises ruamel's YAMLError for what only libyaml reads.
    """
    text, names = shield(decode(raw, document.file_name))
    unix = text.replace("\r\n", "\n")
    yaml = _yaml(*_indentation(document))
    yaml.explicit_start = unix.startswith("---")
    loaded = yaml.load(unix)
    untouched = _dump(yaml, loaded)
    _patch_mapping(loaded, former, wanted)
    patched = _with_former_lines(unix, untouched, _dump(yaml, loaded)).translate(names)
    byte_order_mark = "\ufeff" if raw.startswith(b"\xef\xbb\xbf") else ""
    line_ends = "\r\n" if "\r\n" in text else "\n"
    return (byte_order_mark + patched.replace("\n", line_ends)).encode()


def _with_former_lines(text: str, untouched: str, patched: str) -> str:
    """Return `patched` with every line that did not change as it was typed.

    ruamel writes some things its own way: the spaces in `[ a ]`, before a comment, after a colon. Where it keeps the
    number of lines, its untouched line tells the typed one.
    """
    typed, before, after = (version.split("\n") for version in (text, untouched, patched))
    if typed == before or len(typed) != len(before):
        return patched
    lines: list[str] = []
    for change, start, end, new_start, new_end in SequenceMatcher(None, before, after).get_opcodes():
        lines += typed[start:end] if change == "equal" else after[new_start:new_end]
    return "\n".join(lines)


def _yaml(mapping: int, offset: int) -> Any:
    """Return ruamel's round-trip YAML, untyped: it leaves the types of streams and nodes open itself."""
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = _NO_WRAPPING
    yaml.indent(mapping=mapping, sequence=offset + 2, offset=offset)
    return yaml


def _dump(yaml: Any, value: Any) -> str:
    stream = io.StringIO()
    yaml.dump(value, stream)
    return stream.getvalue()


def _indentation(document: Mapping) -> tuple[int, int]:
    """Return how far a mapping stands in below its key, and the dash of a list below its own."""
    steps = list(_steps(document))
    mapping = next((step for kind, step in steps if kind is Mapping), 2)
    return mapping, next((step for kind, step in steps if kind is Sequence), mapping)


def _steps(node: Node) -> list[tuple[type[Node], int]]:
    if isinstance(node, Mapping):
        children = list(node.pairs.values())
        own = [
            (type(child), child.column - node.column)
            for child in children
            if isinstance(child, Mapping | Sequence) and not child.flow
        ]
        return own + [step for child in children for step in _steps(child)]
    return [step for item in node.items for step in _steps(item)] if isinstance(node, Sequence) else []


def _patch_mapping(node: Any, former: Plain, wanted: Plain) -> None:
    tails = {key: _take_tail(node, key) for key in node}
    for key in [*former, *(key for key in wanted if key not in former)]:
        if former.get(key) != wanted.get(key):
            _patch_key(node, key, former.get(key), wanted.get(key))
    _give_tails(node, list(node), list(node), tails)


def _patch_key(node: Any, key: str, former: Any, wanted: Any) -> None:
    if wanted is None:
        node.pop(key, None)
    elif _is_mapping(wanted) and former and wanted.get("type") == former.get("type"):
        _patch_mapping(node[key], former, wanted)
    elif _is_list(wanted) and former:
        _patch_rows(node[key], former, wanted)
    elif key in node:
        node[key] = _like(node[key], _fresh(wanted, key))
    else:
        node.insert(_place(node, key), key, _fresh(wanted, key))


def _patch_rows(node: Any, former: list[Plain], wanted: list[Plain]) -> None:
    """Change rows one by one where as many stand for as many, else take out and put in."""
    tails = {id(row): _take_tail(node, at) for at, row in enumerate(node)}
    match = SequenceMatcher(None, [_hashable(row) for row in former], [_hashable(row) for row in wanted])
    for _, start, end, new_start, new_end in reversed(match.get_opcodes()):
        shared = min(end - start, new_end - new_start)
        for at in range(shared):
            _patch_mapping(node[start + at], former[start + at], wanted[new_start + at])
        for at in reversed(range(start + shared, end)):
            del node[at]
        for at in range(shared, new_end - new_start):
            node.insert(start + at, _fresh(wanted[new_start + at], ""))
    _give_tails(node, list(range(len(node))), [id(row) for row in node], tails)


def _hashable(row: Plain) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted(row.items()))


def _place(node: Any, key: str) -> int:
    """Return where a new key goes: behind the last one that comes before it."""
    before = [at for at, other in enumerate(node) if _rank(other) < _rank(key)]
    return before[-1] + 1 if before else 0


def _is_mapping(value: Any) -> bool:
    return isinstance(value, dict)


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _rank(key: str) -> int:
    return _KEY_ORDER.index(key) if key in _KEY_ORDER else len(_KEY_ORDER)


def _fresh(value: Any, key: str) -> Any:
    """Return ruamel's form of a new value: text of a body as a literal block, odd characters escaped."""
    from ruamel.yaml.comments import CommentedMap, CommentedSeq
    from ruamel.yaml.scalarstring import (
        DoubleQuotedScalarString,
        LiteralScalarString,
        SingleQuotedScalarString,
    )

    if _is_mapping(value):
        node: Any = CommentedMap()
        for name in sorted(value, key=_rank):
            node[name] = _fresh(value[name], name)
        return node
    if _is_list(value):
        return CommentedSeq([_fresh(row, "") for row in value])
    if isinstance(value, str) and key == "data" and value:
        return LiteralScalarString(value)
    if isinstance(value, str) and not value.isprintable():
        return DoubleQuotedScalarString(value)
    if isinstance(value, str) and _is_more_than_text(value):
        return SingleQuotedScalarString(value)
    return value


def _is_more_than_text(value: str) -> bool:
    """Tell whether a reader of YAML 1.1 would take the bare text for a boolean, a date, a number."""
    from yaml import ScalarNode
    from yaml.resolver import Resolver

    resolver: Any = Resolver()
    return resolver.resolve(ScalarNode, value, (True, False)) != "tag:yaml.org,2002:str"


def _like(former: Any, value: Any) -> Any:
    """Return text in the quotes of the text it stands for, unless it needs its own."""
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString, SingleQuotedScalarString

    quoted = isinstance(former, DoubleQuotedScalarString | SingleQuotedScalarString)
    if not quoted or not isinstance(value, str) or isinstance(value, DoubleQuotedScalarString):
        return value
    return type(former)(value)


def _give_tails(node: Any, keys: list[Any], parts: list[Any], tails: dict[Any, str]) -> None:
    """Hang the lines that led a part on whatever stands above it now; those of a part that went, go with it."""
    if not parts or not tails:
        return
    leads = {part: tails[above] for above, part in pairwise(tails)}
    for key, below in zip(keys, parts[1:], strict=False):
        _give_tail(node, key, leads.get(below, ""))
    _give_tail(node, keys[-1], list(tails.values())[-1])
    if leads.get(parts[0], "").strip():
        _lead(node, leads[parts[0]])


def _leaf(node: Any, key: Any) -> tuple[Any, Any]:
    """Return the holder and key of the last scalar in a part; a flow collection counts as one."""
    value = node[key]
    if not (_is_mapping(value) or _is_list(value)) or not value or value.fa.flow_style():
        return node, key
    return _leaf(value, list(value)[-1] if _is_mapping(value) else len(value) - 1)


def _take_tail(node: Any, key: Any) -> str:
    """Take off and return the lines below a part; the comment beside it stays."""
    holder, last = _leaf(node, key)
    slots = holder.ca.items.get(last)
    slot = _slot(holder)
    if not slots or len(slots) <= slot or slots[slot] is None:
        return ""
    beside, tail = _split(holder[last], slots[slot].value)
    slots[slot].value = beside
    if not beside.strip():
        slots[slot] = None
    return tail


def _give_tail(node: Any, key: Any, tail: str) -> None:
    """Put lines below a part that has none."""
    from ruamel.yaml.error import CommentMark
    from ruamel.yaml.tokens import CommentToken

    if not tail:
        return
    holder, last = _leaf(node, key)
    slots = holder.ca.items.setdefault(last, [None] * 4)
    slot = _slot(holder)
    if slots[slot] is None:
        beside = "" if _ends_its_line(holder[last]) else "\n"
        slots[slot] = CommentToken(beside, CommentMark(0), None)
    slots[slot].value += tail


def _lead(node: Any, lines: str) -> None:
    """Put lines above the first row, behind what stands there."""
    from ruamel.yaml.error import CommentMark
    from ruamel.yaml.tokens import CommentToken

    beside, above = node.ca.comment or (None, None)
    if beside:
        beside.value += lines
    elif above:
        above[-1].value += lines
    else:
        node.ca.comment = [CommentToken("\n" + lines, CommentMark(0), None), None]


def _slot(holder: Any) -> int:
    """Return where ruamel keeps what follows an entry: third of a key's comments, first of a row's."""
    return 2 if _is_mapping(holder) else 0


def _split(value: Any, comment: str) -> tuple[str, str]:
    if _ends_its_line(value):
        return "", comment
    beside, newline, tail = comment.partition("\n")
    return beside + newline, tail


def _ends_its_line(value: Any) -> bool:
    """A block scalar takes its line end with it; no comment can stand beside its last line."""
    from ruamel.yaml.scalarstring import FoldedScalarString, LiteralScalarString

    return isinstance(value, FoldedScalarString | LiteralScalarString)
