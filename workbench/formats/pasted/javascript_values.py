"""Values as they are written in JavaScript: what JSON has, and how people write it by hand. Nothing is run.

A name that is no value here becomes `{{NAME}}`, and numbers keep their digits.
"""

import json
import re
from dataclasses import dataclass

from workbench.formats.pasted.pasted import DEPTH_LIMIT
from workbench.model.errors import FormatError

_SPACE = re.compile(r"(?:\s+|//[^\n]*|/\*.*?\*/)+", re.DOTALL)
_STRING = re.compile(r"\"([^\"\\\n]*(?:\\.[^\"\\\n]*)*)\"|'([^'\\\n]*(?:\\.[^'\\\n]*)*)'", re.DOTALL)
_TEMPLATE_PLAIN = re.compile(r"[^`\\$]+")
_NUMBER = re.compile(r"-?(?:0[xX][0-9A-Fa-f]+|\d+(?:\.\d+)?(?:[eE][+\-]?\d+)?)(?![\w.])", re.ASCII)
_NAME = re.compile(r"(?:(?:new|await|process\.env)\s*\.?\s*)?([A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*)", re.ASCII)
_ESCAPE = re.compile(r"\\(?:u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|(\r\n|.))", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": "", "\r\n": ""}


@dataclass(frozen=True, slots=True)
class Number:
    """A number with its digits as written."""

    text: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """An expression whose value only running it would tell."""

    written: str


@dataclass(frozen=True, slots=True)
class Called:
    """A call of a function or class by its name: `JSON.stringify(…)`, `new Headers(…)`."""

    name: str
    arguments: tuple["Value", ...]


@dataclass(frozen=True, slots=True)
class Text:
    """A string; `has_variables` where names of the program stand in it as `{{NAME}}`."""

    text: str
    has_variables: bool = False


Value = Text | Number | Unknown | Called | bool | None | dict[str, "Value"] | list["Value"]


class Values:
    """Reads values one after the other; FormatError where there is none."""

    def __init__(self, text: str, at: int) -> None:
        self._text = text
        self.at = at

    def skip(self, mark: str = "") -> bool:
        """Pass over spaces and comments, then `mark`; False where it is not there."""
        if match := _SPACE.match(self._text, self.at):
            self.at = match.end()
        found = self._text.startswith(mark, self.at)
        self.at += len(mark) if found else 0
        return found

    def arguments(self, depth: int = 0) -> tuple[Value, ...]:
        """Read on to the closing parenthesis."""
        found: list[Value] = []
        while not self.skip(")"):
            found.append(self.value(depth + 1))
            if not self.skip(","):
                if not self.skip(")"):
                    raise self._unreadable()
                break
        return tuple(found)

    def value(self, depth: int = 0) -> Value:
        """Read one value; texts joined with `+` are one."""
        first = self._single(depth)
        while self.skip("+"):
            second = self._single(depth + 1)
            left, right = as_text(first), as_text(second)
            first = Text(left.text + right.text, left.has_variables or right.has_variables)
        return first

    def _single(self, depth: int) -> Value:
        if depth > DEPTH_LIMIT:
            raise FormatError("The call nests values too deep to be read.")
        self.skip()
        text = self._text
        mark = text[self.at : self.at + 1]
        if match := _STRING.match(text, self.at):
            self.at = match.end()
            return Text(_unescaped(match[1] if match[1] is not None else match[2]))
        if mark == "`":
            return self._template()
        if mark == "{":
            self.at += 1
            return self._object(depth)
        if mark == "[":
            self.at += 1
            return self._list(depth)
        if match := _NUMBER.match(text, self.at):
            self.at = match.end()
            return Number(match[0])
        if match := _NAME.match(text, self.at):
            return self._named(match, depth)
        raise self._unreadable()

    def _named(self, match: re.Match[str], depth: int) -> Value:
        self.at = match.end()
        name = match[1]
        if name in ("true", "false"):
            return name == "true"
        if name in ("null", "undefined"):
            return None
        if self._text.startswith("(", self.at):
            self.at += 1
            return Called(name, self.arguments(depth + 1))
        return Unknown(name)

    def _object(self, depth: int) -> dict[str, Value]:
        found: dict[str, Value] = {}
        while not self.skip("}"):
            name = self._single(depth + 1)
            key = as_text(name).text if not isinstance(name, Unknown) else name.written
            found[key] = self.value(depth + 1) if self.skip(":") else name
            if not self.skip(","):
                if not self.skip("}"):
                    raise self._unreadable()
                break
        return found

    def _list(self, depth: int) -> list[Value]:
        found: list[Value] = []
        while not self.skip("]"):
            found.append(self.value(depth + 1))
            if not self.skip(","):
                if not self.skip("]"):
                    raise self._unreadable()
                break
        return found

    def _template(self) -> Text:
        pieces: list[str] = []
        has_variables = False
        self.at += 1
        while self.at < len(self._text):
            if match := _TEMPLATE_PLAIN.match(self._text, self.at):
                self.at = match.end()
                pieces.append(match[0])
                continue
            mark = self._text[self.at]
            if mark == "`":
                self.at += 1
                return Text(_unescaped("".join(pieces)), has_variables)
            if mark == "\\":
                pieces.append(self._text[self.at : self.at + 2])
                self.at += 2
            elif self._text.startswith("${", self.at) and (end := self._text.find("}", self.at, self.at + 500)) > 0:
                pieces.append(f"{{{{{_variable(self._text[self.at + 2 : end])}}}}}")
                has_variables = True
                self.at = end + 1
            else:
                pieces.append(mark)
                self.at += 1
        raise FormatError("The call opens ` and never closes it.", "Copy it whole.")

    def _unreadable(self) -> FormatError:
        line = self._text.count("\n", 0, self.at) + 1
        shown = self._text[self.at : self.at + 20]
        return FormatError(f"The call cannot be read from {shown!r} on (line {line}).", "Copy it whole.")


def _variable(written: str) -> str:
    """Return a name for an expression: its last part, in the letters that a variable may have."""
    return re.sub(r"\W+", "_", written.strip().rpartition(".")[2], flags=re.ASCII).strip("_") or "value"


def as_text(value: Value) -> Text:
    """Return a value as JavaScript makes text of it."""
    match value:
        case Text():
            return value
        case Number():
            return Text(value.text)
        case Unknown():
            return Text(f"{{{{{_variable(value.written)}}}}}", has_variables=True)
        case Called(name="JSON.stringify", arguments=(first, *_)):
            return Text(*as_json(first))
        case Called(name="URLSearchParams" | "String", arguments=(Text() as only,)):
            return only
        case None:
            return Text("null")
        case bool():
            return Text("true" if value else "false")
        case _:
            return Text(*as_json(value))


def as_json(value: Value) -> tuple[str, bool]:
    """Return a value as `JSON.stringify` writes it, and whether a name of the program stands in it."""
    match value:
        case Number():
            return value.text, False
        case bool() | None:
            return json.dumps(value), False
        case Unknown() | Called():
            return json.dumps(as_text(value).text, ensure_ascii=False) if isinstance(value, Unknown) else "null", True
        case Text():
            return json.dumps(value.text, ensure_ascii=False), value.has_variables
        case dict():
            rows = [(json.dumps(name, ensure_ascii=False), as_json(inner)) for name, inner in value.items()]
            return "{" + ",".join(f"{name}:{text}" for name, (text, _) in rows) + "}", any(row[1][1] for row in rows)
        case _:
            items = [as_json(inner) for inner in value]
            return "[" + ",".join(text for text, _ in items) + "]", any(unknown for _, unknown in items)


def _unescaped(text: str) -> str:
    """Return a string's text; halves of a pair that stand together become one character, others U+FFFD."""
    if "\\" not in text:
        return text
    plain = _ESCAPE.sub(_escaped, text)
    return plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _escaped(match: re.Match[str]) -> str:
    digits = match[1] or match[2] or match[3]
    if digits:
        return chr(int(digits, 16)) if int(digits, 16) <= 0x10FFFF else "\ufffd"
    return _ESCAPED.get(match[4], match[4])
