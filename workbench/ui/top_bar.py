"""The strip at the top: whether we listen and where, and the account of what came in."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from workbench.ui.command_set import CommandSet
from workbench.ui.fonts import code_font
from workbench.ui.listener_state import ListenerState
from workbench.ui.theme import Appearance
from workbench.ui.tunnel_strip import TunnelStrip
from workbench.ui.widgets.dot import Dot
from workbench.ui.words import count_words


class TopBar(QFrame):
    """State, address, counts."""

    address_clicked = Signal()

    def __init__(self, appearance: Appearance, commands: CommandSet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("top")
        self._appearance = appearance
        self._state = ListenerState.STARTING
        self._dot = Dot(self)
        self._word = QLabel("", self)
        self._address = QLabel("", self)
        self._address.setFont(code_font())
        self._address.setAccessibleName("Address that catches webhooks")
        self._account = QLabel("", self)
        self._account.setObjectName("muted")
        self._account.setToolTip(
            "Every request that was answered is stored: numbers have no gaps, and nothing is acknowledged before it"
            " is on disk"
        )
        self._refused = QLabel("", self)
        self._refused.setObjectName("bad")
        self._refused.hide()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 7, 12, 7)
        layout.setSpacing(8)
        for widget in (self._dot, self._word, self._address):
            layout.addWidget(widget)
        for name in ("copy_address", "toggle_listening", "change_port"):
            layout.addWidget(commands.tool_button(name))
        layout.addSpacing(10)
        self.tunnel = TunnelStrip(appearance, commands, self)
        layout.addWidget(self.tunnel)
        layout.addStretch()
        layout.addWidget(self._refused)
        layout.addWidget(self._account)
        appearance.changed.connect(self._show)
        self._show()

    def furnish(self) -> None:
        """Let the address be selected: what the first paint does not need."""
        from PySide6.QtCore import Qt

        self._address.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

    def show_state(self, state: ListenerState, url: str) -> None:
        """Show what the listener does, and where."""
        self._state = state
        # It stays while we do not listen, so that the buttons beside it stay where they are.
        self._address.setText(url or self._address.text())
        self._address.setEnabled(state is ListenerState.LISTENING)
        self._show()

    def show_account(self, stored: int, refused: int) -> None:
        """Show received = stored, and what was refused."""
        self._account.setText(f"received {count_words(stored + refused)}  =  stored {count_words(stored)}")
        if refused:
            self._account.setText(f"received {count_words(stored + refused)}, stored {count_words(stored)}")
            self._refused.setText(f"{count_words(refused)} refused with 503")
        self._refused.setVisible(bool(refused))

    def _show(self) -> None:
        theme = self._appearance.theme
        words = {
            ListenerState.LISTENING: ("Listening", theme.success),
            ListenerState.STARTING: ("Starting…", theme.warning),
            ListenerState.STOPPING: ("Stopping…", theme.warning),
            ListenerState.STOPPED: ("Stopped", theme.text_muted),
            ListenerState.FAILED: ("Not listening", theme.danger),
        }
        word, colour = words[self._state]
        self._word.setText(word)
        self._dot.set_colour(colour)
