"""A closed tab is gone: nothing that lives longer calls its widgets, and nothing goes wrong inside the program."""

from PySide6.QtWidgets import QToolButton
from shiboken6 import isValid
from ui.conftest import until

from workbench.ui.main_window import MainWindow


async def test_a_tab_is_opened_closed_and_opened_again_without_a_crash(window: MainWindow) -> None:
    for _ in range(2):  # Qt's test plugin fails the test where a slot raises.
        window.commands["new_request"].trigger()
        panel = window.tabs.currentWidget()
        window.commands["close_tab"].trigger()
        await until(lambda panel=panel: not isValid(panel))
    window.commands["new_request"].trigger()
    assert window.tabs.count() == 2


async def test_a_button_is_named_as_its_command_is_now(window: MainWindow) -> None:
    button = window.commands.tool_button("toggle_listening")
    assert isinstance(button, QToolButton)
    window.commands["toggle_listening"].setText("Start listening")
    assert button.accessibleName() == "Start listening"
