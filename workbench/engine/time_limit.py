"""An end to what a thread may work on one thing: nothing else stops a loop in code that somebody else wrote.

Python's own trace does it: it is asked at each call, and in one named file at each line. Between two of these the
interpreter runs a single operation, so whoever sets a limit sees to it that none of them is long.
"""

import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType
from typing import Any


@contextmanager
def time_limit(
    limit_s: float, error: Callable[[], Exception], *, files: tuple[str, ...], lines_of: str = ""
) -> Generator[None]:
    """Raise an error in this thread once it has worked so long.

    It is raised in code of these files alone, named by how their paths begin. Anywhere else it might be lost: a
    finalizer that happens to run meanwhile swallows what is raised in it. `lines_of` is a file whose loops make no
    calls. Only the thread's own time counts: a machine that is busy with something else is nobody's fault here.
    """
    deadline = time.thread_time() + limit_s

    def trace(frame: FrameType, _event: str, _argument: Any) -> Any:
        name = frame.f_code.co_filename
        if not name.startswith(files):
            return None
        if time.thread_time() > deadline:
            raise error()
        return trace if name == lines_of else None

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(before)
