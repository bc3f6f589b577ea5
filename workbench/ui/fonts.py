"""The two fonts of the window: one for words, one for payloads."""

from functools import cache

from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QApplication

MONOSPACED = ("JetBrains Mono", "Cascadia Mono", "SF Mono", "Menlo", "Consolas", "DejaVu Sans Mono")
TEXT_FONTS = ("Inter", "Segoe UI Variable", "SF Pro Text", "Noto Sans")
LEAST_POINTS = 10.0


def text_font() -> QFont:
    """Return the font of the window: a clear one where it is installed, else the system's."""
    font = QApplication.font()
    family = _first_installed(TEXT_FONTS)
    if family:
        font.setFamily(family)
    font.setPointSizeF(max(LEAST_POINTS, font.pointSizeF()))
    return font


def code_font() -> QFont:
    """Return the font of payloads, without ligatures: `!=` is two bytes and is shown as two."""
    family = _first_installed(MONOSPACED)
    font = QFont(family) if family else QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPointSizeF(max(LEAST_POINTS, QApplication.font().pointSizeF()))
    font.setStyleHint(QFont.StyleHint.Monospace)
    font.setFixedPitch(True)
    font.setKerning(False)
    for feature in ("calt", "liga"):
        font.setFeature(QFont.Tag(feature), 0)
    return font


def _first_installed(families: tuple[str, ...]) -> str | None:
    installed = _installed()
    return next((family for family in families if family in installed), None)


@cache
def _installed() -> frozenset[str]:
    return frozenset(QFontDatabase.families())
