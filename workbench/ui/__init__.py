"""The window: the only layer that knows PySide6 and qasync.

May import `engine` and everything below, never `cli`. Per panel: plain state without Qt, a Qt model over it, a thin
widget. A slot is one call; work starts with `Jobs.start`. Before the first paint only what the window's frame needs
is imported; the panels and all that loads aiohttp come after it. No `exec()`, no `processEvents()`, no work in
`data()`.
"""

from workbench.ui.import_hook import remove_import_hook

remove_import_hook()
