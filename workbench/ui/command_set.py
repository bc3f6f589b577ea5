"""The actions of a window, made of its commands, and the buttons that show them."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QSize
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QMenuBar, QToolButton, QWidget

from workbench.ui.commands import COMMANDS, Command
from workbench.ui.icons import icon

ROLES = {
    "quit": QAction.MenuRole.QuitRole,
    "about": QAction.MenuRole.AboutRole,
    "preferences": QAction.MenuRole.PreferencesRole,
}


class CommandSet:
    """The actions of a window, by id. What the window's frame shows is made at once, all others by `furnish`."""

    def __init__(self, window: QMainWindow, keys: Mapping[str, str] | None = None) -> None:
        self._window = window
        self._menus: dict[str, QMenu] = {}
        self._commands = {command.id: command for command in COMMANDS}
        self._keys = dict(keys or {})
        self._tips = {command.id: command.tip for command in COMMANDS}
        self.actions: dict[str, QAction] = {}
        """In the order of the menus, once furnished."""

    def __getitem__(self, identity: str) -> QAction:
        if identity not in self.actions:
            self.actions[identity] = self._action(self._commands[identity])
        return self.actions[identity]

    def _action(self, command: Command) -> QAction:
        action = QAction(command.text, self._window)
        action.setObjectName(command.id)
        action.setMenuRole(ROLES.get(command.id, QAction.MenuRole.NoRole))
        action.setCheckable(command.checkable)
        if command.icon:
            action.setIcon(icon(command.icon))
        action.setStatusTip(self._tips[command.id])
        return action

    def name_menus(self, bar: QMenuBar) -> None:
        """Put the menus into the bar, with nothing in them yet."""
        self._menus = {name: bar.addMenu(f"&{name}") for name in dict.fromkeys(command.menu for command in COMMANDS)}

    def connect(self, slots: Mapping[str, Callable[[], object]]) -> None:
        """Call these when their commands, by id, are chosen; the caller keeps the objects they belong to."""
        for name, slot in slots.items():
            self[name].triggered.connect(lambda *_, slot=slot: slot())

    def menu(self, name: str) -> QMenu:
        """Return a menu of the bar."""
        return self._menus[name]

    def furnish(self) -> None:
        """Make every action, with its keys and tip, and put it into the menu it names, in order.

        After the first paint: the first key makes PySide build `Qt`.
        """
        from PySide6.QtCore import Qt

        self.actions = {command.id: self[command.id] for command in COMMANDS}
        for command in COMMANDS:
            action = self.actions[command.id]
            if command.of_fields:
                action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            if command.starts_group:
                self._menus[command.menu].addSeparator()
            self._menus[command.menu].addAction(action)
        self.bind(self._keys)
        self._window.addActions([self.actions[command.id] for command in COMMANDS if not command.of_fields])

    def bind(self, keys: Mapping[str, str]) -> list[str]:
        """Give commands the keys that a person chose; return a sentence for each that cannot be given."""
        from workbench.ui.shortcuts import assign

        self._keys = dict(keys)
        assigned, problems = assign(COMMANDS, keys)
        for command in COMMANDS:
            action = self.actions[command.id]
            action.setShortcuts(assigned[command.id])
            action.setToolTip(self._tip_with_keys(action))
        return problems

    def describe(self, identity: str, tip: str) -> None:
        """Say of a command what it would do now, instead of what it does at all."""
        action, self._tips[identity] = self[identity], tip
        action.setStatusTip(tip)
        action.setToolTip(self._tip_with_keys(action))

    def _tip_with_keys(self, action: QAction) -> str:
        tip, keys = self._tips[action.objectName()], action.shortcut()
        return f"{tip} ({keys.toString(QKeySequence.SequenceFormat.NativeText)})" if not keys.isEmpty() else tip

    def tool_button(self, identity: str) -> QToolButton:
        """Return a button with the action's icon; its name for screen readers is the action's."""
        return CommandButton(self[identity], self._window)


class CommandButton(QToolButton):
    """Shows an action by its icon, and has the action's name for screen readers."""

    def __init__(self, action: QAction, parent: QWidget) -> None:
        super().__init__(parent)
        self.setDefaultAction(action)
        self.setIconSize(QSize(18, 18))
        self._take_name()
        # A method, no lambda: Qt parts them when the button dies with its tab, and the action lives on.
        action.changed.connect(self._take_name)

    def _take_name(self) -> None:
        self.setAccessibleName(self.defaultAction().text())
