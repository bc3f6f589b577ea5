"""The line at the top of a tab: environment, method, URL, Send, and what is done with the whole request."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QComboBox, QFrame, QHBoxLayout, QPushButton, QWidget

from workbench.ui.variable_line import VariableLine
from workbench.ui.variables import Variables

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
NO_ENVIRONMENT = "No environment"


class UrlLine(VariableLine):
    """The URL; a command pasted into it is offered to whoever can read it, before it becomes text."""

    command_pasted = Signal(str)
    """Text that looks like a command: several words, or several lines."""

    def __init__(self, variables: Variables, parent: QWidget | None = None) -> None:
        super().__init__(variables, parent)
        self.textEdited.connect(self._on_edited)

    def _on_edited(self, text: str) -> None:
        """Notice a command that came in by the menu or by dragging: the whole text is what was copied."""
        copied = QApplication.clipboard().text()
        if looks_like_command(text) and "".join(copied.split()) == "".join(text.split()):
            self.command_pasted.emit(copied)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        text = QApplication.clipboard().text() if event.matches(QKeySequence.StandardKey.Paste) else ""
        if looks_like_command(text):
            self.command_pasted.emit(text)
            return
        super().keyPressEvent(event)


def looks_like_command(text: str) -> bool:
    """Return whether a text may be a curl, HTTPie or fetch command; cheap, and sure only that it is no URL."""
    first = text.lstrip("$ \t\r\n").partition(" ")[0].partition("(")[0].strip().lower()
    name = first.removesuffix(".exe")
    return name in ("curl", "http", "https", "httpie", "fetch", "wget", "await", "invoke-webrequest", "iwr") and (
        " " in text.strip() or "(" in text
    )


class RequestBar(QFrame):
    """Shows and edits method, URL and the environment."""

    environment_chosen = Signal(str)
    """The name of an environment, empty for none."""
    environments_wanted = Signal()
    """A person wants to edit environments."""

    def __init__(self, variables: Variables, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bar")
        self.method = QComboBox(self)
        self.method.setEditable(True)
        self.method.addItems(METHODS)
        self.method.setAccessibleName("Method")
        self.method.setToolTip("The method; any word will do")
        self.method.setMinimumContentsLength(7)
        self.url = UrlLine(variables, self)
        self.url.setPlaceholderText("http://localhost:3000/hooks, or paste a curl command")
        self.url.setAccessibleName("URL")
        self.url.setToolTip("Where to send; the query stands in the Params table too")
        self.send = QPushButton("Send", self)
        self.send.setProperty("primary", True)
        self.send.setMinimumWidth(84)
        self.environment = QComboBox(self)
        self.environment.setAccessibleName("Environment")
        self.environment.setToolTip("Whose values the variables have (Ctrl+Alt+E)")
        self.environment.setMinimumContentsLength(12)
        self.environment.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.environment.activated.connect(self._on_environment)
        self._chosen = ""
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(12, 8, 12, 8)
        self._row.setSpacing(8)
        self._row.addWidget(self.method)
        self._row.addWidget(self.url, 1)
        self._row.addWidget(self.send)
        self._row.addWidget(self.environment)
        self.set_environments([], "")
        self.show_sending(sending=False)

    def add_button(self, button: QWidget) -> None:
        """Put a button beside Send."""
        self._row.insertWidget(self._row.count() - 1, button)

    def set_environments(self, names: Sequence[str], chosen: str) -> None:
        """Offer these environments."""
        self._chosen = chosen if chosen in names else ""
        self.environment.blockSignals(True)
        self.environment.clear()
        self.environment.addItem(NO_ENVIRONMENT, "")
        for name in names:
            self.environment.addItem(name, name)
        self.environment.insertSeparator(self.environment.count())
        self.environment.addItem("Edit environments…", None)
        self.environment.setCurrentIndex(max(0, self.environment.findData(self._chosen)))
        self.environment.blockSignals(False)

    def _on_environment(self, position: int) -> None:
        name = self.environment.itemData(position)
        if name is None:
            self.environment.setCurrentIndex(max(0, self.environment.findData(self._chosen)))
            self.environments_wanted.emit()
        elif name != self._chosen:
            self._chosen = name
            self.environment_chosen.emit(name)

    def show_sending(self, *, sending: bool) -> None:
        """Let the button send, or cancel."""
        self.send.setText("Cancel" if sending else "Send")
        self.send.setToolTip("Stop waiting (Ctrl+.)" if sending else "Send the request (Ctrl+Return)")
