"""Regular expressions of people and of imported files, kept from running without end.

Python's `re` tries every way to match and cannot be stopped, not even from another thread. A repeat inside a repeat
(`(a+)+`) may try more ways than there is time, so it is refused; several repeats after one another multiply, so the
text they may look at is shorter.
"""

import re
from typing import Any, cast

from workbench.model.errors import UsageError

TEXT_LIMITS = (1_000_000, 1_000_000, 20_000, 1_000)
"""Characters that a pattern with none, one, two, three unbounded repeats may look at; with more as with three."""
_LONG = 16
"""A repeat of up to so many times is not taken for an unbounded one."""


def search(pattern: str, text: str) -> bool:
    """Return whether a pattern is found in a text; UsageError where it is none, or could take without end."""
    refuse_endless(pattern, text)
    return re.search(pattern, text) is not None


def refuse_endless(pattern: str, text: str) -> None:
    """Raise UsageError where a pattern is none, or could take without end on this text."""
    try:
        re.compile(pattern)
        repeats = _repeats(cast("Any", re)._parser.parse(pattern), inside=False)
    except (re.error, RecursionError, OverflowError) as error:
        raise UsageError(f"{pattern!r} is no regular expression: {error}.") from error
    limit = TEXT_LIMITS[min(repeats, len(TEXT_LIMITS) - 1)]
    if len(text) > limit:
        raise UsageError(f"{pattern!r} is only looked for in texts of up to {limit:,} characters.")


def _repeats(parsed: Any, *, inside: bool) -> int:
    """Return how many unbounded repeats a parsed pattern has one after another; UsageError for one in another."""
    count = 0
    for operation, argument in parsed:
        name = str(operation)
        if name in ("MAX_REPEAT", "MIN_REPEAT"):
            _, most, item = argument
            unbounded = int(most) > _LONG
            if unbounded and inside:
                raise UsageError(
                    "A repeat inside a repeat could take without end.",
                    "Write (?>…) around the inner one, or leave it.",
                )
            count += unbounded + _repeats(item, inside=inside or unbounded)
        elif name == "BRANCH":
            count += max((_repeats(each, inside=inside) for each in argument[1]), default=0)
        elif name in ("SUBPATTERN", "ASSERT", "ASSERT_NOT"):
            count += _repeats(argument[-1], inside=inside)
        elif name == "GROUPREF_EXISTS":
            count += sum(_repeats(each, inside=inside) for each in argument[1:] if each is not None)
    return count
