"""One editor for each kind of setting: shows a value, and says when a person has changed it, never by halves."""

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QWidget,
)

from workbench.storage.settings import range_of
from workbench.ui.desktop.preference_list import Preference


class PreferenceEditor(QWidget):
    """The editor of one setting; `focus` is the widget that takes the keys, for the label's sake."""

    edited = Signal(object)
    """The value that is wanted now."""
    file_wanted = Signal()

    def __init__(self, preference: Preference, parent: QWidget) -> None:
        super().__init__(parent)
        self._preference = preference
        self._filling = False
        make = {
            "switch": self._switch,
            "number": self._number,
            "choice": self._choice,
            "font": self._font,
            "code font": self._font,
            "file": self._file,
        }.get(preference.kind, self._line)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self.focus = make(layout)
        self.focus.setAccessibleName(preference.title)
        self.focus.setAccessibleDescription(preference.hint)

    def show_value(self, value: Any) -> None:
        """Show a value; nothing is told."""
        self._filling = True
        self._set(value)
        self._filling = False

    def _tell(self, value: Any) -> None:
        if not self._filling:
            self.edited.emit(value)

    def _switch(self, layout: QHBoxLayout) -> QWidget:
        box = QCheckBox(self._preference.title, self)
        box.toggled.connect(self._tell)
        layout.addWidget(box)
        self._set = box.setChecked
        return box

    def _number(self, layout: QHBoxLayout) -> QWidget:
        preference, spin = self._preference, QSpinBox(self)
        least, most = range_of(preference.name)
        spin.setRange(-(-least // preference.per), most // preference.per)
        spin.setSuffix(preference.unit)
        spin.setSpecialValueText(preference.zero if not least else "")
        spin.setKeyboardTracking(False)
        spin.lineEdit().setTextMargins(8, 0, 0, 0)
        spin.setMinimumWidth(160)
        spin.setGroupSeparatorShown(preference.per > 1)
        spin.valueChanged.connect(lambda value: self._tell(value * preference.per))
        layout.addWidget(spin)
        layout.addStretch()
        self._set = lambda value: spin.setValue(round(value / preference.per))
        return spin

    def _choice(self, layout: QHBoxLayout) -> QWidget:
        box = QComboBox(self)
        for value, words in self._preference.choices:
            box.addItem(words, value)
        box.currentIndexChanged.connect(lambda _: self._tell(box.currentData()))
        layout.addWidget(box)
        layout.addStretch()
        self._set = lambda value: box.setCurrentIndex(box.findData(value))
        return box

    def _font(self, layout: QHBoxLayout) -> QWidget:
        monospaced = self._preference.kind == "code font"
        box = QComboBox(self)
        box.addItem(self._preference.zero, "")
        for family in QFontDatabase.families():
            if not QFontDatabase.isPrivateFamily(family) and (not monospaced or QFontDatabase.isFixedPitch(family)):
                box.addItem(family, family)
        box.currentIndexChanged.connect(lambda _: self._tell(box.currentData()))
        layout.addWidget(box)
        layout.addStretch()
        self._set = lambda value: box.setCurrentIndex(max(0, box.findData(value)))
        return box

    def _line(self, layout: QHBoxLayout) -> QWidget:
        line = self._text_line()
        layout.addWidget(line)
        return line

    def _file(self, layout: QHBoxLayout) -> QWidget:
        line = self._text_line()
        choose = QPushButton("Choose…", self)
        choose.setAccessibleName(f"Choose a file: {self._preference.title}")
        choose.setToolTip("Choose a file")
        choose.clicked.connect(self.file_wanted)
        layout.addWidget(line, 1)
        layout.addWidget(choose)
        return line

    def _text_line(self) -> QLineEdit:
        line, several = QLineEdit(self), self._preference.kind == "lines"
        shown: list[str] = [""]

        def show(value: Any) -> None:
            line.setText(", ".join(value) if several else value)
            shown[0] = line.text()

        def finish() -> None:
            # A line also finishes when it is only left.
            text = line.text().strip()
            if text != shown[0]:
                shown[0] = text
                self._tell(tuple(filter(None, (part.strip() for part in text.split(",")))) if several else text)

        line.editingFinished.connect(finish)
        self._set = show
        return line
