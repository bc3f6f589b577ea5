"""A list of values to put in: variables of the request, and values made with each sending. Found by typing."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from workbench.ui.variable_words import MASK, DynamicValue, VariableWords

_INSERT = int(Qt.ItemDataRole.UserRole)
_SIZE = (640, 440)


class ValuePicker(QDialog):
    """A popup; what is chosen comes as text with its braces."""

    chosen = Signal(str)

    def __init__(self, words: VariableWords, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName("Insert a value")
        self.line = QLineEdit(self)
        self.line.setPlaceholderText("uuid, time, name, a variable …")
        self.line.setAccessibleName("Find a value")
        self.line.installEventFilter(self)
        self.line.textChanged.connect(self._narrow)
        self.tree = QTreeWidget(self)
        self.tree.setAccessibleName("Values")
        self.tree.setColumnCount(3)
        self.tree.setHeaderHidden(True)
        self.tree.setRootIsDecorated(False)
        self.tree.setUniformRowHeights(True)
        self.tree.setIndentation(8)
        self.tree.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.tree.itemClicked.connect(lambda *_: self._take())
        self.help = QLabel(self)
        self.help.setObjectName("muted")
        self.help.setWordWrap(True)
        self.help.setMinimumHeight(2 * self.fontMetrics().height() + 4)
        self.tree.currentItemChanged.connect(self._show_help)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        for widget in (self.line, self.tree, self.help):
            layout.addWidget(widget)
        self.resize(*_SIZE)
        self._fill(words)
        header = self.tree.header()
        header.setStretchLastSection(True)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.tree.setColumnWidth(0, 190)
        self.tree.setColumnWidth(1, 250)
        self._narrow("")

    def _fill(self, words: VariableWords) -> None:
        names = words.scopes.names()
        if names:
            group = self._group("Variables")
            for name in names:
                known = words.scopes.find(name)
                if known is not None:
                    value = MASK if known.secret else known.value
                    self._add(group, name, f"from {known.scope.name or known.scope.kind}", value, name)
        groups: dict[str, QTreeWidgetItem] = {}
        for value in words.dynamic.values():
            group = groups.setdefault(value.group, groups.get(value.group) or self._group(value.group))
            self._add(group, value.name, value.meaning, value.example, _insertion(value), value.words)

    def _group(self, title: str) -> QTreeWidgetItem:
        item = QTreeWidgetItem(self.tree, [title])
        item.setFlags(Qt.ItemFlag.ItemIsEnabled)
        item.setFirstColumnSpanned(True)
        font = item.font(0)
        font.setBold(True)
        item.setFont(0, font)
        item.setForeground(0, self.palette().placeholderText())
        item.setExpanded(True)
        return item

    def _add(
        self, group: QTreeWidgetItem, name: str, meaning: str, example: str, insert: str, words: str = ""
    ) -> None:
        item = QTreeWidgetItem(group, [name, meaning, example[:120]])
        item.setData(0, _INSERT, insert)
        item.setForeground(1, self.palette().placeholderText())
        usage = f"{{{{{name}{' ' + words if words else ''}}}}}"
        item.setToolTip(0, f"{usage}\n{meaning}")

    def _narrow(self, text: str) -> None:
        typed = text.casefold().split()
        first: QTreeWidgetItem | None = None
        for group in _items(self.tree.invisibleRootItem()):
            some = False
            for item in _items(group):
                fits = all(word in f"{item.text(0)} {item.text(1)}".casefold() for word in typed)
                item.setHidden(not fits)
                some = some or fits
                first = first or (item if fits else None)
            group.setHidden(not some)
        self.tree.setCurrentItem(first)  # pyright: ignore[reportArgumentType] # None chooses nothing
        if first is None:
            self.help.setText("Nothing is called so.")

    def _show_help(self, item: QTreeWidgetItem | None, _: object) -> None:
        if item is not None and item.data(0, _INSERT):
            self.help.setText(item.toolTip(0))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                self._step(1 if event.key() == Qt.Key.Key_Down else -1)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._take()
                return True
        return super().eventFilter(watched, event)

    def _step(self, by: int) -> None:
        item = self.tree.currentItem()
        while item is not None:
            item = self.tree.itemBelow(item) if by > 0 else self.tree.itemAbove(item)
            if item is not None and item.data(0, _INSERT):
                self.tree.setCurrentItem(item)
                return

    def _take(self) -> None:
        item = self.tree.currentItem()
        insert = item.data(0, _INSERT) if item is not None else None
        if insert:
            self.close()
            self.chosen.emit(f"{{{{{insert}}}}}")


def _items(parent: QTreeWidgetItem) -> Sequence[QTreeWidgetItem]:
    found = [parent.child(position) for position in range(parent.childCount())]
    return [each for each in found if each is not None]


def _insertion(value: DynamicValue) -> str:
    """Return what goes between the braces: words that must be given are there to be typed over."""
    needed = [] if value.words.startswith("[") else [value.words.partition(" [")[0]] if value.words else []
    return " ".join([value.insert or value.name, *needed])
