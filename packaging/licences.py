"""The licences of everything in a bundle, from what each package says of itself, and what the LGPL asks for Qt."""

import shutil
import subprocess
from importlib.metadata import Distribution, distributions
from pathlib import Path

TEXTS = Path(__file__).resolve().parent / "bundle" / "licences"
BUILD_TOOLS = {
    "altgraph", "editables", "hatchling", "macholib", "packaging", "pathspec", "pefile", "pip", "pluggy",
    "pyinstaller", "pyinstaller-hooks-contrib", "pywin32-ctypes", "setuptools", "trove-classifiers", "uv", "wheel",
}  # fmt: skip
"""What is in the environment and not in the bundle."""

_NAMES = ("licen", "copying", "notice", "authors")


def write_licences(folder: Path, libraries: Path) -> None:
    """Write a list, and each package's own texts beside it; `libraries` is where the bundle has its files."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(TEXTS, folder)
    rows: list[str] = []
    for package in sorted(distributions(), key=lambda each: each.name.lower()):
        if package.name.lower() in BUILD_TOOLS or package.name == "webhook-workbench":
            continue
        rows.append(f"{package.name} {package.version}: {_licence(package)}")
        _copy_texts(package, folder / package.name)
    text = (folder / "README.txt").read_text(encoding="utf-8").rstrip("\n")
    packages = "\n".join(f"  {row}" for row in rows)
    system = "\n".join(f"  {name}" for name in _copy_system_texts(libraries, folder / "system"))
    parts = [text, packages, "Libraries of the system that it was built on, texts in `system`:", system]
    (folder / "README.txt").write_text("\n\n".join(filter(None, parts)) + "\n", encoding="utf-8")


def _licence(package: Distribution) -> str:
    """Return a package's licence in a few words."""
    said = package.metadata
    for field in ("License-Expression", "License"):
        for word in said.get_all(field) or []:
            if len(word) < 80:
                return word
    named = [line.rpartition(":: ")[2] for line in said.get_all("Classifier") or [] if line.startswith("License ::")]
    return ", ".join(named) or "see its text"


def _copy_texts(package: Distribution, folder: Path) -> None:
    for file in package.files or []:
        if ".dist-info" not in str(file) or not file.name.lower().startswith(_NAMES):
            continue
        source = Path(str(package.locate_file(file)))
        if source.is_file():
            folder.mkdir(exist_ok=True)
            shutil.copy(source, folder / file.name)


def _copy_system_texts(libraries: Path, folder: Path) -> list[str]:
    """Copy what Debian says of its libraries that came into the bundle; return their packages and versions."""
    names = sorted(path.name for path in libraries.glob("lib*.so*"))
    if shutil.which("dpkg-query") is None or not names:
        return []
    patterns = [f"*/{name}" for name in names]
    found = subprocess.run(["dpkg-query", "--search", *patterns], capture_output=True, text=True).stdout
    owners = {owner.strip() for line in found.splitlines() for owner in line.partition(": /")[0].split(",")}
    folder.mkdir()
    for owner in owners:
        text = Path("/usr/share/doc", owner.partition(":")[0], "copyright")
        if text.is_file():
            shutil.copy(text, folder / f"{owner.partition(':')[0]}.txt")
    shown = [
        "dpkg-query",
        "--show",
        "--showformat=${source:Package} ${source:Version} (${Package})\n",
        *sorted(owners),
    ]
    return sorted(subprocess.run(shown, capture_output=True, text=True).stdout.splitlines())
