"""The rules of the house that prose cannot keep."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import workbench

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted((ROOT / "workbench").rglob("*.py"))
LONGEST_FILE = 420
FORBIDDEN_NAMES = {"utils", "helpers", "manager", "base", "core", "common", "misc"}
CALLS = {
    # The one loop of the program, and the one message of a program that cannot start.
    r"\w\.exec\(": {"workbench/ui/app.py"},
    r"\.processEvents\(": set[str](),
    r"\btime\.sleep\(": set[str](),
    r"\.create_task\(": {"workbench/engine/tasks.py", "workbench/ui/jobs.py"},
    r"datetime\.now|datetime\.utcnow": set[str](),
}


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_module_says_what_it_is_for_and_stays_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(text)), f"{name(path)} has no docstring"
    assert text.count("\n") <= LONGEST_FILE, f"{name(path)} holds a second subject"
    assert path.stem not in FORBIDDEN_NAMES


def public_definitions(path: Path) -> Iterator[ast.ClassDef | ast.FunctionDef]:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
            yield node


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_public_classes_and_functions_say_what_they_are(path: Path) -> None:
    silent = [node.name for node in public_definitions(path) if not ast.get_docstring(node)]
    obvious = {"size_text", "status_text", "local_time", "pretty"}
    assert [each for each in silent if each not in obvious] == []


@pytest.mark.parametrize("pattern", CALLS)
def test_call_stands_only_where_it_may(pattern: str) -> None:
    found = {name(path) for path in SOURCES if re.search(pattern, path.read_text(encoding="utf-8"))}
    assert found <= CALLS[pattern]


def test_map_names_every_package() -> None:
    assert workbench.__doc__ is not None
    packages = {path.parent.name for path in (ROOT / "workbench").glob("*/__init__.py")}
    assert all(package in workbench.__doc__ for package in packages)


def loaded_by(*words: str, home: Path) -> set[str]:
    script = (
        "import sys\nfrom workbench.__main__ import main\n"
        "try:\n    main(sys.argv[1:])\nfinally:\n    print('\\n'.join(sys.modules), file=sys.stderr)"
    )
    command = [sys.executable, "-c", script, f"--home={home}", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    return {module.split(".")[0] for module in done.stderr.split()}


@pytest.mark.parametrize(
    "words", [("captures", "list"), ("captures", "show", "1"), ("captures", "export", "--format=csv")]
)
def test_reading_captures_loads_no_more_than_it_needs(words: tuple[str, ...], tmp_path: Path) -> None:
    heavy = {"PySide6", "qasync", "aiohttp", "asyncio", "pygments", "ruamel", "yaml", "msgspec"}
    assert loaded_by(*words, home=tmp_path) & heavy == set()


@pytest.mark.parametrize("words", [("send", "localhost:1", "--offline"), ("listen", "--port=0", "--for=0.1")])
def test_command_line_never_loads_qt(words: tuple[str, ...], tmp_path: Path) -> None:
    loaded = loaded_by(*words, home=tmp_path)
    assert "workbench" in loaded
    assert loaded & {"PySide6", "shiboken6", "qasync"} == set()
