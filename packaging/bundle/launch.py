"""What the bundled program starts with: the same door as `python -m workbench`."""

import sys

from workbench.__main__ import gui, main

if __name__ == "__main__":
    # On Windows a second executable has no console and opens the window whatever its name is called with.
    sys.exit(gui() if "-gui" in sys.argv[0] else main())
