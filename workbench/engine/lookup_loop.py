"""asyncio's loop, with threads of their own for looking up names: a slow name server holds up only who asks it."""

import asyncio
import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

LOOKUP_THREADS = 32


class LookupLoop(asyncio.ProactorEventLoop if sys.platform == "win32" else asyncio.SelectorEventLoop):
    """asyncio's loop, which would look up names in the threads that bodies are written and judged in."""

    def __init__(self) -> None:
        super().__init__()
        self._lookups = ThreadPoolExecutor(LOOKUP_THREADS, "lookup")

    async def getaddrinfo(
        self,
        host: Any,
        port: Any,
        *,
        family: int = 0,
        type: int = 0,
        proto: int = 0,
        flags: int = 0,
    ) -> Any:
        """Look up a name, as `socket.getaddrinfo` does."""
        look_up = partial(socket.getaddrinfo, host, port, family, type, proto, flags)
        return await self.run_in_executor(self._lookups, look_up)

    def close(self) -> None:
        """Close the loop; lookups that hang are left to end by themselves."""
        super().close()
        self._lookups.shutdown(wait=False, cancel_futures=True)
