"""Where things live: endpoints, collections, history. A tree of three branches; it opens nothing itself."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QMenu, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from workbench.ui.icons import icon
from workbench.ui.words import duration_words

if TYPE_CHECKING:
    from workbench.model.collection import FolderEntry
    from workbench.model.delivery import DeliverySummary

_KIND = int(Qt.ItemDataRole.UserRole)
_VALUE = _KIND + 1
HISTORY_SHOWN = 100
CATCHES_ALL: dict[str, Any] = {"name": "catch-all", "path": "/*", "provider": "", "targets": [], "problem": ""}


class Sidebar(QFrame):
    """The tree at the left."""

    captures_wanted = Signal()
    request_wanted = Signal(str)
    """The file of a saved request."""
    delivery_wanted = Signal(int)
    """The number of something that was sent."""
    endpoint_wanted = Signal(str)
    """An endpoint, by name, that is to be edited."""
    endpoint_copied = Signal(str)
    """The path of an endpoint whose address is to be copied."""
    endpoint_removed = Signal(str)
    """An endpoint, by name, that is to be removed."""
    new_endpoint_wanted = Signal()
    collection_wanted = Signal()
    """Another collection is to be opened."""
    collection_closed = Signal(str)
    """The folder of a collection that is no longer to be shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("side")
        self.tree = QTreeWidget(self)
        self.tree.setObjectName("side")
        self.tree.setAccessibleName("Endpoints, collections and history")
        self.tree.setHeaderHidden(True)
        self.tree.setIndentation(14)
        self.tree.setFrameShape(QFrame.Shape.NoFrame)
        self.tree.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.tree.customContextMenuRequested.connect(self._show_menu)
        self.tree.itemActivated.connect(self._on_activated)
        self.tree.itemClicked.connect(self._on_activated)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 8, 0, 0)
        layout.addWidget(self.tree)
        self._endpoints = self._branch("Endpoints")
        self._collections = self._branch("Collections")
        self._history = self._branch("History")
        self.show_endpoints([])
        self.show_collections([])
        self.show_history([])

    def _branch(self, title: str) -> QTreeWidgetItem:
        item = QTreeWidgetItem(self.tree, [title])
        item.setFlags(Qt.ItemFlag.ItemIsEnabled)
        font = item.font(0)
        font.setBold(True)
        item.setFont(0, font)
        item.setExpanded(True)
        return item

    def _leaf(self, parent: QTreeWidgetItem, text: str, picture: str, kind: str, value: object) -> QTreeWidgetItem:
        item = QTreeWidgetItem(parent, [text])
        if picture:
            item.setIcon(0, icon(picture))
        item.setData(0, _KIND, kind)
        item.setData(0, _VALUE, value)
        return item

    def show_endpoints(self, endpoints: Sequence[dict[str, Any]]) -> None:
        """Show the endpoints in force, as the listener tells them; the catch-all where it does not yet."""
        self._endpoints.takeChildren()
        for endpoint in endpoints or [CATCHES_ALL]:
            picture = "warning" if endpoint["problem"] else "endpoint"
            item = self._leaf(self._endpoints, endpoint["name"], picture, "endpoint", endpoint)
            lines = [endpoint["path"], endpoint["provider"], *(f"→ {url}" for url in endpoint["targets"])]
            item.setToolTip(0, "\n".join(filter(None, [*lines, endpoint["problem"]])))
        self._hint(self._endpoints, "New endpoint…", "new-endpoint")

    @property
    def chosen_endpoint(self) -> str:
        """The name of the endpoint that is chosen, empty where none is."""
        item = self.tree.currentItem()
        return item.data(0, _VALUE)["name"] if item is not None and item.data(0, _KIND) == "endpoint" else ""

    def show_collections(self, collections: "Sequence[FolderEntry]") -> None:
        """Show open collections; a hint where there is none."""
        self._collections.takeChildren()
        for collection in collections:
            item = self._leaf(self._collections, collection.name, "folder", "collection", collection.path)
            item.setToolTip(0, collection.path)
            self._fill(item, collection)
            item.setExpanded(True)
        if not collections:
            self._hint(self._collections, "Open a collection…", "open-collection")

    def _fill(self, parent: QTreeWidgetItem, folder: "FolderEntry") -> None:
        for child in folder.folders:
            self._fill(self._leaf(parent, child.name, "folder", "folder", child.path), child)
        for request in folder.requests:
            text = f"{request.method}  {request.name}"
            self._leaf(parent, text, "", "request", request.path).setToolTip(0, request.path)
        for problem in folder.problems:
            self._leaf(parent, problem, "warning", "problem", "").setToolTip(0, problem)

    def show_history(self, deliveries: "Sequence[DeliverySummary]") -> None:
        """Show what was sent, newest first."""
        self._history.takeChildren()
        for each in deliveries[:HISTORY_SHOWN]:
            outcome = str(each.status) if each.status else each.failure_kind
            host, slash, path = each.url.split("://", 1)[-1].partition("/")
            where = slash + path if path else host
            what = f"#{each.capture_number} → " if each.capture_number else ""
            item = self._leaf(self._history, f"{outcome}  {what}{each.method} {where}", "", "delivery", each.number)
            item.setToolTip(
                0, f"{each.kind}: {each.method} {each.url}\n{outcome} in {duration_words(each.duration_us)}"
            )
        if not deliveries:
            self._hint(self._history, "What you send appears here", "")

    def _hint(self, parent: QTreeWidgetItem, text: str, kind: str) -> None:
        item = self._leaf(parent, text, "", kind, "")
        item.setForeground(0, self.palette().placeholderText())
        if not kind:
            item.setFlags(Qt.ItemFlag.ItemIsEnabled)

    def _on_activated(self, item: QTreeWidgetItem, _column: int) -> None:
        kind, value = item.data(0, _KIND), item.data(0, _VALUE)
        match kind:
            case "endpoint":
                self.captures_wanted.emit()
            case "new-endpoint":
                self.new_endpoint_wanted.emit()
            case "request":
                self.request_wanted.emit(value)
            case "delivery":
                self.delivery_wanted.emit(value)
            case "open-collection":
                self.collection_wanted.emit()
            case _:
                return

    def _show_menu(self, position: QPoint) -> None:
        item = self.tree.itemAt(position)
        if item is None:
            return
        value = item.data(0, _VALUE)
        match item.data(0, _KIND):
            case "collection":
                entries = [("Close this collection", lambda: self.collection_closed.emit(value))]
            case "endpoint":
                entries = [
                    ("Copy address", lambda: self.endpoint_copied.emit(value["path"])),
                    ("Edit…", lambda: self.endpoint_wanted.emit(value["name"])),
                    ("Remove…", lambda: self.endpoint_removed.emit(value["name"])),
                ]
            case _:
                return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for text, slot in entries:
            action = QAction(text, menu)
            action.triggered.connect(lambda *_, slot=slot: slot())
            menu.addAction(action)
        menu.popup(self.tree.viewport().mapToGlobal(position))
