"""PowerShell's commands as values: quotes and backticks undone, tables kept as such; nothing is run.

`$NAME` becomes `{{NAME}}` unless the text itself gives it a value. Strings in parentheses (`(New-Object … "a", "b")`)
are kept in order: the little that browsers write there can be told by them.
"""

import re
from dataclasses import dataclass, field

from workbench.formats.pasted.pasted import DEPTH_LIMIT, REQUESTS_LIMIT, checked
from workbench.model.errors import FormatError

_SPACE = re.compile(r"(?:[ \t\r\xa0]+|`\r?\n|#[^\n]*)+")
_BREAK = re.compile(r"(?:[\s\xa0;,]+|`\r?\n|#[^\n]*)*")
_SINGLE = re.compile(r"'((?:[^']|'')*)'")
_HERE = re.compile(r"@(['\"])[ \t]*\r?\n")
_PLAIN_IN_QUOTES = re.compile(r'[^"`$]+')
_CHARACTER = re.compile(r"\$\(\[char\](0x[0-9A-Fa-f]{1,6}|\d{1,7})\)", re.IGNORECASE)
_VARIABLE = re.compile(r"\$(?:\{(?:env:)?([A-Za-z_]\w*)\}|(?:env:|script:|global:)?([A-Za-z_]\w*))", re.ASCII | re.I)
_BARE = re.compile(r"(?:[^\s\xa0'\"`$;|(){},=]|`.)+", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "0": "\0", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "e": "\x1b"}


