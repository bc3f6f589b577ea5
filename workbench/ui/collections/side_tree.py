"""The tree at the left as a widget: what each item is, how it is painted, what can be dragged where.

Qt never moves an item itself: a drop is told, files are moved, and the tree is read anew.
"""

from functools import cache

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QFont,
    QIcon,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPixmap,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from workbench.ui.theme import Appearance

KIND = int(Qt.ItemDataRole.UserRole)
VALUE = KIND + 1
METHOD = KIND + 2
DIRTY = KIND + 3
CHOSEN = KIND + 4
_NAME = KIND + 5

_MOVABLE = frozenset({"folder", "request"})
_NAMED = _MOVABLE | {"collection"}
_TAKES = frozenset({"folder", "collection"})
_PLAIN = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
_FLAGS = {
    "collection": _PLAIN | Qt.ItemFlag.ItemIsDropEnabled | Qt.ItemFlag.ItemIsEditable,
    "folder": _PLAIN | Qt.ItemFlag.ItemIsDropEnabled | Qt.ItemFlag.ItemIsDragEnabled | Qt.ItemFlag.ItemIsEditable,
    "request": _PLAIN | Qt.ItemFlag.ItemIsDragEnabled | Qt.ItemFlag.ItemIsEditable,
}
_METHOD_SIZE = QSize(38, 16)
_ICON_SIZE = QSize(16, 16)


