"""What can stand at the cursor of the filter line, without Qt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workbench.model.query_fields import BY_NAME, QUERY_FIELDS
from workbench.model.query_parsing import tokens

MOST = 12


@dataclass(frozen=True, slots=True)
class Offer:
    """One completion: what it becomes, and what it means."""

    text: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Offers:
    """Completions for the word at `line[start:end]`."""

    start: int
    end: int
    all: tuple[Offer, ...]


def offers_at(line: str, cursor: int, known: Mapping[str, Sequence[str]]) -> Offers:
    """Return what the word at the cursor may become; `known` holds values that occur, by field."""
    token = next((each for each in tokens(line) if each.start < cursor <= each.end), None)
    if token is None:
        return Offers(cursor, cursor, ())
    minus = "-" if token.text.startswith("-") else ""
    name, colon, value = token.text.removeprefix("-").partition(":")
    if not colon:
        found = [
            Offer(f"{minus}{field.name}:", f"{field.meaning}, such as {field.example}")
            for field in QUERY_FIELDS
            if field.name.startswith(name.lower()) or any(alias.startswith(name.lower()) for alias in field.aliases)
        ]
        return Offers(token.start, token.end, tuple(found[:MOST]))
    field = BY_NAME.get(name.lower())
    if field is None:
        return Offers(token.start, token.end, ())
    before, comma, last = value.rpartition(",")
    values = [each for each in dict.fromkeys((*known.get(field.name, ()), *field.choices)) if each]
    wanted = [each for each in values if each.lower().startswith(last.strip('"').lower()) and each != last]
    offers = [Offer(f"{minus}{name}:{before}{comma}{_quoted(each)}", field.meaning) for each in wanted]
    return Offers(token.start, token.end, tuple(offers[:MOST]))


def _quoted(value: str) -> str:
    return f'"{value}"' if any(mark in value for mark in ' ()",') else value
