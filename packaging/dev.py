"""The commands of the README, on a machine with Python 3.11 or newer and nothing else.

    python3 packaging/dev.py run [WORDS ...]   make .venv, install, open the window; WORDS go to `workbench`
    python3 packaging/dev.py test              install what the tests need and run every check
    python3 packaging/dev.py torture [--seed N] [--rounds N]     try the program harder than the tests do
    python3 packaging/dev.py bundle [OUT]      build what is installed by a double click, and try it
    python3 packaging/dev.py lock              write the locks anew (for those who change dependencies)

Standard library only. Pins are in `packaging/locks`, with hashes and without any address.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ROOT / "packaging" / "locks"
WINDOWS = os.name == "nt"
OLDEST = (3, 11)
TESTS_TIMEOUT_S = 900
SPREAD = ["--numprocesses=auto", "--dist=loadfile"]
"""Tests run on all processors, a file of them in one process."""

WINDOWS_OWN = ["--ignore=tests/ui", "--ignore=tests/torture"]
"""What is not run without Qt: the window, and what is tried against all of the program."""

QT_PACKAGES = [
    "libglib2.0-0",
    "libegl1",
    "libgl1",
    "libxkbcommon0",
    "libdbus-1-3",
    "libfontconfig1",
    "libxcb-cursor0",
    "libxkbcommon-x11-0",
    "libxcb-icccm4",
    "libxcb-keysyms1",
    "libxcb-shape0",
]
"""What Qt's wheels need on Debian and Ubuntu and do not bring: six to load, five for a window on X11."""

QT_PROBE = """
import ctypes, os, pathlib, PySide6
from PySide6 import QtGui, QtWidgets
plugin = pathlib.Path(PySide6.__file__).parent / "Qt/plugins/platforms/libqxcb.so"
if plugin.exists() and os.environ.get("DISPLAY"):
    ctypes.CDLL(str(plugin))
"""


class Failed(Exception):
    """What stops us, as a sentence for the user."""


def main(words: list[str]) -> int:
    """Run one of the commands."""
    commands = {"run": run, "test": test, "torture": torture, "bundle": bundle, "lock": lock}
    if not words or words[0] not in commands:
        print(__doc__)
        return 2
    try:
        if sys.version_info < OLDEST:
            raise Failed(f"Python {sys.version.split()[0]} is too old: 3.11 or newer is needed.")
        return commands[words[0]](words[1:])
    except Failed as failure:
        print(f"dev.py: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


# run


def run(words: list[str]) -> int:
    """Install what is missing and start the program."""
    python = environment(ROOT / ".venv", "runtime")
    if _opens_a_window(words):
        if not _has_display():
            print("There is no display here, so no window can open: running `workbench listen` instead.", flush=True)
            words = [*(word for word in words if word != "gui"), "listen"]
        else:
            _check_qt(python)
    command = [str(python), "-m", "workbench", *words]
    if not WINDOWS:
        os.execv(command[0], command)
    return subprocess.call(command)


def _opens_a_window(words: list[str]) -> bool:
    rest = list(words)
    while rest and rest[0].startswith("--home"):
        rest = rest[1:] if "=" in rest[0] else rest[2:]
    return not rest or rest[0] == "gui"


def _has_display() -> bool:
    if sys.platform != "linux":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or os.environ.get("QT_QPA_PLATFORM"))


def _check_qt(python: Path) -> None:
    """Load Qt once; where system libraries are missing, install them or say which line does."""
    if sys.platform != "linux" or _qt_loads(python):
        return
    _install_system_packages(QT_PACKAGES, "Qt needs system libraries that are not here")
    if not _qt_loads(python):
        raise Failed(f"Qt still cannot be loaded: {_qt_error(python)}")


def _qt_loads(python: Path) -> bool:
    return subprocess.run([str(python), "-c", QT_PROBE], capture_output=True).returncode == 0


def _qt_error(python: Path) -> str:
    output = subprocess.run([str(python), "-c", QT_PROBE], capture_output=True, text=True).stderr.strip()
    return output.splitlines()[-1] if output else "no reason given"


