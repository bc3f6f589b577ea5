"""A tree over JSON that is read where it is opened: nodes are places in its indented text.

Nothing is parsed: a child of a node is a line with the next indent, found by one pattern at the speed of memory. So
100 MB open as fast as 100 bytes, and numbers, repeated names and escapes stay as they were sent.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

INDENT = 2
PAGE = 500
PREVIEW_BYTES = 200
_NAME = re.compile(rb'"(?:[^"\\]|\\.)*": ')
_JMES_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_KINDS = {b"{": "object", b"[": "array", b'"': "string", b"t": "boolean", b"f": "boolean", b"n": "null"}


@dataclass(slots=True, eq=False)
class Node:
    """A value: `start` and `end` bound its text; `label` is its name, or its index in an array, None at the top."""

    start: int
    end: int
    depth: int
    label: str | int | None = None
    parent: "Node | None" = None
    row: int = 0
    children: "list[Node]" = field(default_factory=list["Node"])
    next_at: int | None = None
    """Where the search for more children goes on; None where all are known."""


class JsonTree:
    """The nodes of a text that `json_text.pretty` made."""

    def __init__(self, pretty: bytes) -> None:
        self._text = pretty
        self.root = self._node(Node(0, len(pretty), 0))

    def kind(self, node: Node) -> str:
        """Return what a value is, in JSON's words."""
        return _KINDS.get(self._text[node.start : node.start + 1], "number")

    def has_children(self, node: Node) -> bool:
        """True for an object or array that is not empty."""
        return self._text[node.start : node.start + 2] in (b"{\n", b"[\n")

    def value(self, node: Node) -> bytes:
        """Return a value's text, its lines indented as they would be on their own."""
        return self._text[node.start : node.end].replace(b"\n" + b" " * (INDENT * node.depth), b"\n")

    def preview(self, node: Node) -> str:
        """Return the beginning of a value on one line."""
        raw = self._text[node.start : min(node.end, node.start + PREVIEW_BYTES)]
        text = re.sub(r"\s*\n\s*", " ", raw.decode("utf-8", "ignore"))
        return text + "…" if node.end - node.start > PREVIEW_BYTES else text

    def load(self, node: Node) -> list[Node]:
        """Return the next children of a node, at most `PAGE`; they are not yet among its `children`."""
        if node.next_at is None:
            return []
        found: list[Node] = []
        at: int | None = node.next_at
        line = _child(node.depth + 1)
        match = line.search(self._text, at, node.end)
        first = len(node.children)
        while match is not None and len(found) < PAGE:
            following = line.search(self._text, match.end(), node.end)
            # A comma stands before the next child's line; after the last comes the line that closes the node.
            end = following.start() - 1 if following else self._text.rfind(b"\n", match.end(), node.end)
            found.append(self._child(node, match.end(), end, first + len(found)))
            match = following
        node.next_at = None if match is None else match.start()
        return found

    def _child(self, parent: Node, start: int, end: int, row: int) -> Node:
        label: str | int = row
        if self._text[parent.start : parent.start + 1] == b"{":
            name = _NAME.match(self._text, start, end)
            if name is not None:
                label, start = json.loads(name[0][:-2]), name.end()
        return self._node(Node(start, end, parent.depth + 1, label, parent, row))

    def _node(self, node: Node) -> Node:
        if self.has_children(node):
            node.next_at = node.start + 1
        return node


@cache
def _child(depth: int) -> re.Pattern[bytes]:
    return re.compile(b"\n" + b" " * (INDENT * depth) + rb"(?=[^ \]}])")


def json_path_of(node: Node) -> str:
    """Return where a value is, as JSONPath (RFC 9535)."""
    return "$" + _path(node, lambda name: f".{name}" if _JMES_NAME.fullmatch(name) else f"[{_quoted(name)}]")


def jq_path_of(node: Node) -> str:
    """Return where a value is, as a filter of jq."""
    path = _path(node, lambda name: f".{name}" if _JMES_NAME.fullmatch(name) else f"[{_quoted(name)}]")
    return path if path.startswith(".") else f".{path}"


def jmes_path_of(node: Node) -> str:
    """Return where a value is, as JMESPath."""
    path = _path(node, lambda name: f".{name}" if _JMES_NAME.fullmatch(name) else f".{_quoted(name)}")
    return path.removeprefix(".") or "@"


def _path(node: Node, named: Callable[[str], str]) -> str:
    steps: list[str] = []
    at: Node | None = node
    while at is not None and at.label is not None:
        steps.append(f"[{at.label}]" if isinstance(at.label, int) else named(at.label))
        at = at.parent
    return "".join(reversed(steps))


def _quoted(name: str) -> str:
    return json.dumps(name, ensure_ascii=False)
