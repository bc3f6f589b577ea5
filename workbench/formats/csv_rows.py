"""CSV (RFC 4180, and with semicolons or tabs) as rows of cells, within bounds."""

import csv
import io
from itertools import islice

ROWS_LIMIT = 50_000
COLUMNS_LIMIT = 500
_LOOK_CHARACTERS = 64 * 1024
_DELIMITERS = ",;\t|"


def csv_rows(content: bytes) -> tuple[tuple[tuple[str, ...], ...], str]:
    """Return rows of cells and a sentence about what is left out; ValueError where it is no CSV."""
    text = content.decode("utf-8-sig", "replace")
    rows: list[tuple[str, ...]] = []
    cut = False
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)):
            if len(rows) == ROWS_LIMIT:
                return tuple(rows), f"Only the first {ROWS_LIMIT:,} rows are in the table."
            cut = cut or len(row) > COLUMNS_LIMIT
            rows.append(tuple(islice(row, COLUMNS_LIMIT)))
    except csv.Error as error:
        raise ValueError(f"Not valid CSV: {error} (row {len(rows) + 1}).") from error
    return tuple(rows), f"Only the first {COLUMNS_LIMIT} columns are in the table." if cut else ""


def _delimiter(text: str) -> str:
    """Return the delimiter that cuts the first row into the most cells; a comma where none does."""
    look = text[:_LOOK_CHARACTERS]

    def cells(delimiter: str) -> int:
        try:
            return len(next(csv.reader(io.StringIO(look, newline=""), delimiter=delimiter), ()))
        except csv.Error:
            return 0

    return max(_DELIMITERS, key=cells)
