"""The commands with their options, as the parsers have them."""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

FILES = "files"
NOTHING = ""
DYNAMIC = (
    "providers",
    "samples",
    "captures",
    "saved",
    "folders",
    "environments",
    "endpoints",
    "targets",
    "receivers",
    "tunnels",
)
"""Kinds of names that are asked for when they are needed; see `values`."""

_BY_OPTION = {
    "--provider": "providers",
    "--sign": "providers",
    "--sample": "samples",
    "--capture": "captures",
    "--saved": "saved",
    "--env": "environments",
    "--target": "targets",
    "--receiver": "receivers",
    "--tunnel": "tunnels",
}
_BY_WORD = {
    ("providers show", "name"): "providers",
    ("providers samples", "name"): "providers",
    ("captures show", "number"): "captures",
    ("captures pin", "numbers"): "captures",
    ("captures unpin", "numbers"): "captures",
    ("captures export", "query"): "captures",
    ("captures delete", "query"): "captures",
    ("replay", "numbers"): "captures",
    ("environments show", "name"): "environments",
    ("run", "folder"): "folders",
    ("tunnel start", "name"): "tunnels",
    ("tunnel stop", "name"): "tunnels",
    ("tunnel status", "name"): "tunnels",
    ("tunnel check", "name"): "tunnels",
    ("tunnel set", "name"): "tunnels",
    ("tunnel remove", "name"): "tunnels",
    ("endpoints show", "name"): "endpoints",
    ("endpoints edit", "name"): "endpoints",
    ("endpoints remove", "name"): "endpoints",
}


@dataclass(frozen=True, slots=True)
class Values:
    """What may stand in a place: fixed words, or a kind of names."""

    kind: str = NOTHING
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Option:
    """An option by all its names; `values` is None where it takes no value."""

    names: tuple[str, ...]
    help: str
    values: Values | None


@dataclass(frozen=True, slots=True)
class Command:
    """A command, or an action of one: `captures list`. The program itself has an empty path."""

    path: str
    help: str
    options: tuple[Option, ...]
    values: Values = Values()
    """What its words may be."""


def described(parser: argparse.ArgumentParser, path: str = "", summary: str = "") -> Iterator[Command]:
    """Yield a parser's command and those below it; only the options that it was filled with are known."""
    actions: list[argparse.Action] = parser._actions  # pyright: ignore[reportPrivateUsage]  # There is no other way.
    below = [action for action in actions if action.nargs == argparse.PARSER]
    words = tuple(name for action in below for name in _parsers(action))
    place = Values(words=words) if words else _word_values(actions, path)
    options = (each for each in actions if each.option_strings and each.help != argparse.SUPPRESS)
    yield Command(path, summary, tuple(_option(action) for action in options), place)
    for action in below:
        said: Any = getattr(action, "_choices_actions", [])  # What `help=` of add_parser was kept as.
        summaries = {str(choice.dest): str(choice.help or "") for choice in said}
        for name, inner in _parsers(action).items():
            yield from described(inner, f"{path} {name}".strip(), summaries.get(name, ""))


def _parsers(action: argparse.Action) -> dict[str, argparse.ArgumentParser]:
    return cast("dict[str, argparse.ArgumentParser]", action.choices)


def _option(action: argparse.Action) -> Option:
    takes_value = action.nargs != 0
    return Option(tuple(action.option_strings), _plain(action.help), _option_values(action) if takes_value else None)


def _option_values(action: argparse.Action) -> Values:
    if action.choices:
        return Values(words=tuple(str(choice) for choice in cast("Any", action.choices)))
    named = next((_BY_OPTION[name] for name in action.option_strings if name in _BY_OPTION), NOTHING)
    return Values(named or _kind_of(action))


def _word_values(actions: list[argparse.Action], path: str) -> Values:
    for action in actions:
        if not action.option_strings:
            if action.choices:
                return Values(words=tuple(str(choice) for choice in cast("Any", action.choices)))
            return Values(_BY_WORD.get((path, action.dest)) or _kind_of(action))
    return Values()


def _kind_of(action: argparse.Action) -> str:
    return FILES if action.metavar in ("FILE", "DIR", "FOLDER", "no|CA") else NOTHING


def _plain(text: str | None) -> str:
    """Return a help text on one line, without argparse's placeholders."""
    return " ".join((text or "").replace("(default: %(default)s)", "").replace("%%", "%").split())
