"""Places among neighbours: `info.seq`, a number that may have a fraction.

Between two neighbours there is room for a short number almost always; where there is none, and where neighbours have
no number yet, the fewest of them are numbered anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import floor
from pathlib import Path

from workbench.model.errors import CollectionError
from workbench.storage.collection_defaults import create_folder_file
from workbench.storage.collection_document import Plain, StoredFile, parse
from workbench.storage.collection_files import FOLDER_FILE, failing_as, read_file
from workbench.storage.collection_listing import Placed
from workbench.storage.collection_writing import PLACE, text_of
from workbench.storage.durable_file import write_whole
from workbench.storage.opencollection import plain_place

_DIGITS = 12
"""How long a fraction may become before neighbours are numbered anew."""


@dataclass(frozen=True, slots=True)
class Seat:
    """The number of what is put in place, and the new numbers of neighbours, by their paths."""

    own: float | None
    """None for none: its name puts it in place."""
    others: tuple[tuple[Path, float], ...] = ()


def seat(neighbours: Sequence[Placed], before: Path | None) -> Seat:
    """Return the number that puts something before one of its neighbours, or behind all of them.

    CollectionError where `before` is none of them.
    """
    at = len(neighbours)
    if before is not None:
        at = next((number for number, child in enumerate(neighbours) if child.path == before), -1)
        if at < 0:
            raise CollectionError(f"{before.name} is no longer there.", "Reload the collection.")
    orders = [child.title.order for child in neighbours]
    others: list[tuple[Path, float]] = []
    last = max((order for order in orders if order is not None), default=0.0)
    for number, order in enumerate(orders[:at]):
        if order is None:
            last = floor(last) + 1.0
            orders[number] = last
            others.append((neighbours[number].path, last))
    below = orders[at - 1] if at else None
    own = between(below, orders[at] if at < len(orders) else None)
    if own is None:
        return _numbered_anew(neighbours, at)
    return Seat(own, tuple(others))


def _numbered_anew(neighbours: Sequence[Placed], at: int) -> Seat:
    numbers = [number + 1.0 + (number >= at) for number in range(len(neighbours))]
    changed = [
        (child.path, number)
        for child, number in zip(neighbours, numbers, strict=True)
        if child.title.order is not None and child.title.order != number
    ]
    return Seat(at + 1.0, tuple(changed))


def between(below: float | None, above: float | None) -> float | None:
    """Return the shortest number between two, a whole one where there is room; None where there is none."""
    if above is None:
        return floor(below or 0.0) + 1.0
    if below is None:
        below = 0.0 if above > 0 else above - 2.0
    low, high = Decimal(repr(below)), Decimal(repr(above))
    for digits in range(_DIGITS):
        step = Decimal(1).scaleb(-digits)
        first = (low / step).to_integral_value(rounding="ROUND_FLOOR") + 1
        last = (high / step).to_integral_value(rounding="ROUND_CEILING") - 1
        if first <= last:
            return float((first + last) // 2 * step)
    return None


def write_order(file: Path, order: float | None) -> None:
    """Write a place into a request's or a folder's file, or take it out; a folder without a file gets one."""
    with failing_as(f"{file} could not be saved"):
        if not file.exists() and file.name == FOLDER_FILE:
            if order is None:
                return
            create_folder_file(file.parent, file.parent.name)
        raw = read_file(file)
        document = parse(raw, file.name)
        stored = StoredFile(raw, document, plain_place(document))
        wanted: Plain = {"info": {} if order is None else {"seq": int(order) if order == int(order) else order}}
        if stored.plain == wanted:
            return
        text = text_of(PLACE, wanted, stored)
        if text is None:
            raise CollectionError(f"The place of {file.name} cannot be written.", "Write info.seq in a text editor.")
        write_whole(file, [text])
