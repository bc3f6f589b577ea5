"""The way out: streams, colours and widths of a terminal, handed in so that tests bring their own."""

import json
import os
import sys
from collections.abc import Iterable
from typing import Any, BinaryIO, TextIO

from workbench.model.errors import WorkbenchError
from workbench.model.template import BracesError

_BRACES_HINT = (
    "Say --var NAME=VALUE or --env NAME; a body given whole (--data, --raw, @FILE) keeps its braces without either."
)


class Console:
    """Standard output and standard error of one run."""

    def __init__(self, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self.out = out or sys.stdout
        self.err = err or sys.stderr

    @property
    def binary(self) -> BinaryIO:
        """Standard output for exact bytes."""
        return self.out.buffer  # type: ignore[attr-defined, no-any-return]

    @property
    def is_terminal(self) -> bool:
        return self.out.isatty()

    @property
    def colours(self) -> bool:
        """Colours only for a terminal, and never under NO_COLOR."""
        return self.is_terminal and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"

    def line(self, text: str = "") -> None:
        """Write a line of text; flushed, since somebody may be following."""
        self.out.write(f"{text}\n")
        self.out.flush()

    def json(self, value: Any) -> None:
        """Write one JSON object on one line."""
        self.line(json.dumps(value, ensure_ascii=False, separators=(",", ":")))

    def bytes(self, pieces: Iterable[bytes]) -> None:
        """Write exactly these bytes and nothing else."""
        self.out.flush()
        for piece in pieces:
            self.binary.write(piece)
        self.binary.flush()

    def note(self, text: str) -> None:
        """Write a line for people on standard error."""
        self.err.write(f"{text}\n")
        self.err.flush()

    def error(self, error: WorkbenchError) -> None:
        """Write what went wrong, and what to do."""
        self.note(f"workbench: {error.message}")
        if error.hint:
            self.note(f"  {error.hint}")
        if isinstance(error, BracesError):
            self.note(f"  {_BRACES_HINT}")
