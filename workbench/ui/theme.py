"""Colours by meaning, light and dark, and the look built of them: Qt's Fusion style with a palette of our own.

The palette does most of it; the style sheet is short, because a long one slows large tables. The system's choice is
followed as it changes; a system that says nothing is light.
"""

from typing import NamedTuple

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

from workbench.storage.resources import resource_path
from workbench.ui.fonts import FontChoice, choose_fonts, code_font, text_font

_SCALE = "codeScale"
"""The property of a widget that shows payloads: how much larger than usual."""

SPACE = 8
"""The unit of distances."""


class Theme(NamedTuple):
    """One set of colours. Text on its background has a contrast of 4.5 or more.

    No dataclass: one of thirty fields takes 2 ms to make, before the first paint.
    """

    name: str
    window: str
    panel: str
    base: str
    raised: str
    border: str
    text: str
    text_muted: str
    accent: str
    accent_text: str
    selection: str
    hover: str
    success: str
    warning: str
    danger: str
    notice_info: str
    notice_warning: str
    notice_error: str
    status_ok: str
    status_redirect: str
    status_client_error: str
    status_server_error: str
    method_get: str
    method_post: str
    method_put: str
    method_patch: str
    method_delete: str
    method_other: str

    @property
    def is_dark(self) -> bool:
        return self.name == "dark"

    def method_colours(self) -> dict[str, str]:
        """Return the colour of each well-known method."""
        return {
            "GET": self.method_get,
            "POST": self.method_post,
            "PUT": self.method_put,
            "PATCH": self.method_patch,
            "DELETE": self.method_delete,
        }

    def status_colours(self) -> dict[int, str]:
        """Return a colour by the first digit of a status."""
        return {
            2: self.status_ok,
            3: self.status_redirect,
            4: self.status_client_error,
            5: self.status_server_error,
        }


LIGHT = Theme(
    name="light",
    window="#f6f7f9",
    panel="#f0f1f4",
    base="#ffffff",
    raised="#ffffff",
    border="#dcdfe5",
    text="#1c2028",
    text_muted="#5f6775",
    accent="#4454d6",
    accent_text="#ffffff",
    selection="#e1e5fb",
    hover="#eceef3",
    success="#12784a",
    warning="#8a5a00",
    danger="#c02b3a",
    notice_info="#e6eafc",
    notice_warning="#fdf1d6",
    notice_error="#fce5e7",
    status_ok="#12784a",
    status_redirect="#1a6d8f",
    status_client_error="#96590a",
    status_server_error="#c02b3a",
    method_get="#12784a",
    method_post="#4454d6",
    method_put="#96590a",
    method_patch="#8a3fb0",
    method_delete="#c02b3a",
    method_other="#5f6775",
)

DARK = Theme(
    name="dark",
    window="#17191e",
    panel="#1c1f25",
    base="#1a1c22",
    raised="#262a32",
    border="#30353f",
    text="#e3e6ec",
    text_muted="#9aa3b2",
    accent="#8592ff",
    accent_text="#14161b",
    selection="#2d3358",
    hover="#23272f",
    success="#5fcf95",
    warning="#e5b35c",
    danger="#ff7b86",
    notice_info="#252b48",
    notice_warning="#3a311d",
    notice_error="#42242a",
    status_ok="#5fcf95",
    status_redirect="#63c3e6",
    status_client_error="#eab162",
    status_server_error="#ff7b86",
    method_get="#5fcf95",
    method_post="#99a4ff",
    method_put="#eab162",
    method_patch="#d092f2",
    method_delete="#ff7b86",
    method_other="#9aa3b2",
)


