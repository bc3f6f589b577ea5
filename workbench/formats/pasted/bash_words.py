"""A shell's commands as words: quotes undone, redirections and pipes kept apart, nothing run or expanded.

`$NAME` becomes `{{NAME}}`, so that a token kept in the environment becomes a variable. What a command in `$(…)` would
print is not known here: it stays as it is written, and is said to be.
"""

import re
from dataclasses import dataclass, field

from workbench.formats.pasted.pasted import REQUESTS_LIMIT, checked
from workbench.model.errors import FormatError

_SPACE = re.compile(r"(?:[ \t\r\f\v\xa0]+|\\[ \t\r]*\n)+")
_COMMENT = re.compile(r"#[^\n]*")
_PLAIN = re.compile(r"[^\s\xa0\\'\"$`|&;<>()]+")
_SINGLE = re.compile(r"'([^']*)'")
_ANSI = re.compile(r"\$'([^'\\]*(?:\\.[^'\\]*)*)'", re.DOTALL)
_DOUBLE_PLAIN = re.compile(r'[^"\\$`]+')
_HEREDOC_PLAIN = re.compile(r"[^\\$`]+")
_VARIABLE = re.compile(r"\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)([^}\n]{0,200})\})", re.ASCII)
_SPECIAL = re.compile(r"\$[0-9@*#?$!\-]")
_PARENTHESIS = re.compile(r"[()]")
_BACKTICKS = re.compile(r"`[^`\\]*(?:\\.[^`\\]*)*`", re.DOTALL)
_SEPARATOR = re.compile(r"\|\||&&|\|&|;;|[|;&()\n]")
_REDIRECTION = re.compile(r"<<<|<<-?|<|&>>?|>>|>\||>&|<&|>")
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=(.*)", re.ASCII | re.DOTALL)
_QUERY_GOES_ON = re.compile(r"&(?=[\w%$'\"\[{.~\-])")
_ESCAPE = re.compile(
    r"\\(?:x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|([0-7]{1,3})|c(.)|(.))", re.DOTALL
)
_ESCAPED = {"a": "\a", "b": "\b", "e": "\x1b", "E": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


@dataclass(frozen=True, slots=True)
class Word:
    """One word, its quotes undone."""

    text: str
    has_variables: bool = False


@dataclass(frozen=True, slots=True)
class Input:
    """What a command reads from standard input: exactly this text, or a file's bytes."""

    text: Word | None = None
    file: str = ""


@dataclass(slots=True)
class Command:
    """One simple command."""

    words: list[Word] = field(default_factory=list[Word])
    assignments: list[tuple[str, Word]] = field(default_factory=list[tuple[str, Word]])
    input: Input | None = None
    piped_from: "Command | None" = None
    """The command whose output this one reads."""
    notes: list[str] = field(default_factory=list[str])
    """A sentence for each thing that only a shell could know."""


def read_commands(text: str) -> list[Command]:
    """Return all commands in order; FormatError where a quote is never closed."""
    return _Reader(checked(text)).commands()


@dataclass(slots=True)
class _Heredoc:
    command: Command
    delimiter: str
    quoted: bool
    strips_tabs: bool


class _Reader:
    """Reads a text once, from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._command = Command()
        self._done: list[Command] = []
        self._heredocs: list[_Heredoc] = []

    def commands(self) -> list[Command]:
        while self._at < len(self._text):
            if self._skip(_SPACE):
                continue
            if self._text[self._at] == "#":
                self._skip(_COMMENT)
            elif match := _REDIRECTION.match(self._text, self._at):
                self._at = match.end()
                self._redirect(match[0])
            elif match := _SEPARATOR.match(self._text, self._at):
                self._at = match.end()
                self._separate(match[0])
            else:
                self._take(self._word())
        self._end(piped=False)
        return self._done

    def _skip(self, pattern: re.Pattern[str]) -> bool:
        match = pattern.match(self._text, self._at)
        self._at = match.end() if match else self._at
        return match is not None

    def _take(self, word: tuple[Word, bool]) -> None:
        taken, quoted = word
        follows = self._text[self._at : self._at + 1]
        if not quoted and taken.text.isdecimal() and follows in ("<", ">") and follows:
            return  # The number of a stream that is redirected.
        match = None if quoted or self._command.words else _ASSIGNMENT.fullmatch(taken.text)
        if match:
            self._command.assignments.append((match[1], Word(match[2], taken.has_variables)))
        else:
            self._command.words.append(taken)

    def _separate(self, mark: str) -> None:
        self._end(piped=mark in ("|", "|&"))
        if mark == "\n":
            for heredoc in self._heredocs:
                self._read_heredoc(heredoc)
            self._heredocs = []

    def _end(self, *, piped: bool) -> None:
        ended = self._command
        if ended.words or ended.assignments:
            self._done.append(ended)
        if len(self._done) > REQUESTS_LIMIT:
            raise FormatError(f"The text holds more than {REQUESTS_LIMIT} commands.")
        self._command = Command(piped_from=ended if piped else None)

    # Redirections

    def _redirect(self, mark: str) -> None:
        self._skip(_SPACE)
        starts_word = self._at < len(self._text) and not _SEPARATOR.match(self._text, self._at)
        word, quoted = self._word() if starts_word else (Word(""), False)
        match mark:
            case "<":
                self._command.input = Input(file=word.text)
            case "<<<":
                self._command.input = Input(Word(f"{word.text}\n", word.has_variables))
            case "<<" | "<<-":
                self._heredocs.append(_Heredoc(self._command, word.text, quoted, mark == "<<-"))
            case _:
                pass  # Where output goes says nothing about a request.

    def _read_heredoc(self, heredoc: _Heredoc) -> None:
        tabs = "\t*" if heredoc.strips_tabs else ""
        end = re.compile(rf"^{tabs}{re.escape(heredoc.delimiter)}\r?$", re.MULTILINE).search(self._text, self._at)
        content = self._text[self._at : end.start() if end else len(self._text)]
        if heredoc.strips_tabs:
            content = re.sub(r"(?m)^\t+", "", content)
        self._at = end.end() if end else len(self._text)
        word = Word(content)
        if not heredoc.quoted:
            inner = _Reader(content)
            word = inner._expanded(_HEREDOC_PLAIN, "\\$`\n", None)
            heredoc.command.notes += inner._command.notes
        heredoc.command.input = Input(word)

    # Words

    def _word(self) -> tuple[Word, bool]:
        pieces: list[str] = []
        quoted = has_variables = False
        while self._at < len(self._text):
            mark = self._text[self._at]
            if match := _PLAIN.match(self._text, self._at):
                self._at = match.end()
                pieces.append(match[0])
            elif mark == "\\":
                if _SPACE.match(self._text, self._at):
                    break
                pieces.append(self._text[self._at + 1 : self._at + 2])
                self._at += 2
            elif mark == "'" or self._text.startswith("$'", self._at):
                quoted = True
                pieces.append(self._quoted())
            elif mark == '"' or self._text.startswith('$"', self._at):
                quoted = True
                self._at += 2 if mark == "$" else 1
                inner = self._expanded(_DOUBLE_PLAIN, '\\"$`\n', '"')
                pieces.append(inner.text)
                has_variables |= inner.has_variables
            elif mark in "$`":
                piece, is_variable = self._expansion()
                pieces.append(piece)
                has_variables |= is_variable
            elif mark == "&" and _QUERY_GOES_ON.match(self._text, self._at) and _has_query(pieces):
                # A shell would stop here; whoever pastes this means the URL.
                self._at += 1
                pieces.append(mark)
            else:
                break
        return Word("".join(pieces), has_variables), quoted

    def _quoted(self) -> str:
        pattern = _SINGLE if self._text[self._at] == "'" else _ANSI
        match = pattern.match(self._text, self._at)
        if match is None:
            raise self._unclosed("'")
        self._at = match.end()
        return match[1] if pattern is _SINGLE else ansi_unescaped(match[1])

    def _expanded(self, plain: re.Pattern[str], escapable: str, close: str | None) -> Word:
        """Read on to `close`, or to the end where that is None; backslashes count before `escapable` only."""
        pieces: list[str] = []
        has_variables = False
        while self._at < len(self._text):
            if match := plain.match(self._text, self._at):
                self._at = match.end()
                pieces.append(match[0])
                continue
            mark = self._text[self._at]
            if mark == close:
                self._at += 1
                return Word("".join(pieces), has_variables)
            if mark == "\\":
                following = self._text[self._at + 1 : self._at + 2]
                self._at += 2
                pieces.append("" if following == "\n" else following if following in escapable else mark + following)
                continue
            piece, is_variable = self._expansion()
            pieces.append(piece)
            has_variables |= is_variable
        if close is not None:
            raise self._unclosed(close)
        return Word("".join(pieces), has_variables)

    def _expansion(self) -> tuple[str, bool]:
        """Read `$NAME`, `$(command)`, a command in backticks or a lone dollar; True for a variable."""
        if match := _VARIABLE.match(self._text, self._at):
            self._at = match.end()
            if match[3]:
                self._command.notes.append(f"Of {match[0]} only the variable's name was kept.")
            return f"{{{{{match[1] or match[2]}}}}}", True
        if self._text.startswith("$(", self._at):
            return self._unknown(self._closing_parenthesis()), False
        if match := _BACKTICKS.match(self._text, self._at):
            return self._unknown(match.end()), False
        if match := _SPECIAL.match(self._text, self._at):
            return self._unknown(match.end()), False
        self._at += 1
        return self._text[self._at - 1], False

    def _unknown(self, end: int) -> str:
        written = self._text[self._at : end]
        self._at = end
        shown = written if len(written) <= 60 else f"{written[:60]}…"
        self._command.notes.append(f"What {shown} stands for is not known here; it was kept as text.")
        return written

    def _closing_parenthesis(self) -> int:
        depth = 0
        for match in _PARENTHESIS.finditer(self._text, self._at + 1):
            depth += 1 if match[0] == "(" else -1
            if depth == 0:
                return match.end()
        raise self._unclosed("$(")

    def _unclosed(self, mark: str) -> FormatError:
        line = self._text.count("\n", 0, self._at) + 1
        return FormatError(f"The command opens {mark} and never closes it (line {line}).", "Copy it whole.")


def _has_query(pieces: list[str]) -> bool:
    """True for a word that is a URL with a query so far: it begins so in one of its first pieces."""
    return any("?" in piece for piece in pieces[:8]) and not pieces[0].startswith("-")


def ansi_unescaped(text: str) -> str:
    """Return what `$'…'` stands for; bytes that are no UTF-8 become lone surrogates."""
    if "\\" not in text:
        return text
    pieces: list[bytes] = []
    end = 0
    for match in _ESCAPE.finditer(text):
        pieces.append(text[end : match.start()].encode("utf-8", "surrogateescape"))
        pieces.append(_escaped(match))
        end = match.end()
    pieces.append(text[end:].encode("utf-8", "surrogateescape"))
    return b"".join(pieces).decode("utf-8", "surrogateescape")


def _escaped(match: re.Match[str]) -> bytes:
    byte, short, long, octal, control, other = match.groups()
    if byte or octal:
        return bytes([int(byte, 16) if byte else int(octal, 8) & 255])
    if short or long:
        number = int(short or long, 16)
        return chr(number).encode("utf-8", "surrogatepass") if number <= 0x10FFFF else b""
    if control:
        return bytes([ord(control) & 31])
    return (_ESCAPED.get(other) or (other if other in "\\'\"?" else f"\\{other}")).encode("utf-8", "surrogateescape")
