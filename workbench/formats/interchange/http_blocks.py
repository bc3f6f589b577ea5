"""The lines of `.http` files: blocks between `###`, each with what stands before, in and after its request.

Source: the HTTP Request in Editor specification of JetBrains, and the manual of VS Code's REST Client.
"""

import re
from dataclasses import dataclass, field

_SEPARATOR = re.compile(r"###(?P<name>.*)\Z")
_COMMENT = re.compile(r"(?:#|//)\s?(?P<text>.*)\Z")
_TAG = re.compile(r"@(?P<name>[\w\-]+)(?:[\s=]+(?P<value>.*))?\Z")
_VARIABLE = re.compile(r"@(?P<name>[^\s=]+)\s*=\s*(?P<value>.*)\Z")
_METHOD = re.compile(r"[A-Z][A-Z0-9_\-]*\Z")
_HEADER = re.compile(r"(?P<name>[^\s:]+|\{\{[^}]*\}\})[ \t]*:[ \t]*(?P<value>.*)\Z")
_AFTERWARDS = re.compile(r">(?:>!?)?\s+\S|>\s*\{%|<>\s")


@dataclass(slots=True)
class HttpBlock:
    """One request with its surroundings; `url` is empty where a block has none."""

    name: str
    line: int
    method: str = ""
    url: str = ""
    version: str = ""
    variables: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    tags: dict[str, str] = field(default_factory=dict[str, str])
    """`# @name login`: the name without @, and what follows."""
    comments: list[str] = field(default_factory=list[str])
    headers: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    body: list[str] = field(default_factory=list[str])
    """Lines, without the empty ones around them."""
    before: list[str] = field(default_factory=list[str])
    """Scripts before the request, and words that only other programs know."""
    handlers: list[str] = field(default_factory=list[str])
    """Scripts after the answer."""
    others: list[str] = field(default_factory=list[str])
    """Lines that say what happens with the answer."""


def blocks(text: str) -> list[HttpBlock]:
    """Return the blocks of a file; any text has some."""
    found = [HttpBlock("", 1)]
    lines: list[list[str]] = [[]]
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        if match := _SEPARATOR.match(line):
            found.append(HttpBlock(match["name"].strip(" #\t"), number + 1))
            lines.append([])
        else:
            lines[-1].append(line)
    for block, inner in zip(found, lines, strict=True):
        _BlockReader(block, inner).read()
    return found


class _BlockReader:
    def __init__(self, block: HttpBlock, lines: list[str]) -> None:
        self._block = block
        self._lines = lines
        self._at = 0

    def read(self) -> None:
        while self._at < len(self._lines) and not self._block.url:
            self._preamble(self._lines[self._at])
            self._at += 1
        self._continuation()
        self._headers()
        self._rest()

    def _preamble(self, line: str) -> None:
        stripped = line.strip()
        if not stripped:
            return
        if match := _VARIABLE.match(stripped):
            self._block.variables.append((match["name"], match["value"].strip()))
        elif match := _COMMENT.match(stripped):
            self._comment(match["text"].strip())
        elif stripped.startswith("<"):
            self._block.before.append(self._script(stripped.removeprefix("<").strip()))
        elif re.match(r"(?:import|run|client\.)\b", stripped):
            self._block.before.append(stripped)
        else:
            self._request_line(stripped)

    def _comment(self, text: str) -> None:
        if match := _TAG.match(text):
            self._block.tags[match["name"]] = (match["value"] or "").strip()
        elif text:
            self._block.comments.append(text)

    def _script(self, start: str) -> str:
        """Return a script to its `%}`, or the name of its file."""
        if not start.startswith("{%"):
            return start
        parts = [start.removeprefix("{%")]
        while "%}" not in parts[-1] and self._at + 1 < len(self._lines):
            self._at += 1
            parts.append(self._lines[self._at])
        return "\n".join(parts).partition("%}")[0].strip() + "\n"

    def _request_line(self, line: str) -> None:
        method, _, rest = line.partition(" ")
        if _METHOD.match(method) and rest.strip():
            self._block.method, line = method, rest.strip()
        self._block.url, self._block.version = _without_version(line)

    def _continuation(self) -> None:
        """A URL goes on over indented lines."""
        while (
            self._at < len(self._lines) and self._lines[self._at][:1] in (" ", "\t") and self._lines[self._at].strip()
        ):
            part = self._lines[self._at].strip()
            part, version = _without_version(part)
            self._block.version = version or self._block.version
            self._block.url += part
            self._at += 1

    def _headers(self) -> None:
        while self._at < len(self._lines) and (line := self._lines[self._at].strip()):
            if _AFTERWARDS.match(line):
                return
            self._at += 1
            if _COMMENT.match(line):
                continue
            if match := _HEADER.match(line):
                self._block.headers.append((match["name"], match["value"].strip()))
            else:
                self._block.others.append(line)

    def _rest(self) -> None:
        body: list[str] = []
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if _AFTERWARDS.match(line):
                self._afterwards(line)
            else:
                body.append(line)
            self._at += 1
        filled = [at for at, line in enumerate(body) if line.strip()]
        self._block.body = body[filled[0] : filled[-1] + 1] if filled else []

    def _afterwards(self, line: str) -> None:
        if line.startswith((">>", "<>")):
            self._block.others.append(line.strip())
        else:
            self._block.handlers.append(self._script(line.removeprefix(">").strip()))


def _without_version(line: str) -> tuple[str, str]:
    """Return a request line's end without `HTTP/1.1`, and the version."""
    url, mark, version = line.rpartition(" HTTP/")
    return (url.rstrip(), version.split(" ")[0]) if mark else (line, "")
