"""What the way through a tunnel changed, and whose signatures that breaks."""

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QLabel, QVBoxLayout

from workbench.model.round_trip import RoundTrip
from workbench.ui.findings_table import FindingsTable

if TYPE_CHECKING:
    from workbench.ui.main_window import MainWindow


class RoundTripDialog(QDialog):
    """Shows one closed loop."""

    def __init__(self, result: RoundTrip, window: "MainWindow") -> None:
        super().__init__(window)
        self.setWindowTitle("What the tunnel changes")
        self.resize(880, 520)
        theme = window.appearance.theme
        self.summary = QLabel(self)
        self.summary.setWordWrap(True)
        if result.is_exact:
            self.summary.setText("Everything arrived to the byte; all providers' signatures stay valid.")
        else:
            names = ", ".join(item.name for item in result.broken)
            self.summary.setText(f"Not everything arrives as it was sent. Signatures that break: {names or 'none'}.")
        self.table = FindingsTable(("Request", "Sent", "Arrived"), "What was sent and what arrived", self)
        for trip in result.trips:
            weighty = [item for item in trip.differences if not item.is_harmless]
            if trip.failure or not weighty:
                colour = theme.danger if trip.failure else theme.success
                said = trip.failure or "arrived to the byte"
                self.table.add(f"{'✗' if trip.failure else '✓'} {trip.title}", said, "", colour)
            for item in weighty:
                what = f"✗ {trip.title}: {item.aspect} {item.name}".rstrip()
                self.table.add(what, item.sent, item.arrived, theme.danger)
        for item in result.broken:
            self.table.add(f"✗ {item.name}", item.reason, "", theme.danger)
        rows = QVBoxLayout(self)
        rows.addWidget(self.summary)
        rows.addWidget(self.table, 1)
        self.finished.connect(self.deleteLater)
