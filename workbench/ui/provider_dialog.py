"""A new endpoint: whose webhooks it is for, to be found by typing, and what it is called."""

from collections.abc import Collection, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from workbench.engine.endpoint_trial import free_endpoint_name, new_endpoint
from workbench.model.errors import WorkbenchError
from workbench.providers.pack import Provider
from workbench.ui.dialogs import mark

_ID = int(Qt.ItemDataRole.UserRole)
FIRST = ("stripe", "github", "slack", "shopify", "twilio", "zapier", "mailchimp-transactional", "mailchimp-marketing")
"""What most people want stands first."""


class ProviderDialog(QDialog):
    """Lets a person choose a provider; `chosen` is its id, empty for anyone's requests."""

    def __init__(self, providers: Sequence[Provider], taken: Collection[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._taken = taken
        self.setWindowTitle("New endpoint")
        self.setMinimumSize(460, 560)
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
        self._add("Any other sender (your own program, a provider that is not here)", "")
        self.name = _line(self, "Name of the endpoint")
        self.path = _line(self, "Path that it listens on")
        self.path.setToolTip("* stands for anything: /stripe/* takes /stripe and all below it")
        self.trouble = QLabel(self)
        self.trouble.setObjectName("bad")
        self.trouble.setWordWrap(True)
        self.trouble.hide()
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, self
        )
        button = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        button.setText("Make endpoint and copy its address")
        mark(button, "primary")
        self._arrange()
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.line.textChanged.connect(self._filter)
        self.list.itemDoubleClicked.connect(lambda _: self.accept())
        self.list.currentItemChanged.connect(lambda *_: self._suggest())
        self.list.setCurrentRow(0)

    def _arrange(self) -> None:
        fields = QFormLayout()
        fields.setHorizontalSpacing(12)
        fields.addRow("Name", self.name)
        fields.addRow("Path", self.path)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(self.line)
        layout.addWidget(self.list, 1)
        layout.addLayout(fields)
        layout.addWidget(self.trouble)
        layout.addWidget(self.buttons)

    def accept(self) -> None:
        """Close where an endpoint can have that name and path; else say why not, and keep what was typed."""
        try:
            new_endpoint(self._taken, self.chosen, self.name.text().strip(), self.path.text().strip())
        except WorkbenchError as error:
            self.trouble.setText(" ".join(filter(None, (error.message, error.hint))))
            self.trouble.show()
            return
        super().accept()

    def _suggest(self) -> None:
        """Fill in a free name and its path, where a person has not typed others."""
        name = free_endpoint_name(self._taken, self.chosen)
        for line, text in ((self.name, name), (self.path, f"/{name}/*")):
            if not line.isModified():
                line.setText(text)

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


def _line(parent: QWidget, accessible_name: str) -> QLineEdit:
    line = QLineEdit(parent)
    line.setAccessibleName(accessible_name)
    return line
