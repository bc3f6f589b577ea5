"""Ctrl+C and SIGTERM as the order to stop, so that everything is closed in order."""

import asyncio
import signal


def stop_on_signals(stop: asyncio.Event) -> None:
    """Have these signals set the event instead of ending the program."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:  # Windows: Ctrl+C raises KeyboardInterrupt instead.
            return
