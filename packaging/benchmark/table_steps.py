"""What is done with the captures table inside the window, through what a person uses: filter line, bar, header."""

import time
from typing import Any

from benchmark.filled_home import RARE
from benchmark.processes import print_line
from benchmark.watched_window import Steps

FILTERS = {
    "filter by an indexed field": "status:500",
    "filter by provider": "provider:github",
    "full text, a rare word": RARE,
}


def table_steps(window: Any, began: float) -> Steps:
    """Measure the table of this window, and say it as one JSON object."""
    yield lambda: hasattr(window, "captures") and window.captures.model.rowCount() > 0
    said: dict[str, float] = {"interactive, from the process's start": (time.perf_counter() - began) * 1000}
    panel = window.captures
    rows = panel.model.rowCount()
    pages: list[float] = []
    for part in (0.5, 0.1, 0.9, 0.3, 0.7):
        row = int(rows * part)
        panel.table.scrollTo(panel.model.index(row, 0), panel.table.ScrollHint.PositionAtCenter)
        panel.table.viewport().update()
        pages.append((yield lambda row=row: panel.model.rows.summary(row) is not None))
    said["a page anywhere is there, longest of five"] = max(pages)
    for name, query in FILTERS.items():
        said[name] = yield from _filtered(panel, query, rows)
        yield from _filtered(panel, "", rows)
    took = yield from _sorted(panel)
    if took is not None:
        said["sorted by size"] = took
    print_line({"table": said, "rows": rows})


def _filtered(panel: Any, query: str, rows: int) -> Any:
    """Wait for the rows of a query; it is over when the table has been filled anew."""
    filled: list[bool] = []
    connection = panel.model.modelReset.connect(lambda: filled.append(True))
    panel.filter.setText(query)
    panel.filter.apply()
    took = yield lambda: filled and (panel.model.rowCount() < rows if query else panel.model.rowCount() >= rows)
    panel.model.modelReset.disconnect(connection)
    return took


def _sorted(panel: Any) -> Any:
    """Click on a header; None where this table cannot be sorted."""
    from PySide6.QtCore import Qt

    if not panel.table.isSortingEnabled():
        return None
    changed: list[bool] = []
    for signal in (panel.model.modelReset, panel.model.layoutChanged):
        signal.connect(lambda *_: changed.append(True))
    names = [str(panel.model.headerData(n, Qt.Orientation.Horizontal)) for n in range(panel.model.columnCount())]
    column = next((n for n, name in enumerate(names) if name.lower() == "size"), 0)
    panel.table.sortByColumn(column, Qt.SortOrder.DescendingOrder)
    return (yield lambda: changed)
