"""Two chosen captures compared in the window, and what is said where there is nothing to compare."""

import asyncio

from ui.conftest import until

from workbench.ui.diff_dialog import DiffDialog
from workbench.ui.main_window import MainWindow


async def post(port: int, body: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = b"POST /a HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: %d\r\n" % len(body)
    writer.write(head + b"Connection: close\r\n\r\n" + body)
    await reader.read()
    writer.close()


async def test_two_chosen_captures_are_compared(window: MainWindow) -> None:
    for body in (b'{"amount": 1.0, "same": 1}', b'{"same": 1,"amount":1.00}'):
        await post(window.listener.port, body)
    await until(lambda: window.captures.model.rowCount() == 2)
    window.captures.choose(1)
    await until(lambda: window.captures.detail.headers.rowCount() > 0)
    window.commands["compare"].trigger()
    await until(lambda: "was not sent on yet" in window.notices.text)
    window.captures.table.selectAll()
    window.commands["compare"].trigger()
    await until(lambda: [each for each in window.findChildren(DiffDialog) if each.isVisible()])
    dialog = next(each for each in window.findChildren(DiffDialog) if each.isVisible())
    rows = [dialog.view.lines.text(row) for row in range(dialog.view.lines.count)]
    assert rows[2:5] == ["@@ Body @@", "-$.amount: 1.0", "+$.amount: 1.00"]
    assert dialog.facts.text() == "1 difference, 1 more in ids, times and signatures, at the end"
    dialog.reject()
