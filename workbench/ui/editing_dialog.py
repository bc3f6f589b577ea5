"""Dialogs that hold what somebody typed: nothing of it is dropped without a question."""

from PySide6.QtWidgets import QDialog, QMessageBox

from workbench.ui.dialogs import mark


class EditingDialog(QDialog):
    """A dialog that asks before Cancel, Escape or the window's cross loses what was changed in it."""

    @property
    def is_changed(self) -> bool:
        """Whether closing would lose something; each dialog says that for itself."""
        raise NotImplementedError

    def reject(self) -> None:
        if self.is_changed:
            self._ask()
        else:
            super().reject()

    def _ask(self) -> None:
        box = QMessageBox(QMessageBox.Icon.NoIcon, self.windowTitle(), "Discard what you changed here?", parent=self)
        box.setInformativeText("It is in no file yet.")
        discard = box.addButton("Discard", QMessageBox.ButtonRole.DestructiveRole)
        mark(discard, "danger")
        keep = box.addButton("Go on editing", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(keep)
        box.setEscapeButton(keep)
        # Not `super().reject`: Qt would look the slot up by name, and find ours.
        discard.clicked.connect(lambda: self.done(QDialog.DialogCode.Rejected))
        box.finished.connect(box.deleteLater)
        box.open()
