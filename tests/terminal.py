"""The program at a terminal: what it shows there, and what it asks for."""

import asyncio
import contextlib
import fcntl
import os
import pty
import sys
import termios
from pathlib import Path

from program import ENVIRONMENT, TIMEOUT_S, Program

ROOT = Path(__file__).resolve().parent.parent
COLOURFUL = {name: value for name, value in ENVIRONMENT.items() if name != "NO_COLOR"} | {
    "TERM": "xterm",
    "PYTHONPATH": str(ROOT),
}


async def on_terminal(
    program: Program, *words: str, answer: bytes = b"", cwd: Path | None = None, **environment: str
) -> tuple[int, str]:
    """Run with a terminal for all three streams; return the exit code and everything it showed.

    `answer` is typed once a password is asked for.
    """
    ours, theirs = pty.openpty()

    def take_terminal() -> None:
        fcntl.ioctl(theirs, termios.TIOCSCTTY, 0)

    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "workbench", f"--home={program.home}", *words,
        stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True, preexec_fn=take_terminal,
        cwd=cwd, env={**COLOURFUL, **environment},
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    async with asyncio.timeout(TIMEOUT_S):
        while piece := await asyncio.to_thread(_read, ours):
            shown += piece
            if answer and b"password" in shown:
                os.write(ours, answer)
                answer = b""
        code = await process.wait()
    os.close(ours)
    return code, shown.decode().replace("\r\n", "\n")


def _read(descriptor: int) -> bytes:
    with contextlib.suppress(OSError):  # EIO: the program has ended.
        return os.read(descriptor, 65536)
    return b""
