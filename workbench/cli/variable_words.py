"""`--var NAME=VALUE`: values for variables, nearer than any other."""

from collections.abc import Sequence

from workbench.model.errors import UsageError


def read_variables(words: Sequence[str]) -> dict[str, str]:
    """Return the values by name, the last of a name; UsageError where a word gives none."""
    pairs: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"--var {word!r} gives no variable a value.", "Write --var NAME=VALUE.")
        pairs[name.strip()] = value
    return pairs
