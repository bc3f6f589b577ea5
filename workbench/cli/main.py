"""The parser and the dispatch: words to a command, errors to one sentence and an exit code.

Exit codes: 0 yes or done, 1 the answer is no, 2 wrong usage or unreadable input, 3 network or target failure,
4 store failure, 130 stopped by Ctrl+C. A command's module is imported when it runs.
"""

import argparse
import os
import re
import sys
from importlib import import_module
from typing import Any, NoReturn

import workbench
from workbench.cli.console import Console
from workbench.cli.help_texts import complete
from workbench.cli.home import add_home
from workbench.model.errors import UsageError, WorkbenchError

COMMANDS = {
    "listen": "catch webhooks and show them as they arrive",
    "captures": "list, show, export and delete what was caught",
    "replay": "send captures again, to the byte",
    "send": "compose a request and send it",
    "collections": "bring collections of other programs in, take ours out, check their files",
    "code": "write the program that sends a request, signing included, or verifies it",
    "run": "send a folder's requests in order, and check their answers",
    "verify": "check the signature of a request, and say why it fails",
    "sign": "make the signature a provider would send",
    "providers": "list, show and check provider packs, detect whose a request is",
    "endpoints": "say where webhooks come in, with which secrets they are checked",
    "environments": "list and show the values that requests of a collection are sent with",
    "log": "show what was refused, answered otherwise than usual, or changed, and why",
    "secrets": "keep secrets in the keyring, by name",
    "tunnel": "let the world reach the listener, and prove that it does",
    "doctor": "check a receiver's address: name, TLS, answers, signatures, clock",
    "completion": "write a script that completes words in bash, zsh or fish",
    "gui": "open the window (also what no command at all does)",
}


class _Parser(argparse.ArgumentParser):
    """Reports wrong words as UsageError instead of leaving the program."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message[:1].upper()}{message[1:]}.", f"Try: {self.prog} --help")

    def parse_known_args(  # pyright: ignore[reportIncompatibleMethodOverride]  # Overloads, all of them these two.
        self, args: Any = None, namespace: Any = None
    ) -> tuple[Any, list[str]]:
        """Let options stand between words, and `-word` be a word where a filter line is expected."""
        if self._subparsers is not None or self._intermixing:
            return super().parse_known_args(args, namespace)
        words: list[str] = []
        if self.get_default("takes_filter"):
            args, words = self._without_negations(args)
        self._intermixing = True
        try:
            parsed, others = self.parse_known_intermixed_args(args, namespace)
        finally:
            self._intermixing = False
        if words:
            parsed.query += words
        return parsed, others

    def _without_negations(self, args: list[str]) -> tuple[list[str], list[str]]:
        """Return the arguments without `-word`, which argparse takes for `-w ord`, and those words."""
        end = args.index("--") if "--" in args else len(args)
        options = tuple(option for option in self._option_string_actions if len(option) == 2 and option != "-h")
        words = [word for word in args[:end] if re.match("-[^-].", word) and not word.startswith(options or "--")]
        return [word for word in args[:end] if word not in words], [*words, *args[end + 1 :]]

    _intermixing = False


def main(argv: list[str], console: Console | None = None) -> int:
    """Run one command and return its exit code."""
    _open_descriptors()
    console = console or Console()
    try:
        return _run(argv, console)
    except WorkbenchError as error:
        console.error(error)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read us has gone (`| head`): nothing is wrong, and nothing may be flushed to it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _open_descriptors() -> None:
    """Open what a caller closed (`<&-`), or the first socket would be standard input, which libuv aborts on."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def _run(argv: list[str], console: Console) -> int:
    if argv[:1] == ["--version"]:
        console.line(f"workbench {workbench.__version__}")
        return 0
    arguments = parser(_command_of(argv)).parse_args(argv)
    if not hasattr(arguments, "run"):
        raise UsageError("No command was given.", "Try: workbench --help")
    return arguments.run(arguments, console)


def _command_of(argv: list[str]) -> str | None:
    return next((word for word in argv if word in COMMANDS), None)


def parser(command: str | None) -> argparse.ArgumentParser:
    """Return the parser; only the options of `command` are filled in, so that only its module is loaded."""
    top = _Parser(prog="workbench", description="Catch, read, compose, send and replay webhooks.")
    top.add_argument("--version", action="version", version=f"workbench {workbench.__version__}")
    add_home(top, default=None)
    subparsers: Any = top.add_subparsers(metavar="COMMAND", parser_class=_Parser)
    for name, summary in COMMANDS.items():
        subparser = subparsers.add_parser(name, help=summary, description=f"{summary[:1].upper()}{summary[1:]}.")
        if name == command and name != "gui":
            add_home(subparser)
            import_module(f"workbench.cli.{name}").add_arguments(subparser)
            complete(subparser, name)
    return top
