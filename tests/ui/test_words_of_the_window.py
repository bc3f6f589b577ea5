"""What the window says, where a stranger stumbled: errors look like errors, buttons say what they do."""

from dialog_driving import closed, opened
from PySide6.QtWidgets import QDialog, QPushButton
from ui.conftest import until

from workbench.storage.packs import load_packs
from workbench.storage.paths import Paths
from workbench.ui.composer.panel import ComposerPanel
from workbench.ui.dialogs import ask_text
from workbench.ui.jobs import Jobs
from workbench.ui.main_window import MainWindow


async def test_a_request_that_cannot_be_sent_is_an_error_and_no_empty_state(window: MainWindow) -> None:
    window.commands["new_request"].trigger()
    panel = window.tabs.currentWidget()
    assert isinstance(panel, ComposerPanel)
    message = panel.answer._message
    assert message.objectName() == "muted"
    panel.url.setText("http://127.0.0.1:1/{{who}}")
    window.commands["send"].trigger()
    await until(lambda: "The variable “who” has no value. Give it a value in" in message.text())
    assert message.objectName() == "bad"
    panel.answer.show_message("Waiting for the answer…")
    assert message.objectName() == "muted"


async def test_a_question_for_a_line_has_the_word_of_what_it_does(window: MainWindow) -> None:
    Jobs(window, window.show_error).start(ask_text(window, "Replay", "Send to:", "x", word="Replay"), "ask")
    dialog = await opened(window, QDialog, lambda each: each.windowTitle() == "Replay")
    words = [each.text().replace("&", "") for each in dialog.findChildren(QPushButton)]
    assert "Replay" in words
    assert "OK" not in words
    dialog.reject()
    await closed(dialog)


def test_providers_are_offered_in_the_order_of_what_is_shown(paths: Paths) -> None:
    names = [each.name for each in load_packs(paths).by_name()]
    assert names == sorted(names, key=str.casefold)
    assert names.index("User and password") > names.index("Stripe")