class SideTree(QTreeWidget):
    """Items of some kind with a value: a path, a number, a name."""

    moved = Signal(str, str, object)
    """A path, the folder it goes to, and the path it comes to stand before; empty for the end, None for anywhere."""
    renamed = Signal(str, str)
    """A path and its new name."""
    remove_wanted = Signal(object)
    """The item that a person wants away."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self.setObjectName("side")
        self.setHeaderHidden(True)
        self.setIndentation(14)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformRowHeights(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setItemDelegate(_SideDelegate(appearance, self))
        self.itemChanged.connect(self._on_changed)
        appearance.changed.connect(self.viewport().update)

    def leaf(self, parent: QTreeWidgetItem, text: str, kind: str, value: object) -> QTreeWidgetItem:
        """Add an item."""
        item = made_leaf(text, kind, value)
        parent.addChild(item)
        return item

    def mark(self, item: QTreeWidgetItem, role: int, value: object) -> None:
        """Set a mark of an item."""
        if item.data(0, role) != value:
            item.setData(0, role, value)

    def rename_current(self) -> None:
        """Let a person type another name for the chosen request, folder or collection."""
        item = self.currentItem()
        if item is not None and item.data(0, KIND) in _NAMED:
            self.editItem(item, 0)

    def _on_changed(self, item: QTreeWidgetItem) -> None:
        # Qt says "changed" of icons and marks too.
        name = item.text(0)
        if item.data(0, KIND) in _NAMED and item.data(0, _NAME) != name:
            item.setData(0, _NAME, name)
            self.renamed.emit(item.data(0, VALUE), name.strip())

    # Keys that the window's shortcuts would take otherwise

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._is_ours(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self.currentItem()
        if event.key() == Qt.Key.Key_F2:
            self.rename_current()
        elif event.key() == Qt.Key.Key_Delete and item is not None:
            self.remove_wanted.emit(item)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and item is not None:
            self.itemActivated.emit(item, 0)
        else:
            super().keyPressEvent(event)

    def _is_ours(self, event: QKeyEvent) -> bool:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_F2):
            return True
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
        # Letters find an item by its first ones, here as in every tree.
        return plain and event.text().isprintable() and bool(event.text()) and not event.matches(_FIND)

    # Dragging

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.source() is self:
            super().dragEnterEvent(event)
        else:
            event.ignore()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        super().dragMoveEvent(event)
        if self._target(event.position().toPoint()) is None:
            event.ignore()

    def dropEvent(self, event: QDropEvent) -> None:
        target = self._target(event.position().toPoint())
        item = self.currentItem()
        event.setDropAction(Qt.DropAction.IgnoreAction)
        event.accept()
        if target is not None and item is not None:
            self.moved.emit(item.data(0, VALUE), *target)

    def _target(self, point: QPoint) -> tuple[str, str | None] | None:
        """Return the folder and the neighbour that a drop here means; None where nothing can be dropped."""
        item, dragged = self.itemAt(point), self.currentItem()
        if item is None or dragged is None or dragged.data(0, KIND) not in _MOVABLE or item is dragged:
            return None
        return self.place(item, dragged, self.dropIndicatorPosition())

    def place(
        self, item: QTreeWidgetItem, dragged: QTreeWidgetItem, where: QAbstractItemView.DropIndicatorPosition
    ) -> tuple[str, str | None] | None:
        """Return the folder and the neighbour for a drop on, above or below an item; see `moved`."""
        if item is dragged:
            return None
        kind = item.data(0, KIND)
        above = where == QAbstractItemView.DropIndicatorPosition.AboveItem
        below = where == QAbstractItemView.DropIndicatorPosition.BelowItem
        before: str | None = None
        if kind in _TAKES and not (kind == "folder" and (above or below)):
            folder = item
        elif kind in _MOVABLE:
            folder = item.parent()
            same = kind == dragged.data(0, KIND)
            before = "" if not same else self._following(item) if below else item.data(0, VALUE)
        else:
            return None
        if folder is None or _is_inside(folder, dragged):
            return None
        return folder.data(0, VALUE), before

    def _following(self, item: QTreeWidgetItem) -> str:
        parent = item.parent()
        following = parent.child(parent.indexOfChild(item) + 1) if parent is not None else None
        same = following is not None and following.data(0, KIND) == item.data(0, KIND)
        return following.data(0, VALUE) if following is not None and same else ""


_FIND = QKeySequence.StandardKey.Find


def made_leaf(text: str, kind: str, value: object) -> QTreeWidgetItem:
    """Return an item that is in no tree yet: thousands of them are filled ten times as fast as in one."""
    item = QTreeWidgetItem([text])
    item.setData(0, _NAME, text)
    item.setData(0, KIND, kind)
    item.setData(0, VALUE, value)
    item.setFlags(_FLAGS.get(kind, _PLAIN))
    return item


def children(item: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    """Return the items directly below one."""
    found = [item.child(position) for position in range(item.childCount())]
    return [each for each in found if each is not None]


def _is_inside(item: QTreeWidgetItem | None, outer: QTreeWidgetItem) -> bool:
    while item is not None:
        if item is outer:
            return True
        item = item.parent()
    return False


class _SideDelegate(QStyledItemDelegate):
    """Paints a request's method in its colour, a mark on what is not saved, the chosen environment's check."""

    def __init__(self, appearance: Appearance, tree: SideTree) -> None:
        super().__init__(tree)
        self._appearance = appearance

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().initStyleOption(option, index)
        method = index.data(METHOD)
        option.decorationSize = _METHOD_SIZE if method else _ICON_SIZE
        if method:
            theme = self._appearance.theme
            colour = theme.method_colours().get(method, theme.method_other)
            option.icon = _method_icon(method, colour)
            option.features |= QStyleOptionViewItem.ViewItemFeature.HasDecoration
        if index.data(DIRTY):
            option.text = f"{option.text}  •"
        if index.data(CHOSEN):
            option.text = f"{option.text}  ✓"
            option.font.setBold(True)


@cache
def _method_icon(method: str, colour: str) -> QIcon:
    scale = 2
    pixmap = QPixmap(_METHOD_SIZE * scale)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
    font = QFont(painter.font())
    font.setPixelSize(10 * scale)
    font.setBold(True)
    painter.setFont(font)
    painter.setPen(QColor(colour))
    words = {"DELETE": "DEL", "OPTIONS": "OPT", "PATCH": "PATCH"}.get(method, method[:5])
    place = QRect(0, 0, pixmap.width(), pixmap.height())
    painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)
    painter.end()
    pixmap.setDevicePixelRatio(scale)
    made = QIcon(pixmap)
    made.addPixmap(pixmap, QIcon.Mode.Selected)
    return made
