"""Changing a collection's file where it changed, and nowhere else.

ruamel.yaml keeps comments, key order, quoting and unknown keys; two plain forms (`storage.opencollection`) say what
differs. ruamel hangs the blank lines and comments before a part on the end of the part above it, so they are taken
off before rows come and go, and given back to whatever stands above afterwards.
"""

import io
import json
import re
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any

from workbench.formats.yaml_shield import shield
from workbench.model.errors import CollectionError
from workbench.storage.collection_document import Mapping, Node, Plain, Sequence, decode, parse

_ORDERS = {
    "": (
        *("opencollection", "name", "color", "info", "config", "http", "graphql", "request", "runtime", "signing"),
        *(
            "auth",
            "settings",
            "secret_variables",
            "body",
            "variables",
            "extends",
            "dotEnvFilePath",
            "examples",
            "docs",
        ),
    ),
    "info": ("name", "type", "seq", "tags"),
    "http": ("method", "url", "headers", "params", "body", "auth"),
    "graphql": ("method", "url", "headers", "params", "body", "auth"),
    "request": ("headers", "auth", "variables", "scripts", "settings"),
    "runtime": ("variables", "scripts", "assertions", "actions"),
}
"""The order of keys in a part, by the key of the part; other parts have the order in which they are made."""
_ROOT, _ROW = "", "[]"
_BLOCKS = ("docs", "content", "query", "variables", "description", "value")
"""Keys whose text stands as a literal block where it has lines, and a block holds it."""
NEVER_IN_BLOCK = re.compile(r"[\r\0\ufeff\x85\u2028\u2029]|(?:^|\n)[ \t]+\n*\Z")
"""Characters that YAML or git change, and a blank last line of spaces, which Bruno's parser drops."""
_NO_WRAPPING = 2**31
_PART_START = re.compile(r"(?<=\n)([^ \n-])")
"""Text below a key stands in, so that only keys of the whole file begin a line."""


class FreeText(str):
    """A text that stands in quotes where no block holds it; a request's body has a file of its own then."""


def new_text(plain: Plain) -> bytes:
    """Return a new file of these parts, a blank line between them, as Bruno lays it out; empty parts are left out."""
    text = _dump(_yaml(2, 2), _fresh(said(plain), _ROOT))
    return (_PART_START.sub(r"\n\1", text) if "info" in plain else text).encode()


def patched_text(
    raw: bytes, document: Mapping, former: Plain, wanted: Plain, renamed: tuple[str, str] | None = None
) -> bytes:
    """Return the file with what differs between the plain forms changed; line ends and indentation stay.

    `document` and `former` are what `raw` says; `renamed` is a key of the file, and what it is called from now on.
    Raises ruamel's YAMLError for what only libyaml reads.
    """
    text, names = shield(decode(raw, document.file_name))
    unix = text.replace("\r\n", "\n")
    yaml = _yaml(*_indentation(document))
    yaml.explicit_start = unix.startswith("---")
    loaded = yaml.load(unix)
    if loaded is None:
        return raw + new_text(wanted)
    untouched = _dump(yaml, loaded)
    if renamed and renamed[0] in loaded:
        _rename(loaded, *renamed)
        former = {renamed[1] if key == renamed[0] else key: part for key, part in former.items()}
    _patch_mapping(loaded, former, wanted, _ROOT)
    patched = _with_former_lines(unix, untouched, _dump(yaml, loaded)).translate(names)
    byte_order_mark = "\ufeff" if raw.startswith(b"\xef\xbb\xbf") else ""
    line_ends = "\r\n" if "\r\n" in text else "\n"
    return (byte_order_mark + patched.replace("\n", line_ends)).encode()


def _rename(node: Any, old: str, new: str) -> None:
    at = list(node).index(old)
    comments = node.ca.items.pop(old, None)
    node.insert(at, new, node.pop(old))
    if comments:
        node.ca.items[new] = comments


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


def _patch_mapping(node: Any, former: Plain, wanted: Plain, name: str) -> None:
    tails = {key: _take_tail(node, key) for key in node}
    order = _ordered({**former, **wanted}, name)
    for key in order:
        if former.get(key) != wanted.get(key):
            _patch_key(node, key, former.get(key), wanted.get(key), order)
    parted = name == _ROOT and any(tail.startswith("\n") for tail in tails.values())
    _give_tails(node, list(node), list(node), tails, "\n" if parted else "")


