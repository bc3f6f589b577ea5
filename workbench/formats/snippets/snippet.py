"""A generated program."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Snippet:
    """A program's text, and what is to be known of it."""

    text: str
    language: str
    """As pygments calls it: `python`, `bash`, `go` …"""
    file_name: str
    """What to call its file."""
    notes: tuple[str, ...] = ()
    """A sentence for each way in which what it sends differs from the request, and for what it needs."""
    body_file: str = ""
    """A file that the program reads the body from; empty where the body is in its text."""
