"""Takes PySide6's hook out of Python's import, which costs more than all of our own start.

So that `from __feature__ import snake_case` may work anywhere, PySide6 reads the source of every module that is
imported after it (`inspect.getsource` in shibokensupport's feature.py): about a millisecond for each of some two
hundred. We use no feature, so import is put back to what it was before that hook; what PySide6 needs for its own lazy
classes stays. Measured: 130 ms of 320 ms until the first paint.
"""

import builtins

import PySide6.QtCore  # noqa: F401  # It installs the hook.


def remove_import_hook() -> None:
    """Put import back; without effect where this PySide6 has no such hook."""
    names = vars(builtins)
    hook, original = names.get("__feature_import__"), names.get("__orig_import__")
    if original is not None and builtins.__import__ is hook:
        builtins.__import__ = original
