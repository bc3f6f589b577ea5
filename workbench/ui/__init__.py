"""The window: the only layer that knows PySide6 and qasync.

May import `engine` and everything below, never `cli`. Per panel: plain state without Qt, a Qt model over it, a thin
widget. A slot is one call; work starts with `Jobs.start`. Nothing that loads aiohttp is imported before the first
paint. No `exec()`, no `processEvents()`, no work in `data()`.
"""
