"""Preferences: found by words, in force at once, in the one file with its comments."""

import tomllib

from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QSpinBox
from test_window import captured, post
from ui.conftest import until

from workbench.storage.settings import Settings, is_sound
from workbench.ui.desktop.preference_list import PREFERENCES
from workbench.ui.desktop.preferences_dialog import PreferencesDialog
from workbench.ui.main_window import MainWindow


def test_every_preference_is_a_setting_and_its_usual_value_is_sound() -> None:
    names = [each.name for each in PREFERENCES]
    assert len(set(names)) == len(names)
    assert [name for name in names if not is_sound(name, getattr(Settings(), name))] == []
    others = set(Settings.__dataclass_fields__) - set(names)
    # Keys have a dialog of their own; the tunnel is the one that was started last.
    assert others == {"shortcuts", "tunnel", "command_line_target"}


def editor(dialog: PreferencesDialog, name: str, kind: type):
    widget = dialog.rows[name].editor.focus
    assert isinstance(widget, kind)
    return widget


async def test_changes_hold_at_once_and_stand_in_the_file(window: MainWindow, qtbot) -> None:
    await captured(window)
    file = window.paths.settings
    file.write_text("# Mine.\nundo_s = 20  # slow reader\n", encoding="utf-8")
    window.commands["preferences"].trigger()
    (dialog,) = window.findChildren(PreferencesDialog)
    # What was edited in the file meanwhile is taken up.
    assert (window.settings.undo_s, editor(dialog, "undo_s", QSpinBox).value()) == (20, 20)
    looks = editor(dialog, "appearance", QComboBox)
    looks.setCurrentIndex(looks.findData("dark"))
    assert window.appearance.theme.name == "dark"
    editor(dialog, "text_size", QSpinBox).setValue(14)
    assert window.font().pointSize() == 14
    assert window.captures.detail.body.code._font.pointSizeF() == 14
    assert window.top._address.font().pointSizeF() == 14
    editor(dialog, "tray", QCheckBox).click()
    line = editor(dialog, "notify_endpoints", QLineEdit)
    line.setText("billing, , shop ")
    line.editingFinished.emit()
    written = file.read_text(encoding="utf-8")
    assert "# Mine." in written
    assert "# slow reader" in written
    values = tomllib.loads(written)
    assert values == {
        "undo_s": 20,
        "appearance": "dark",
        "text_size": 14,
        "tray": True,
        "notify_endpoints": ["billing", "shop"],
    }
    # Each goes back by itself.
    for name in list(values):
        dialog.rows[name].back.click()
    assert tomllib.loads(file.read_text(encoding="utf-8")) == {}
    assert "# Mine." in file.read_text(encoding="utf-8")
    dialog.search.setText("dark night")
    assert [name for name, row in dialog.rows.items() if row.isVisible()] == ["appearance"]
    window.commands["light"].trigger()
    assert window.appearance.theme.name == "light"
    dialog.close()
    window.change_settings(shortcuts={"new_request": "F9", "palette": "F9"})
    assert window.commands["new_request"].shortcut().toString() == "F9"
    assert window.commands["new_request"].toolTip().endswith("(F9)")
    assert "has it not" in window.notices.text
    window.change_settings(shortcuts={})
    assert window.commands["new_request"].shortcut().toString() == "Ctrl+N"


async def test_the_listener_moves_with_its_port_and_restarts_only_when_told(window: MainWindow) -> None:
    before = window.listener.port
    with_limit = 1024 * 1024
    window.change_settings(body_limit_bytes=with_limit)
    assert "started again" in window.notices.text
    started = window.listener.process_id
    window.notices._buttons[0].click()
    await until(lambda: window.listener.process_id not in (0, started) and window.listener.state.name == "LISTENING")
    assert window.listener.port == before
    assert (await post(window.listener.port, b"x" * (with_limit + 1))).startswith(b"HTTP/1.1 413")
