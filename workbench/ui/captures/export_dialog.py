"""Export of captures: which of them, in what form, and whether credentials go along."""

from dataclasses import dataclass

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from workbench.storage.capture_export import FORMATS
from workbench.ui.dialogs import mark
from workbench.ui.words import count_words


@dataclass(frozen=True, slots=True)
class Choice:
    """A set of captures that can be exported: its name, and how many there are."""

    name: str
    words: str
    count: int


class CaptureExportDialog(QDialog):
    """Lets a person choose; `which`, `format_name` and `with_credentials` say what."""

    def __init__(self, choices: list[Choice], chosen: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export captures")
        self.setMinimumWidth(460)
        self._which = QComboBox(self)
        self._which.setAccessibleName("Which captures")
        self._which.setToolTip("Which captures are written")
        for choice in choices:
            self._which.addItem(f"{choice.words} ({count_words(choice.count)})", choice.name)
        self._which.setCurrentIndex(max(0, self._which.findData(chosen)))
        self._format = QComboBox(self)
        self._format.setAccessibleName("Format")
        self._format.setToolTip("What kind of file is written")
        for name, words in FORMATS.items():
            self._format.addItem(words, name)
        self.credentials = QCheckBox("With Authorization, cookies, keys and tokens", self)
        self.credentials.setToolTip("Hidden otherwise in heads and targets; signatures always stay")
        note = QLabel("Bodies are written as they came in: look through them before you give the file away.", self)
        note.setObjectName("muted")
        note.setWordWrap(True)
        form = QFormLayout()
        form.setSpacing(10)
        form.addRow("Captures", self._which)
        form.addRow("Format", self._format)
        form.addRow("", self.credentials)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel, self
        )
        save = buttons.button(QDialogButtonBox.StandardButton.Save)
        save.setText("Save as…")
        save.setToolTip("Choose where the file is written")
        mark(save, "primary")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(12)
        layout.addLayout(form)
        layout.addWidget(note)
        layout.addWidget(buttons)

    @property
    def which(self) -> str:
        """The name of the chosen set."""
        return self._which.currentData()

    @property
    def format_name(self) -> str:
        """The chosen format's name."""
        return self._format.currentData()

    def choose(self, which: str, format_name: str) -> None:
        """Choose a set and a format by name."""
        self._which.setCurrentIndex(self._which.findData(which))
        self._format.setCurrentIndex(self._format.findData(format_name))
