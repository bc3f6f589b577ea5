"""The two fonts of the window: one for words, one for payloads. A person may choose others, and how large."""

from functools import cache
from typing import NamedTuple

from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QApplication

MONOSPACED = ("JetBrains Mono", "Cascadia Mono", "SF Mono", "Menlo", "Consolas", "DejaVu Sans Mono")
TEXT_FONTS = ("Inter", "Segoe UI Variable", "SF Pro Text", "Noto Sans")
LEAST_POINTS = 10.0


class FontChoice(NamedTuple):
    """What a person chose; empty and 0 are the program's own choice."""

    text: str = ""
    code: str = ""
    points: int = 0


_chosen = FontChoice()


def choose_fonts(choice: FontChoice) -> None:
    """Use these from now on; a family that is not installed is passed over."""
    global _chosen
    _chosen = choice


def text_font() -> QFont:
    """Return the font of the window: a clear one where it is installed, else the system's."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    family = _first_installed((_chosen.text, *TEXT_FONTS))
    if family:
        font.setFamily(family)
    font.setPointSizeF(_chosen.points or max(LEAST_POINTS, font.pointSizeF()))
    return font


def code_font() -> QFont:
    """Return the font of payloads, without ligatures: `!=` is two bytes and is shown as two."""
    family = _first_installed((_chosen.code, *MONOSPACED))
    font = QFont(family) if family else QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPointSizeF(_chosen.points or max(LEAST_POINTS, QApplication.font().pointSizeF()))
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
