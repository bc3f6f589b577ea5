"""A line that lives while a download lasts; on a terminal only, and gone when it is over."""

import threading
import time
from collections.abc import Generator
from contextlib import contextmanager

from workbench.cli.console import Console

FIRST_AFTER_S, EVERY_S = 1.0, 0.5
_CLEAR = "\r\x1b[K"


@contextmanager
def ticking(console: Console, what: str) -> Generator[None]:
    """Show for how long this takes, on standard error where that is a terminal."""
    if not console.err.isatty():
        yield
        return
    over, began = threading.Event(), time.monotonic()

    def tick() -> None:
        wait_s = FIRST_AFTER_S
        while not over.wait(wait_s):
            console.err.write(f"{_CLEAR}{what} {time.monotonic() - began:.0f} s")
            console.err.flush()
            wait_s = EVERY_S

    ticker = threading.Thread(target=tick, name="progress", daemon=True)
    ticker.start()
    try:
        yield
    finally:
        over.set()
        ticker.join()
        if time.monotonic() - began > FIRST_AFTER_S:
            console.err.write(_CLEAR)
            console.err.flush()
