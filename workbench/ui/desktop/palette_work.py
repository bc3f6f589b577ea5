"""What the palette offers: commands, tabs, endpoints, saved requests, preferences; and captures by their number."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from workbench.ui.icons import icon

if TYPE_CHECKING:
    from PySide6.QtGui import QAction

    from workbench.model.collection import FolderEntry
    from workbench.ui.desktop.palette import Entry
    from workbench.ui.desktop.preferences_work import PreferencesWork
    from workbench.ui.main_window import MainWindow

KEPT = 8
"""How many of the last commands stand first."""


class PaletteWork:
    """Opens the palette."""

    def __init__(self, window: "MainWindow", preferences: "PreferencesWork") -> None:
        self._window = window
        self._preferences = preferences
        self._used: list[str] = []
        """The commands used last from the palette, newest first."""
        window.commands["palette"].triggered.connect(lambda *_: self._show())

    def _show(self) -> None:
        from workbench.ui.desktop.palette import CommandPalette

        palette = CommandPalette(list(self._entries()), self._find, self._window)
        palette.show()
        palette.line.setFocus()

    def _entries(self) -> "Iterator[Entry]":
        yield from self._commands()
        yield from self._tabs()
        yield from self._endpoints()
        for tree in self._window.sidebar.collections.trees:
            yield from self._requests(tree, ())
        yield from self._settings()

    def _commands(self) -> "Iterator[Entry]":
        from workbench.ui.commands import COMMANDS
        from workbench.ui.desktop.palette import Entry
        from workbench.ui.shortcuts import native

        actions = self._window.commands.actions
        offered = [
            command
            for command in COMMANDS
            if actions[command.id].isEnabled() and not command.of_fields and command.id != "palette"
        ]
        place = {name: position for position, name in enumerate(self._used)}
        for command in sorted(offered, key=lambda command: place.get(command.id, KEPT)):
            action = actions[command.id]
            keys = native(action.shortcuts()[:1])
            beside = f"{command.menu}   {keys}" if keys else command.menu
            run = partial(self._trigger, command.id, action)
            yield Entry(action.text(), beside, run, action.icon(), command.tip, f"{command.menu} {command.tip}")

    def _trigger(self, name: str, action: "QAction") -> None:
        self._used = [name, *(each for each in self._used if each != name)][:KEPT]
        action.trigger()

    def _tabs(self) -> "Iterator[Entry]":
        from workbench.ui.desktop.palette import Entry

        tabs = self._window.tabs
        for position in range(1, tabs.count()):
            text = tabs.tabText(position).replace("&&", "&")
            run = partial(tabs.setCurrentIndex, position)
            yield Entry(text, "Open tab", run, icon("edit"), tabs.tabToolTip(position), "tab")

    def _endpoints(self) -> "Iterator[Entry]":
        from workbench.ui.desktop.palette import Entry

        sidebar = self._window.sidebar
        for endpoint in self._window.listener.known_endpoints:
            name, path = endpoint["name"], endpoint["path"]
            words = f"{path} {endpoint['provider']} endpoint"
            edit, copy = partial(sidebar.endpoint_wanted.emit, name), partial(sidebar.endpoint_copied.emit, path)
            yield Entry(f"Edit endpoint {name}", path, edit, icon("endpoint"), endpoint["problem"], words)
            yield Entry(f"Copy address of {name}", path, copy, icon("copy"), "", words)
            yield Entry(
                f"Captures of {name}", path, partial(self._filter, f"endpoint:{name}"), icon("search"), "", words
            )

    def _requests(self, folder: "FolderEntry", above: tuple[str, ...]) -> "Iterator[Entry]":
        from workbench.ui.desktop.palette import Entry

        here = (*above, folder.name)
        for request in folder.requests:
            run = partial(self._window.sidebar.request_wanted.emit, request.path, True)
            where = " / ".join(here)
            yield Entry(f"{request.method} {request.name}", where, run, icon("file"), request.path, where)
        for below in folder.folders:
            yield from self._requests(below, here)

    def _settings(self) -> "Iterator[Entry]":
        from workbench.ui.desktop.palette import Entry
        from workbench.ui.desktop.preference_list import PREFERENCES

        for each in PREFERENCES:
            run = partial(self._preferences.show, each.title)
            words = f"preference {each.words} {each.name}"
            yield Entry(each.title, f"Preferences, {each.section}", run, icon("options"), each.hint, words)

    def _find(self, typed: str) -> "Sequence[Entry]":
        """Offer the capture of a number, and what was typed as a filter."""
        from workbench.ui.desktop.palette import Entry

        text = typed.strip()
        found: list[Entry] = []
        if text.removeprefix("#").isascii() and text.removeprefix("#").isdigit() and len(text) < 16:
            number = int(text.removeprefix("#"))
            if self._window.captures.model.rows.row_of(number) is not None:
                run = partial(self._go_to, number)
                found.append(Entry(f"Go to capture #{number}", "Captures", run, icon("inbox")))
            run = partial(self._filter, f"#{number}")
            found.append(Entry(f"Show capture #{number} alone", "Captures", run, icon("search")))
        elif ":" in text:
            found.append(Entry(f"Filter captures: {text}", "Captures", partial(self._filter, text), icon("search")))
        return found

    def _go_to(self, number: int) -> None:
        self._window.tabs.setCurrentIndex(0)
        self._window.captures.choose(number)
        self._window.captures.table.setFocus()

    def _filter(self, text: str) -> None:
        self._window.tabs.setCurrentIndex(0)
        self._window.captures.filter.setText(text)
        self._window.captures.table.setFocus()
