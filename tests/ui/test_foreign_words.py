"""What others send is shown as it stands: the window reads nobody's words as a document, and fetches nothing."""

import asyncio

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from ui.conftest import until
from ui.test_answer_pane import delivery

from workbench.model.delivery import Attempt, Timings
from workbench.model.message import Body, Head, Request, Response
from workbench.ui.composer.answer import AnswerPane
from workbench.ui.main_window import MainWindow
from workbench.ui.theme import Appearance

EVIL = "<img src='file:///etc/passwd'><h1>evil</h1><a href='http://127.0.0.1:9/'>x</a>"


def drawn_as_documents(root: QWidget) -> list[str]:
    """Name the labels and tips that hold the evil words and would draw them as a document."""
    labels = [
        f"{type(label.parent()).__name__}: {label.text()}"
        for label in root.findChildren(QLabel)
        if "evil" in label.text() and label.textFormat() != Qt.TextFormat.PlainText
    ]
    tips = [
        f"tip of {type(widget).__name__}: {widget.toolTip()}"
        for widget in root.findChildren(QWidget)
        if "evil" in widget.toolTip() and "<h1>" in widget.toolTip()
    ]
    return labels + tips


async def test_capture_full_of_markup(window: MainWindow) -> None:
    body = f'{{"type": "{EVIL}"}}'.encode()
    head = (
        f"POST /<h1>evil</h1> HTTP/1.1\r\nHost: {EVIL}\r\nX-GitHub-Event: {EVIL}\r\nX-Hub-Signature-256: {EVIL}\r\n"
    )
    kinds = ("application/json", f'multipart/form-data; boundary="{EVIL}"', f"text/{EVIL}", "application/xml")
    for kind in kinds:
        reader, writer = await asyncio.open_connection("127.0.0.1", window.listener.port)
        head_of_kind = (
            f"{head}Content-Type: {kind}\r\nContent-Encoding: {EVIL}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        writer.write(head_of_kind.encode() + body)
        await reader.readuntil(b"\r\n\r\n")
        writer.close()
    await until(lambda: window.captures.model.rowCount() == len(kinds))
    detail = window.captures.detail
    for number in range(1, len(kinds) + 1):
        window.captures.choose(number)
        await until(lambda: "evil" in detail.body.problem.text())
        for page in range(detail.count()):
            detail.setCurrentIndex(page)
            await asyncio.sleep(0.01)
            assert drawn_as_documents(window) == []


async def test_answer_full_of_markup(appearance: Appearance, qapp: QApplication) -> None:
    pane = AnswerPane(appearance)
    head = Head(
        f'HTTP/1.1 200 {EVIL}\r\nContent-Type: multipart/form-data; boundary="{EVIL}"\r\n'
        f"Content-Encoding: {EVIL}\r\nLocation: {EVIL}\r\n\r\n".encode()
    )
    request = Request(Head.build("POST / HTTP/1.1", ()))
    await pane.show_delivery(delivery(Attempt(request, 0, Timings(total_us=5), response=Response(head, Body(b"x")))))
    pane.show()
    assert "evil" in pane.status.text()
    assert drawn_as_documents(pane) == []
    pane.close()
    pane.deleteLater()
