"""The licences of everything in a bundle, from what each package says of itself, and what the LGPL asks for Qt."""

import shutil
from importlib.metadata import Distribution, distributions
from pathlib import Path

TEXTS = Path(__file__).resolve().parent / "bundle" / "licences"
BUILD_TOOLS = {"pip", "setuptools", "wheel", "pyinstaller", "pyinstaller-hooks-contrib", "altgraph", "packaging"}
_NAMES = ("licen", "copying", "notice", "authors")


def write_licences(folder: Path) -> None:
    """Write a list, and each package's own texts beside it."""
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
    (folder / "README.txt").write_text(f"{text}\n\n{packages}\n", encoding="utf-8")


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
