"""`workbench completion`: a script that teaches a shell the commands, options and names."""

import argparse

from workbench.cli.completing.table import DYNAMIC
from workbench.cli.console import Console
from workbench.model.errors import UsageError
from workbench.storage.paths import Paths

SHELLS = ("bash", "zsh", "fish")
INSTALL = """\
install:
  bash   workbench completion bash > ~/.local/share/bash-completion/completions/workbench
  zsh    workbench completion zsh > "${fpath[1]}/_workbench"
  fish   workbench completion fish > ~/.config/fish/completions/workbench.fish

or for this shell only:
  source <(workbench completion bash)
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the words of `completion`."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = INSTALL
    parser.add_argument("shell", nargs="?", choices=SHELLS, help="the shell to write a script for")
    parser.add_argument("--values", choices=DYNAMIC, help=argparse.SUPPRESS)
    parser.set_defaults(run=run_completion)


def run_completion(arguments: argparse.Namespace, console: Console) -> int:
    """Write the script, or the names that one asks for."""
    if arguments.values:
        from workbench.cli.completing.values import values

        for name in values(arguments.values, Paths.of_home(arguments.home)):
            console.line(name)
        return 0
    if not arguments.shell:
        raise UsageError("Which shell?", f"One of {', '.join(SHELLS)}: workbench completion bash")
    from workbench.cli.completing.scripts import script
    from workbench.cli.completing.table import described
    from workbench.cli.main import COMMANDS, parser

    commands = [next(described(parser(None)))]
    for name in COMMANDS:
        # Each parser knows the options of one command alone.
        commands += [each for each in described(parser(name)) if each.path.split(" ")[0] == name]
    console.out.write(script(arguments.shell, commands))
    return 0
