"""`--help` of every command and action: nothing without a text, and examples that can be run as they stand."""

import argparse
import re
import shlex
from collections.abc import Iterator

import pytest

from workbench.cli.main import COMMANDS, parser

OF_THE_COMMAND_LINE = [name for name in COMMANDS if name != "gui"]


def commands(name: str) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Yield a command's own parser and those of its actions."""
    (below,) = [action for action in parser(name)._actions if action.nargs == argparse.PARSER]
    yield name, below.choices[name]
    for action in below.choices[name]._actions:
        if action.nargs == argparse.PARSER:
            yield from ((f"{name} {inner}", found) for inner, found in action.choices.items())


@pytest.mark.parametrize("name", OF_THE_COMMAND_LINE)
def test_every_word_is_explained_and_every_command_has_examples(name: str) -> None:
    for path, found in commands(name):
        silent = [action.dest for action in found._actions if not action.help and action.nargs != argparse.PARSER]
        assert silent == [], path
        assert found.epilog is not None, path
        assert f"workbench {name}" in found.epilog, path
        assert len(found.format_help()) > 100


@pytest.mark.parametrize("name", OF_THE_COMMAND_LINE)
def test_examples_are_understood(name: str) -> None:
    """Each line is parsed as a shell would hand it over; what stands behind wide spaces is a remark."""
    for _, found in commands(name):
        for line in re.findall(rf"^(?:.*\| )?  *(workbench {name}.*)$", found.epilog or "", re.MULTILINE):
            words = shlex.split(re.split(r" {3,}| [<>] ", line)[0].partition("workbench ")[2])
            arguments = parser(name).parse_args(words)
            assert callable(arguments.run), line
