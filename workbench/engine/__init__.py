"""The work: asyncio and aiohttp, no Qt; the same under `asyncio.run` and under the window's loop.

May import `storage` and everything below. A face opens one `Workbench`, calls its services and gets values back;
what happens by itself arrives as events. Only here is `aiohttp`.
"""
