"""Where two JSON bodies differ in meaning: by path, spaces and the order of names aside, numbers to the letter."""

import json
import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any, cast

from workbench.formats.differing_heads import Difference, is_passing
from workbench.formats.json_query import ExactFloat, text_of
from workbench.model.errors import FormatError

LIMIT_BYTES = 8 * 1024 * 1024
DIFFERENCES_LIMIT = 5000
_ALIGNED_ITEMS = 200
"""Where more items lie between two equal ends of a list, they are compared one by one: aligning takes their cube."""
_PASSING_NAME = re.compile(
    r"(.*_)?(id|created|created_at|updated_at|timestamp|nonce|signature)|.*[a-z](Id|At|Timestamp|Signature)"
)
_PLAIN_NAME = str.isidentifier


class NotComparable(FormatError):
    """Bodies that are not both JSON with one meaning; their lines are compared instead."""


def json_differences(before: bytes, after: bytes) -> tuple[list[Difference], bool]:
    """Return what differs in order of the paths (JSONPath), and whether there is more than is told.

    NotComparable where one is no JSON, repeats a name in an object (nobody knows which one counts) or is larger than
    `LIMIT_BYTES`.
    """
    if max(len(before), len(after)) > LIMIT_BYTES:
        raise NotComparable(f"JSON larger than {LIMIT_BYTES // 1024 // 1024} MiB is compared by its bytes.")
    found: list[Difference] = []
    try:
        for difference in _compared("$", _parsed(before), _parsed(after)):
            if len(found) == DIFFERENCES_LIMIT:
                return found, True
            found.append(difference)
    except RecursionError as error:
        raise NotComparable("The JSON is nested too deeply.") from error
    return found, False


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(
            content, parse_float=ExactFloat, parse_int=_exact, object_pairs_hook=_object, parse_constant=_no_constant
        )
    except (ValueError, RecursionError) as error:
        raise NotComparable("Not both bodies are JSON.") from error


def _exact(text: str) -> int | ExactFloat:
    """Keep an integer's own text where Python would write another, or read it slowly."""
    return ExactFloat(text) if len(text) > 300 or text == "-0" else int(text)


def _no_constant(text: str) -> Any:
    raise ValueError(text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise NotComparable("An object of the JSON has the same name twice.")
    return made


def _compared(path: str, one: Any, other: Any) -> Iterator[Difference]:
    if isinstance(one, dict) and isinstance(other, dict):
        yield from _objects(path, cast("dict[str, Any]", one), cast("dict[str, Any]", other))
    elif isinstance(one, list) and isinstance(other, list):
        yield from _lists(path, cast("list[Any]", one), cast("list[Any]", other))
    elif (old := text_of(one)) != (new := text_of(other)):
        named = _PASSING_NAME.fullmatch(path.rpartition(".")[2]) is not None
        yield Difference(path, old, new, named or is_passing(old, new))


def _objects(path: str, one: dict[str, Any], other: dict[str, Any]) -> Iterator[Difference]:
    for name in dict.fromkeys((*one, *other)):
        place = f"{path}.{name}" if _PLAIN_NAME(name) else f"{path}[{json.dumps(name, ensure_ascii=False)}]"
        if name not in other:
            yield Difference(place, text_of(one[name]), None)
        elif name not in one:
            yield Difference(place, None, text_of(other[name]))
        else:
            yield from _compared(place, one[name], other[name])


def _lists(path: str, one: list[Any], other: list[Any]) -> Iterator[Difference]:
    """Compare items that correspond: what was put in or taken out does not make all that follows differ."""
    for old_range, new_range in _aligned(one, other):
        for step in range(max(len(old_range), len(new_range))):
            if step >= len(new_range):
                yield Difference(f"{path}[{old_range[step]}]", text_of(one[old_range[step]]), None)
            elif step >= len(old_range):
                yield Difference(f"{path}[{new_range[step]}]", None, text_of(other[new_range[step]]))
            else:
                at = new_range[step]
                yield from _compared(f"{path}[{at}]", one[old_range[step]], other[at])


def _aligned(one: list[Any], other: list[Any]) -> Iterator[tuple[range, range]]:
    """Yield the stretches that differ. Only what lies between equal beginnings and equal ends is aligned."""
    if len(one) == len(other):
        yield range(len(one)), range(len(other))
        return
    old, new = [text_of(item) for item in one], [text_of(item) for item in other]
    shorter = min(len(old), len(new))
    head = next((at for at in range(shorter) if old[at] != new[at]), shorter)
    tail = next((at for at in range(shorter - head) if old[-1 - at] != new[-1 - at]), shorter - head)
    old_end, new_end = len(old) - tail, len(new) - tail
    if max(old_end, new_end) - head > _ALIGNED_ITEMS:
        yield range(head, old_end), range(head, new_end)
        return
    matcher = SequenceMatcher(None, old[head:old_end], new[head:new_end], autojunk=False)
    for word, start, end, new_start, new_stop in matcher.get_opcodes():
        if word != "equal":
            yield range(head + start, head + end), range(head + new_start, head + new_stop)
