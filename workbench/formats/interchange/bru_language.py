"""The text of `.bru` files, Bruno's language: blocks of pairs, of text, of names.

    get {                        pairs, a line each; ~ before a name switches it off
      url: https://example.com
    }
    body:json {                  text, indented by two
      {"a": 1}
    }
    vars:secret [                names
      token
    ]

A block ends at the first line that begins with its closing bracket. Values of several lines stand between `'''`.
Source: how the grammars of `@usebruno/lang` 2 behave; what they refuse is refused here with its line.
"""

import re
from dataclasses import dataclass, field

from workbench.model.errors import FormatError

_OPENING = re.compile(r"(?P<name>[A-Za-z][\w:\-]*)[ \t]*(?P<bracket>[{\[])[ \t]*(?P<rest>.*)\Z")
_QUOTED_PAIR = re.compile(r'(?P<off>~?)"(?P<name>(?:\\"|[^"])*)"[ \t]*:(?P<value>.*)\Z', re.DOTALL)
_PAIR = re.compile(r"(?P<name>[^:]*):(?P<value>.*)\Z", re.DOTALL)
_ANNOTATION = re.compile(r"@(?P<name>[^()\s:]+)(?:\((?P<value>.*)\))?[ \t]*\Z", re.DOTALL)
_CONTENT_TYPE = re.compile(r"[ \t]*(@contentType\([^)]*\))?[ \t]*\Z")
_TEXT_BLOCKS = re.compile(
    r"(?:body|body:(?:json|text|xml|sparql|graphql|graphql:vars)|script:(?:pre-request|post-response)|tests|docs|example)\Z"
)
_FENCE = "'''"


@dataclass(frozen=True, slots=True)
class Pair:
    """A line of a block: its name, its value or names, and the `@annotations` above it."""

    name: str
    value: str = ""
    names: tuple[str, ...] | None = None
    enabled: bool = True
    annotations: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Block:
    """One block; `pairs` or `text` is filled by its kind, `line` counts from 1."""

    name: str
    line: int
    pairs: list[Pair] = field(default_factory=list[Pair])
    text: str = ""

    def value(self, name: str) -> str:
        """Return the last value of that name, as Bruno does."""
        return next((pair.value for pair in reversed(self.pairs) if pair.name == name), "")


def parse_bru(text: str) -> list[Block]:
    """Return the blocks of a file in order; FormatError names the line that is none."""
    return _Reader(re.split(r"\r?\n", text.removeprefix("\ufeff"))).blocks()


class _Reader:
    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._at = 0

    def blocks(self) -> list[Block]:
        found: list[Block] = []
        while self._at < len(self._lines):
            line = self._lines[self._at].strip()
            if line.startswith("color:"):
                self._at += 1
            elif line:
                found.append(self._block(line))
            else:
                self._at += 1
        return found

    def _block(self, line: str) -> Block:
        match = _OPENING.match(line)
        if match is None:
            raise self._broken("a block is expected here, such as “get {”")
        block = Block(match["name"], self._at + 1)
        rest = match["rest"].strip()
        self._at += 1
        closing = "}" if match["bracket"] == "{" else "]"
        if rest == closing:
            return block
        if rest and closing == "}":
            self._at -= 1
            raise self._broken(f"the block “{block.name}” must begin on a new line")
        if closing == "]":
            block.pairs = self._listed(rest)
        elif _TEXT_BLOCKS.match(block.name):
            block.text = self._text(block)
        else:
            block.pairs = self._pairs(block)
        return block

    def _text(self, block: Block) -> str:
        lines: list[str] = []
        while True:
            line = self._next(block)
            if line.startswith("}"):
                break
            if lines or line:
                lines.append(line)
        return "\n".join(line.removeprefix("  ") for line in "\n".join(lines).replace("\r", "\n").split("\n"))

    def _listed(self, rest: str) -> list[Pair]:
        words = [rest]
        while self._at < len(self._lines) and "]" not in words[-1]:
            words.append(self._lines[self._at])
            self._at += 1
        names = re.split(r"[,\n]", "\n".join(words).partition("]")[0])
        plain = [name.strip() for name in names if name.strip() and not name.strip().startswith("@")]
        return [Pair(name.removeprefix("~"), enabled=not name.startswith("~")) for name in plain]

    def _pairs(self, block: Block) -> list[Pair]:
        pairs: list[Pair] = []
        annotations: list[tuple[str, str]] = []
        while True:
            line = self._next(block)
            if line.startswith("}"):
                return pairs
            stripped = line.strip()
            if not stripped:
                continue
            if stripped.startswith("@") and (note := self._annotation(stripped, block)):
                annotations.append(note)
                continue
            pairs.append(self._pair(stripped, block, tuple(annotations)))
            annotations.clear()

    def _annotation(self, line: str, block: Block) -> tuple[str, str] | None:
        if re.match(rf"@[^()\s:]+\({_FENCE}", line):
            line = line.replace(_FENCE, "", 1)
            if _FENCE not in line:
                line += "\n" + self._until_fence(block)
            line = line.replace(_FENCE, "", 1)
        match = _ANNOTATION.match(line)
        return (match["name"], (match["value"] or "").strip().strip("'\"")) if match else None

    def _pair(self, line: str, block: Block, annotations: tuple[tuple[str, str], ...]) -> Pair:
        match = _QUOTED_PAIR.match(line)
        name = match["name"].replace('\\"', '"') if match else ""
        enabled = not (match and match["off"])
        if match is None:
            match = _PAIR.match(line)
            if match is None:
                self._at -= 1
                raise self._broken(f"the block “{block.name}” has a line without a colon")
            name = match["name"].strip()
            name, enabled = name.removeprefix("~"), not name.startswith("~")
        value = match["value"].strip()
        if value == "[":
            return Pair(name, names=self._names(block), enabled=enabled, annotations=annotations)
        if value.startswith(_FENCE):
            value = self._fenced(value.removeprefix(_FENCE), block)
        return Pair(name, value, enabled=enabled, annotations=annotations)

    def _names(self, block: Block) -> tuple[str, ...]:
        names: list[str] = []
        while (line := self._next(block).strip()) != "]":
            names += [line] if line else []
        return tuple(names)

    def _fenced(self, start: str, block: Block) -> str:
        """Return a value of several lines, four spaces of indentation off, and what stands after it."""
        if _FENCE not in start:
            start += "\n" + self._until_fence(block)
        content, _, after = start.partition(_FENCE)
        if not _CONTENT_TYPE.match(after):
            self._at -= 1
            raise self._broken("something stands after ''' where the line must end")
        value = "\n".join(line[4:] for line in content.split("\n")) if "\n" in content else content[4:]
        return f"{value} {after.strip()}".strip() if after.strip() else value.strip()

    def _until_fence(self, block: Block) -> str:
        lines: list[str] = []
        while True:
            line = self._next(block)
            lines.append(line)
            if _FENCE in line:
                return "\n".join(lines)

    def _next(self, block: Block) -> str:
        if self._at >= len(self._lines):
            raise FormatError(
                f"Line {block.line}: the block “{block.name}” is never closed.", "Mend the file in a text editor."
            )
        self._at += 1
        return self._lines[self._at - 1]

    def _broken(self, what: str) -> FormatError:
        return FormatError(f"Line {self._at + 1}: {what}.", "Mend the file in a text editor.")
