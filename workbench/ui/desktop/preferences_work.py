"""Preferences as they are changed: each is written to the settings file at once, and whoever goes by it is told."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices

from workbench.storage.settings import is_sound, load_settings
from workbench.ui.dialogs import choose_file
from workbench.ui.fonts import FontChoice
from workbench.ui.jobs import Jobs
from workbench.ui.listener_state import ListenerState
from workbench.ui.widgets.notice_bar import Level, Notice

if TYPE_CHECKING:
    from workbench.ui.desktop.preferences_dialog import PreferencesDialog
    from workbench.ui.desktop.shortcuts_dialog import ShortcutsDialog
    from workbench.ui.main_window import MainWindow

FONTS = {"text_font", "code_font", "text_size"}
OF_LISTENER = {"host", "answer_status", "body_limit_bytes", "certificate", "key"}
RESTART = "The listener goes by that when it is started again."


class PreferencesWork:
    """Everything behind Preferences… and Keyboard shortcuts."""

    def __init__(self, window: "MainWindow", jobs: Jobs) -> None:
        self._window = window
        self._jobs = jobs
        self._dialog: PreferencesDialog | None = None
        self._keys: ShortcutsDialog | None = None
        window.settings_changed.connect(self._apply)
        window.commands["preferences"].triggered.connect(lambda *_: self.show())
        window.commands["shortcuts"].triggered.connect(lambda *_: self._show_keys())
        for problem in window.commands.bind(window.settings.shortcuts):
            window.show_warning(problem)

    # What a change means

    def _apply(self, names: set[str]) -> None:
        window, settings = self._window, self._window.settings
        if "appearance" in names:
            window.appearance.choose(settings.appearance)
        if names & FONTS:
            window.appearance.choose_fonts(FontChoice(settings.text_font, settings.code_font, settings.text_size))
        if "shortcuts" in names:
            for problem in window.commands.bind(settings.shortcuts):
                window.show_warning(problem)
        self._apply_to_listener(names)
        if self._dialog is not None:
            self._dialog.show_settings(settings)

    def _apply_to_listener(self, names: set[str]) -> None:
        listener, settings = self._window.listener, self._window.settings
        listener.configure(settings)
        listens = listener.state is ListenerState.LISTENING
        if "port" in names and listens and settings.port != listener.port:
            listener.move(settings.port)
        if "https_port" in names and listens and settings.https_port != listener.https_port:
            listener.secure(settings.https_port)
        if names & OF_LISTENER and listener.state is not ListenerState.STOPPED:
            again = ("Start it again", self._restart_listener)
            self._window.notices.show_notice(Notice(Level.INFO, RESTART, (again,)))

    def _restart_listener(self) -> None:
        listener = self._window.listener

        def start(state: ListenerState) -> None:
            if state is ListenerState.STOPPED:
                listener.state_changed.disconnect(start)
                listener.start()

        if listener.state in (ListenerState.STOPPED, ListenerState.FAILED):
            listener.start()
            return
        listener.state_changed.connect(start)
        listener.stop()

    # The dialogs

    def show(self, typed: str = "") -> None:
        """Show the preferences, those that words find where some are given."""
        from workbench.ui.desktop.preferences_dialog import PreferencesDialog

        if self._dialog is None:
            self._take_up_file()
            self._dialog = dialog = PreferencesDialog(self._window.settings, self._window)
            dialog.changed.connect(self._change)
            dialog.file_wanted.connect(lambda name: self._jobs.start(self._choose_file(name), "choose a file"))
            dialog.keys_wanted.connect(self._show_keys)
            dialog.settings_file_wanted.connect(self._open_file)
            dialog.destroyed.connect(lambda: setattr(self, "_dialog", None))
        self._dialog.show()
        self._dialog.raise_()
        self._dialog.search.setText(typed)
        self._dialog.search.setFocus(Qt.FocusReason.OtherFocusReason)

    def _take_up_file(self) -> None:
        """Go by what was edited in the file meanwhile."""
        settings, problems = load_settings(self._window.paths.settings)
        for problem in problems:
            self._window.show_warning(problem)
        before = self._window.settings
        changed = {name for name in settings.__slots__ if getattr(settings, name) != getattr(before, name)}
        if changed:
            self._window.settings = settings
            self._apply(changed)

    def _change(self, name: str, value: Any) -> None:
        if is_sound(name, value):
            self._window.change_settings(**{name: value})
        elif self._dialog is not None:
            self._dialog.show_settings(self._window.settings)

    async def _choose_file(self, name: str) -> None:
        file = await choose_file(self._dialog or self._window, "Choose a file", str(Path.home()))
        if file is not None:
            self._change(name, file)

    def _open_file(self) -> None:
        path = self._window.paths.settings
        self._jobs.start(asyncio.to_thread(path.touch, 0o600), "make the settings file").add_done_callback(
            lambda _: QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
        )

    def _show_keys(self) -> None:
        from workbench.ui.desktop.shortcuts_dialog import ShortcutsDialog

        if self._keys is None:
            self._keys = dialog = ShortcutsDialog(self._window.settings.shortcuts, self._window)
            dialog.chosen.connect(lambda keys: self._window.change_settings(shortcuts=keys))
            dialog.destroyed.connect(lambda: setattr(self, "_keys", None))
        self._keys.show()
        self._keys.raise_()
