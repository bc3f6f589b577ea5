"""Webhook Workbench: catch, read, compose, sign, send and replay webhooks.

The map of the house. Imports go down only; `pyproject.toml` holds these rules as contracts.

    __main__             chooses a face and loads only that one
    ui        cli        faces: the window (Qt), the command line; they never know each other
       engine            the work: asyncio and aiohttp; no Qt
       storage           disk: SQLite for what happened, plain files for what people write
    providers  formats   pure: what providers sign and send; bytes to views and back
       model             the words of the trade: standard library only

Two processes, one program: the window starts and supervises `workbench listen --json --control`, the very
command that runs headless. That process alone writes captures; the window reads them from SQLite. So a window
that stalls or dies neither delays nor loses a webhook.

The way of one webhook: `engine.wire` keeps the bytes as they arrive -> `engine.listener` reads the body and asks
`engine.capturing` -> `storage.captures` (group commit in the writer thread) -> after COMMIT the answer goes out
-> "stored up to N" to the window -> `ui.captures` reads the new page from SQLite.

The way of one send: a draft with what surrounds it (`engine.sending_context`) -> `engine.preparing` puts variables in
and builds the exact bytes, signed last -> `engine.exchanging` follows where the answers lead, one attempt each by
`engine.sender` -> `storage.deliveries` keeps them -> the face shows what came back. A replay begins at the bytes.
"""

__version__ = "0.1.0"