class Appearance(QObject):
    """The theme in force; `changed` says that it is another one now."""

    changed = Signal()

    def __init__(self, application: QApplication, choice: str = "system", fonts: FontChoice | None = None) -> None:
        super().__init__(application)
        self._application = application
        self._choice = choice
        choose_fonts(fonts or FontChoice())
        application.setFont(text_font())
        self.theme = LIGHT
        self._dressed = False
        self._fonts_noted = False
        self._apply()
        application.styleHints().colorSchemeChanged.connect(self._on_system_change)

    def dress(self) -> None:
        """Put on the style sheet: once the window is built, since each widget added to a styled one costs again."""
        self._dressed = True
        self._application.setStyleSheet(style_sheet(self.theme))

    @property
    def choice(self) -> str:
        """system, light or dark."""
        return self._choice

    def choose(self, choice: str) -> None:
        """Follow the system, or stay light or dark."""
        self._choice = choice
        if self._fonts_noted:
            self._note_code_fonts()
        self._apply()
        self.changed.emit()

    def choose_fonts(self, choice: FontChoice) -> None:
        """Show words and payloads in other fonts, or larger, at once."""
        self._note_code_fonts()
        choose_fonts(choice)
        self._application.setFont(text_font())
        self._apply()
        self.changed.emit()

    def _on_system_change(self) -> None:
        if self._choice == "system":
            self._apply()
            self.changed.emit()

    def _note_code_fonts(self) -> None:
        """Note how much larger than usual each widget shows payloads, while that can still be told."""
        from PySide6.QtCore import Qt

        usual = code_font().pointSizeF()
        for widget in self._application.allWidgets():
            font = widget.font()
            if widget.testAttribute(Qt.WidgetAttribute.WA_SetFont) and font.styleHint() is QFont.StyleHint.Monospace:
                if widget.property(_SCALE) is None:
                    widget.setProperty(_SCALE, font.pointSizeF() / usual)
                self._fonts_noted = True

    def _set_code_fonts(self) -> None:
        """Give those widgets the chosen font: a new style sheet puts back the one that they were made with."""
        for widget in self._application.allWidgets():
            scale = widget.property(_SCALE)
            if scale is not None:
                font = code_font()
                font.setPointSizeF(font.pointSizeF() * scale)
                widget.setFont(font)

    def _apply(self) -> None:
        dark = self._choice == "dark" if self._choice != "system" else self._system_is_dark()
        self.theme = DARK if dark else LIGHT
        self._application.setPalette(palette(self.theme))
        if self._dressed:
            self._application.setStyleSheet(style_sheet(self.theme))
        if self._fonts_noted:
            self._set_code_fonts()

    def _system_is_dark(self) -> bool:
        """Tell by the palette that Qt makes of the system's choice: asking for `Qt.ColorScheme` costs 20 ms."""
        application = self._application
        usual = application.style().standardPalette() if self._dressed else application.palette()
        return usual.window().color().lightness() < 128


def palette(theme: Theme) -> QPalette:
    """Return Qt's palette in these colours."""
    role, made = QPalette.ColorRole, QPalette()
    colours = {
        role.Window: theme.window,
        role.WindowText: theme.text,
        role.Base: theme.base,
        role.AlternateBase: theme.panel,
        role.Text: theme.text,
        role.PlaceholderText: theme.text_muted,
        role.Button: theme.raised,
        role.ButtonText: theme.text,
        role.BrightText: theme.danger,
        role.Highlight: theme.accent,
        role.HighlightedText: theme.accent_text,
        role.Link: theme.accent,
        role.ToolTipBase: theme.raised,
        role.ToolTipText: theme.text,
        role.Light: theme.raised,
        role.Midlight: theme.hover,
        role.Mid: theme.border,
        role.Dark: theme.border,
        role.Shadow: theme.border,
    }
    for each, colour in colours.items():
        made.setColor(each, QColor(colour))
    for each in (role.WindowText, role.Text, role.ButtonText):
        faint = QColor(theme.text_muted)
        faint.setAlpha(140)
        made.setColor(QPalette.ColorGroup.Disabled, each, faint)
    return made