def _patch_key(node: Any, key: str, former: Any, wanted: Any, order: list[str]) -> None:
    there = node.get(key)
    if wanted is None:
        node.pop(key, None)
    elif _is_mapping(wanted) and _is_mapping(there) and (not former or not _is_of_another_kind(key, former, wanted)):
        _patch_mapping(there, former or {}, wanted, key)
        if not there:
            del node[key]
    elif _is_mapping(wanted) and not said(wanted):
        return
    elif _is_list(wanted) and former and _is_list(there):
        _patch_rows(there, former, wanted)
    elif key in node:
        node[key] = _like(there, _fresh(wanted, key))
    else:
        node.insert(_place(node, key, order), key, _fresh(wanted, key))


def _is_of_another_kind(key: str, former: Plain, wanted: Plain) -> bool:
    """Tell whether a body or an authentication is not changed, but replaced."""
    kinds = [(part.get("type"), part.get("flow")) for part in (former, wanted)]
    return key in ("body", "auth") and kinds[0] != kinds[1]


def _patch_rows(node: Any, former: list[Any], wanted: list[Any]) -> None:
    """Change rows one by one where as many stand for as many, else take out and put in."""
    rows: list[object] = [object() for _ in node]
    tails = {row: _take_tail(node, at) for at, row in enumerate(rows)}
    match = SequenceMatcher(None, [_hashable(row) for row in former], [_hashable(row) for row in wanted])
    for _, start, end, new_start, new_end in reversed(match.get_opcodes()):
        shared = min(end - start, new_end - new_start)
        for at in range(shared):
            _patch_row(node, start + at, former[start + at], wanted[new_start + at])
        for at in reversed(range(start + shared, end)):
            del node[at]
            del rows[at]
        for at in range(shared, new_end - new_start):
            node.insert(start + at, _fresh(wanted[new_start + at], _ROW))
            rows.insert(start + at, object())
    _give_tails(node, list(range(len(node))), rows, tails)


def _patch_row(node: Any, at: int, former: Any, wanted: Any) -> None:
    if _is_mapping(wanted) and _is_mapping(node[at]):
        _patch_mapping(node[at], former, wanted, _ROW)
    elif former != wanted:
        node[at] = _like(node[at], _fresh(wanted, _ROW))


def _hashable(row: Any) -> str:
    return json.dumps(row, sort_keys=True)


def _ordered(part: Plain, name: str) -> list[str]:
    """Return the keys of a part in the order in which they are written."""
    order = _ORDERS.get(name, ())
    return sorted(part, key=lambda key: order.index(key) if key in order else len(order))


def _place(node: Any, key: str, order: list[str]) -> int:
    """Return where a new key goes: behind the last one that comes before it, `disabled` at the end."""
    if key == "disabled":
        return len(node)
    earlier = order[: order.index(key)]
    before = [at for at, other in enumerate(node) if other in earlier]
    return before[-1] + 1 if before else 0


def said(plain: Plain) -> Plain:
    """Return a plain form without parts that say nothing: whether they stand in a file makes no difference."""
    told = {key: said(part) if _is_mapping(part) else part for key, part in plain.items()}
    return {key: part for key, part in told.items() if part != {} and part is not None}


def _is_mapping(value: Any) -> bool:
    return isinstance(value, dict)


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


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
        for name in _ordered(said(value), key):
            node[name] = _fresh(value[name], name)
        return node
    if _is_list(value):
        return CommentedSeq([_fresh(row, _ROW) for row in value])
    if not isinstance(value, str):
        return value
    if isinstance(value, FreeText) and not _block_holds(value):
        return DoubleQuotedScalarString(value)
    if value and (key == "data" or (key in _BLOCKS and "\n" in value and _block_holds(value))):
        return LiteralScalarString(value)
    if not value.isprintable():
        return DoubleQuotedScalarString(value)
    return SingleQuotedScalarString(value) if _is_more_than_text(value) else value


def _block_holds(text: str) -> bool:
    """Tell whether a literal block gives the text back, with either line end."""
    from ruamel.yaml.scalarstring import LiteralScalarString

    if NEVER_IN_BLOCK.search(text):
        return False
    block = _dump(_yaml(2, 2), {"text": LiteralScalarString(text)})
    try:
        return all(parse(raw.encode(), "").text("text") == text for raw in (block, block.replace("\n", "\r\n")))
    except CollectionError:
        return False


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


def _give_tails(node: Any, keys: list[Any], parts: list[Any], tails: dict[Any, str], gap: str = "") -> None:
    """Hang the lines that led a part on whatever stands above it now; those of a part that went, go with it.

    `gap` leads a part that is new.
    """
    if not parts or not tails:
        return
    leads = {part: tails[above] for above, part in pairwise(tails)}
    for key, below in zip(keys, parts[1:], strict=False):
        _give_tail(node, key, leads.get(below, "" if below in tails else gap))
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
