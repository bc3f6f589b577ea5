"""What an import or an export does not carry over: read to the end, so its rows are as high as their words."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHeaderView, QWidget

from workbench.formats.interchange.imported import Loss
from workbench.ui.widgets.row_table import Column, Row, RowTable

WRAPPED_ROWS = 300
"""More rows are one line high: to measure thousands takes seconds."""


class LossesTable(RowTable):
    """Where something is lost, and what."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("What is not carried over", (Column("Where", 26), Column("What")), parent)
        self.setObjectName("report")
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.set_placeholder("Everything is carried over.")

    def show_losses(self, losses: Sequence[Loss]) -> None:
        """Show all of them."""
        wraps = len(losses) <= WRAPPED_ROWS
        self.setWordWrap(wraps)
        self.set_rows(Row((loss.where, loss.what)) for loss in losses)
        mode = QHeaderView.ResizeMode.ResizeToContents if wraps else QHeaderView.ResizeMode.Fixed
        self.verticalHeader().setSectionResizeMode(mode)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.wordWrap():
            self.resizeRowsToContents()
