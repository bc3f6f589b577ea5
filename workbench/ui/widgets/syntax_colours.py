"""The colours of a payload, in light and in dark."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SyntaxColours:
    """What paints a payload: `#rrggbb`, or `#aarrggbb` where it lies over text. Kinds of token name their field."""

    background: str
    foreground: str
    gutter: str
    gutter_text: str
    selection: str
    current_line: str
    match: str
    match_current: str
    key: str
    string: str
    number: str
    literal: str
    punctuation: str
    tag: str
    attribute: str
    comment: str
    keyword: str


LIGHT = SyntaxColours(
    background="#ffffff",
    foreground="#1f2328",
    gutter="#ffffff",
    gutter_text="#8c959f",
    selection="#c8dffb",
    current_line="#f4f6f8",
    match="#fff2b3",
    match_current="#ffc53d",
    key="#0550ae",
    string="#0a6b3d",
    number="#953800",
    literal="#8250df",
    punctuation="#59636e",
    tag="#116329",
    attribute="#0550ae",
    comment="#6e7781",
    keyword="#cf222e",
)

DARK = SyntaxColours(
    background="#1a1c22",
    foreground="#d4d8e0",
    gutter="#1a1c22",
    gutter_text="#5f6675",
    selection="#2b4365",
    current_line="#20232a",
    match="#4a411f",
    match_current="#8f6b14",
    key="#82b1f5",
    string="#9bcb8e",
    number="#e2b26d",
    literal="#c29bf0",
    punctuation="#8a91a0",
    tag="#82b1f5",
    attribute="#e2b26d",
    comment="#868e9f",
    keyword="#c29bf0",
)
