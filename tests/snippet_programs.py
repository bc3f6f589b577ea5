"""Generated programs, run: one process of a runtime for all of them where the language allows it."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

TIMEOUT_S = 100

_PYTHON = "import runpy, sys\nfor name in sys.argv[1:]: runpy.run_path(name, run_name='__main__')"
_NODE = "for (const name of process.argv.slice(1)) await import(name);"
_ONE_PROCESS = {
    "python-requests": [sys.executable, "-c", _PYTHON],
    "python-httpx": [sys.executable, "-c", _PYTHON],
    "python-aiohttp": [sys.executable, "-c", _PYTHON],
    "node-fetch": ["node", "--input-type=module", "-e", _NODE, "--"],
    "ruby": ["ruby", "-e", "ARGV.each { |name| load name }"],
    "php": ["php", "-r", "foreach (array_slice($argv, 1) as $name) { include $name; }", "--"],
    "curl": ["bash", "-c", 'for name; do bash "$name"; done', "bash"],
    "httpie": ["bash", "-c", 'for name; do bash "$name"; done', "bash"],
}
_EACH = {"go": ["go", "run"], "java": ["java"]}
_PROBES = {
    "php": ["php", "-r", "echo extension_loaded('curl') ? 'fits' : '';"],
    "node-fetch": ["node", "-p", "typeof fetch === 'function' ? 'fits' : ''"],
    "ruby": ["ruby", "-e", "print 'fits' if RUBY_VERSION.to_f >= 2.7"],
    "java": ["java", "--list-modules"],
}
_FITS = {"java": r"jdk\.compiler@(1[7-9]|[2-9]\d)"}
_NEEDS = {"curl": ["curl", "perl"], "httpie": ["http", "perl"], "python-requests": [], "node-fetch": ["node"]}
SLOW = tuple(_EACH)


@cache
def can_run(target: str) -> bool:
    """Return whether what a target needs is on this machine, and new enough."""
    if target.startswith("python-"):
        return importlib.util.find_spec(target.removeprefix("python-")) is not None
    programs = _NEEDS.get(target, [target])
    if target not in {**_ONE_PROCESS, **_EACH} or not all(shutil.which(program) for program in programs):
        return False
    probe = _PROBES.get(target)
    said = subprocess.run(probe, capture_output=True, text=True, check=False).stdout if probe else "fits"
    return re.search(_FITS.get(target, "fits"), said) is not None


def run(target: str, files: Sequence[Path], environment: Mapping[str, str]) -> None:
    """Run programs one after the other; an AssertionError with what they said where one fails."""
    variables = {**os.environ, **environment, "NO_PROXY": "*", "no_proxy": "*"}
    names = [str(file) for file in files]
    commands = [[*_ONE_PROCESS[target], *names]] if target in _ONE_PROCESS else [[*_EACH[target], n] for n in names]
    for command in commands:
        done = subprocess.run(
            command, cwd=files[0].parent.parent, env=variables, capture_output=True, timeout=TIMEOUT_S, check=False
        )
        assert done.returncode == 0, f"{done.stdout.decode()}\n{done.stderr.decode()}"
