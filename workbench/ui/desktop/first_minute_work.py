"""The first minute: what else can be begun with, beside the address; and what to do with the first webhook."""

from typing import TYPE_CHECKING

from workbench.ui.captures.feed import CaptureFeed
from workbench.ui.shortcuts import native

if TYPE_CHECKING:
    from workbench.ui.main_window import MainWindow

BEGINNINGS = ("new_endpoint", "new_request", "import", "palette")
FIRST = "The first webhook is here, and on disk."


class FirstMinuteWork:
    """Teaches once, then is silent."""

    def __init__(self, window: "MainWindow", feed: CaptureFeed) -> None:
        self._window = window
        self._is_new = False
        window.captures.empty.offer([window.commands.actions[name] for name in BEGINNINGS])
        for button, name in (("copy", "copy_address"), ("test", "send_test")):
            window.captures.empty.explain(button, window.commands[name])
        feed.counted.connect(self._on_counted)

    def _on_counted(self, _matching: int, total: int) -> None:
        if not total:
            self._is_new = True
        elif self._is_new:
            self._is_new = False
            self._window.show_info(f"{FIRST} {self._next_steps()}")

    def _next_steps(self) -> str:
        """Say what keys do with it, those that have keys."""
        steps = (("replay", "sends it on to your server"), ("open_in_composer", "opens a copy to change"))
        commands = self._window.commands
        said = [
            f"{native(commands[name].shortcuts()[:1])} {does}" for name, does in steps if commands[name].shortcuts()
        ]
        everything = native(commands["palette"].shortcuts()[:1])
        if everything:
            said.append(f"{everything} finds everything else")
        return ", ".join(said) + "."
