"""Runs a program and ends it when its parent does, however that ends: `python leash.py PROGRAM [WORD ...]`.

The parent holds our standard input open and writes nothing. Its end, which comes also after `kill -9`, ends the
program and everything that it started. Should we be killed ourselves, Linux ends the program for us. Standard library
only, one module, no imports of ours: it starts in 20 ms and costs a few megabytes.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
from types import FrameType

GRACE_S = 2.0
"""How long a program may take to end when it is asked to."""

_PR_SET_PDEATHSIG = 1


def _die_with_parent() -> None:
    """In the child, before it becomes the program. Nothing but a system call: no threads are there yet."""
    if _prctl is not None:
        _prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


_prctl = getattr(ctypes.CDLL(None), "prctl", None) if sys.platform == "linux" else None


class _Leash:
    def __init__(self, command: list[str]) -> None:
        self._ends = threading.Lock()
        # A pipe that never ends: some services close a session whose input does.
        options: dict[str, object] = {"stdin": subprocess.PIPE}
        if os.name == "posix":
            options |= {"preexec_fn": _die_with_parent, "start_new_session": True}
        self.process: subprocess.Popen[bytes] = subprocess.Popen(command, **options)  # type: ignore[call-overload]

    def hold(self) -> int:
        threading.Thread(target=self._watch_parent, daemon=True).start()
        code = self.process.wait()
        self._kill_rest()
        return code if code >= 0 else 128 - code

    def _watch_parent(self) -> None:
        while os.read(0, 4096):
            pass
        self.end()

    def end(self) -> None:
        """Ask the program to end, and make it."""
        if not self._ends.acquire(blocking=False):
            return
        self._signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(GRACE_S)
            return
        self._kill_rest()

    def _kill_rest(self) -> None:
        self._signal(getattr(signal, "SIGKILL", signal.SIGTERM))

    def _signal(self, number: int) -> None:
        with contextlib.suppress(OSError):
            if os.name == "posix":
                os.killpg(self.process.pid, number)
            else:
                self.process.terminate()


def main(command: list[str]) -> int:
    """Run a program on a leash; return its exit code, 127 where it cannot be started."""
    try:
        leash = _Leash(command)
    except OSError as error:
        print(f"{command[0]} cannot be started: {error.strerror or error}", file=sys.stderr)
        return 127

    def end(_number: int, _frame: FrameType | None) -> None:
        threading.Thread(target=leash.end, daemon=True).start()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return leash.hold()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
