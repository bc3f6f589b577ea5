"""A closed tab is gone: nothing that lives longer calls its widgets, and nothing goes wrong inside the program."""

import asyncio

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QToolButton
from ui.conftest import until

from workbench.ui.main_window import MainWindow


async def test_a_tab_is_opened_closed_and_opened_again_without_a_crash(window: MainWindow) -> None:
    crashes: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: crashes.append(context))
    for _ in range(3):
        window.commands["new_request"].trigger()
        await until(lambda: window.tabs.count() == 2)
        window.commands["close_tab"].trigger()
        await until(lambda: window.tabs.count() == 1)
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        for action in window.commands.actions.values():
            action.changed.emit()
    await asyncio.sleep(0)
    assert crashes == []
    assert not list(window.paths.crashes.glob("*"))


async def test_a_button_is_named_as_its_command_is_now(window: MainWindow) -> None:
    button = window.commands.tool_button("toggle_listening")
    assert isinstance(button, QToolButton)
    window.commands["toggle_listening"].setText("Start listening")
    assert button.accessibleName() == "Start listening"
