"""Which captures are shown, in what order, and whether those that belong together stand together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from workbench.model.errors import UsageError
from workbench.model.own_column import OwnColumn
from workbench.model.query import CaptureQuery

ORDER_COLUMNS = (
    "number",
    "time",
    "method",
    "path",
    "provider",
    "event",
    "signature",
    "attempt",
    "delivery",
    "sent",
    "status",
    "duration",
    "size",
    "type",
    "source",
    "endpoint",
    "note",
    "tags",
)
"""What captures can be ordered by, beside columns of one's own."""


class GroupBy(StrEnum):
    """What captures of one group share."""

    DELIVERY = "delivery"
    """The provider's delivery id: the attempts of one event."""
    EVENT = "event"
    """The kind of event."""


@dataclass(frozen=True, slots=True)
class Order:
    """By which column; captures that are alike in it stand in order of arrival, those without a value last."""

    column: str = "number"
    """One of `ORDER_COLUMNS`, or a column of one's own as it is written."""
    descending: bool = False

    @classmethod
    def parse(cls, text: str) -> "Order":
        """Read `size`, `-size` for the largest first, `header:x-id`; UsageError for what is no column."""
        name = text.removeprefix("-").strip()
        if name not in ORDER_COLUMNS:
            try:
                OwnColumn.parse(name)
            except UsageError as error:
                raise UsageError(
                    f"Captures cannot be sorted by {name or 'nothing'}.",
                    f"Sort by {', '.join(ORDER_COLUMNS)}, header:NAME, json:PATH or query:NAME.",
                ) from error
        return cls(name, text.startswith("-"))


@dataclass(frozen=True, slots=True)
class Arrangement:
    """What the table shows."""

    query: CaptureQuery = field(default_factory=CaptureQuery)
    order: Order = field(default_factory=Order)
    group: GroupBy | None = None

    @property
    def is_by_arrival(self) -> bool:
        """Whether new captures only ever come at the end."""
        return self.group is None and self.order == Order()


@dataclass(frozen=True, slots=True)
class Group:
    """Several captures that belong together."""

    count: int
    name: str = ""
    """What they share; empty for those without a value."""


@dataclass(frozen=True, slots=True)
class Groups:
    """Groups by their newest captures, which stand for them."""

    leaders: Sequence[int]
    """In the arrangement's order."""
    several: Mapping[int, Group]
    """Those of more than one capture, by leader."""
