"""The colours: every text can be read on what it stands on (WCAG 2.2, 1.4.3: 4.5 to 1)."""

import pytest
from PySide6.QtGui import QColor

from workbench.ui.theme import DARK, LIGHT, Theme
from workbench.ui.widgets.syntax_colours import DARK as CODE_DARK
from workbench.ui.widgets.syntax_colours import LIGHT as CODE_LIGHT
from workbench.ui.widgets.syntax_colours import SyntaxColours


def luminance(colour: str) -> float:
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in _rgb(colour)]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def _rgb(colour: str) -> tuple[float, float, float]:
    read = QColor(colour)
    return read.redF(), read.greenF(), read.blueF()


def contrast(one: str, other: str) -> float:
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_words_can_be_read_everywhere(theme: Theme) -> None:
    words = {
        **theme.method_colours(),
        **{str(first): colour for first, colour in theme.status_colours().items()},
        "text": theme.text,
        "muted": theme.text_muted,
        "danger": theme.danger,
        "warning": theme.warning,
        "success": theme.success,
    }
    grounds = (theme.window, theme.panel, theme.base, theme.raised)
    faint = {(name, ground): contrast(colour, ground) for name, colour in words.items() for ground in grounds}
    assert {where: round(ratio, 2) for where, ratio in faint.items() if ratio < 4.5} == {}
    assert contrast(theme.accent_text, theme.accent) >= 4.5
    for ground in (theme.selection, theme.notice_info, theme.notice_warning, theme.notice_error):
        assert contrast(theme.text, ground) >= 4.5


@pytest.mark.parametrize("colours", [CODE_LIGHT, CODE_DARK], ids=["light", "dark"])
def test_payloads_can_be_read(colours: SyntaxColours) -> None:
    kinds = (
        "foreground",
        "key",
        "string",
        "number",
        "literal",
        "punctuation",
        "tag",
        "attribute",
        "comment",
        "keyword",
    )
    faint = {kind: round(contrast(getattr(colours, kind), colours.background), 2) for kind in kinds}
    assert {kind: ratio for kind, ratio in faint.items() if ratio < 4.5} == {}
