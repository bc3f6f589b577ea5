"""The branch of collections: filled from what storage read, kept as a person left it, narrowed by the search line."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from PySide6.QtWidgets import QTreeWidgetItem

from workbench.model.collection import FolderEntry
from workbench.ui.collections.side_tree import CHOSEN, DIRTY, KIND, METHOD, VALUE, SideTree, children, made_leaf
from workbench.ui.icons import icon


class CollectionBranch:
    """What stands below "Collections"."""

    def __init__(self, tree: SideTree, root: QTreeWidgetItem) -> None:
        self._tree = tree
        self._root = root
        self._shown: tuple[FolderEntry, ...] = ()
        self._environments: dict[str, tuple[str, ...]] = {}
        self._chosen: dict[str, str] = {}
        self._dirty: frozenset[str] = frozenset()
        self._opened: dict[str, bool] = {}
        self._searching = False
        tree.itemExpanded.connect(lambda item: self._note(item, is_open=True))
        tree.itemCollapsed.connect(lambda item: self._note(item, is_open=False))

    @property
    def trees(self) -> tuple[FolderEntry, ...]:
        """The collections that are shown."""
        return self._shown

    def show(self, collections: Sequence[FolderEntry], environments: Mapping[str, Sequence[str]]) -> None:
        """Show collections with the names of their environments, by the collection's path."""
        named = {path: tuple(names) for path, names in environments.items()}
        if tuple(collections) == self._shown and named == self._environments and self._root.childCount():
            return
        self._shown, self._environments = tuple(collections), named
        current = self._tree.currentItem()
        path = current.data(0, VALUE) if current is not None else None
        self._tree.setUpdatesEnabled(False)
        self._root.takeChildren()
        for collection in collections:
            item = made_leaf(collection.name, "collection", collection.path)
            item.setIcon(0, icon("folder"))
            item.setToolTip(0, f"{collection.name}\n{collection.path}")
            self._fill(item, collection)
            self._add_environments(item, collection.path)
            self._mark(item)
            self._root.addChild(item)
        self._open()
        if not collections:
            hint = self._tree.leaf(self._root, "Open a collection…", "open-collection", "")
            hint.setForeground(0, self._tree.palette().placeholderText())
        self._tree.setUpdatesEnabled(True)
        if isinstance(path, str) and path:
            self.choose(path)

    def forget(self) -> None:
        """Fill anew with the next `show`, whatever it is: a person may have typed into an item."""
        self._shown = ()

    def _fill(self, parent: QTreeWidgetItem, folder: FolderEntry) -> None:
        items: list[QTreeWidgetItem] = []
        for child in folder.folders:
            item = made_leaf(child.name, "folder", child.path)
            item.setIcon(0, icon("folder"))
            item.setToolTip(0, child.name)
            self._fill(item, child)
            items.append(item)
        for request in folder.requests:
            item = made_leaf(request.name, "request", request.path)
            item.setData(0, METHOD, request.method)
            item.setToolTip(0, f"{request.name}\n{request.method} {request.url}".rstrip())
            items.append(item)
        for problem in folder.problems:
            item = made_leaf(problem, "problem", "")
            item.setIcon(0, icon("warning"))
            item.setToolTip(0, problem)
            items.append(item)
        parent.addChildren(items)

    def _add_environments(self, parent: QTreeWidgetItem, collection: str) -> None:
        names = self._environments.get(collection, ())
        if not names:
            return
        branch = made_leaf("Environments", "environments", collection)
        parent.addChild(branch)
        branch.setIcon(0, icon("layers"))
        for name in names:
            item = made_leaf(name, "environment", (collection, name))
            item.setToolTip(0, f"Use the values of {name}")
            branch.addChild(item)

    def _open(self) -> None:
        """Open what a person left open: collections at first, folders not."""
        for item in self._items(self._root):
            if item.childCount():
                item.setExpanded(self._opened.get(_key(item), bool(item.data(0, KIND) == "collection")))

    # Marks

    def set_dirty(self, files: Collection[str]) -> None:
        """Mark the requests that are changed and not saved."""
        if frozenset(files) != self._dirty:
            self._dirty = frozenset(files)
            self._mark(self._root)

    def set_chosen_environments(self, chosen: Mapping[str, str]) -> None:
        """Mark the environment in force of each collection, by the collection's path."""
        self._chosen = dict(chosen)
        self._mark(self._root)

    def _mark(self, parent: QTreeWidgetItem) -> None:
        for item in self._items(parent):
            match item.data(0, KIND):
                case "request":
                    self._tree.mark(item, DIRTY, item.data(0, VALUE) in self._dirty)
                case "environment":
                    collection, name = item.data(0, VALUE)
                    self._tree.mark(item, CHOSEN, self._chosen.get(collection) == name)
                case _:
                    pass

    def _items(self, parent: QTreeWidgetItem) -> Iterator[QTreeWidgetItem]:
        for item in children(parent):
            yield item
            yield from self._items(item)

    # Finding

    def choose(self, path: str) -> QTreeWidgetItem | None:
        """Choose the item of a path, and return it."""
        found = next((item for item in self._items(self._root) if item.data(0, VALUE) == path), None)
        if found is not None:
            self._tree.setCurrentItem(found)
        return found

    def search(self, text: str) -> None:
        """Show only what holds all these words in its name or method; all of it for no words."""
        words = text.casefold().split()
        self._searching = True
        for item in children(self._root):
            self._narrow(item, words, "")
        if not words:
            self._open()
        self._searching = False

    def _narrow(self, item: QTreeWidgetItem, words: Sequence[str], above: str) -> bool:
        """Hide what does not fit; return whether anything of the item is left."""
        where = f"{above} {item.data(0, METHOD) or ''} {item.text(0)}".casefold()
        fits = all(word in where for word in words)
        some = [self._narrow(each, words, where) for each in children(item)]
        shown = fits or any(some)
        item.setHidden(not shown)
        if words and any(some):
            item.setExpanded(True)
        return shown

    def _note(self, item: QTreeWidgetItem, *, is_open: bool) -> None:
        if not self._searching and item.data(0, KIND) in ("collection", "folder", "environments"):
            self._opened[_key(item)] = is_open


def _key(item: QTreeWidgetItem) -> str:
    value = item.data(0, VALUE)
    return f"{value}\0environments" if item.data(0, KIND) == "environments" else str(value)
