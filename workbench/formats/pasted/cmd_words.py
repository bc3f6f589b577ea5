"""The words of Windows' command line: first cmd's carets, then the quotes as a program's start-up code reads them.

A browser's "copy as cURL (cmd)" needs both: `^"^{^\\^"a^\\^":1^}^"` is `{"a":1}`. Sources: "How the command
interpreter parses" of `cmd /?`, and Microsoft's "Parsing C command-line arguments".
"""

import re

from workbench.formats.pasted.bash_words import Command, Word
from workbench.formats.pasted.pasted import checked

_PIECE = re.compile(
    r"""
      (?P<plain>[^"^&|\n]+)
    | \^(?:\r?\n)(?P<escaped_after_break>\r?\n|.)?
    | \^(?P<escaped>.)
    | (?P<quote>"[^"\n]*(?:"|(?=\n)|\Z))
    | (?P<end>[&|\n]+)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_ARGUMENT = re.compile(
    r'(?P<slashes>\\+)(?P<before>"?)|(?P<pair>"")|(?P<quote>")|(?P<space>[ \t\r\n]+)|(?P<plain>[^\\" \t\r\n]+)'
)


def looks_like_cmd(text: str) -> bool:
    """Return whether a text is quoted for cmd: carets before quotes, or at the ends of lines."""
    return '^"' in text or re.search(r"[ \"]\^\r?\n", text) is not None


def read_cmd(text: str) -> list[Command]:
    """Return the commands of a text, split into words."""
    return [Command(words) for line in _lines(checked(text)) if (words := _words(line))]


def _lines(text: str) -> list[str]:
    """Return each command as cmd hands it on: carets gone, lines that they joined in one."""
    lines: list[str] = []
    pieces: list[str] = []
    for match in _PIECE.finditer(text):
        if match["end"] is not None:
            lines.append("".join(pieces))
            pieces = []
            continue
        pieces.append(next((piece for piece in match.groups() if piece is not None), ""))
    return [*lines, "".join(pieces)]


def _words(line: str) -> list[Word]:
    words: list[Word] = []
    pieces: list[str] | None = None
    inside = False
    for match in _ARGUMENT.finditer(line):
        if match["space"] and not inside:
            words += [] if pieces is None else [Word("".join(pieces))]
            pieces = None
            continue
        pieces = [] if pieces is None else pieces
        if match["slashes"]:
            pieces.append(_backslashes(match))
            # An even number before a quote: each pair is one, and the quote counts.
            inside ^= bool(match["before"]) and len(match["slashes"]) % 2 == 0
        elif match["pair"]:
            pieces += ['"'] if inside else []  # `""` between quotes is one quote.
        elif match["quote"]:
            inside = not inside
        else:
            pieces.append(match[0])
    return words + ([] if pieces is None else [Word("".join(pieces))])


def _backslashes(match: re.Match[str]) -> str:
    count = len(match["slashes"])
    if not match["before"]:
        return match["slashes"]
    return "\\" * (count // 2) + ('"' if count % 2 else "")
