"""What became of a capture at each target, and whether the targets answered alike."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QTableWidgetItem, QVBoxLayout, QWidget

from workbench.model.capture import Capture
from workbench.model.delivery import StoredForward
from workbench.ui.widgets.key_value_table import KeyValueTable
from workbench.ui.widgets.long_text import WrappedLabel
from workbench.ui.words import duration_words


class ForwardsPage(QWidget):
    """Shows forwards; asks for nothing."""

    delivery_wanted = Signal(int)
    """The number of the delivery to open: every attempt with its answer."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = KeyValueTable("Forwards", self)
        self.table.setHorizontalHeaderLabels(["Target", "What became of it"])
        self.table.itemDoubleClicked.connect(self._open)
        self.comparison = WrappedLabel(self)
        self.comparison.setContentsMargins(12, 8, 12, 8)
        self.comparison.setAccessibleName("Whether the targets answered alike")
        self._deliveries: list[int | None] = []
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.comparison)
        rows.addWidget(self.table, 1)
        self.show_forwards([])

    def show_reason(self, reason: str) -> None:
        """Say why nothing was forwarded, where nothing was."""
        self.table.set_placeholder(f"Not forwarded: {reason}" if reason else "")

    def show_forwards(self, forwards: Sequence[StoredForward], comparison: str = "") -> None:
        """Show what became of a capture's forwards, and in a sentence where their answers differ."""
        self._deliveries = [item.delivery_number for item in forwards]
        self.table.set_pairs((item.url, forward_words(item)) for item in forwards)
        self.comparison.setText(comparison)
        self.comparison.setVisible(bool(comparison))

    def _open(self, item: QTableWidgetItem) -> None:
        number = self._deliveries[item.row()] if item.row() < len(self._deliveries) else None
        if number is not None:
            self.delivery_wanted.emit(number)


def reason_words(capture: Capture) -> str:
    """Return why a capture was not forwarded, as far as it tells that itself."""
    if capture.guard:
        return f"refused by {capture.guard}"
    if capture.fault is not None:
        return "it did not arrive whole"
    return "its endpoint named no target when it came"


def forward_words(item: StoredForward) -> str:
    """Return what became of a forward, in a line."""
    words = [str(item.state)]
    words += [str(item.status)] if item.status else []
    words += [f"in {duration_words(item.duration_us)}"] if item.duration_us is not None else []
    words += [f"attempt {item.attempts}"] if item.attempts > 1 else []
    return f"{'  '.join(words)}  {item.message}".strip()
