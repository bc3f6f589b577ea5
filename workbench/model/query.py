"""The filter line as a tree of terms: what a person typed to choose captures.

    stripe                      a word that occurs in method, target, event, provider, endpoint, type, address, status
    "two words"  #12            with spaces; capture 12
    status:>=400  size:1kb..2mb  method:POST,PUT  event:invoice.*  since:2h       fields, see `query_fields`
    -provider:slack             not
    a b      a OR b      (a OR b) -c      both; either; grouped

Plain words stay what they were: everything that is no field of ours (`http://…`, `12:30`) is a word.
"""

from dataclasses import dataclass

from workbench.model.query_fields import QueryField


@dataclass(frozen=True, slots=True)
class Word:
    """Text that must occur in a row, in any case."""

    text: str


@dataclass(frozen=True, slots=True)
class Number:
    """One capture by its number."""

    value: int


@dataclass(frozen=True, slots=True)
class Matches:
    """A field's text fits a pattern, in any case: `*` is anything."""

    field: QueryField
    pattern: str


@dataclass(frozen=True, slots=True)
class Within:
    """A field's number lies in bounds, both included; None is no bound. Sizes in bytes, times in microseconds."""

    field: QueryField
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """A header, parameter or JSON place by name is there, or its text fits a pattern."""

    field: QueryField
    name: str
    pattern: str | None = None


@dataclass(frozen=True, slots=True)
class Is:
    """A mark is set, or is not."""

    field: QueryField
    yes: bool


@dataclass(frozen=True, slots=True)
class Not:
    """The term does not hold."""

    term: "Term"


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every term holds; none is always true."""

    terms: tuple["Term", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of the terms holds."""

    terms: tuple["Term", ...]


Term = Word | Number | Matches | Within | Named | Is | Not | AllOf | AnyOf
EVERYTHING = AllOf(())


@dataclass(frozen=True, slots=True)
class CaptureQuery:
    """What captures must be; nothing said matches all."""

    term: Term = EVERYTHING

    @property
    def matches_all(self) -> bool:
        return self.term == EVERYTHING

    @classmethod
    def parse(cls, text: str, now_us: int) -> "CaptureQuery":
        """Read a filter line as of a time, which `since:2h` counts from; QueryError bounds the word at fault."""
        from workbench.model.query_parsing import parse

        return cls(parse(text, now_us))
