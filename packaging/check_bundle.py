"""Starts a bundle as its user would, and lets it catch a webhook; says how large it is and how fast it starts.

    python packaging/check_bundle.py OUT [--shot FILE.png]

On Linux the window opens on a virtual screen (Xvfb, or `WORKBENCH_DISPLAY`), in an environment that knows no Python.
"""

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

PATIENCE_S = 60.0
BODY = b'{"type": "invoice.paid", "id": "evt_1"}'


def main(words: list[str]) -> int:
    """Check the bundle in a folder; 0 where all holds."""
    parser = argparse.ArgumentParser(prog="check_bundle.py")
    parser.add_argument("out", type=Path)
    parser.add_argument("--shot", type=Path, help="save a picture of the window (needs ImageMagick)")
    chosen = parser.parse_args(words)
    program = find_program(chosen.out.absolute())
    with tempfile.TemporaryDirectory() as home, screen() as variables:
        check_command_line(program, home, variables)
        check_window(program, home, variables, chosen.shot)
    print("the bundle works")
    return 0


def find_program(out: Path) -> Path:
    """Return the bundle's program for the command line."""
    names = ["webhook-workbench/workbench", "webhook-workbench/workbench.exe"]
    names.append("Webhook Workbench.app/Contents/MacOS/workbench")
    for name in names:
        if (out / name).exists():
            return out / name
    raise SystemExit(f"There is no bundle in {out}.")


@contextlib.contextmanager
def screen() -> Iterator[dict[str, str]]:
    """Open a virtual screen where there should be one; yield the few variables that a desktop gives."""
    variables = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TEMP", "LANG") if name in os.environ}
    if sys.platform != "linux":
        yield variables
        return
    if given := os.environ.get("WORKBENCH_DISPLAY"):
        yield variables | {"DISPLAY": given}
        return
    if shutil.which("Xvfb") is None:
        raise SystemExit("Xvfb is needed for a virtual screen. On Debian: apt-get install xvfb")
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1440x900x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
    os.close(writing)
    try:
        with os.fdopen(reading) as said:
            yield variables | {"DISPLAY": f":{said.readline().strip()}"}
    finally:
        server.terminate()
        server.wait()


def check_command_line(program: Path, home: str, variables: dict[str, str]) -> None:
    """Try what loads data files and libraries of every kind."""

    def run(*words: str) -> str:
        command = [str(program), f"--home={home}/cli", *words]
        done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=PATIENCE_S, cwd=home)
        if done.returncode:
            raise SystemExit(f"{' '.join(words)} ended with {done.returncode}:\n{done.stderr}")
        return done.stdout

    began = time.monotonic()
    subprocess.run([program, "--version"], env=variables, check=True, stdout=subprocess.DEVNULL)
    print(f"{(time.monotonic() - began) * 1000:7.0f} ms   workbench --version")
    assert len(run("providers", "list").splitlines()) > 60
    offline = run("send", "--offline", "POST", "localhost/{{$randomFirstName}}", "a=é", "--sign=stripe",
                  "--secret=text:whsec_x")  # fmt: skip
    assert "Stripe-Signature" in offline, offline
    assert "{{" not in offline, offline
    for target in ("curl", "python-requests", "go"):
        assert run("code", f"--target={target}", "localhost")


def check_window(program: Path, home: str, variables: dict[str, str], shot: Path | None) -> None:
    """Open the window, post to the address that its listener leaves, and find the capture."""
    began = time.monotonic()
    window = subprocess.Popen([program, f"--home={home}/gui", "gui", "--port=0"], env=variables, cwd=home)
    try:
        address = Path(home, "gui", "listener.address")
        _until(lambda: window.poll() is not None or (address.exists() and ":" in address.read_text()))
        if window.poll() is not None:
            raise SystemExit(f"The window ended at once, with {window.returncode}.")
        print(f"{(time.monotonic() - began) * 1000:7.0f} ms   start to listening, window open")
        url = address.read_text().partition(" ")[2]
        answer = urllib.request.urlopen(urllib.request.Request(f"{url}/stripe", BODY), timeout=10)
        assert answer.status == 200
        command = [str(program), f"--home={home}/gui", "captures", "show", "1", "--json"]
        shown = subprocess.run(command, env=variables, capture_output=True, check=True, timeout=PATIENCE_S)
        assert json.loads(shown.stdout)["request"]["body"].encode() == BODY
        if shot is not None:
            time.sleep(1.5)  # The picture is for people: let all be painted.
            subprocess.run(["import", "-window", "root", shot], env=variables, check=True)
    finally:
        window.terminate()
        window.wait(PATIENCE_S)
    print(f"          the window ended with {window.returncode}")


def _until(holds) -> None:
    ends = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > ends:
            raise SystemExit(f"Nothing happened within {PATIENCE_S:.0f} s.")
        time.sleep(0.01)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
