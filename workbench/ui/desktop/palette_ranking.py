"""How well what was typed fits an entry of the palette. No Qt.

Words in any order fit best where they begin words of the entry; letters that only occur in order (`nwr` for New
request) fit last. Of entries that fit alike, the shorter one is meant.
"""

from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")

_MORE, _SCATTERED = 10, 1000


def best(typed: str, entries: Iterable[tuple[str, str, T]], limit: int) -> list[T]:
    """Return the entries that fit, best first; without words, the first ones as they come.

    Each comes with its name, and with further words that it is found by, which count less.
    """
    words = typed.casefold().split()
    ranked: list[tuple[tuple[int, int, int], T]] = []
    for place, (name, more, entry) in enumerate(entries):
        fit = _fit(words, name.casefold(), more.casefold()) if words else 0
        if fit is not None:
            ranked.append(((fit, len(name) if words else 0, place), entry))
    ranked.sort(key=lambda each: each[0])
    return [entry for _, entry in ranked[:limit]]


def _fit(words: list[str], name: str, more: str) -> int | None:
    """Return how badly the words fit, None where they do not."""
    total = 0
    for word in words:
        if word in name:
            total += _badness(word, name)
        elif word in more:
            total += _MORE + _badness(word, more)
        else:
            return _SCATTERED if _occurs("".join(words), name) else None
    return total


def _badness(word: str, text: str) -> int:
    """Return 0 for a word that begins the text, 1 for one that begins a word of it, 2 for any other."""
    if text.startswith(word):
        return 0
    place = text.find(word)
    while place > 0:
        if not text[place - 1].isalnum():
            return 1
        place = text.find(word, place + 1)
    return 2


def _occurs(letters: str, text: str) -> bool:
    rest = iter(text)
    return all(letter in rest for letter in letters)
