"""Where things live: endpoints, collections, history. A tree of three branches; it opens nothing itself."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QLineEdit, QMenu, QTreeWidgetItem, QVBoxLayout, QWidget

from workbench.ui.collections.collection_branch import CollectionBranch
from workbench.ui.collections.side_tree import KIND, VALUE, SideTree, children
from workbench.ui.icons import icon
from workbench.ui.theme import Appearance
from workbench.ui.words import duration_words

if TYPE_CHECKING:
    from workbench.model.collection import FolderEntry
    from workbench.model.delivery import DeliverySummary

HISTORY_SHOWN = 100
CATCHES_ALL: dict[str, Any] = {"name": "catch-all", "path": "/*", "provider": "", "targets": [], "problem": ""}

Entry = tuple[str, Callable[[], object]]


class Sidebar(QFrame):
    """The tree at the left, under a line to search it."""

    request_wanted = Signal(str, bool)
    """The file of a saved request, and whether a person goes there: a click only looks at it."""
    delivery_wanted = Signal(int)
    """The number of something that was sent."""
    endpoint_captures_wanted = Signal(str)
    """An endpoint, by name, whose captures are to be shown."""
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
    new_request_wanted = Signal(str)
    """The folder that a new request is to be in."""
    new_folder_wanted = Signal(str)
    """The folder that a new one is to be in."""
    duplicate_wanted = Signal(str)
    """The path of a request or folder."""
    remove_wanted = Signal(str)
    """The path of a request or folder that is to be deleted."""
    defaults_wanted = Signal(str)
    """The path of a folder or collection whose defaults are to be edited."""
    run_wanted = Signal(str)
    """The path of a folder or collection that is to be run."""
    export_wanted = Signal(str)
    """The path of a folder or collection that is to be exported."""
    environment_chosen = Signal(str, str)
    """A collection's path and the environment to use."""
    environments_wanted = Signal(str)
    """The path of a collection whose environments are to be edited."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("side")
        self.search = QLineEdit(self)
        self.search.setPlaceholderText("Find a request")
        self.search.setAccessibleName("Find a request")
        self.search.setToolTip("Show only what holds these words (Ctrl+P)")
        self.search.setClearButtonEnabled(True)
        self.search.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self.tree = SideTree(appearance, self)
        self.tree.setAccessibleName("Endpoints, collections and history")
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.tree.customContextMenuRequested.connect(self._show_menu)
        self.tree.itemActivated.connect(self._on_activated)
        self.tree.itemClicked.connect(self._on_clicked)
        self.tree.setExpandsOnDoubleClick(False)
        self.tree.remove_wanted.connect(self._on_remove)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 8, 0, 0)
        layout.setSpacing(6)
        line = QVBoxLayout()
        line.setContentsMargins(4, 0, 10, 0)
        line.addWidget(self.search)
        layout.addLayout(line)
        layout.addWidget(self.tree)
        self._awaited = ""
        """An endpoint that is to be chosen when it appears."""
        self._endpoints = self._branch("Endpoints")
        self._collections = self._branch("Collections")
        self.collections = CollectionBranch(self.tree, self._collections)
        self._history = self._branch("History")
        self.search.textChanged.connect(self._on_search)
        self.search.returnPressed.connect(self._open_first)
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

    def show_endpoints(self, endpoints: Sequence[dict[str, Any]]) -> None:
        """Show the endpoints in force, as the listener tells them; the catch-all where it does not yet."""
        chosen = self._awaited or self.chosen_endpoint
        self._endpoints.takeChildren()
        for endpoint in endpoints or [CATCHES_ALL]:
            item = self.tree.leaf(self._endpoints, endpoint["name"], "endpoint", endpoint)
            item.setIcon(0, icon("warning" if endpoint["problem"] else "endpoint"))
            lines = [endpoint["path"], endpoint["provider"], *(f"→ {url}" for url in endpoint["targets"])]
            item.setToolTip(0, "\n".join(filter(None, [*lines, endpoint["problem"]])))
        self._hint(self._endpoints, "New endpoint…", "new-endpoint")
        if chosen:
            self.choose_endpoint(chosen)

    def choose_endpoint(self, name: str) -> None:
        """Choose an endpoint; one that the listener has not told of yet is chosen as soon as it does."""
        named = (item for item in children(self._endpoints) if item.data(0, KIND) == "endpoint")
        item = next((item for item in named if item.data(0, VALUE)["name"] == name), None)
        self._awaited = name if item is None else ""
        if item is not None:
            self.tree.setCurrentItem(item)

    @property
    def chosen_endpoint(self) -> str:
        """The name of the endpoint that is chosen, empty where none is."""
        item = self.tree.currentItem()
        return item.data(0, VALUE)["name"] if item is not None and item.data(0, KIND) == "endpoint" else ""

    @property
    def chosen_folder(self) -> str:
        """The path of the folder or collection that is chosen, or holds what is chosen; empty where none is."""
        item = self.tree.currentItem()
        while item is not None and item.data(0, KIND) not in ("folder", "collection"):
            item = item.parent()
        return item.data(0, VALUE) if item is not None else ""

    def show_collections(
        self, collections: "Sequence[FolderEntry]", environments: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        """Show open collections with their environments; a hint where there is none."""
        self.collections.show(collections, environments or {})
        if self.search.text():
            self.collections.search(self.search.text())

    def show_history(self, deliveries: "Sequence[DeliverySummary]") -> None:
        """Show what was sent, newest first."""
        self._history.takeChildren()
        for each in deliveries[:HISTORY_SHOWN]:
            outcome = str(each.status) if each.status else each.failure_kind
            host, slash, path = each.url.split("://", 1)[-1].partition("/")
            where = slash + path if path else host
            what = f"#{each.capture_number} → " if each.capture_number else ""
            item = self.tree.leaf(self._history, f"{outcome}  {what}{each.method} {where}", "delivery", each.number)
            item.setToolTip(
                0, f"{each.kind}: {each.method} {each.url}\n{outcome} in {duration_words(each.duration_us)}"
            )
        if not deliveries:
            self._hint(self._history, "What you send appears here", "")

    def _hint(self, parent: QTreeWidgetItem, text: str, kind: str) -> None:
        item = self.tree.leaf(parent, text, kind, "")
        item.setForeground(0, self.palette().placeholderText())
        if not kind:
            item.setFlags(Qt.ItemFlag.ItemIsEnabled)

    # Finding

    def _on_search(self, text: str) -> None:
        words = text.casefold().split()
        self.collections.search(text)
        self._endpoints.setHidden(bool(words))
        for item in children(self._history):
            item.setHidden(not all(word in item.text(0).casefold() for word in words))

    def _open_first(self) -> None:
        """Open the first request that is left."""
        item = self.tree.itemBelow(self._collections)
        while item is not None and item.data(0, KIND) != "request":
            item = self.tree.itemBelow(item)
        if item is not None:
            self.tree.setCurrentItem(item)
            self._on_activated(item, 0)

    # What items do

    def _on_activated(self, item: QTreeWidgetItem, _column: int) -> None:
        self._open(item, goes=True)

    def _on_clicked(self, item: QTreeWidgetItem, _column: int) -> None:
        """Look at what was clicked; what holds others opens or closes."""
        self._awaited = ""
        if item.childCount():
            item.setExpanded(not item.isExpanded())
        self._open(item, goes=False)

    def _open(self, item: QTreeWidgetItem, *, goes: bool) -> None:
        value = item.data(0, VALUE)
        match item.data(0, KIND):
            case "endpoint":
                (self.endpoint_wanted if goes else self.endpoint_captures_wanted).emit(value["name"])
            case "new-endpoint":
                self.new_endpoint_wanted.emit()
            case "request":
                self.request_wanted.emit(value, goes)
            case "delivery":
                self.delivery_wanted.emit(value)
            case "environment":
                self.environment_chosen.emit(*value)
            case "open-collection":
                self.collection_wanted.emit()
            case _:
                return

    def _on_remove(self, item: QTreeWidgetItem) -> None:
        if item.data(0, KIND) in ("folder", "request"):
            self.remove_wanted.emit(item.data(0, VALUE))
        elif item.data(0, KIND) == "endpoint":
            self.endpoint_removed.emit(item.data(0, VALUE)["name"])

    def _entries(self, item: QTreeWidgetItem) -> list[Entry]:
        value = item.data(0, VALUE)
        rename: Entry = ("Rename\tF2", self.tree.rename_current)
        remove: Entry = ("Delete\tDel", lambda: self.remove_wanted.emit(value))
        match item.data(0, KIND):
            case "collection":
                return [
                    *self._folder_entries(value),
                    rename,
                    ("Environments…", lambda: self.environments_wanted.emit(value)),
                    ("Close this collection", lambda: self.collection_closed.emit(value)),
                ]
            case "folder":
                return [*self._folder_entries(value), self._duplicate(value), rename, remove]
            case "request":
                return [
                    ("Open", lambda: self.request_wanted.emit(value, True)),
                    self._duplicate(value),
                    rename,
                    remove,
                ]
            case "environments":
                return [("Edit environments…", lambda: self.environments_wanted.emit(value))]
            case "environment":
                return [
                    ("Use", lambda: self.environment_chosen.emit(*value)),
                    ("Edit environments…", lambda: self.environments_wanted.emit(value[0])),
                ]
            case "endpoint":
                return [
                    ("Show captures", lambda: self.endpoint_captures_wanted.emit(value["name"])),
                    ("Copy address", lambda: self.endpoint_copied.emit(value["path"])),
                    ("Edit…", lambda: self.endpoint_wanted.emit(value["name"])),
                    ("Remove…", lambda: self.endpoint_removed.emit(value["name"])),
                ]
            case _:
                return []

    def _folder_entries(self, path: str) -> list[Entry]:
        return [
            ("New request", lambda: self.new_request_wanted.emit(path)),
            ("New folder…", lambda: self.new_folder_wanted.emit(path)),
            ("Run…", lambda: self.run_wanted.emit(path)),
            ("Export…", lambda: self.export_wanted.emit(path)),
            ("What its requests share…", lambda: self.defaults_wanted.emit(path)),
        ]

    def _duplicate(self, path: str) -> Entry:
        return ("Duplicate\tCtrl+D", lambda: self.duplicate_wanted.emit(path))

    def _show_menu(self, position: QPoint) -> None:
        item = self.tree.itemAt(position)
        entries = self._entries(item) if item is not None else []
        if not entries:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for text, slot in entries:
            action = QAction(text, menu)
            action.triggered.connect(lambda *_, slot=slot: slot())
            menu.addAction(action)
        menu.popup(self.tree.viewport().mapToGlobal(position))