def style_sheet(theme: Theme) -> str:
    """Return the few accents that a palette cannot give."""
    # A style sheet takes a picture from a file only, so these two icons have their colours in them.
    tick = resource_path("icons", f"tick-{theme.name}.svg").as_posix()
    arrow = resource_path("icons", f"chevron-{theme.name}.svg").as_posix()
    title = round(text_font().pointSizeF() * 1.3)
    return f"""
QToolTip {{ background: {theme.raised}; color: {theme.text}; border: 1px solid {theme.border}; padding: 4px 6px; }}
QFrame#bar, QFrame#top {{ background: {theme.window}; border: none; border-bottom: 1px solid {theme.border}; }}
QFrame#chips {{ background: {theme.window}; border: none; border-bottom: 1px solid {theme.border}; }}
QLabel#filter-problem {{ color: {theme.danger}; padding: 6px 14px 7px 14px; background: {theme.window}; }}
QFrame#side {{ background: {theme.panel}; border: none; }}
QFrame#card {{ background: {theme.base}; border: 1px solid {theme.border}; border-radius: 10px; }}
QLabel#muted {{ color: {theme.text_muted}; }}
QLabel:disabled {{ color: {theme.text_muted}; }}
QLabel#good {{ color: {theme.success}; font-weight: 600; }}
QLabel#good {{ color: {theme.success}; }}
QLabel#bad {{ color: {theme.danger}; font-weight: 600; }}
QLabel#heading {{ color: {theme.text_muted}; font-weight: 600; }}
QLabel#empty-title {{ font-size: {title}pt; font-weight: 600; }}
QLineEdit, QComboBox, QSpinBox, QPlainTextEdit {{
    background: {theme.base}; border: 1px solid {theme.border}; border-radius: 6px; padding: 4px 8px;
    selection-background-color: {theme.accent}; selection-color: {theme.accent_text};
}}
QLineEdit:focus, QComboBox:focus, QSpinBox:focus, QPlainTextEdit:focus {{ border: 1px solid {theme.accent}; }}
QSpinBox QLineEdit, QSpinBox QLineEdit:focus {{ border: none; padding: 0 0 0 9px; background: transparent; }}
QSpinBox::up-button, QSpinBox::down-button {{ width: 0; border: none; }}
QProgressBar {{ border: none; border-radius: 2px; background: {theme.hover}; }}
QProgressBar::chunk {{ border-radius: 2px; background: {theme.accent}; }}
QLineEdit[wrong="true"] {{ border: 1px solid {theme.danger}; }}
QComboBox {{ combobox-popup: 0; }}
QComboBox QAbstractItemView {{
    background: {theme.raised}; border: 1px solid {theme.border}; outline: none; padding: 2px;
    selection-background-color: {theme.selection}; selection-color: {theme.text};
}}
QComboBox::drop-down {{ border: none; width: 24px; }}
QComboBox::down-arrow {{ image: url("{arrow}"); width: 14px; height: 14px; }}
QCheckBox::indicator, QTableView::indicator {{
    width: 13px; height: 13px; border: 1px solid {theme.text_muted}; border-radius: 4px; background: {theme.base};
}}
QCheckBox::indicator:checked, QTableView::indicator:checked {{
    background: {theme.accent}; border: 1px solid {theme.accent}; image: url("{tick}");
}}
QCheckBox::indicator:focus {{ border: 1px solid {theme.accent}; }}
QCheckBox {{ spacing: 7px; }}
QPushButton {{
    background: {theme.raised}; border: 1px solid {theme.border}; border-radius: 6px; padding: 5px 12px;
}}
QPushButton:hover {{ background: {theme.hover}; }}
QPushButton:focus {{ border: 1px solid {theme.accent}; }}
QPushButton[primary="true"] {{
    background: {theme.accent}; color: {theme.accent_text}; border: 1px solid {theme.accent}; font-weight: 600;
}}
QPushButton[primary="true"]:focus {{ border: 1px solid {theme.text}; }}
QPushButton[chip="true"] {{ background: {theme.selection}; border-radius: 10px; padding: 2px 9px; }}
QPushButton[chip="true"]:hover {{ background: {theme.hover}; }}
QPushButton[danger="true"] {{ color: {theme.danger}; font-weight: 600; }}
QMessageBox QLabel {{ min-width: 320px; }}
QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
QPushButton:disabled {{ color: {theme.text_muted}; background: {theme.hover}; border: 1px solid {theme.border}; }}
QToolButton {{ border: 1px solid transparent; border-radius: 6px; padding: 4px; }}
QToolButton:hover {{ background: {theme.hover}; }}
QToolButton:focus {{ border: 1px solid {theme.accent}; }}
QToolButton:checked {{ background: {theme.selection}; }}
QPlainTextEdit#code {{ border: none; border-top: 1px solid {theme.border}; border-radius: 0; padding: 4px 6px; }}
QPlainTextEdit[said="true"] {{ border: none; background: transparent; padding: 0; }}
QPlainTextEdit[said="true"][wrong="true"] {{ color: {theme.danger}; }}
QAbstractScrollArea#framed {{
    background: {theme.base}; border: 1px solid {theme.border}; border-radius: 6px; padding: 1px;
}}
QAbstractScrollArea#framed:focus {{ border: 1px solid {theme.accent}; }}
QPlainTextEdit#code:focus {{ border-top: 1px solid {theme.accent}; }}
QTabBar QToolButton {{ padding: 2px; }}
QTabWidget::pane {{ border: none; }}
QTabBar {{ background: transparent; }}
QTabBar::tab {{
    background: transparent; color: {theme.text_muted}; border: none; border-bottom: 2px solid transparent;
    padding: 7px 12px 6px 12px;
}}
QTabBar::tab:hover {{ color: {theme.text}; }}
QTabBar::tab:selected {{ color: {theme.text}; border-bottom: 2px solid {theme.accent}; }}
QTabWidget#sections QTabBar::tab {{ padding: 7px 8px 6px 8px; }}
QTabBar:focus {{ outline: none; }}
QTabBar::tab:selected:focus {{ background: {theme.hover}; }}
QHeaderView {{ background: {theme.base}; }}
QHeaderView::section {{
    background: {theme.base}; color: {theme.text_muted}; border: none; border-bottom: 1px solid {theme.border};
    padding: 5px 10px;
}}
QTableView, QTreeView, QListView, QTableWidget {{
    background: {theme.base}; border: none; outline: none;
    selection-background-color: {theme.selection}; selection-color: {theme.text};
}}
QTableWidget::item {{ padding: 0 7px; }}
QTableWidget#report::item {{ padding: 5px 7px; }}
QTableWidget QLineEdit {{ border-radius: 0; padding: 0 9px; }}
QTreeView QLineEdit {{ border-radius: 3px; padding: 0 4px; }}
QDialog QListView, QDialog QTreeView, QDialog QTableView {{
    border: 1px solid {theme.border}; border-radius: 6px;
}}
QDialog QListView:focus, QDialog QTreeView:focus, QDialog QTableView:focus {{ border: 1px solid {theme.accent}; }}
QListView#popup {{ background: {theme.raised}; border: 1px solid {theme.border}; border-radius: 6px; padding: 3px; }}
QTreeView#side {{ background: {theme.panel}; activate-on-singleclick: 0; }}
QTreeView::item, QListView::item {{ padding: 3px 1px; border: 1px solid transparent; border-radius: 3px; }}
QTreeView::item:focus, QListView::item:focus {{ border: 1px solid {theme.accent}; }}
QTreeView::item:hover, QListView::item:hover {{ background: {theme.hover}; }}
QTreeView::item:selected, QListView::item:selected {{ background: {theme.selection}; color: {theme.text}; }}
QMenu {{ background: {theme.raised}; border: 1px solid {theme.border}; padding: 4px; }}
QMenu::item {{ padding: 5px 24px 5px 12px; border-radius: 4px; }}
QMenu::item:selected {{ background: {theme.selection}; color: {theme.text}; }}
QMenu::item:disabled {{ color: {theme.text_muted}; }}
QMenu::separator {{ height: 1px; background: {theme.border}; margin: 4px 8px; }}
QMenuBar {{ background: {theme.window}; }}
QMenuBar::item {{ padding: 4px 10px; }}
QMenuBar::item:selected {{ background: {theme.hover}; }}
QSplitter::handle {{ background: {theme.border}; }}
QScrollBar:vertical {{ background: transparent; width: 11px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 11px; margin: 0; }}
QScrollBar::handle {{
    background: {theme.border}; border-radius: 4px; margin: 2px; min-height: 28px; min-width: 28px;
}}
QScrollBar::handle:hover {{ background: {theme.text_muted}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QAbstractScrollArea::corner {{ background: transparent; border: none; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
"""
