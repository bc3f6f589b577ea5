"""What the first paint must not wait for."""

import json
import os
import subprocess
import sys
from pathlib import Path

SCRIPT = """
import enum, json, os, sys
made = []
create = enum.EnumType._create_

def watched(cls, name, *words, **options):
    made.append(name)
    return create(cls, name, *words, **options)

enum.EnumType._create_ = watched
from workbench.ui.app import main

def tell():
    print(json.dumps({"enumerations": made, "modules": sorted(sys.modules)}), flush=True)
    os._exit(0)

main(sys.argv[1:], lambda application, window: window.first_painted.connect(tell), port=0)
"""
HEAVY = {"aiohttp", "asyncio", "qasync", "pygments", "msgspec", "ruamel", "yaml", "sqlite3", "jinja2", "ssl"}


def test_first_paint_loads_little_and_builds_no_enumerations_of_qt(tmp_path: Path) -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", SCRIPT, f"--home={tmp_path}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment, timeout=60)
    told = json.loads(done.stdout.splitlines()[-1])
    assert {name.split(".")[0] for name in told["modules"]} & HEAVY == set()
    # `Qt` itself: its hundred enumerations are built at once, and cost a fifth of the time to the first paint.
    assert "AlignmentFlag" not in told["enumerations"]
