"""The doctor's questions and findings."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QFormLayout, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout

from workbench.model.examination import Check, Outcome
from workbench.ui.dialogs import mark
from workbench.ui.findings_table import FindingsTable

if TYPE_CHECKING:
    from workbench.ui.main_window import MainWindow

_MARKS = {Outcome.GOOD: "✓", Outcome.WARNING: "!", Outcome.BAD: "✗", Outcome.SKIPPED: "–"}


class DoctorDialog(QDialog):
    """Asks for an address, and for a provider and secret to try signatures with; shows each check as it is done."""

    examine_wanted = Signal()

    def __init__(self, url: str, window: "MainWindow") -> None:
        super().__init__(window)
        self._appearance = window.appearance
        self._counts = dict.fromkeys(Outcome, 0)
        self.setWindowTitle("Check an address")
        self.resize(900, 560)
        self.url, self.provider, self.secret = QLineEdit(url, self), QLineEdit(self), QLineEdit(self)
        self.url.setAccessibleName("Address of the receiver")
        self.provider.setAccessibleName("Provider")
        self.provider.setPlaceholderText("stripe, github … : sends its sample event, signed rightly and wrongly")
        self.secret.setAccessibleName("Secret")
        self.secret.setPlaceholderText("keyring:NAME or env:NAME")
        self.button = QPushButton("Check", self)
        mark(self.button, "primary")
        self.button.clicked.connect(self._ask)
        self.summary = QLabel("Without a provider only GET is sent.", self)
        self.summary.setWordWrap(True)
        self.table = FindingsTable(("Check", "Finding", "What to do"), "Findings", self)
        form = QFormLayout()
        for label, line in (("Address", self.url), ("Provider", self.provider), ("Secret", self.secret)):
            form.addRow(label, line)
            line.returnPressed.connect(self._ask)
        form.setHorizontalSpacing(14)
        form.setVerticalSpacing(8)
        ask = QHBoxLayout()
        ask.addWidget(self.summary, 1)
        ask.addWidget(self.button)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(20, 18, 20, 16)
        rows.setSpacing(12)
        rows.addLayout(form)
        rows.addLayout(ask)
        rows.addWidget(self.table, 1)

    def _ask(self) -> None:
        if bool(self.provider.text().strip()) != bool(self.secret.text().strip()):
            self.show_trouble("To try signatures, provider and secret are both needed.")
            return
        self.examine_wanted.emit()

    def begin(self) -> None:
        """Show that an examination is under way."""
        self.table.clear()
        self._counts = dict.fromkeys(Outcome, 0)
        self.summary.setText("Checking…")

    def show_check(self, check: Check) -> None:
        """Show one finding."""
        theme = self._appearance.theme
        colours = {Outcome.GOOD: theme.success, Outcome.WARNING: theme.warning, Outcome.BAD: theme.danger}
        self._counts[check.outcome] += 1
        colour = colours.get(check.outcome, theme.text_muted)
        self.table.add(f"{_MARKS[check.outcome]} {check.name}", check.finding, check.advice, colour)

    def show_trouble(self, text: str) -> None:
        """Say why nothing is checked."""
        self.summary.setText(text)

    def finish(self) -> None:
        """Sum up."""
        good, warning, bad = (self._counts[outcome] for outcome in (Outcome.GOOD, Outcome.WARNING, Outcome.BAD))
        self.summary.setText(f"{good} good, {warning} to look at, {bad} bad.")