@dataclass(frozen=True, slots=True)
class Text:
    """A word or a string."""

    text: str
    has_variables: bool = False
    is_bare: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """`@{…}`: names and values in order."""

    rows: tuple[tuple[str, "Value"], ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """`(…)`, `@(…)` or `$(…)`: the values in it, and how it was written."""

    values: tuple["Value", ...]
    written: str


Value = Text | Table | Group


@dataclass(slots=True)
class Statement:
    """One command with its words, or one assignment (`target` is then what is assigned to)."""

    words: list[Value] = field(default_factory=list[Value])
    target: str = ""


def looks_like_powershell(text: str) -> bool:
    """Return whether a text is written for PowerShell."""
    return (
        re.search(r"(?i)\b(?:Invoke-(?:WebRequest|RestMethod)|iwr|irm)\b", text) is not None
        or re.search(r"[ \"'}]`\r?\n", text) is not None
        or re.search(r"(?m)^[ \t]*PS [^\n>]*>", text) is not None
    )


def read_powershell(text: str) -> list[Statement]:
    """Return the statements in order; FormatError where a quote or bracket is never closed."""
    text = checked(text)
    return _Reader(re.sub(r"(?m)^[ \t]*(?:PS [^\n>]*>|>>)[ \t]*", "", text)).statements()


class _Reader:
    """Reads a text once, from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def statements(self) -> list[Statement]:
        found: list[Statement] = []
        statement = Statement()
        while self._at < len(self._text):
            if self._match(_SPACE):
                continue
            mark = self._text[self._at]
            if mark in "\n;|{})&":
                self._at += 1
                if statement.words:
                    found.append(_assigned(statement))
                    statement = Statement()
                if len(found) > REQUESTS_LIMIT:
                    raise FormatError(f"The text holds more than {REQUESTS_LIMIT} commands.")
                continue
            statement.words.append(self._value(0))
        return [*found, _assigned(statement)] if statement.words else found

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.match(self._text, self._at)
        if match:
            self._at = match.end()
        return match

    def _value(self, depth: int) -> Value:
        if depth > DEPTH_LIMIT:
            raise FormatError("The command nests brackets too deep to be read.")
        text, start = self._text, self._at
        if match := self._match(_HERE):
            return self._here_string(f"\n{match[1]}@")
        if text.startswith("@{", start):
            self._at += 2
            return self._table(depth)
        if text.startswith(("(", "@(", "$("), start):
            self._at = text.index("(", start) + 1
            return self._group(start, depth)
        return self._text_value()

    def _here_string(self, close: str) -> Text:
        end = self._text.find(close, self._at - 1)
        if end < 0:
            raise FormatError('The command opens @" and never closes it.', "Copy it whole.")
        content = self._text[self._at : max(end, self._at)]
        self._at = end + len(close)
        return Text(content.removesuffix("\r"))

    def _table(self, depth: int) -> Table:
        rows: list[tuple[str, Value]] = []
        while True:
            self._match(_BREAK)
            if self._text.startswith("}", self._at):
                self._at += 1
                return Table(tuple(rows))
            name = self._text_value(ends_at_equals=True)
            self._match(_SPACE)
            if not self._text.startswith("=", self._at):
                raise FormatError("A table of the command, @{…}, cannot be read.", "Copy the command whole.")
            self._at += 1
            self._match(_SPACE)
            rows.append((name.text, self._value(depth + 1)))

    def _group(self, start: int, depth: int) -> Group:
        values: list[Value] = []
        while True:
            self._match(_BREAK)
            if self._at >= len(self._text):
                raise FormatError("The command opens ( and never closes it.", "Copy it whole.")
            mark = self._text[self._at]
            if mark == ")":
                self._at += 1
                return Group(tuple(values), self._text[start : self._at])
            if mark in "|{}=":
                self._at += 1
                continue
            values.append(self._value(depth + 1))

    def _text_value(self, *, ends_at_equals: bool = False) -> Text:
        """Read a word: bare text, strings and variables that stand next to each other; a lone `=` is one."""
        pieces: list[str] = []
        has_variables = is_bare = False
        start = self._at
        while self._at < len(self._text):
            mark = self._text[self._at]
            if match := self._match(_SINGLE):
                pieces.append(match[1].replace("''", "'"))
            elif mark == '"':
                text, variables = self._double()
                pieces.append(text)
                has_variables |= variables
            elif mark == "$" and (match := self._match(_VARIABLE)):
                pieces.append(f"{{{{{match[1] or match[2]}}}}}")
                has_variables = True
            elif match := self._match(_BARE):
                pieces.append(re.sub(r"`(.)", r"\1", match[0]))
                is_bare = True
            elif mark in ",=" and is_bare and not (mark == "=" and ends_at_equals):
                self._at += 1
                pieces.append(mark)
            else:
                break
        if self._at == start:
            if self._text[start : start + 1] in ("", "'", '"'):
                raise FormatError("The command ends within a quote or a table.", "Copy it whole.")
            self._at += 1
            return Text(self._text[start], is_bare=True)
        return Text("".join(pieces), has_variables, is_bare)

    def _double(self) -> tuple[str, bool]:
        pieces: list[str] = []
        has_variables = False
        self._at += 1
        while self._at < len(self._text):
            if match := self._match(_PLAIN_IN_QUOTES):
                pieces.append(match[0])
                continue
            mark, following = self._text[self._at], self._text[self._at + 1 : self._at + 2]
            if mark == '"' and following != '"':
                self._at += 1
                return "".join(pieces), has_variables
            if match := self._match(_CHARACTER):
                number = int(match[1], 0)
                pieces.append(chr(number) if number <= 0x10FFFF else "\ufffd")
            elif mark == "$" and (match := self._match(_VARIABLE)):
                pieces.append(f"{{{{{match[1] or match[2]}}}}}")
                has_variables = True
            elif mark == "$":
                self._at += 1
                pieces.append(mark)
            else:
                self._at += 2
                pieces.append(_ESCAPES.get(following, following) if mark == "`" else following)
        raise FormatError('The command opens " and never closes it.', "Copy it whole.")


def _assigned(statement: Statement) -> Statement:
    """Return the statement with `$name = …` told from a command."""
    words = statement.words
    if len(words) > 2 and isinstance(words[0], Text) and words[1] == Text("=", is_bare=True):
        statement.target = words[0].text
        statement.words = words[2:]
    return statement
