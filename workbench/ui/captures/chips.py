"""The terms of the filter as chips under it: each goes by a click or a key, and the rest of the line stays."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from workbench.model.query_parsing import parts, without

SHOWN = 12
LONGEST = 40
_REMOVES = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)


class _Chip(QPushButton):
    """One term."""

    removed = Signal()

    def __init__(self, text: str, parent: QWidget) -> None:
        shown = text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
        super().__init__(f"{shown.replace('&', '&&')}  ✕", parent)
        self.setProperty("chip", True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"Filter term {text}; press to remove it")
        self.setToolTip(f"Remove {text} from the filter (Delete)")
        self.setAutoDefault(False)
        self.clicked.connect(self.removed)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete removes, as a click does; Left and Right go along the chips."""
        if event.key() in _REMOVES:
            self.removed.emit()
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.focusNextPrevChild(event.key() == Qt.Key.Key_Right)
        else:
            super().keyPressEvent(event)


class FilterChips(QFrame):
    """A row of chips, hidden while there is no filter."""

    line_changed = Signal(str)
    """The filter line without a term."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("chips")
        self.setAccessibleName("Terms of the filter")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(12, 6, 12, 7)
        self._row.setSpacing(6)
        self._row.addStretch()
        self._line = ""
        self.chips: list[QPushButton] = []
        self._joints: list[QLabel] = []
        self.hide()

    def show_line(self, line: str) -> None:
        """Show the terms of a line."""
        self._line = line
        focused = next((place for place, chip in enumerate(self.chips) if chip.hasFocus()), None)
        for widget in (*self.chips, *self._joints):
            self._row.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        texts, joint = parts(line)
        self.chips, self._joints = [], []
        for place, text in enumerate(texts[:SHOWN]):
            if place and joint.strip():
                self._add(QLabel(joint.strip(), self), self._joints)
            chip = _Chip(text, self)
            chip.removed.connect(lambda place=place: self.line_changed.emit(without(self._line, place)))
            self._add(chip, self.chips)
        self.setVisible(bool(self.chips))
        if focused is not None and self.chips:
            self.chips[min(focused, len(self.chips) - 1)].setFocus()

    def _add(self, widget, to: list) -> None:
        self._row.insertWidget(self._row.count() - 1, widget)
        widget.show()
        to.append(widget)
