"""JSON as a tree that loads what is opened: paths and values to copy, a value to save."""

from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import QHeaderView, QMenu, QTreeView, QWidget

from workbench.formats.json_tree import JsonTree, Node, jmes_path_of, jq_path_of, json_path_of
from workbench.model.message import Body

Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()
COPY_LIMIT_BYTES = 16 * 1024 * 1024


class JsonTreeModel(QAbstractItemModel):
    """Two columns, name and value; the children of a node come a page at a time."""

    def __init__(self, tree: JsonTree, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tree = tree
        self._top = Node(0, 0, 0, children=[tree.root])

    def node(self, index: Index) -> Node:
        """Return the node of an index; of none, what stands above the top."""
        return index.internalPointer() if index.isValid() else self._top

    def index(self, row: int, column: int, parent: Index = NOWHERE) -> QModelIndex:
        children = self.node(parent).children
        return self.createIndex(row, column, children[row]) if row < len(children) else QModelIndex()

    def parent(self, index: Index = NOWHERE) -> QModelIndex:  # pyright: ignore[reportIncompatibleMethodOverride]
        above = self.node(index).parent if index.isValid() else None
        return QModelIndex() if above is None else self.createIndex(above.row, 0, above)

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return len(self.node(parent).children) if parent.column() <= 0 else 0

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 2

    def hasChildren(self, parent: Index = NOWHERE) -> bool:
        return not parent.isValid() or (parent.column() == 0 and self.tree.has_children(self.node(parent)))

    def canFetchMore(self, parent: Index) -> bool:
        return parent.isValid() and self.node(parent).next_at is not None

    def fetchMore(self, parent: Index) -> None:
        node = self.node(parent)
        found = self.tree.load(node)
        if found:
            self.beginInsertRows(self.createIndex(node.row, 0, node), found[0].row, found[-1].row)
            node.children += found
            self.endInsertRows()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        node = self.node(index)
        if index.column() == 1:
            return self.tree.preview(node)
        return "$" if node.label is None else str(node.label)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        wanted = role == Qt.ItemDataRole.DisplayRole and orientation is Qt.Orientation.Horizontal
        return ("Name", "Value")[section] if wanted else None


class JsonTreeView(QTreeView):
    """The tree of one body."""

    save_wanted = Signal(object)
    """A Body that is one value, to write to a file."""
    refused = Signal(str)
    """A sentence: what cannot be copied."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tree = JsonTreeModel(JsonTree(b""), self)
        self.setAccessibleName("Body as a tree")
        self.setUniformRowHeights(True)
        self.setAlternatingRowColors(False)
        self.setFrameShape(QTreeView.Shape.NoFrame)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._show_menu)

    def show_json(self, pretty: bytes) -> None:
        """Show a text that `json_text.pretty` made, opened by one level; no bytes show nothing."""
        former, self._tree = self._tree, JsonTreeModel(JsonTree(pretty), self)
        self.setModel(self._tree)
        former.deleteLater()
        if pretty:
            self.expand(self._tree.index(0, 0))
            self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
            self.setColumnWidth(0, self.fontMetrics().horizontalAdvance("0" * 30))

    def keyPressEvent(self, event) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_value()
            return
        super().keyPressEvent(event)

    def copy_value(self) -> None:
        """Copy the current value as JSON, numbers as they were sent."""
        node = self._current()
        if node is None:
            return
        if node.end - node.start > COPY_LIMIT_BYTES:
            self.refused.emit("Too large for the clipboard: save it instead.")
            return
        QGuiApplication.clipboard().setText(self._tree.tree.value(node).decode("utf-8", "replace"))

    def _current(self) -> Node | None:
        index = self.currentIndex()
        return self._tree.node(index) if index.isValid() else None

    def _show_menu(self, position: QPoint) -> None:
        node = self._current()
        if node is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Copy value", self.copy_value)
        for title, path in (("JSONPath", json_path_of), ("JMESPath", jmes_path_of), ("jq filter", jq_path_of)):
            words = path(node)
            menu.addAction(f"Copy {title}", lambda words=words: QGuiApplication.clipboard().setText(words))
        menu.addSeparator()
        menu.addAction("Save value…", lambda: self.save_wanted.emit(Body(self._tree.tree.value(node))))
        menu.popup(self.viewport().mapToGlobal(position))