def _install_system_packages(packages: list[str], why: str) -> None:
    line = f"apt-get install -y --no-install-recommends {' '.join(packages)}"
    if not shutil.which("apt-get"):
        raise Failed(
            f"{why}. On Debian they are: {' '.join(packages)}; install their like with your package manager."
        )
    if os.geteuid() != 0:
        raise Failed(f"{why}. Type this once:\n  sudo {line}")
    print(f"{why}: installing them.", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-q"], env=quiet, check=False, stdout=subprocess.DEVNULL)
    names = _known_names(packages)
    if subprocess.run(["apt-get", "install", "-y", "-q", "--no-install-recommends", *names], env=quiet).returncode:
        raise Failed(f"{why}, and they could not be installed. Try:\n  {line}")


def _known_names(packages: list[str]) -> list[str]:
    """Return the names that this release uses: glib is called libglib2.0-0t64 since Debian 13 and Ubuntu 24.04."""
    newer = subprocess.run(["apt-cache", "show", "libglib2.0-0t64"], capture_output=True).returncode == 0
    return ["libglib2.0-0t64" if newer and name == "libglib2.0-0" else name for name in packages]


# environments


def environment(folder: Path, *locks: str, project: bool = True) -> Path:
    """Make a virtual environment with these locks and the project; return its Python.

    What was installed is stamped, so that a second call costs two file reads.
    """
    python = folder / ("Scripts/python.exe" if WINDOWS else "bin/python")
    stamp, wanted = folder / "installed", _fingerprint(locks)
    if python.exists() and stamp.exists() and stamp.read_text() == wanted:
        return python
    if not python.exists() or _is_foreign(folder):
        _make_environment(folder)
    files = [f"--requirement={LOCKS / f'{name}.txt'}" for name in locks]
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--quiet"]
    _call([*pip, "install", "--require-hashes", *files], "The pinned packages could not be installed")
    if project:
        build = [*pip, "install", "--no-deps", "--no-build-isolation", "--editable", str(ROOT)]
        _call(build, "The project could not be installed")
    stamp.write_text(wanted)
    return python


def _fingerprint(locks: tuple[str, ...]) -> str:
    digest = hashlib.sha256(repr((sys.version_info[:2], str(ROOT))).encode())
    for file in [ROOT / "pyproject.toml", *(LOCKS / f"{name}.txt" for name in locks)]:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _is_foreign(folder: Path) -> bool:
    """True for an environment of another Python or another place: it is made anew."""
    stamp = folder / "installed"
    return not stamp.exists()


def _make_environment(folder: Path) -> None:
    print(f"Making {folder.relative_to(ROOT)} (once; a minute at most) ...", flush=True)
    command = [sys.executable, "-m", "venv", "--clear", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode and "ensurepip" in done.stdout + done.stderr:
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        _install_system_packages([f"python{version}-venv"], "This Python has no venv module")
        done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise Failed(f"{folder} could not be made: {(done.stderr or done.stdout).strip()}")


def _call(command: list[str], sentence: str) -> None:
    if subprocess.run(command, cwd=ROOT).returncode:
        raise Failed(f"{sentence}; see above for the reason.")


# test


def test(words: list[str]) -> int:
    """Run every check; say at the end which failed."""
    python = environment(ROOT / ".venv-test", "runtime", "dev")
    core = environment(ROOT / ".venv-core", "core", "dev-core")
    if sys.platform == "linux" and not _qt_loads(python):
        _install_system_packages(QT_PACKAGES, "Qt needs system libraries that are not here")
    _install_ssh_server()
    binary = python.parent
    offscreen = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_API": "pyside6"}
    checks: list[tuple[str, list[str], dict[str, str] | None]] = [
        ("format", [str(binary / "ruff"), "format", "--check", "."], None),
        ("lint", [str(binary / "ruff"), "check", "."], None),
        ("types", [str(binary / "pyright"), "--pythonpath", str(python)], None),
        ("import contracts", [str(binary / "lint-imports")], None),
        ("no addresses", [], None),
        ("core without Qt", [str(core), "-m", "pytest", "-q", *SPREAD, *WINDOWS_OWN], _without_qt()),
        ("all tests", [str(python), "-m", "pytest", "-q", *SPREAD, *words], offscreen),
    ]
    failed = [name for name, command, variables in checks if not _check(name, command, variables)]
    print(f"\nFailed: {', '.join(failed)}" if failed else "\nAll checks passed.", flush=True)
    return 1 if failed else 0


def _install_ssh_server() -> None:
    """Tunnels are tested through a real OpenSSH server; where it can be neither found nor installed they are not."""
    if sys.platform != "linux" or shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin"):
        return
    try:
        _install_system_packages(["openssh-server", "openssh-client"], "The tests of tunnels need an OpenSSH server")
    except Failed as failure:
        print(f"{failure}\nThe tests through it are skipped.", flush=True)


def _without_qt() -> dict[str, str]:
    return {**os.environ, "PYTEST_ADDOPTS": "-p no:pytest-qt"}


def _check(name: str, command: list[str], variables: dict[str, str] | None) -> bool:
    print(f"\n== {name}", flush=True)
    began = time.monotonic()
    if name == "no addresses":
        good = _no_addresses()
    else:
        try:
            good = subprocess.run(command, cwd=ROOT, env=variables, timeout=TESTS_TIMEOUT_S).returncode == 0
        except subprocess.TimeoutExpired:
            print(f"killed after {TESTS_TIMEOUT_S} s")
            good = False
    print(f"-- {name}: {'ok' if good else 'FAILED'} in {time.monotonic() - began:.0f} s", flush=True)
    return good


def _no_addresses() -> bool:
    """Look for a package registry's host or an index option in the files that git tracks."""
    hosts = ["pypi" + ".org", "files.python" + "hosted", "registry.npm" + "js", "deb.debian" + ".org"]
    wanted = "|".join([*hosts, "--(extra-)?index" + "-url[ =]"]).replace(".", r"\.")
    found = subprocess.run(["git", "grep", "-nEI", "-e", wanted], cwd=ROOT, capture_output=True, text=True).stdout
    lines = [line for line in found.splitlines() if not line.startswith("packaging/dev.py:")]
    print("\n".join(lines))
    return not lines


# torture


def torture(words: list[str]) -> int:
    """Run the tests of `tests/torture` at length, one after the other."""
    import argparse
    import random

    parser = argparse.ArgumentParser(prog="dev.py torture", description=torture.__doc__)
    parser.add_argument("--seed", type=int, default=random.randrange(10_000), help="what is tried (default: any)")
    parser.add_argument("--rounds", type=int, default=5, help="how much (default: 5)")
    chosen, rest = parser.parse_known_args(words)
    python = environment(ROOT / ".venv-test", "runtime", "dev")
    variables = os.environ | {
        "QT_QPA_PLATFORM": "offscreen",
        "WORKBENCH_TORTURE_SEED": str(chosen.seed),
        "WORKBENCH_TORTURE_ROUNDS": str(chosen.rounds),
    }
    print(f"seed {chosen.seed}, {chosen.rounds} rounds", flush=True)
    command = [str(python), "-m", "pytest", "-q", "--timeout=3600", "tests/torture", *rest]
    return subprocess.run(command, cwd=ROOT, env=variables).returncode


# bundle


def bundle(words: list[str]) -> int:
    """Build the bundle of this system into OUT (`dist`), then start it and let it catch a webhook."""
    python = environment(ROOT / ".venv-bundle", "runtime", "bundle")
    out = Path(words[0] if words else ROOT / "dist").absolute()
    for script in ("bundling.py", "check_bundle.py"):
        _call([str(python), str(ROOT / "packaging" / script), str(out)], f"{script} failed")
    return 0


# lock


def lock(words: list[str]) -> int:
    """Resolve the dependencies of pyproject.toml for all platforms and write the locks."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    runtime: list[str] = [*project["project"]["dependencies"], *project["build-system"]["requires"], "editables"]
    development: list[str] = project["dependency-groups"]["dev"]
    bundling: list[str] = project["dependency-groups"]["bundle"]
    # 6.12.0 is wrong on 3.11 and allowed by nobody; one version for every Python keeps one behaviour.
    qt = ("PySide6", "qasync")
    _resolve("runtime", [*runtime, "PySide6-Essentials<6.12"])
    _resolve("core", [line for line in runtime if not line.startswith(qt)])
    _resolve("dev", development, LOCKS / "runtime.txt")
    _resolve("dev-core", [line for line in development if "-qt" not in line], LOCKS / "core.txt")
    _resolve("bundle", bundling, LOCKS / "runtime.txt")
    return 0


def _resolve(name: str, requirements: list[str], constraint: Path | None = None) -> None:
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if uv is None:
        raise Failed("uv is needed to write locks: install it with pip.")
    options = ["--universal", "--generate-hashes", "--no-header", "--no-annotate", "--no-emit-index-url"]
    options += ["--python-version=3.11", "--quiet", f"--output-file={LOCKS / f'{name}.txt'}"]
    options += [f"--constraint={constraint}"] if constraint else []
    done = subprocess.run([uv, "pip", "compile", *options, "-"], input="\n".join(requirements), text=True, cwd=ROOT)
    if done.returncode:
        raise Failed(f"the lock {name} could not be resolved.")
    print(f"wrote packaging/locks/{name}.txt")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
