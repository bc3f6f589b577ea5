"""The part of the top bar that tells of the tunnel: whether it works, its public address, a copy in a click."""

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from workbench.model.tunnel import ProofState, TunnelState, TunnelStatus
from workbench.ui.commands import CommandSet
from workbench.ui.fonts import code_font
from workbench.ui.theme import Appearance
from workbench.ui.widgets.dot import Dot

if TYPE_CHECKING:
    from workbench.ui.widgets.long_text import ElidedLabel


class TunnelStrip(QWidget):
    """One tunnel's state. Without one it is only the button that starts it."""

    def __init__(self, appearance: Appearance, commands: CommandSet, parent: QWidget) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._status: TunnelStatus | None = None
        self._dot = Dot(self)
        self.word = QLabel("", self)
        self.word.setAccessibleName("State of the tunnel")
        self._copy = commands.tool_button("copy_tunnel")
        self._row = layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for widget in (self._dot, self.word, self._copy, commands.tool_button("toggle_tunnel")):
            layout.addWidget(widget)
        appearance.changed.connect(self._show)
        self._show()

    @cached_property
    def address(self) -> "ElidedLabel":
        """Where the tunnel ends; cut in its middle where the window is narrow. The first paint does without it."""
        from PySide6.QtCore import Qt

        from workbench.ui.widgets.long_text import ElidedLabel

        made = ElidedLabel(self, Qt.TextElideMode.ElideMiddle)
        made.setFont(code_font())
        made.setAccessibleName("Public address")
        self._row.insertWidget(2, made)
        return made

    def show_status(self, status: TunnelStatus | None) -> None:
        """Show how the tunnel stands; None where there is none."""
        self._status = status
        self._show()

    def _show(self) -> None:
        status = self._status
        shown = status is not None and status.state is not TunnelState.STOPPED
        for widget in (self._dot, self.word):
            widget.setVisible(shown)
        if shown or "address" in self.__dict__:
            self.address.setVisible(shown)
        self._copy.setVisible(shown and status is not None and bool(status.url))
        if status is None or not shown:
            return
        word, colour, tip = self._words(status)
        self.word.setText(word)
        self.word.setToolTip(tip)
        self._dot.set_colour(colour)
        self.address.setText(status.url)
        self.address.setToolTip(tip)
        self.address.setEnabled(status.is_working)

    def _words(self, status: TunnelStatus) -> tuple[str, str, str]:
        theme, proof = self._appearance.theme, status.proof
        match status.state, proof.state:
            case TunnelState.UP, ProofState.PROVEN:
                took = f"{(proof.round_trip_us or 0) / 1000:.0f} ms"
                return f"{status.name}  ✓ {took}", theme.success, f"A probe came through the address in {took}."
            case TunnelState.UP, ProofState.BROKEN:
                return f"{status.name} broken: {proof.part}", theme.danger, proof.reason
            case TunnelState.UP, _:
                return (
                    f"{status.name} not proven yet",
                    theme.warning,
                    proof.reason or "The first probe is under way.",
                )
            case TunnelState.STARTING, _:
                return f"{status.name} starting…", theme.warning, ""
            case TunnelState.FAILED, _:
                return f"{status.name} failed", theme.danger, status.reason
            case _:
                return f"{status.name} down, trying again", theme.danger, status.reason
