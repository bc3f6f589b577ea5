"""Every action of the window once: its name, shortcut, tooltip and icon; menus, buttons and the palette share it."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from PySide6.QtCore import QSize
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QMenuBar, QToolButton

from workbench.ui.icons import icon

ROLES = {
    "quit": QAction.MenuRole.QuitRole,
    "about": QAction.MenuRole.AboutRole,
    "preferences": QAction.MenuRole.PreferencesRole,
}


class Command(NamedTuple):
    """One thing that can be done. `menu` is where it stands; shortcuts in the portable form, `; ` between several."""

    id: str
    text: str
    tip: str
    menu: str
    shortcut: str = ""
    icon: str = ""
    checkable: bool = False
    starts_group: bool = False
    of_fields: bool = False
    """Whether what has the focus answers the keys itself, as fields do with Ctrl+C: the menu only shows them."""


COMMANDS = (
    Command("new_request", "New request", "Compose a new request in a tab of its own", "File", "Ctrl+N", "plus"),
    Command("new_sample", "New from sample…", "Start from an event of a provider", "File", "Ctrl+Shift+N", "file"),
    Command("open_collection", "Open collection…", "Show a folder of saved requests", "File", "Ctrl+O", "folder"),
    Command("save", "Save request", "Write this request to its collection", "File", "Ctrl+S", "save"),
    Command(
        "save_as", "Save request as…", "Write this request to a collection under a new name", "File", "Ctrl+Shift+S"
    ),
    Command("new_folder", "New folder…", "Make a folder in the chosen one", "File", "Ctrl+Alt+N", "folder-plus"),
    Command("duplicate", "Duplicate", "Copy the chosen request or folder", "File", "Ctrl+D"),
    Command("rename", "Rename", "Give the chosen request, folder or collection another name", "File", "F2"),
    Command(
        "bring_back",
        "Bring back what was deleted",
        "Put back the request or folder that was deleted last",
        "File",
        "Ctrl+Shift+Z",
        "undo",
    ),
    Command(
        "edit_defaults",
        "What requests share…",
        "Change headers, authentication, variables and settings of the chosen folder or collection",
        "File",
        "Ctrl+Alt+F",
    ),
    Command(
        "open_workspace",
        "Open workspace…",
        "Open another home folder in a window of its own",
        "File",
        "Ctrl+Shift+O",
        starts_group=True,
    ),
    Command(
        "import",
        "Import…",
        "Bring in a collection of another program: a file, a folder, pasted text",
        "File",
        "Ctrl+I",
        "import",
        starts_group=True,
    ),
    Command("export", "Export…", "Write a collection for another program", "File", "Ctrl+Shift+X", "export"),
    Command("close_tab", "Close tab", "Close this composer tab", "File", "Ctrl+W", starts_group=True),
    Command("quit", "Quit", "Finish what is under way and close", "File", "Ctrl+Q", starts_group=True),
    Command(
        "undo", "Undo", "Take back the last change: of the field, else the last deletion", "Edit", "Ctrl+Z", "undo"
    ),
    Command("redo", "Redo", "Make the change of the field again", "Edit", "Ctrl+Y", of_fields=True),
    Command("cut", "Cut", "Move what is selected to the clipboard", "Edit", "Ctrl+X", "", False, True, True),
    Command("copy", "Copy", "Copy what is selected", "Edit", "Ctrl+C", of_fields=True),
    Command("paste", "Paste", "Put in what is on the clipboard", "Edit", "Ctrl+V", of_fields=True),
    Command("select_all", "Select all", "Select everything in the field or list", "Edit", "Ctrl+A", of_fields=True),
    Command(
        "preferences",
        "Preferences…",
        "Change how the program looks, listens, asks and tells",
        "Edit",
        "Ctrl+,",
        "options",
        starts_group=True,
    ),
    Command("filter", "Filter captures", "Go to the filter line", "Captures", "Ctrl+F", "search"),
    Command("follow", "Follow new captures", "Keep the newest capture in view", "Captures", "Ctrl+L", "follow", True),
    Command(
        "replay",
        "Replay",
        "Send the chosen captures again, to the last target",
        "Captures",
        "R",
        "replay",
        starts_group=True,
    ),
    Command("replay_to", "Replay to…", "Send the chosen captures to a target you name", "Captures", "Shift+R"),
    Command("replay_fresh", "Replay signed anew", "Send with a fresh signature of its provider", "Captures", "F"),
    Command("replay_stale", "Replay signed too old", "Send with a signature that is too old", "Captures", "Shift+F"),
    Command(
        "open_in_composer", "Open in composer", "Edit a copy of this capture and send it", "Captures", "E", "edit"
    ),
    Command(
        "compare",
        "Compare",
        "Say what differs between two chosen captures, or between one and what was last sent of it",
        "Captures",
        "D",
        "compare",
    ),
    Command(
        "copy_curl",
        "Copy as curl",
        "Copy a command that sends the same request",
        "Captures",
        "Ctrl+Shift+C",
        starts_group=True,
    ),
    Command("copy_body", "Copy body", "Copy the body as it was received", "Captures", "Ctrl+Alt+C", "copy"),
    Command(
        "save_body", "Save body…", "Write exactly the body's bytes to a file", "Captures", "Ctrl+Alt+S", "download"
    ),
    Command(
        "pin",
        "Pin or unpin",
        "Keep these captures when others are cleared",
        "Captures",
        "P",
        "pin",
        starts_group=True,
    ),
    Command(
        "confirm",
        "Confirm subscription…",
        "Call the address that a subscription of Amazon SNS asks for, after a yes",
        "Captures",
        "Ctrl+Alt+Return",
    ),
    Command("delete", "Delete…", "Delete the chosen captures", "Captures", "Del", "trash"),
    Command(
        "export_captures",
        "Export captures…",
        "Write captures to a file: NDJSON, HAR, CSV, commands, raw bytes",
        "Captures",
        "Ctrl+Alt+W",
        "export",
        starts_group=True,
    ),
    Command(
        "import_captures",
        "Import captures…",
        "Bring in captures of an NDJSON export or an HTTP archive",
        "Captures",
        "Ctrl+Alt+I",
        "import",
    ),
    Command("tag", "Tags…", "Change the tags of the chosen captures", "Captures", "T", "tag"),
    Command("note", "Note…", "Note something of this capture", "Captures", "N", "text"),
    Command(
        "pause",
        "Pause the table",
        "Count new captures instead of showing them",
        "Captures",
        "Ctrl+Alt+U",
        "pause",
        True,
        starts_group=True,
    ),
    Command("next_unread", "Next unread", "Go to the next capture that was not looked at", "Captures", "U"),
    Command("read_all", "Mark all as read", "Take the unread marks off all captures", "Captures", "Ctrl+Alt+M"),
    Command(
        "group_delivery",
        "Group by delivery",
        "Show the attempts of one delivery as one row",
        "Captures",
        "Ctrl+Alt+1",
        "layers",
        True,
        starts_group=True,
    ),
    Command(
        "group_event",
        "Group by event type",
        "Show a row for each type of event",
        "Captures",
        "Ctrl+Alt+2",
        "layers",
        True,
    ),
    Command("columns", "Columns…", "Choose the columns of the table", "Captures", "Ctrl+Alt+J", "options"),
    Command("save_search", "Save this filter…", "Keep the filter under a name", "Captures", "Ctrl+Alt+Q", "save"),
    Command("searches", "Saved searches", "Use or remove a saved search", "Captures", "Ctrl+Alt+O", "history"),
    Command("next_capture", "Newer capture", "Choose the next capture", "Captures", "J", starts_group=True),
    Command("previous_capture", "Older capture", "Choose the capture before", "Captures", "K"),
    Command("send", "Send", "Send the request of this tab", "Request", "Ctrl+Return", "send"),
    Command("cancel", "Cancel sending", "Stop waiting for the answer", "Request", "Ctrl+.", "stop"),
    Command("beautify", "Beautify body", "Indent the body; numbers and order stay", "Request", "Ctrl+B"),
    Command("code", "Show as code…", "Show a program that sends this request", "Request", "Ctrl+Alt+G", "code"),
    Command("run_folder", "Run folder…", "Send a folder's requests in order", "Request", "Ctrl+Shift+R", "play"),
    Command("preview", "Preview request", "Show the request as it will be sent", "Request", "Ctrl+Alt+P", "eye"),
    Command(
        "insert_value",
        "Insert a value…",
        "Put in a variable, or a value that is made with each sending",
        "Request",
        "Ctrl+Shift+D",
        "braces",
    ),
    Command(
        "switch_environment",
        "Switch environment",
        "Choose whose values the variables have",
        "Request",
        "Ctrl+Alt+E",
        "layers",
        starts_group=True,
    ),
    Command("edit_environments", "Edit environments…", "Change values, names and secrets", "Request", "Ctrl+Alt+V"),
    Command(
        "forget_taken",
        "Forget taken values",
        "Forget what answers gave in this session: tokens, ids",
        "Request",
        "Ctrl+Alt+X",
    ),
    Command(
        "undo_request",
        "Undo in request",
        "Take back the last change of this request, as a whole",
        "Request",
        "Ctrl+Alt+Z",
        "undo",
        starts_group=True,
    ),
    Command("redo_request", "Redo in request", "Make the change again", "Request", "Ctrl+Alt+Shift+Z"),
    Command("send_test", "Send a test webhook", "Post a small event to this listener", "Listener", "Ctrl+T", "send"),
    Command(
        "copy_address", "Copy address", "Copy the address that catches webhooks", "Listener", "Ctrl+Shift+A", "copy"
    ),
    Command(
        "new_endpoint",
        "New endpoint…",
        "Make an endpoint for a provider and copy its address",
        "Listener",
        "Ctrl+Shift+E",
        "endpoint",
        starts_group=True,
    ),
    Command(
        "edit_endpoint",
        "Edit endpoint…",
        "Change what the chosen endpoint answers, guards and forwards",
        "Listener",
        "Ctrl+E",
        "edit",
    ),
    Command(
        "toggle_listening",
        "Stop listening",
        "Stop or start the listener",
        "Listener",
        "Ctrl+Shift+L",
        "stop",
        starts_group=True,
    ),
    Command(
        "change_port",
        "Change port…",
        "Listen on another port; nothing under way is cut",
        "Listener",
        "Ctrl+Shift+P",
        "options",
    ),
    Command(
        "listen_https",
        "Listen for https too…",
        "Listen for https beside http, with a certificate of this home's own or that of the settings",
        "Listener",
        "Ctrl+Alt+H",
    ),
    Command(
        "toggle_tunnel",
        "Start tunnel",
        "Give the listener a public address, or take it away",
        "Listener",
        "Ctrl+Shift+T",
        "tunnel",
        starts_group=True,
    ),
    Command(
        "copy_tunnel", "Copy public address", "Copy the tunnel's public address", "Listener", "Ctrl+Alt+U", "copy"
    ),
    Command("tunnels", "Tunnels…", "Choose a tunnel, see its state and output", "Listener", "Ctrl+U", "options"),
    Command(
        "check_tunnel",
        "Check what the tunnel changes",
        "Send hard requests through the tunnel and compare what arrives, byte for byte",
        "Listener",
        "Ctrl+Alt+B",
        "compare",
    ),
    Command(
        "doctor",
        "Check an address…",
        "Examine a receiver: name, TLS, answers, signatures, clock",
        "Listener",
        "Ctrl+Alt+M",
        "search",
    ),
    Command(
        "copy_https",
        "Copy https address",
        "Copy the address that catches webhooks by https",
        "Listener",
        "Ctrl+Alt+A",
    ),
    Command(
        "copy_authority",
        "Copy path of the certificate authority",
        "Copy the file by which clients trust our https: curl --cacert FILE",
        "Listener",
        "Ctrl+Alt+K",
    ),
    Command("find_request", "Find a request", "Go to the search line of the sidebar", "View", "Ctrl+P", "search"),
    Command("palette", "Command palette", "Find and run any command", "View", "Ctrl+K", "command"),
    Command("show_captures", "Captures", "Go to the captures", "View", "Ctrl+1", "inbox", starts_group=True),
    Command("toggle_sidebar", "Sidebar", "Show or hide the sidebar", "View", "Ctrl+\\", "sidebar", True),
    Command("next_tab", "Next tab", "Go to the tab at the right", "View", "Ctrl+PgDown"),
    Command("previous_tab", "Previous tab", "Go to the tab at the left", "View", "Ctrl+PgUp"),
    Command("next_pane", "Next pane", "Go to the next part of the window: sidebar, list, details", "View", "F6"),
    Command("previous_pane", "Previous pane", "Go to the part of the window before", "View", "Shift+F6"),
    Command("full_screen", "Full screen", "Fill the screen, or no more", "View", "F11", checkable=True),
    Command("larger", "Larger text", "Make all text larger", "View", "Ctrl++; Ctrl+=", "", starts_group=True),
    Command("smaller", "Smaller text", "Make all text smaller", "View", "Ctrl+-"),
    Command("usual_size", "Usual text size", "Make text as large as the system says", "View", "Ctrl+0"),
    Command("light", "Light", "Always light colours", "View", "Ctrl+Alt+L", "sun", True, starts_group=True),
    Command("dark", "Dark", "Always dark colours", "View", "Ctrl+Alt+D", "moon", True),
    Command("system", "Follow the system", "Light or dark as the system says", "View", "Ctrl+Alt+Y", checkable=True),
    Command("shortcuts", "Keyboard shortcuts", "Show every key, and change it", "Help", "F1; Ctrl+/", "command"),
    Command(
        "log", "Log", "Show what was refused, answered otherwise, or changed, as it happens", "Help", "Ctrl+Shift+G"
    ),
    Command(
        "crash_reports",
        "Crash reports…",
        "Show what was noted when something went wrong inside the program",
        "Help",
        "Ctrl+Alt+B",
    ),
    Command(
        "about",
        "About Webhook Workbench",
        "Version, folders and licences",
        "Help",
        "Shift+F1",
        "info",
        starts_group=True,
    ),
)


class CommandSet:
    """The actions of a window, by id. What the window's frame shows is made at once, all others by `furnish`."""

    def __init__(self, window: QMainWindow, keys: Mapping[str, str] | None = None) -> None:
        self._window = window
        self._menus: dict[str, QMenu] = {}
        self._commands = {command.id: command for command in COMMANDS}
        self._keys = dict(keys or {})
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
        action.setStatusTip(command.tip)
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
            action, sequences = self.actions[command.id], assigned[command.id]
            action.setShortcuts(sequences)
            said = sequences[0].toString(QKeySequence.SequenceFormat.NativeText) if sequences else ""
            action.setToolTip(f"{command.tip} ({said})" if said else command.tip)
        return problems

    def tool_button(self, identity: str) -> QToolButton:
        """Return a button with the action's icon; its name for screen readers is the action's."""
        action = self[identity]
        button = QToolButton(self._window)
        button.setDefaultAction(action)
        button.setIconSize(QSize(18, 18))
        button.setAccessibleName(action.text())
        action.changed.connect(lambda: button.setAccessibleName(action.text()))
        return button
