"""How long captures are kept: by age, by count, by size; for all, and for one endpoint more narrowly."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from workbench.model.errors import UsageError
from workbench.model.query_values import read_duration, read_size

DAY_US = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """What is kept; 0 is no limit."""

    age_us: int = 0
    count: int = 0
    size: int = 0
    """Bytes of bodies."""

    @property
    def keeps_all(self) -> bool:
        return not (self.age_us or self.count or self.size)


@dataclass(frozen=True, slots=True)
class Retention:
    """Limits for all captures together, and for those of some endpoints."""

    all: Limits = field(default_factory=Limits)
    endpoints: Mapping[str, Limits] = field(default_factory=dict[str, Limits])

    @property
    def keeps_all(self) -> bool:
        return self.all.keeps_all and all(limits.keeps_all for limits in self.endpoints.values())


def read_age(text: str) -> int:
    """Read `30d`, `12h` as microseconds; UsageError for what is none."""
    found = None if text.isdigit() else read_duration(text)
    if found is None or not found[0]:
        raise UsageError(f"{text!r} is no age.", "Write it like 30d, 12h or 45m.")
    return found[0]


def read_bytes(text: str) -> int:
    """Read `5gb`, `500mb` as bytes; UsageError for what is none."""
    found = read_size(text)
    if found is None or not found[0]:
        raise UsageError(f"{text!r} is no size.", "Write it like 5gb or 500mb.")
    return found[0]


def read_count(text: str) -> int:
    """Read a number of captures; UsageError for what is none."""
    if re.fullmatch(r"\d{1,15}", text) is None or not int(text):
        raise UsageError(f"{text!r} is no number of captures.", "Write it like 10000.")
    return int(text)


def read_limits(text: str) -> Limits:
    """Read limits in any order: `30d 10000 5gb`; UsageError says which word is none."""
    limits: dict[str, int] = {}
    for word in re.split(r"[\s,]+", text.strip().lower()):
        if word.isdigit():
            name, value = "count", read_count(word)
        elif word.endswith("b"):
            name, value = "size", read_bytes(word)
        else:
            name, value = "age_us", read_age(word)
        if name in limits:
            raise UsageError(f"{word} is a second limit of one kind.", "Say age, count and size once each.")
        limits[name] = value
    return Limits(**limits)


def read_endpoint_limits(text: str) -> dict[str, Limits]:
    """Read `billing: 7d 1000; test: 1h`; UsageError says what is wrong."""
    found: dict[str, Limits] = {}
    for part in filter(None, (each.strip() for each in text.split(";"))):
        name, colon, limits = part.partition(":")
        if not colon or not name.strip() or not limits.strip():
            raise UsageError(f"{part!r} does not say what an endpoint keeps.", "Write it like billing: 7d 1000.")
        found[name.strip()] = read_limits(limits)
    return found
