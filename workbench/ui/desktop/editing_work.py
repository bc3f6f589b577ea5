"""The Edit menu: what fields do by themselves with keys, and taking back the last deletion.

Fields answer Ctrl+C and its like before any shortcut of the window does. The menu sends the same keys to whatever has
the focus, so that it does exactly what the keys do.
"""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTextEdit, QWidget

from workbench.ui.desktop.deleting_work import DeletingWork

if TYPE_CHECKING:
    from workbench.ui.main_window import MainWindow

_StandardKey = QKeySequence.StandardKey
OF_FIELDS = {
    "redo": _StandardKey.Redo,
    "cut": _StandardKey.Cut,
    "copy": _StandardKey.Copy,
    "paste": _StandardKey.Paste,
    "select_all": _StandardKey.SelectAll,
}


class EditingWork:
    """Everything behind the Edit menu but the preferences."""

    def __init__(self, window: "MainWindow", deleting: DeletingWork) -> None:
        self._window = window
        self._deleting = deleting
        for name, key in OF_FIELDS.items():
            window.commands[name].triggered.connect(lambda *_, key=key: press(QApplication.focusWidget(), key))
        window.commands["undo"].triggered.connect(lambda *_: self._undo())

    def _undo(self) -> None:
        focused = QApplication.focusWidget()
        if isinstance(focused, QLineEdit | QPlainTextEdit | QTextEdit) and not focused.isReadOnly():
            press(focused, _StandardKey.Undo)
        elif self._deleting.can_undo:
            self._deleting.undo()
        elif self._window.commands["bring_back"].isEnabled():
            self._window.commands["bring_back"].trigger()
        else:
            self._window.show_info("There is nothing to take back.")


def press(widget: QWidget | None, key: QKeySequence.StandardKey) -> None:
    """Have a widget see the keys that stand for something on this system; nothing without a widget."""
    sequences = QKeySequence.keyBindings(key)
    if widget is None or not sequences:
        return
    pressed = sequences[0][0]  # pyright: ignore[reportIndexIssue] - missing in the stubs
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QApplication.sendEvent(widget, QKeyEvent(kind, pressed.key(), pressed.keyboardModifiers(), ""))
