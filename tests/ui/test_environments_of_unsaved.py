"""A request that is in no file yet has the variables of the collection that it will be saved to."""

from dialog_driving import closed, opened
from PySide6.QtTest import QTest
from ui.conftest import until

from workbench.model.variables import Variable
from workbench.ui.collections.environment_dialog import EnvironmentDialog
from workbench.ui.composer.panel import ComposerPanel
from workbench.ui.main_window import MainWindow


async def test_an_environment_made_from_an_unsaved_request_is_in_force_there_at_once(window: MainWindow) -> None:
    window.commands["new_request"].trigger()
    panel = window.tabs.currentWidget()
    assert isinstance(panel, ComposerPanel)
    panel.url.setText("http://a.test/{{who}}")
    panel.bar.environments_wanted.emit()
    dialog = await opened(window, EnvironmentDialog)
    assert "Requests" in dialog.windowTitle()
    dialog.add.click()
    dialog.name.selectAll()
    QTest.keyClicks(dialog.name, "Dev")
    dialog.table.set_variables((Variable("who", "me"),))
    dialog.table.edited.emit()
    dialog.accept()
    await closed(dialog)
    await until(lambda: panel.bar.environment.currentText() == "Dev")
    await until(lambda: (known := panel.variables.words.scopes.find("who")) and known.value == "me")
    await until(lambda: "kept in the collection Requests" in window.notices.text)
    window.commands["new_request"].trigger()
    another = window.tabs.currentWidget()
    assert isinstance(another, ComposerPanel)
    assert another is not panel
    await until(lambda: another.bar.environment.currentText() == "Dev")
