"""Where a request is saved: its name, and the folder in the tree of open collections."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from workbench.model.collection import FolderEntry
from workbench.ui.dialogs import mark
from workbench.ui.icons import icon

_PATH = int(Qt.ItemDataRole.UserRole)


class SaveDialog(QDialog):
    """Asks for a name and a folder."""

    folder_wanted = Signal(str)
    """A new folder is wanted in the folder of this path."""

    def __init__(
        self, name: str, collections: Sequence[FolderEntry], chosen: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Save request")
        self.setMinimumSize(460, 460)
        self.name = QLineEdit(name, self)
        self.name.setAccessibleName("Name of the request")
        caption = QLabel("Name", self)
        caption.setBuddy(self.name)
        self.tree = QTreeWidget(self)
        self.tree.setHeaderHidden(True)
        self.tree.setAccessibleName("Folder to save in")
        self.tree.setUniformRowHeights(True)
        where = QLabel("In the folder", self)
        where.setBuddy(self.tree)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel, self
        )
        self.new_folder = QPushButton("New folder…", self)
        self.new_folder.setToolTip("Make a folder in the chosen one")
        self.new_folder.setAutoDefault(False)
        self.new_folder.clicked.connect(lambda: self.folder_wanted.emit(self.folder))
        self.buttons.addButton(self.new_folder, QDialogButtonBox.ButtonRole.ResetRole)
        mark(self.buttons.button(QDialogButtonBox.StandardButton.Save), "primary")
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(8)
        for widget in (caption, self.name, where, self.tree, self.buttons):
            layout.addWidget(widget)
        self.name.textChanged.connect(lambda _: self._enable())
        self.tree.currentItemChanged.connect(lambda *_: self._enable())
        self.tree.itemDoubleClicked.connect(lambda *_: self._accept_if_ready())
        self.name.selectAll()
        self.show_folders(collections, chosen)

    def show_folders(self, collections: Sequence[FolderEntry], chosen: str) -> None:
        """Show the folders, one of them chosen; the first where that is none of them."""
        self.tree.clear()
        items: dict[str, QTreeWidgetItem] = {}
        for collection in collections:
            self._add(self.tree.invisibleRootItem(), collection, items)
        self.tree.expandAll()
        current = items.get(chosen) or self.tree.topLevelItem(0)
        if current is not None:
            self.tree.setCurrentItem(current)
        self._enable()

    def _add(self, parent: QTreeWidgetItem, folder: FolderEntry, items: dict[str, QTreeWidgetItem]) -> None:
        item = QTreeWidgetItem(parent, [folder.name])
        item.setIcon(0, icon("folder"))
        item.setData(0, _PATH, folder.path)
        items[folder.path] = item
        for child in folder.folders:
            self._add(item, child, items)

    @property
    def folder(self) -> str:
        """The path of the chosen folder, empty where none is."""
        item = self.tree.currentItem()
        return item.data(0, _PATH) if item is not None else ""

    def _enable(self) -> None:
        ready = bool(self.name.text().strip()) and bool(self.folder)
        self.buttons.button(QDialogButtonBox.StandardButton.Save).setEnabled(ready)
        self.new_folder.setEnabled(bool(self.folder))

    def _accept_if_ready(self) -> None:
        if self.buttons.button(QDialogButtonBox.StandardButton.Save).isEnabled():
            self.accept()
