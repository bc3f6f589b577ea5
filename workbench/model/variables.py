"""Values that stand in requests by name: who gives them, and whose word counts.

The nearer scope wins: global, then collection, the folders from outside in, the environment, the request's own, and
last the local ones: what an answer gave, a data row of a run, `--var`. Those are data: `{{…}}` in them is text. A
secret has a name here and never a value.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Variable:
    """A name with its value; a switched-off one is kept and not used."""

    name: str
    value: str = ""
    enabled: bool = True
    secret: bool = False
    """The value is in the secret store under the environment's and its own name, never in a file."""


class ScopeKind(StrEnum):
    """Where a value comes from, farthest first."""

    GLOBAL = "global"
    COLLECTION = "collection"
    FOLDER = "folder"
    ENVIRONMENT = "environment"
    REQUEST = "request"
    LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Scope:
    """The values of one place."""

    kind: ScopeKind
    name: str
    """The folder's, environment's or collection's name, for people."""
    values: Mapping[str, str] = field(repr=False)
    secrets: frozenset[str] = frozenset()
    """Names whose values are masked wherever they show."""

    @property
    def is_literal(self) -> bool:
        """Whether values are put in as they stand: nobody wrote them here, so they must not read others."""
        return self.kind is ScopeKind.LOCAL


@dataclass(frozen=True, slots=True)
class Known:
    """A variable that was found: its value, which may hold variables itself, and where it came from."""

    name: str
    value: str = field(repr=False)
    scope: Scope
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Scopes:
    """All scopes of one request, farthest first."""

    all: tuple[Scope, ...] = ()

    def find(self, name: str) -> Known | None:
        """Return the variable as the nearest scope has it."""
        for scope in reversed(self.all):
            if name in scope.values:
                return Known(name, scope.values[name], scope, name in scope.secrets)
        return None

    def names(self) -> tuple[str, ...]:
        """Return every name there is, nearest scopes first."""
        return tuple(dict.fromkeys(name for scope in reversed(self.all) for name in scope.values))

    def with_local(self, values: Mapping[str, str], secrets: frozenset[str] = frozenset()) -> "Scopes":
        """Return these scopes with nearer values on top."""
        return Scopes((*self.all, Scope(ScopeKind.LOCAL, "local", dict(values), secrets)))


@dataclass(frozen=True, slots=True)
class Environment:
    """A named set of values to switch between; a file `environments/NAME.yml` of a collection."""

    name: str
    variables: tuple[Variable, ...] = ()
    extends: str = ""
    """Another environment of the collection that gives what this one does not."""
    path: str = ""
    """Its file, absolute; empty for one that was never saved."""
    dot_env_file: str = ""
    """A file of `KEY=VALUE` lines in the collection, from its folder, that gives what this one does not."""
