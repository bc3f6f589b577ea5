"""The window: the only layer that knows PySide6 and qasync.

May import `engine` and everything below, never `cli`. Per panel: plain state without Qt, a Qt model over it, a thin
widget. A slot is one call; work starts with `Jobs.start`. Before the first paint only what the window's frame needs
is imported; the panels and all that loads aiohttp come after it. Nor is the namespace `Qt` touched before: PySide
builds its hundred enumerations at once, for 20 to 30 ms, when one is named, and also where a call has an overload
that takes one (`QSplitter(parent)`, `setStyle`, `setShortcut`). No `exec()`, no `processEvents()`, no work in
`data()`.
"""

from workbench.ui.import_hook import remove_import_hook

remove_import_hook()
