"""The table of captures as it looks: what is painted, and what comes to be known later."""

import asyncio

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QApplication
from ui.conftest import a_window, until

from workbench.storage.paths import Paths
from workbench.ui.main_window import MainWindow
from workbench.ui.theme import Appearance


async def post(port: int, path: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{{}}".encode())
    await reader.readuntil(b"\r\n\r\n")
    writer.close()


def colours_on_screen(window: MainWindow, cell: QRect) -> int:
    """Return in how many colours a cell stands on the screen, where a whole new painting would hide a bad one."""
    table = window.captures.table
    place = QRect(table.viewport().mapTo(window, cell.topLeft()), cell.size())
    image = window.screen().grabWindow(window.winId(), *place.getRect()).toImage()
    return len({image.pixel(x, y) for x in range(image.width()) for y in range(image.height())})


async def test_cell_that_is_painted_alone_keeps_its_words(window: MainWindow) -> None:
    await post(window.listener.port, "/orders/created")
    await until(lambda: window.captures.model.rowCount() == 1)
    table, model = window.captures.table, window.captures.model
    path = next(each for each in range(model.columnCount()) if model.index(0, each).data() == "/orders/created")
    cell = table.visualRect(model.index(0, path))
    await until(lambda: colours_on_screen(window, cell) > 3)
    # As Qt does when the mouse comes over it.
    table.viewport().repaint(cell)
    assert colours_on_screen(window, cell) > 3


async def test_slow_answers_time_is_shown_when_it_went_out(
    paths: Paths, appearance: Appearance, qapp: QApplication
) -> None:
    file = paths.workspace / "endpoints" / "slow.yml"
    file.parent.mkdir(parents=True)
    file.write_text("path: /slow\nanswer: {status: 201, delay: 1}\n")
    async for window in a_window(paths, appearance):
        await post(window.listener.port, "/slow")
        model = window.captures.model
        await until(lambda model=model: (row := model.summary(0)) and row.duration_us)
