"""What the captures tab shows before the first webhook: where to send it, and a way to try."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QFont
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from workbench.ui.fonts import code_font
from workbench.ui.theme import Appearance


class EmptyCaptures(QWidget):
    """The address with its copy button, and "Send a test webhook"."""

    copy_address = Signal()
    send_test = Signal()
    copy_command = Signal(str)

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        card = QFrame(self)
        card.setObjectName("card")
        card.setMaximumWidth(640)
        self._title = QLabel("Starting the listener…", card)
        self._title.setObjectName("empty-title")
        self._address = QLabel("", card)
        font = QFont(code_font())
        font.setPointSizeF(font.pointSizeF() * 1.5)
        self._address.setFont(font)
        self._address.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._address.setAccessibleName("Address that catches webhooks")
        self._hint = QLabel("", card)
        self._hint.setObjectName("muted")
        self._hint.setWordWrap(True)
        self._command = QLabel("", card)
        self._command.setFont(code_font())
        self._command.setObjectName("muted")
        self._command.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._copy = QPushButton("Copy address", card)
        self._copy.setToolTip("Copy the address that catches webhooks (Ctrl+Shift+A)")
        self._copy.clicked.connect(self.copy_address)
        self._test = QPushButton("Send a test webhook", card)
        self._test.setProperty("primary", True)
        self._test.setToolTip("Post a small event to this listener; nothing leaves this machine (Ctrl+T)")
        self._test.clicked.connect(self.send_test)
        self._copy_command = QPushButton("Copy curl", card)
        self._copy_command.setToolTip("Copy a command that sends a webhook here")
        self._copy_command.clicked.connect(lambda: self.copy_command.emit(self._command.text()))
        self._lay_out(card)
        self.show_stopped("")

    def _lay_out(self, card: QFrame) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        for button in (self._test, self._copy, self._copy_command):
            buttons.addWidget(button)
        buttons.addStretch()
        inside = QVBoxLayout(card)
        inside.setContentsMargins(32, 28, 32, 28)
        inside.setSpacing(14)
        for widget in (self._title, self._address, self._hint, self._command):
            inside.addWidget(widget)
        inside.addSpacing(4)
        inside.addLayout(buttons)
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(card, 3)
        middle.addStretch(1)
        self._beginnings = QHBoxLayout()
        self._beginnings.setSpacing(6)
        layout = QVBoxLayout(self)
        layout.addStretch(2)
        layout.addLayout(middle)
        layout.addSpacing(10)
        layout.addLayout(self._beginnings)
        layout.addStretch(3)

    def offer(self, actions: Sequence[QAction]) -> None:
        """Show what else can be begun with, below the address."""
        self._beginnings.addStretch()
        for action in actions:
            button = QToolButton(self)
            button.setDefaultAction(action)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self._beginnings.addWidget(button)
        self._beginnings.addStretch()

    def explain(self, name: str, action: QAction) -> None:
        """Let a button, `copy` or `test`, say what an action says of itself, with the keys that it has now."""
        button = {"copy": self._copy, "test": self._test}[name]
        button.setToolTip(action.toolTip())
        action.changed.connect(lambda: button.setToolTip(action.toolTip()))

    def show_listening(self, url: str) -> None:
        """Show where to send webhooks."""
        self._title.setText("Waiting for the first webhook")
        self._address.setText(url)
        self._hint.setText(
            "Register this address at your provider, or point your own code at it. Any method and any path is caught,"
            " and is on disk before the sender has its answer."
        )
        self._command.setText(f'curl {url}/hello -d \'{{"hello":"webhook"}}\'')
        self._set_enabled(True)

    def show_stopped(self, why: str) -> None:
        """Show that nothing is caught now."""
        self._title.setText("Not listening" if why else "Starting the listener…")
        self._address.setText("")
        self._hint.setText(why)
        self._command.setText("")
        self._set_enabled(False)

    def _set_enabled(self, enabled: bool) -> None:
        for widget in (self._copy, self._test, self._copy_command):
            widget.setEnabled(enabled)
        for widget in (self._address, self._command):
            widget.setVisible(enabled)
