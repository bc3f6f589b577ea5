"""Questions and dialogs of the window, found and answered as a person would."""

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtWidgets import QDialog, QMessageBox, QPushButton
from shiboken6 import isValid
from ui.conftest import until

from workbench.ui.main_window import MainWindow

Kind = TypeVar("Kind", bound=QDialog)


async def opened(window: MainWindow, kind: type[Kind], fits: Callable[[Kind], bool] = lambda _: True) -> Kind:
    """Wait for a dialog of a kind, and return it."""

    def found() -> list[Kind]:
        return [each for each in window.findChildren(kind) if each.isVisible() and fits(each)]

    await until(found)
    return found()[0]


async def answer(window: MainWindow, word: str, saying: str = "") -> None:
    """Wait for a question that says this, and press a button of it."""
    box = await opened(window, QMessageBox, lambda each: saying in each.text())
    next(each for each in box.findChildren(QPushButton) if each.text().replace("&", "") == word).click()
    await closed(box)


async def closed(dialog: QDialog) -> None:
    """Wait until a dialog is no longer shown; it may be deleted by then."""
    await until(lambda: not isValid(dialog) or not dialog.isVisible())
