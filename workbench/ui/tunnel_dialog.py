"""The tunnels there are: found or how to install, started in a click, with what their programs say."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workbench.engine.tunnels.finding import Found
from workbench.model.tunnel import RELAYED, Tunnel, TunnelState, TunnelStatus, told
from workbench.ui.dialogs import mark
from workbench.ui.fonts import code_font

_NAME = int(Qt.ItemDataRole.UserRole)
OUTPUT_LINES = 2000
PUBLIC = (
    "Whoever knows the address can send to this listener. What comes in is only kept, unless endpoints forward it."
)


class TunnelDialog(QDialog):
    """Chooses a tunnel and shows how it stands. Not modal: it may stay open."""

    start_wanted = Signal(str)
    """A tunnel's name, or a public address of one's own."""
    stop_wanted = Signal()

    def __init__(self, tunnels: Sequence[tuple[Tunnel, Found]], chosen: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._tunnels = {tunnel.name: (tunnel, found) for tunnel, found in tunnels}
        self._status: TunnelStatus | None = None
        self.setWindowTitle("Tunnels")
        self.resize(820, 560)
        self.list = QListWidget(self)
        self.list.setAccessibleName("Tunnels")
        self.list.setMaximumWidth(230)
        for tunnel, found in tunnels:
            item = QListWidgetItem(f"{'●' if found.is_there else '○'}  {tunnel.name}")
            item.setData(_NAME, tunnel.name)
            item.setToolTip(tunnel.about)
            self.list.addItem(item)
            if tunnel.name == chosen:
                self.list.setCurrentItem(item)
        self.about = _label(self, "About the tunnel")
        self.state = _label(self, "State of the tunnel")
        self.own = QLineEdit(self)
        self.own.setPlaceholderText("or your own public address: https://hooks.example.com")
        self.own.setAccessibleName("Your own public address")
        self.own.setClearButtonEnabled(True)
        self.button = QPushButton("Start tunnel", self)
        mark(self.button, "primary")
        self.output = QPlainTextEdit(self)
        self.output.setReadOnly(True)
        self.output.setFont(code_font())
        self.output.setMaximumBlockCount(OUTPUT_LINES)
        self.output.setAccessibleName("What the tunnel's program says")
        self.output.setPlaceholderText("What the tunnel's program says stands here.")
        self._arrange()
        self.list.currentItemChanged.connect(lambda *_: self._show())
        self.list.itemDoubleClicked.connect(lambda _: self._press())
        self.own.textChanged.connect(lambda _: self._show())
        self.button.clicked.connect(self._press)
        if self.list.currentItem() is None:
            self.list.setCurrentRow(0)
        self._show()

    def _arrange(self) -> None:
        warning = _label(self, "What a tunnel means")
        warning.setObjectName("muted")
        warning.setText(PUBLIC)
        row = QHBoxLayout()
        row.addWidget(self.own, 1)
        row.addWidget(self.button)
        right = QVBoxLayout()
        for widget in (self.about, self.state):
            right.addWidget(widget)
        right.addLayout(row)
        right.addWidget(self.output, 1)
        right.addWidget(warning)
        columns = QHBoxLayout(self)
        columns.setContentsMargins(20, 18, 20, 16)
        columns.setSpacing(14)
        columns.addWidget(self.list)
        columns.addLayout(right, 1)

    @property
    def chosen(self) -> str:
        """The tunnel to start: the address typed, else the name chosen."""
        item = self.list.currentItem()
        return self.own.text().strip() or (str(item.data(_NAME)) if item is not None else "")

    def show_status(self, status: TunnelStatus | None, now_us: int) -> None:
        """Show how the running tunnel stands; None where none runs."""
        self._status = status
        self.state.setText(told(status, now_us) + (f"\n{status.hint}" if status.hint else "") if status else "")
        self._show()

    def add_output(self, line: str) -> None:
        """Show a line of output."""
        self.output.appendPlainText(line)

    @property
    def _runs(self) -> bool:
        return self._status is not None and self._status.state is not TunnelState.STOPPED

    def _show(self) -> None:
        tunnel, found = self._tunnels.get(self.chosen, (None, None))
        if tunnel is not None and found is not None:
            words = [tunnel.about or f"{tunnel.kind} {tunnel.host or tunnel.url}"]
            words += [f"Found: {found.program}." if found.is_there else f"Not found on this machine. {found.install}"]
            words += [] if tunnel.is_exact else [RELAYED]
            self.about.setText("\n".join(words))
        else:
            self.about.setText("Nothing is started; the address is proven all the same.")
        self.button.setText("Stop tunnel" if self._runs else "Start tunnel")
        self.button.setEnabled(self._runs or found is None or found.is_there)

    def _press(self) -> None:
        if self._runs:
            self.stop_wanted.emit()
        elif self.button.isEnabled():
            self.start_wanted.emit(self.chosen)


def _label(parent: QWidget, name: str) -> QLabel:
    label = QLabel(parent)
    label.setWordWrap(True)
    label.setAccessibleName(name)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
