"""Libraries that take long to load: loaded in a thread when they are first needed, so that no loop waits."""

import asyncio
import importlib
import sys


async def load(*names: str) -> None:
    """Load these modules; what is loaded already costs nothing."""
    for name in names:
        if name not in sys.modules:
            await asyncio.to_thread(importlib.import_module, name)
