"""What `{{…}}` in a text means at the moment: found, told apart, explained, completed. No Qt.

A field asks for marks with each key, so a text longer than `LOOKED_THROUGH_CHARACTERS` is looked through only so far.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from workbench.model.template import Placeholder, placeholders
from workbench.model.variables import ScopeKind, Scopes

LOOKED_THROUGH_CHARACTERS = 200_000
VALUE_SHOWN_CHARACTERS = 300
MASK = "••••••"

_PLACES = {
    ScopeKind.GLOBAL: "global values",
    ScopeKind.COLLECTION: "collection",
    ScopeKind.FOLDER: "folder",
    ScopeKind.ENVIRONMENT: "environment",
    ScopeKind.REQUEST: "this request",
    ScopeKind.LOCAL: "values of this session",
}


class VariableState(StrEnum):
    """How a placeholder is coloured."""

    KNOWN = "known"
    UNKNOWN = "unknown"
    SECRET = "secret"
    DYNAMIC = "dynamic"


@dataclass(frozen=True, slots=True)
class VariableMark:
    """One placeholder, braces included, at `text[start:end]`."""

    start: int
    end: int
    state: VariableState


@dataclass(frozen=True, slots=True)
class DynamicValue:
    """A value that is made anew with each sending, as the picker shows it."""

    name: str
    """With its `$`."""
    words: str
    """What it takes, as it is typed: `[FROM TO]`; empty for nothing."""
    meaning: str
    example: str
    insert: str = ""
    """What goes between the braces; the name, where that is empty."""
    group: str = "Values"


@dataclass(frozen=True, slots=True)
class VariableWords:
    """The names that mean something in one request."""

    scopes: Scopes = field(default_factory=Scopes)
    dynamic: Mapping[str, DynamicValue] = field(default_factory=dict[str, DynamicValue])

    def marks(self, text: str) -> list[VariableMark]:
        """Return the placeholders of a text in order."""
        found = placeholders(text[:LOOKED_THROUGH_CHARACTERS])
        return [VariableMark(each.start, each.end, self._state(each)) for each in found]

    def _state(self, placeholder: Placeholder) -> VariableState:
        name = placeholder.source.name
        if placeholder.source.is_dynamic:
            known = not self.dynamic or name in self.dynamic
            return VariableState.DYNAMIC if known else VariableState.UNKNOWN
        found = self.scopes.find(name)
        if found is None:
            return VariableState.UNKNOWN
        return VariableState.SECRET if found.secret else VariableState.KNOWN

    def explain(self, text: str, position: int) -> str:
        """Return a tooltip's text for the placeholder around a position; empty where there is none."""
        around = (
            each for each in placeholders(text[:LOOKED_THROUGH_CHARACTERS]) if each.start <= position < each.end
        )
        return next((self._explained(each) for each in around), "")

    def _explained(self, placeholder: Placeholder) -> str:
        name = placeholder.source.name
        if placeholder.source.is_dynamic:
            value = self.dynamic.get(name)
            if value is None:
                return f"{name}: made anew each time" if not self.dynamic else f"{name} is no value we know"
            return f"{name}: {value.meaning}\nfor example {value.example}"
        found = self.scopes.find(name)
        if found is None:
            return f"{name} has no value\nGive it one in an environment or in the tab Vars"
        value = MASK if found.secret else found.value[:VALUE_SHOWN_CHARACTERS]
        place = _PLACES[found.scope.kind]
        named = found.scope.kind in (ScopeKind.FOLDER, ScopeKind.ENVIRONMENT, ScopeKind.COLLECTION)
        return f"{name} = {value}\nfrom {place}{f' {found.scope.name}' if named and found.scope.name else ''}"

    def completions(self, prefix: str) -> list[tuple[str, str]]:
        """Return what may follow `{{`: pairs of what to insert between the braces, and a word on it."""
        found: list[tuple[str, str]] = []
        for name in self.scopes.names():
            known = self.scopes.find(name)
            if known is not None:
                found.append((name, MASK if known.secret else known.value[:60]))
        found += [(value.insert or name, value.meaning) for name, value in self.dynamic.items()]
        typed = prefix.strip().lower()
        fitting = [each for each in found if typed in each[0].lower()]
        return sorted(fitting, key=lambda each: not each[0].lower().startswith(typed))


def open_placeholder(text: str, position: int) -> int | None:
    """Return where the content of a `{{` begins that is still open at a position; None where there is none."""
    start = text.rfind("{{", 0, position)
    if start < 0:
        return None
    between = text[start + 2 : position]
    return start + 2 if not any(mark in between for mark in "{}\n|") else None
