"""Builds the bundle of the system that it runs on; `packaging/dev.py bundle` calls it in an environment of its own.

    python packaging/bundling.py OUT

PyInstaller makes a folder that needs no Python; beside the program it gets the licences of all that is in it. From
the folder are made, on Linux, an archive and a .deb; on Windows and macOS what docs/packaging.md says, if its tools
are installed.
"""

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import linux_packages
from licences import write_licences

ROOT = Path(__file__).resolve().parent.parent
SPEC = ROOT / "packaging" / "bundle" / "workbench.spec"
PNG_SIZES = (16, 32, 48, 64, 128, 256, 512)


def main(out: Path) -> int:
    """Build everything that can be built here; print what it is and how large."""
    work = out / "work"
    icons = make_icons(work / "icons")
    folder = freeze(out, work, icons)
    write_licences(folder / "licences", folder / "_internal")
    made = [folder]
    match sys.platform:
        case "linux":
            made += [archive(folder, out), linux_packages.make_deb(folder, icons, out)]
        case "win32":
            made += _with_tool("iscc", [f"/O{out}", str(ROOT / "packaging/windows/workbench.iss")], out, "*.exe")
        case "darwin":
            made += _with_tool("sh", [str(ROOT / "packaging/macos/make_dmg.sh"), str(out)], out, "*.dmg")
    for path in made:
        print(f"{size_mib(path):7.1f} MiB  {path.relative_to(out)}", flush=True)
    return 0


def make_icons(folder: Path) -> Path:
    """Draw the program's icon in the sizes and formats that systems want; return the folder."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QGuiApplication, QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    folder.mkdir(parents=True, exist_ok=True)
    application = QGuiApplication.instance() or QGuiApplication([])
    source = ROOT / "resources" / "icons" / "workbench.svg"
    renderer = QSvgRenderer(str(source))
    for size in PNG_SIZES:
        image = QImage(size, size, QImage.Format.Format_ARGB32)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        renderer.render(painter)
        painter.end()
        image.save(str(folder / f"workbench-{size}.png"))
    largest = QImage(str(folder / "workbench-256.png"))
    if not (largest.save(str(folder / "workbench.ico")) and largest.save(str(folder / "workbench.icns"))):
        raise SystemExit("Qt has no writer for .ico and .icns here.")
    shutil.copy(source, folder / "workbench.svg")
    del application
    return folder


def freeze(out: Path, work: Path, icons: Path) -> Path:
    """Run PyInstaller; return the folder that holds the program."""
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--clean", "--log-level=ERROR"]
    command += [f"--distpath={out}", f"--workpath={work}", str(SPEC)]
    subprocess.run(command, check=True, cwd=ROOT, env=os.environ | {"WORKBENCH_ICONS": str(icons)})
    return out / "webhook-workbench"


def archive(folder: Path, out: Path) -> Path:
    """Return the folder as one file, for systems without .deb: unpack it anywhere and start `workbench`."""
    path = out / f"{folder.name}-{linux_packages.version()}-{linux_packages.architecture()}.tar.xz"
    with tarfile.open(path, "w:xz", preset=3) as packed:
        packed.add(folder, f"{folder.name}-{linux_packages.version()}", filter=_of_nobody)
    return path


def _of_nobody(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    return entry


def _with_tool(tool: str, words: list[str], out: Path, made: str) -> list[Path]:
    if shutil.which(tool) is None:
        print(f"{tool} is not installed, so there is no installer: see docs/packaging.md.")
        return []
    subprocess.run([tool, *words], check=True, cwd=ROOT)
    return sorted(out.glob(made))


def size_mib(path: Path) -> float:
    """Return the size of a file, or of all in a folder."""
    files = [path] if path.is_file() else [each for each in path.rglob("*") if each.is_file()]
    return sum(each.lstat().st_size for each in files) / 2**20


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).absolute()))
