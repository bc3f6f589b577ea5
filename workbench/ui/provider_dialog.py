"""Whose webhooks a new endpoint is for, to be found by typing."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from workbench.providers.pack import Provider

_ID = int(Qt.ItemDataRole.UserRole)
FIRST = ("stripe", "github", "slack", "shopify", "twilio", "zapier", "mailchimp-transactional", "mailchimp-marketing")
"""What most people want stands first."""


class ProviderDialog(QDialog):
    """Lets a person choose a provider; `chosen` is its id, empty for anyone's requests."""

    def __init__(self, providers: Sequence[Provider], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("New endpoint")
        self.setMinimumSize(420, 480)
        self.line = QLineEdit(self)
        self.line.setPlaceholderText("stripe, github …")
        self.line.setAccessibleName("Find a provider")
        self.line.setClearButtonEnabled(True)
        self.list = QListWidget(self)
        self.list.setAccessibleName("Providers")
        ranked = sorted(
            providers, key=lambda each: (FIRST.index(each.id) if each.id in FIRST else 99, each.name.lower())
        )
        for provider in ranked:
            self._add(provider.name, provider.id)
        self._add("Any other sender", "")
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, self
        )
        button = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        button.setText("Make endpoint and copy its address")
        button.setProperty("primary", True)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(12)
        for widget in (self.line, self.list, self.buttons):
            layout.addWidget(widget)
        self.line.textChanged.connect(self._filter)
        self.list.itemDoubleClicked.connect(lambda _: self.accept())
        self.list.setCurrentRow(0)

    def _add(self, name: str, identity: str) -> None:
        item = QListWidgetItem(name, self.list)
        item.setData(_ID, identity)

    @property
    def chosen(self) -> str:
        item = self.list.currentItem()
        return item.data(_ID) if item is not None else ""

    def _filter(self, text: str) -> None:
        words = text.lower().split()
        first: QListWidgetItem | None = None
        for row in range(self.list.count()):
            item = self.list.item(row)
            shown = all(word in f"{item.text()} {item.data(_ID)}".lower() for word in words)
            item.setHidden(not shown)
            if shown and first is None:
                first = item
        if first is not None:
            self.list.setCurrentItem(first)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(first is not None)
