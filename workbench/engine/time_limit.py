"""An end to what a thread may work on one thing: nothing else stops a loop in code that somebody else wrote.

Python's own trace does it: it is asked at each call, and in one named file at each line. Between two of these the
interpreter runs a single operation, so whoever sets a limit sees to it that none of them is long.
"""

import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from inspect import CO_GENERATOR
from types import FrameType
from typing import Any


@contextmanager
def time_limit(
    limit_s: float, error: Callable[[], Exception], *, files: tuple[str, ...], lines_of: str = ""
) -> Generator[None]:
    """Raise an error in this thread once it has worked so long.

    It is raised in functions of these files alone, named by how their paths begin. Anywhere else it might be lost: a
    finalizer swallows what is raised in it, and Python traces no more. That goes for generators too, which are called
    once more when they are thrown away. `lines_of` is a file whose loops make no calls. Only the thread's own time
    counts: a machine that is busy with something else is nobody's fault here.
    """
    deadline = time.thread_time() + limit_s

    def trace(frame: FrameType, event: str, _argument: Any) -> Any:
        code = frame.f_code
        if not code.co_filename.startswith(files):
            return None
        may_be_lost = event == "call" and code.co_flags & CO_GENERATOR
        if not may_be_lost and time.thread_time() > deadline:
            raise error()
        return trace if code.co_filename == lines_of else None

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(before)
