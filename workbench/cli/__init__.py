"""The headless face: arguments in, text or JSON lines out, an exit code.

May import `engine` and everything below, never `ui` and never Qt. One module per command; each imports what it
needs when it runs, so that `--version` and `captures list` start in a blink. `Console` is the only way out.
"""
