"""The preferences: sections at the left, their settings at the right, and a line that searches all of them.

A change holds at once, so there is nothing to confirm; each setting that is not the program's own can be put back.
"""

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from workbench.storage.settings import Settings
from workbench.ui.desktop.preference_editors import PreferenceEditor
from workbench.ui.desktop.preference_list import KEYS, PREFERENCES, SECTIONS, Preference, matches
from workbench.ui.icons import icon


class _Row(QWidget):
    """A setting: its title, its editor, what is to be known of it, and the way back."""

    def __init__(self, preference: Preference, parent: QWidget) -> None:
        super().__init__(parent)
        self.preference = preference
        self.editor = PreferenceEditor(preference, self)
        self.back = QToolButton(self)
        self.back.setIcon(icon("undo"))
        self.back.setToolTip(f"Put back to what it usually is: {preference.title}")
        self.back.setAccessibleName(f"Put back {preference.title}")
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 6, 0, 10)
        layout.setVerticalSpacing(4)
        row = 0
        if preference.kind != "switch":
            title = QLabel(preference.title, self)
            title.setBuddy(self.editor.focus)
            layout.addWidget(title, row, 0)
            row = 1
        layout.addWidget(self.editor, row, 0)
        layout.addWidget(self.back, row, 1)
        self.hint = QLabel(preference.hint, self)
        self.hint.setObjectName("muted")
        self.hint.setWordWrap(True)
        self.hint.setVisible(bool(preference.hint))
        layout.addWidget(self.hint, row + 1, 0)
        self._keep_room = self.back.sizePolicy()
        self._keep_room.setRetainSizeWhenHidden(True)
        self.back.setSizePolicy(self._keep_room)

    def show_value(self, value: Any) -> None:
        """Show a value, and the way back where it is not the usual one."""
        self.editor.show_value(value)
        self.back.setVisible(value != getattr(Settings(), self.preference.name))


class PreferencesDialog(QDialog):
    """Shows settings and says what a person wants of them; keeps nothing itself."""

    changed = Signal(str, object)
    """A setting by name, and the value that it is to have."""
    file_wanted = Signal(str)
    """The setting that is to name a file."""
    keys_wanted = Signal()
    settings_file_wanted = Signal()

    def __init__(self, settings: Settings, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Preferences")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.search = QLineEdit(self)
        self.search.setPlaceholderText("Search preferences")
        self.search.setAccessibleName("Search preferences")
        self.search.setClearButtonEnabled(True)
        self.search.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self.search.textChanged.connect(self._narrow)
        self.sections = QListWidget(self)
        self.sections.setAccessibleName("Sections")
        self.sections.addItems(SECTIONS)
        self.sections.currentRowChanged.connect(self._on_section)
        self.rows: dict[str, _Row] = {}
        self._headings: dict[str, QLabel] = {}
        self._nothing = QLabel("Nothing is called so.", self)
        self._nothing.setObjectName("muted")
        self._keys = QPushButton("Keyboard shortcuts…", self)
        self._keys.setToolTip("Show every key, and change it")
        self._keys.clicked.connect(self.keys_wanted)
        self._lay_out()
        self.show_settings(settings)
        self.sections.setCurrentRow(0)
        self.resize(760, 560)

    def _lay_out(self) -> None:
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(24, 12, 24, 16)
        column.setSpacing(2)
        column.addWidget(self._nothing)
        for section in SECTIONS:
            heading = QLabel(section, page)
            heading.setObjectName("heading")
            self._headings[section] = heading
            column.addWidget(heading)
            for preference in PREFERENCES:
                if preference.section == section:
                    column.addWidget(self._row(preference, page))
        column.addWidget(self._keys, alignment=Qt.AlignmentFlag.AlignLeft)
        column.addStretch()
        area = QScrollArea(self)
        area.setWidget(page)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        left = QVBoxLayout()
        left.addWidget(self.search)
        left.addWidget(self.sections, 1)
        self.sections.setFixedWidth(200)
        self.search.setFixedWidth(200)
        middle = QHBoxLayout()
        middle.addLayout(left)
        middle.addWidget(area, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        file = buttons.addButton("Open settings file", QDialogButtonBox.ButtonRole.ActionRole)
        file.setToolTip("Open settings.toml, which holds all of this and may be edited")
        file.clicked.connect(self.settings_file_wanted)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 14)
        layout.setSpacing(12)
        layout.addLayout(middle, 1)
        layout.addWidget(buttons)

    def _row(self, preference: Preference, page: QWidget) -> _Row:
        row = _Row(preference, page)
        name = preference.name
        row.editor.edited.connect(lambda value: self.changed.emit(name, value))
        row.editor.file_wanted.connect(lambda: self.file_wanted.emit(name))
        row.back.clicked.connect(lambda: self.changed.emit(name, getattr(Settings(), name)))
        self.rows[name] = row
        return row

    def show_settings(self, settings: Settings) -> None:
        """Show what holds now."""
        for name, row in self.rows.items():
            row.show_value(getattr(settings, name))

    def _on_section(self, _row: int) -> None:
        if self.search.text():
            self.search.clear()
        else:
            self._narrow("")

    def _narrow(self, typed: str) -> None:
        """Show what holds the words, from all sections; without words the section that is chosen."""
        item = self.sections.currentItem()
        chosen = item.text() if item is not None else SECTIONS[0]
        shown: set[str] = set()
        for row in self.rows.values():
            preference = row.preference
            fits = matches(preference, typed) if typed.strip() else preference.section == chosen
            row.setVisible(fits)
            shown |= {preference.section} if fits else set()
        keys = typed.strip().casefold() in "keyboard shortcuts keys bindings hotkeys"
        if keys if typed.strip() else chosen == KEYS:
            shown.add(KEYS)
        self._keys.setVisible(KEYS in shown)
        for section, heading in self._headings.items():
            heading.setVisible(section in shown and bool(typed.strip()))
        self._nothing.setVisible(not shown)
