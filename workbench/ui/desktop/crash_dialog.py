"""Shows reports of what went wrong inside the program; they leave this machine only if a person copies them."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from workbench.ui.fonts import code_font

SOME = (
    "What went wrong inside the program. A report holds where that was and with which versions; no webhook, no"
    " header, no secret. Nothing is sent: copy one if you want to tell us of it."
)
NONE = "Nothing has gone wrong inside the program so far."


class CrashDialog(QDialog):
    """The reports of this home, newest first."""

    copy_wanted = Signal(str)
    folder_wanted = Signal()
    deletion_wanted = Signal()

    def __init__(self, reports: list[Path], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Crash reports")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        said = QLabel(SOME if reports else NONE, self)
        said.setWordWrap(True)
        self.list = QListWidget(self)
        self.list.setAccessibleName("Reports")
        self.list.addItems([file.stem.removeprefix("new-") for file in reports])
        self.list.setFixedWidth(230)
        self.text = QPlainTextEdit(self)
        self.text.setReadOnly(True)
        self.text.setFont(code_font())
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setAccessibleName("The report")
        self._reports = reports
        self.list.currentRowChanged.connect(self._show)
        row = QHBoxLayout()
        row.addWidget(self.list)
        row.addWidget(self.text, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 14)
        layout.setSpacing(12)
        layout.addWidget(said)
        layout.addLayout(row, 1)
        layout.addWidget(self._buttons(bool(reports)))
        for widget in (self.list, self.text):
            widget.setVisible(bool(reports))
        self.list.setCurrentRow(0)
        self.resize(*((860, 560) if reports else (440, 140)))

    def _buttons(self, some: bool) -> QDialogButtonBox:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        role = QDialogButtonBox.ButtonRole.ActionRole
        for text, tip, slot in (
            ("Copy", "Copy this report", lambda: self.copy_wanted.emit(self.text.toPlainText())),
            ("Open folder", "Show the folder that holds the reports", self.folder_wanted.emit),
            ("Delete all", "Delete every report", self.deletion_wanted.emit),
        ):
            button = buttons.addButton(text, role)
            button.setToolTip(tip)
            button.setEnabled(some)
            button.clicked.connect(slot)
        return buttons

    def _show(self, row: int) -> None:
        if 0 <= row < len(self._reports):
            try:
                self.text.setPlainText(self._reports[row].read_text(encoding="utf-8", errors="replace"))
            except OSError as error:
                self.text.setPlainText(f"This report cannot be read: {error.strerror}.")
