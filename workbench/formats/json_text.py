"""JSON made readable without touching it: numbers, duplicate names, order and escapes stay as sent."""

import re
from dataclasses import dataclass

_POSITION = re.compile(r"\s*\(byte (\d+)\)\s*$")


@dataclass(frozen=True, slots=True)
class JsonProblem:
    """Where a body stops being JSON; line and column count from 1."""

    line: int
    column: int
    offset: int
    message: str

    @property
    def sentence(self) -> str:
        return f"Not valid JSON: {self.message} (line {self.line}, column {self.column})."


def pretty(content: bytes) -> bytes:
    """Return the text indented by two; ValueError where it is not JSON.

    msgspec formats bytes to bytes without building values, so nothing is rounded, merged or reordered.
    """
    import msgspec

    return msgspec.json.format(content.removeprefix(b"\xef\xbb\xbf"), indent=2)


def problem(content: bytes) -> JsonProblem | None:
    """Return what is wrong with the text, None where it is JSON."""
    import msgspec

    try:
        msgspec.json.format(content.removeprefix(b"\xef\xbb\xbf"), indent=0)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        return _located(content, str(error))
    return None


def _located(content: bytes, message: str) -> JsonProblem:
    match = _POSITION.search(message)
    offset = min(int(match[1]), len(content)) if match else len(content)
    reason = _POSITION.sub("", message).removeprefix("JSON is malformed: ").rstrip(".")
    before = content[:offset]
    line = before.count(b"\n") + 1
    column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
    return JsonProblem(line, column, offset, reason or "it ends too early")
