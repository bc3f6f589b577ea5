"""`workbench completion`: what a shell offers at the cursor, asked from a real bash."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from program import Inside

from workbench.cli.main import COMMANDS
from workbench.storage.collections import create_collection
from workbench.storage.paths import Paths

ASK = """
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
compopt() { echo "files"; }
_workbench
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture
async def offered(inside: Inside, tmp_path: Path):
    """Ask bash what it offers for the last of these words."""
    script, program = tmp_path / "completion.bash", tmp_path / "workbench"
    script.write_bytes((await inside("completion", "bash")).out)
    root = Path(__file__).resolve().parents[2]
    program.write_text(
        f'#!/bin/sh\nPYTHONPATH={root} exec {shlex.quote(sys.executable)} -m workbench --home={inside.home} "$@"\n'
    )
    program.chmod(0o755)

    def ask(*words: str) -> list[str]:
        done = subprocess.run(
            ["bash", "-c", ASK, "bash", str(script), str(program), *words],
            capture_output=True, text=True, check=True, cwd=tmp_path,
        )  # fmt: skip
        assert done.stderr == ""
        return done.stdout.split("\n")[:-1]

    return ask


async def test_bash_offers_commands_actions_options_and_choices(offered) -> None:
    assert offered("cap") == ["captures"]
    assert set(COMMANDS) <= set(offered(""))
    assert offered("captures", "unp") == ["unpin"]
    assert offered("send", "--sess") == ["--session", "--session-read-only", "--session-plain"]
    assert offered("captures", "show", "3", "--part", "b") == ["body"]
    assert offered("send", "--pretty", "=", "c") == ["colors"]
    assert offered("send", "--pretty", "=") == ["all", "colors", "format", "none"]
    assert offered("send", "--output", "x") == ["files", ""]
    assert offered("code", "--target", "python-req") == ["python-requests"]
    assert "node" in offered("code", "--receiver", "")


async def test_bash_offers_names_and_never_runs_them(offered, paths: Paths, tmp_path: Path) -> None:
    folder = paths.workspace / "billing"
    create_collection(folder, "Billing")
    for stem in ("invoice paid", "$(touch pwned)", "`touch pwned`"):
        text = "info:\n  name: x\n  type: http\nhttp:\n  method: GET\n  url: http://localhost\n"
        (folder / f"{stem}.yml").write_text(text)
    assert offered("send", "--sign", "stri") == ["stripe"]
    assert "github" in offered("providers", "show", "git")
    assert offered("send", "--saved", "billing/inv") == [r"billing/invoice\ paid"]
    assert offered("send", "--saved", "billing/$") == [r"billing/\$\(touch\ pwned\)"]
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize("shell", ["zsh", "fish"])
async def test_every_option_is_in_the_scripts_of_the_others(inside: Inside, shell: str) -> None:
    script = (await inside("completion", shell)).text
    bash = (await inside("completion", "bash")).text
    options = set(re.findall(r"--([a-z-]+)", bash)) - {"values", "help"}
    mark = {"zsh": "'--{}:", "fish": " -l {} "}[shell]
    assert {"saved", "session", "format", "provider", "check-status"} <= options
    assert [option for option in sorted(options) if mark.format(option) not in script] == []
    assert all(name in script for name in COMMANDS)


async def test_shell_must_be_named(inside: Inside) -> None:
    ran = await inside("completion")
    assert (ran.code, ran.out) == (2, b"")
    assert "Which shell?" in ran.err
