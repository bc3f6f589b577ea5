"""The .deb: the bundle under /usr/lib, a command, an entry of the menu, icons, and the type of collection files."""

import gzip
import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILES = ROOT / "packaging" / "linux"
NAME = "webhook-workbench"
IDENTIFIER = "io.github.webhook_workbench.Workbench"


def version() -> str:
    """Return the program's version, read and not imported."""
    found = re.search(r'__version__ = "(.+)"', (ROOT / "workbench" / "__init__.py").read_text(encoding="utf-8"))
    assert found is not None
    return found[1]


def architecture() -> str:
    """Return this machine's architecture in Debian's words."""
    return subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True).stdout.strip()


def make_deb(folder: Path, icons: Path, out: Path) -> Path:
    """Pack the bundle; return the file."""
    tree = out / "work" / "deb"
    shutil.rmtree(tree, ignore_errors=True)
    shutil.copytree(folder, tree / "usr" / "lib" / NAME, symlinks=True)
    command = tree / "usr" / "bin"
    command.mkdir(parents=True)
    (command / "workbench").symlink_to(f"../lib/{NAME}/workbench")
    _place(FILES / f"{NAME}.desktop", tree / "usr/share/applications")
    metainfo = _place(FILES / f"{IDENTIFIER}.metainfo.xml", tree / "usr/share/metainfo")
    metainfo.write_text(metainfo.read_text().replace("@VERSION@", version()))
    _place(FILES / f"{NAME}.xml", tree / "usr/share/mime/packages")
    for icon in sorted(icons.glob("workbench-*.png")):
        size = icon.stem.rpartition("-")[2]
        _place(icon, tree / f"usr/share/icons/hicolor/{size}x{size}/apps", f"{NAME}.png")
    _place(icons / "workbench.svg", tree / "usr/share/icons/hicolor/scalable/apps", f"{NAME}.svg")
    documents = tree / "usr/share/doc" / NAME
    _place(FILES / "copyright", documents)
    changes = f"{NAME} ({version()}) unstable; urgency=low\n\n  * See the releases.\n"
    (documents / "changelog.gz").write_bytes(gzip.compress(changes.encode(), mtime=0))
    for path in tree.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    _control(tree)
    path = out / f"{NAME}_{version()}_{architecture()}.deb"
    subprocess.run(["dpkg-deb", "-Zxz", "-z3", "--root-owner-group", "--build", tree, path], check=True)
    return path


def _place(file: Path, folder: Path, name: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copy(file, folder / (name or file.name)))


def _control(tree: Path) -> None:
    installed = sum(path.lstat().st_size for path in tree.rglob("*") if path.is_file()) // 1024
    text = (FILES / "control").read_text()
    for word, value in {"VERSION": version(), "ARCHITECTURE": architecture(), "INSTALLED": str(installed)}.items():
        text = text.replace(f"@{word}@", value)
    folder = tree / "DEBIAN"
    folder.mkdir(mode=0o755)
    (folder / "control").write_text(text)
