"""How far an export or import has come, with a button to cancel it; the window stays usable meanwhile."""

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QProgressBar, QVBoxLayout, QWidget

from workbench.model.progress import Progress
from workbench.ui.words import count_words

LOOK_EVERY_MS = 100
STEPS = 1000


class TransferDialog(QDialog):
    """Looks at a Progress ten times a second; closing it cancels."""

    def __init__(self, title: str, progress: Progress, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(420)
        self._progress = progress
        self.words = QLabel(self)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(title)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self.cancel = buttons.button(QDialogButtonBox.StandardButton.Cancel)
        self.cancel.setToolTip("Stop; nothing is left half done")
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(12)
        for widget in (self.words, self.bar, buttons):
            layout.addWidget(widget)
        self._timer = QTimer(self, interval=LOOK_EVERY_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()
        self._look()

    def reject(self) -> None:
        """Ask the work to stop; the dialog goes when it has."""
        self._progress.cancel()
        self.cancel.setEnabled(False)
        self._look()

    def _look(self) -> None:
        progress = self._progress
        of = f" of {count_words(progress.total)}" if progress.total else ""
        said = "Stopping…" if progress.cancelled else f"{count_words(progress.done)}{of} {progress.what}".strip()
        self.words.setText(said)
        self.bar.setMaximum(STEPS if progress.total else 0)
        self.bar.setValue(min(STEPS, progress.done * STEPS // progress.total) if progress.total else 0)
