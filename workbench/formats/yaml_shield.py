"""Letters that YAML 1.1 readers take for something else, hidden from them behind unused ones."""

from collections.abc import Iterator

_OLD_LINE_BREAKS = "\x85\u2028\u2029"
_PRIVATE_USE = range(0xE000, 0xF900)


def shield(text: str) -> tuple[str, dict[int, str]]:
    """Return the text with U+0085, U+2028 and U+2029 under other names, and the table that names them back.

    YAML 1.1 (libyaml, ruamel's scanner) breaks lines at them; YAML 1.2 takes them for letters.
    """
    present = [character for character in _OLD_LINE_BREAKS if character in text]
    if not present:
        return text, {}
    names = dict(zip(free_codes(text), present, strict=False))
    return text.translate({ord(character): code for code, character in names.items()}), names


def free_codes(text: str) -> Iterator[int]:
    """Yield the codes of private use that the text does not hold, which may stand for something else in it."""
    return (code for code in _PRIVATE_USE if chr(code) not in text)
