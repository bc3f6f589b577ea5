"""HTTPie's nested JSON: `a[b][c]=d`, `list[]=1`, `list[0]:=…`, `[0][x]=…`, with `\\` before brackets and numbers.

A path makes containers as it is walked; what a place holds (object or list) is decided by its first use and does not
change afterwards, while a value at the end of a path may be replaced. Places a list skips become null.
(HTTPie's documentation, "Nested JSON".)
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from workbench.model.errors import UsageError

INDEX_LIMIT = 100_000
"""A list is filled up to its highest index: a slip of the finger must not fill the memory."""

_WORD = re.compile(r"(?:\\.|[^\[\]\\]|\\)+", re.DOTALL)
_NUMBER = re.compile(r"-?\d+", re.ASCII)
APPEND = None
"""The step `[]`."""

Step = str | int | None
"""A member's name, an index, or `APPEND`."""


class NestedJsonError(UsageError):
    """A path that cannot be read or walked; the hint shows the place."""


@dataclass(frozen=True, slots=True)
class _Placed:
    """A step and where it stands in the path."""

    step: Step
    start: int
    end: int


def nested(pairs: Iterable[tuple[str, Any]]) -> Any:
    """Return the object or list that these paths and values make, in order; NestedJsonError."""
    root: Any = None
    for path, value in pairs:
        steps = _parsed(path)
        if root is None:
            root = _container(steps[0].step)
        _put(root, path, steps, value)
    return {} if root is None else root


def _container(step: Step) -> Any:
    return {} if isinstance(step, str) else []


def _put(root: Any, path: str, steps: list[_Placed], value: Any) -> None:
    place = root
    for number, placed in enumerate(steps):
        _check(place, path, steps, number)
        if number == len(steps) - 1:
            _assign(place, placed.step, value)
        else:
            place = _entered(place, placed.step, steps[number + 1].step)


def _entered(place: Any, step: Step, following: Step) -> Any:
    """Return the container at a step, made for the step that follows where there is none yet."""
    if isinstance(step, str):
        return place.setdefault(step, _container(following))
    if step is None or step >= len(place) or place[step] is None:
        made = _container(following)
        _assign(place, step, made)
        return made
    return place[step]


def _assign(place: Any, step: Step, value: Any) -> None:
    if step is APPEND:
        place.append(value)
        return
    if isinstance(step, int):
        place.extend([None] * (step + 1 - len(place)))
    place[step] = value


def _check(place: Any, path: str, steps: list[_Placed], number: int) -> None:
    placed = steps[number]
    wanted = dict if isinstance(placed.step, str) else list
    if isinstance(place, wanted):
        return
    there = path[: placed.start] or "the whole body"
    needs = (
        "a name needs an object"
        if wanted is dict
        else f"{'[]' if placed.step is APPEND else 'an index'} needs a list"
    )
    raise _error(f"{there} is {_kind(cast('object', place))}, and {needs}.", path, placed.start, placed.end)


def _kind(value: object) -> str:
    match value:
        case dict():
            return "an object"
        case list():
            return "a list"
        case str():
            return "a text"
        case bool():
            return "true or false"
        case None:
            return "null"
        case _:
            return "a number"


def _parsed(path: str) -> list[_Placed]:
    """Return the steps of a path; the first may stand without brackets."""
    first = _WORD.match(path)
    if first is not None:
        steps = [_Placed(_name(first[0]), 0, first.end())]
    elif path.startswith("["):
        steps = [_bracketed(path, 0, may_be_name=False)]
    elif path:
        raise _error("A name or `[` is expected here.", path, 0, 1)
    else:
        return [_Placed("", 0, 0)]
    while steps[-1].end < len(path):
        steps.append(_bracketed(path, steps[-1].end, may_be_name=True))
    return steps


def _bracketed(path: str, start: int, *, may_be_name: bool) -> _Placed:
    if path[start] != "[":
        word = _WORD.match(path, start)
        raise _error("`[` is expected here.", path, start, word.end() if word else start + 1)
    word = _WORD.match(path, start + 1)
    end = word.end() if word else start + 1
    step = _step(word[0]) if word else APPEND
    if isinstance(step, str) and not may_be_name:
        raise _error("A number or `]` is expected here.", path, start + 1, end)
    if end >= len(path) or path[end] != "]":
        what = "`]` is expected here." if word else "A name, a number or `]` is expected here."
        raise _error(what, path, end, end + 1)
    if isinstance(step, int) and not 0 <= step <= INDEX_LIMIT:
        why = "Lists begin at 0." if step < 0 else f"The highest index is {INDEX_LIMIT}."
        raise _error(why, path, start + 1, end)
    return _Placed(step, start, end + 1)


def _step(word: str) -> Step:
    return int(word) if _NUMBER.fullmatch(word) else _name(word)


def _name(word: str) -> str:
    """Take the escapes off: of brackets and backslashes, and of a whole number that is to be a name."""
    if re.fullmatch(r"\\-?\d+", word, re.ASCII):
        return word[1:]
    return re.sub(r"\\([\[\]\\])", r"\1", word)


def _error(message: str, path: str, start: int, end: int) -> NestedJsonError:
    return NestedJsonError(f"{path!r}: {message}", f"{path}\n  {' ' * start}{'^' * max(1, end - start)}")
