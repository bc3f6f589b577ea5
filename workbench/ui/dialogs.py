"""Questions that can be awaited: `open()` and a future.

Never `exec()`: inside a coroutine it steps other tasks from within a task, and one of them is lost without a word.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QMessageBox,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workbench.model.errors import WorkbenchError


async def finished(dialog: QDialog) -> int:
    """Open a dialog and return its result; it is deleted afterwards."""
    future: asyncio.Future[int] = asyncio.get_event_loop().create_future()

    def on_finished(result: int) -> None:
        if not future.done():
            future.set_result(result)

    dialog.finished.connect(on_finished)
    dialog.open()
    try:
        return await future
    finally:
        dialog.deleteLater()


async def ask(parent: QWidget, title: str, text: str, hint: str, choices: dict[str, bool]) -> str | None:
    """Ask; return the text of the chosen button, None for escape. A choice that is True destroys something."""
    box = QMessageBox(QMessageBox.Icon.NoIcon, title, text, QMessageBox.StandardButton.NoButton, parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setInformativeText(hint)
    buttons: dict[Any, str] = {}
    for choice, destroys in choices.items():
        role = QMessageBox.ButtonRole.DestructiveRole if destroys else QMessageBox.ButtonRole.AcceptRole
        button = box.addButton(choice, role)
        mark(button, "danger" if destroys else "primary")
        buttons[button] = choice
    cancel = box.addButton(QMessageBox.StandardButton.Cancel)
    box.setDefaultButton(cancel)
    await finished(box)
    return buttons.get(box.clickedButton())


async def say_failure(parent: QWidget, error: WorkbenchError) -> None:
    """Say why the program cannot go on; returns when that was read."""
    box = QMessageBox(QMessageBox.Icon.NoIcon, "Webhook Workbench", error.message, parent=parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setInformativeText(error.hint or "")
    await finished(box)


async def ask_text(
    parent: QWidget,
    title: str,
    label: str,
    text: str,
    problem: Callable[[str], str] = lambda _: "",
    *,
    hidden: bool = False,
    word: str = "OK",
) -> str | None:
    """Ask for a line; `word` is what the button does. None for escape.

    `problem` says what is wrong with what is typed, empty for nothing. What is typed is not to be seen where it is
    `hidden`.
    """
    dialog = QDialog(parent)
    dialog.setWindowTitle(title)
    line, trouble = QLineEdit(text, dialog), QLabel(dialog)
    caption = QLabel(label, dialog)
    caption.setBuddy(line)
    line.setEchoMode(QLineEdit.EchoMode.Password if hidden else QLineEdit.EchoMode.Normal)
    trouble.setObjectName("bad")
    trouble.setWordWrap(True)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, dialog)
    buttons.button(QDialogButtonBox.StandardButton.Ok).setText(word)
    mark(buttons.button(QDialogButtonBox.StandardButton.Ok), "primary")
    buttons.accepted.connect(dialog.accept)
    buttons.rejected.connect(dialog.reject)
    layout = QVBoxLayout(dialog)
    layout.setContentsMargins(20, 18, 20, 16)
    layout.setSpacing(12)
    for widget in (caption, line, trouble, buttons):
        layout.addWidget(widget)
    dialog.setMinimumWidth(440)

    def check(typed: str) -> None:
        wrong = problem(typed)
        trouble.setText(wrong)
        trouble.setVisible(bool(wrong))
        buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(not wrong)

    line.textChanged.connect(check)
    check(text)
    line.selectAll()
    accepted = await finished(dialog)
    return line.text() if accepted == QDialog.DialogCode.Accepted else None


def mark(button: QPushButton, what: str) -> None:
    """Give a button its look, which one of a dialog cannot be told apart without; Return presses a primary one."""
    button.setProperty(what, True)
    button.setDefault(what == "primary")
    button.style().unpolish(button)
    button.style().polish(button)


async def choose_folder(parent: QWidget, title: str, folder: str) -> str | None:
    """Let a person choose a folder; None for escape."""
    dialog = QFileDialog(parent, title, folder)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    return await _chosen(dialog)


async def choose_file(parent: QWidget, title: str, folder: str) -> str | None:
    """Let a person choose an existing file; None for escape."""
    dialog = QFileDialog(parent, title, folder)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    return await _chosen(dialog)


async def choose_files(parent: QWidget, title: str, folder: str) -> list[str]:
    """Let a person choose existing files; none for escape."""
    dialog = QFileDialog(parent, title, folder)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    accepted = await finished(dialog)
    return dialog.selectedFiles() if accepted == QDialog.DialogCode.Accepted else []


async def choose_new_file(parent: QWidget, title: str, suggested: str) -> str | None:
    """Let a person name a file to write; None for escape. Replacing one is asked about."""
    dialog = QFileDialog(parent, title, suggested)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.selectFile(suggested)
    return await _chosen(dialog)


async def _chosen(dialog: QFileDialog) -> str | None:
    accepted = await finished(dialog)
    files = dialog.selectedFiles()
    return files[0] if accepted == QDialog.DialogCode.Accepted and files else None
