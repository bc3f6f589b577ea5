"""Rows of data for a run: a CSV file with names in its first line, or a JSON list of objects. Plain calls; blocks."""

import csv
from pathlib import Path
from typing import Any, cast

from workbench.formats.json_query import parse, text_of
from workbench.model.errors import FormatError

SIZE_LIMIT_BYTES = 32 * 1024 * 1024
ROWS_LIMIT = 100_000

Row = dict[str, str]


def read_rows(file: Path) -> tuple[Row, ...]:
    """Return the rows; FormatError says what is wrong with the file. A JSON value is its text, numbers exact."""
    try:
        if file.stat().st_size > SIZE_LIMIT_BYTES:
            raise FormatError(f"{file} is larger than {SIZE_LIMIT_BYTES // 1024 // 1024} MiB.")
        text = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise FormatError(f"The data {file} cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise FormatError(f"The data {file} is not UTF-8 text.") from error
    rows = _json_rows(text, file) if text.lstrip().startswith(("[", "{")) else _csv_rows(text, file)
    if not rows:
        raise FormatError(f"The data {file} has no rows.", "A CSV file begins with a line of names.")
    return tuple(rows)


def _json_rows(text: str, file: Path) -> list[Row]:
    found: Any = parse(text.encode())
    if not isinstance(found, list):
        raise FormatError(f"The data {file} is not a list of objects.", 'Write [{"name": "value"}].')
    rows: list[Row] = []
    for number, item in enumerate(cast("list[Any]", found)[: ROWS_LIMIT + 1], 1):
        if not isinstance(item, dict):
            raise FormatError(f"The data {file} is not a list of objects: row {number} is none.")
        pairs = cast("dict[str, Any]", item).items()
        rows.append({name: value if isinstance(value, str) else text_of(value) for name, value in pairs})
    return _bounded(rows, file)


def _csv_rows(text: str, file: Path) -> list[Row]:
    rows: list[Row] = []
    try:
        reader = csv.DictReader(text.splitlines(keepends=True), strict=True)
        for row in reader:
            if None in row or None in row.values():
                raise FormatError(f"The data {file} has another number of values in line {reader.line_num}.")
            rows.append({name.strip(): value for name, value in row.items()})
            _bounded(rows, file)
    except csv.Error as error:
        raise FormatError(f"The data {file} is no CSV: {error}.") from error
    return rows


def _bounded(rows: list[Row], file: Path) -> list[Row]:
    if len(rows) > ROWS_LIMIT:
        raise FormatError(f"The data {file} has more than {ROWS_LIMIT:,} rows.")
    return rows
