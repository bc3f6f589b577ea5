"""New from sample: providers and their events, to be found by typing."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from workbench.providers.pack import Provider

_VALUE = int(Qt.ItemDataRole.UserRole)


class SampleDialog(QDialog):
    """Lets a person choose an event; `chosen` is its provider and event."""

    def __init__(self, providers: Sequence[Provider], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("New from sample")
        self.setMinimumSize(460, 520)
        self.line = QLineEdit(self)
        self.line.setPlaceholderText("stripe invoice, github push …")
        self.line.setAccessibleName("Find a provider or an event")
        self.line.setClearButtonEnabled(True)
        self.tree = QTreeWidget(self)
        self.tree.setHeaderHidden(True)
        self.tree.setAccessibleName("Providers and their events")
        self._branches: list[QTreeWidgetItem] = []
        self._leaves: list[list[QTreeWidgetItem]] = []
        for provider in providers:
            if provider.samples:
                self._add(provider)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, self
        )
        button = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        button.setText("New request")
        button.setProperty("primary", True)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(12)
        for widget in (self.line, self.tree, self.buttons):
            layout.addWidget(widget)
        self.line.textChanged.connect(self._filter)
        self.tree.currentItemChanged.connect(lambda *_: self._enable())
        self.tree.itemDoubleClicked.connect(lambda item, _: item.data(0, _VALUE) and self.accept())
        self._filter("")

    def _add(self, provider: Provider) -> None:
        branch = QTreeWidgetItem([provider.name])
        leaves: list[QTreeWidgetItem] = []
        for sample in provider.samples:
            leaf = QTreeWidgetItem([f"{sample.event}   {sample.title}".rstrip()])
            leaf.setData(0, _VALUE, (provider.id, sample.event))
            branch.addChild(leaf)
            leaves.append(leaf)
        self._branches.append(branch)
        self._leaves.append(leaves)
        self.tree.addTopLevelItem(branch)

    @property
    def chosen(self) -> tuple[str, str] | None:
        item = self.tree.currentItem()
        return item.data(0, _VALUE) if item is not None else None

    def _filter(self, text: str) -> None:
        words = text.lower().split()
        first: QTreeWidgetItem | None = None
        for position in range(len(self._branches)):
            branch = self._branches[position]
            some = False
            for leaf in self._leaves[position]:
                shown = all(word in f"{branch.text(0)} {leaf.text(0)}".lower() for word in words)
                leaf.setHidden(not shown)
                some = some or shown
                if shown and first is None:
                    first = leaf
            branch.setHidden(not some)
            branch.setExpanded(bool(words))
        if words and first is not None:
            self.tree.setCurrentItem(first)
        self._enable()

    def _enable(self) -> None:
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(self.chosen is not None)
